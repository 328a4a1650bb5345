"""The settings: one TOML file, and `CORDBOARD_*` variables that outdo it.

The file is `cordboard.toml` here, or the one that `CORDBOARD_CONFIG` names. `[smtp] port` is also
`CORDBOARD_SMTP__PORT`; a secret (see `SECRETS`) may instead be read from the file that `<its variable>_FILE` names.
A wrong setting is one sentence (`Misconfigured`), never a traceback.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from cordboard.settings.fields import Part, Seconds
from cordboard.settings.mail import Dns, Mail, Smtp
from cordboard.settings.mailboxes import MailboxSettings, check_mailboxes
from cordboard.settings.nodes import Node, node_named, nodes_of
from cordboard.settings.routing import Routing
from cordboard.settings.satellite import Satellite
from cordboard.settings.switch import Switch
from cordboard.settings.texts import Sms
from cordboard.settings.web import Web
from replies.language import ENGLISH, languages

SECRETS = (
    "secret_key", "database_url", "redis_url", "mail__smarthost_password", "switch__ari_password",
    "switch__twilio__auth_token", "sms__twilio__auth_token", "sms__kannel__token", "sms__kannel__password",
)  # fmt: skip
"""Settings that may also be read from a file of their own, as their variables' names without CORDBOARD_."""

ASTERISK_CEL = Path("/var/log/asterisk/cel-custom/cordboard.csv")


class Calls(Part):
    """How long things take, and how much at once."""

    ring_a_s: Seconds = 45
    ring_b_s: Seconds = 60
    confirm_s: Seconds = 20
    min_talk_s: Seconds = 60  # what a call must be able to pay for, and what is set aside before it is set up
    slice_s: Seconds = 180  # by so much talk the hold grows
    low_s: Seconds = 50  # when less of it is left
    max_call_minutes: int = Field(default=120, ge=1, le=700)  # a leg over 12 h is not believed
    setting_up_max: int = Field(default=20, ge=1, le=1000)
    order_stale_minutes: int = Field(default=10, ge=1, le=2880)
    lease_s: int = Field(default=6, ge=2, le=60)
    switch_lost_s: Seconds = 30  # after so long without an answer a switch's calls are ended, and billed

    @property
    def order_stale_ms(self) -> int:
        """After so long an order that nobody took is too old to ring for."""
        return self.order_stale_minutes * 60_000


class Log(Part):
    """What is written about the work."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = False


def _database(data: dict[str, Any]) -> SecretStr:
    return SecretStr(f"sqlite:///{data['home']}/cordboard.db")


LONGEST_SOCKET = 100
"""The kernel takes 107 octets for the path of a Unix socket."""


def _redis(data: dict[str, Any]) -> SecretStr:
    socket = f"{data['home']}/redis.sock"
    if len(socket.encode()) > LONGEST_SOCKET or "%" in socket:
        name = hashlib.sha256(socket.encode()).hexdigest()[:16]
        socket = f"{tempfile.gettempdir()}/cordboard-{os.geteuid()}-{name}/redis.sock"
    return SecretStr(f"unix://{socket}")


def _spoken(code: str) -> str:
    if code not in languages():
        raise ValueError(f"one of {', '.join(languages())}")
    return code


class Settings(BaseSettings):
    """All of them. With no file and no variable it is one machine with everything on it."""

    model_config = SettingsConfigDict(
        env_prefix="CORDBOARD_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    home: Annotated[Path, AfterValidator(Path.absolute)] = Path("var")
    database_url: SecretStr = Field(default_factory=_database)
    redis_url: SecretStr = Field(default_factory=_redis)
    secret_key: SecretStr = SecretStr("")  # empty: made once, in home/secret.key
    human_contact: str = ""  # whom a user may turn to: a telephone number or an address
    language: Annotated[str, AfterValidator(_spoken)] = ENGLISH  # of users who never said which (ISO 639-1)
    smtp: Smtp = Smtp()
    web: Web = Web()
    mail: Mail = Mail()
    dns: Dns = Dns()
    sms: Sms = Sms()
    mailboxes: tuple[MailboxSettings, ...] = ()
    switch: Switch = Switch()
    routing: Routing = Routing()
    calls: Calls = Calls()
    satellite: Satellite = Satellite()
    log: Log = Log()

    @property
    def redis_is_embedded(self) -> bool:
        """Whether `serve` starts a Redis of its own: nobody named one."""
        return "redis_url" not in self.model_fields_set

    @property
    def redis_socket(self) -> Path:
        """Where the embedded Redis listens."""
        return Path(self.redis_url.get_secret_value().removeprefix("unix://"))

    @property
    def maildir(self) -> Path:
        """Where answers are put when mail does not leave this machine."""
        return self.home / (self.mail.maildir or "mail")

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The switches: those of the pool, or the one."""
        return nodes_of(self.switch, self.switch.nodes)

    def node(self, name: str = "") -> Node:
        """The switch of this name; without a name the only one. Misconfigured if that can't be told."""
        return node_named(name, self.nodes)

    def cel_file_of(self, node: Node) -> Path:
        """A switch's own log of every call."""
        file = f"cel-{node.name}.csv" if self.switch.nodes else "cel.csv"
        usual = Path(file) if self.switch.kind == "exchange" else ASTERISK_CEL
        return self.home / (node.cel_file or usual)

    @property
    def cel_file(self) -> Path:
        """The log of the only switch."""
        return self.cel_file_of(self.node())

    @model_validator(mode="after")
    def _own_number(self) -> Self:
        if self.switch.kind == "asterisk" and "caller_id" not in self.switch.model_fields_set:
            raise ValueError('switch.kind = "asterisk" needs switch.caller_id, the number that those called will see')
        return self

    @model_validator(mode="after")
    def _several_mailboxes(self) -> Self:
        check_mailboxes(self.mailboxes)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable outdoes the file. The file, and secrets' own files, come in as arguments (`configure`)."""
        del settings_cls, dotenv_settings, file_secret_settings
        assert isinstance(env_settings, EnvSettingsSource)
        files = {f"cordboard_{name}_file" for name in SECRETS}  # else [mail] would seem to have such a field
        env_settings.env_vars = {name: text for name, text in env_settings.env_vars.items() if name not in files}
        return env_settings, init_settings
