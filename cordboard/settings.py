"""The settings: one TOML file, and `CORDBOARD_*` variables that outdo it.

The file is `cordboard.toml` here, or the one that `CORDBOARD_CONFIG` names. `[smtp] port` is also
`CORDBOARD_SMTP__PORT`; a secret (see `SECRETS`) may instead be read from the file that `<its variable>_FILE` names.
A wrong setting is one sentence (`Misconfigured`), never a traceback.
"""

import hashlib
import os
import re
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from cordboard import mailboxes
from cordboard.mailboxes import MailboxSettings
from kernel.errors import Misconfigured, Refused
from kernel.money import parse_amount
from replies.language import ENGLISH, languages

SECRETS = (
    "secret_key", "database_url", "redis_url", "mail__smarthost_password", "switch__ari_password",
    "sms__twilio__auth_token", "sms__kannel__token", "sms__kannel__password",
)  # fmt: skip
"""Settings that may also be read from a file of their own, as their variables' names without CORDBOARD_."""

ASTERISK_CEL = Path("/var/log/asterisk/cel-custom/cordboard.csv")


def _micro(value: object) -> object:
    """Micro-units of an amount as it is written; a default is in micro-units already."""
    try:
        return parse_amount(value) if isinstance(value, str) else value
    except Refused:
        raise ValueError('must be an amount like "5.00"') from None


Port = Annotated[int, Field(ge=1, le=65535)]
Money = Annotated[int, BeforeValidator(_micro), Field(gt=0)]
"""Written as a decimal like "5.00", kept as micro-units; of whatever currency the account has."""
Seconds = Annotated[int, Field(ge=1, le=3600)]
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{4,14}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$")]
Network = IPv4Network | IPv6Network
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
Domain = Annotated[
    str,
    StringConstraints(to_lower=True, max_length=253, pattern=rf"^{_LABEL}(\.{_LABEL})+$"),
]


class Part(BaseModel):
    """A table of the file; a name it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Smtp(Part):
    """The door that takes mail, and its limits for strangers."""

    host: str = "127.0.0.1"
    port: Port = 2525
    max_message_bytes: int = Field(default=2_000_000, ge=10_000, le=50_000_000)
    max_recipients: int = Field(default=10, ge=1, le=1000)
    max_connections: int = Field(default=200, ge=1)
    max_connections_per_peer: int = Field(default=20, ge=1)
    max_commands: int = Field(default=200, ge=10)
    tls_certificate: Path | None = None  # with these two, STARTTLS is offered
    tls_key: Path | None = None
    idle_s: Seconds = 60
    session_s: Seconds = 600
    handlers: int = Field(default=8, ge=1, le=64)


class Web(Part):
    """The door that takes orders over HTTP. TLS is for a proxy in front of it."""

    host: str = "127.0.0.1"
    port: Port = 8080
    threads: int = Field(default=8, ge=1, le=64)
    max_connections: int = Field(default=100, ge=2, le=1000)
    max_connections_per_peer: int = Field(default=20, ge=1)  # not this machine's own nor that proxy's
    orders_per_minute: int = Field(default=60, ge=1)  # with one token, before it is told 429
    wrong_tokens_per_minute: int = Field(default=20, ge=1)  # from one address, before it is told 429
    trusted_proxy: str = ""  # the address of that proxy: its X-Forwarded-For and -Proto are then believed
    plain_call_cap: Money = 5_000_000  # "5.00": what a call may cost at most that was ordered on a page without TLS
    page_changes_per_minute: int = Field(default=60, ge=1)  # of one user, before the pages take no more
    wrong_pins_per_minute: int = Field(default=20, ge=1)  # from one address; then nobody signs in from there
    all_wrong_pins_per_minute: int = Field(default=300, ge=1)  # from everywhere; then nobody signs in


class Mail(Part):
    """Where orders are written to, and how answers leave."""

    domain: Domain = "cordboard.example"
    order_local_part: Name = "call"
    way: Literal["maildir", "smarthost"] = "maildir"
    maildir: Path | None = None
    operator: str = ""  # the address of who runs this, told of what needs a person; empty: nobody is told
    smarthost_host: str = ""
    smarthost_port: Port = 587
    smarthost_user: str = ""
    smarthost_password: SecretStr = SecretStr("")
    smarthost_starttls: bool = True

    @property
    def order_address(self) -> str:
        """The address everybody may know."""
        return f"{self.order_local_part}@{self.domain}"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.way == "smarthost" and not self.smarthost_host:
            raise ValueError('way = "smarthost" needs smarthost_host')
        return self


class Dns(Part):
    """Where a mail's evidence is looked up, and what that may cost for one mail."""

    nameservers: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F.:]+$")], ...] = ()  # none: the machine's
    seconds: float = Field(default=3.0, gt=0, le=10)
    lookups: int = Field(default=20, ge=1, le=100)


class Twilio(Part):
    """Texts by Twilio: all of it, or nothing."""

    account_sid: Annotated[str, StringConstraints(pattern=r"^(AC[0-9a-f]{32})?$")] = ""
    auth_token: SecretStr = SecretStr("")
    numbers: tuple[E164, ...] = ()  # ours; texts that answer none come from the first
    public_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s?#]+/[^\s?#]*)?$")] = ""
    """Where Twilio's console says that it asks, to the letter: it is part of what is signed."""
    api_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s?#]+$")] = "https://api.twilio.com"
    timeout_s: Seconds = 10

    @property
    def is_open(self) -> bool:
        """Whether there is such a door, and such a way."""
        return bool(self.account_sid)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        parts = (self.account_sid, self.auth_token.get_secret_value(), self.numbers, self.public_url)
        if any(parts) and not all(parts):
            raise ValueError("account_sid, auth_token, numbers and public_url go together")
        return self


class Kannel(Part):
    """Texts by a Kannel of the operator's own. With `token` there is the door, with `sendsms_url` the way out."""

    token: SecretStr = SecretStr("")  # in the path that Kannel asks; 16 letters and digits at least
    allow: tuple[Network, ...] = (ip_network("127.0.0.1/32"), ip_network("::1/128"))  # who may ask
    trusted: bool = True  # whether the SMSC's word for a sender's number is taken; else texts need a PIN
    number: str = ""  # from which texts come that answer none
    sendsms_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s?#]+/[^\s?#]*)?$")] = ""
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout_s: Seconds = 10

    @property
    def is_open(self) -> bool:
        """Whether there is such a door."""
        return bool(self.token.get_secret_value())

    @model_validator(mode="after")
    def _whole(self) -> Self:
        token = self.token.get_secret_value()
        if token and not re.fullmatch(r"[A-Za-z0-9_-]{16,100}", token):
            raise ValueError("token must have 16 to 100 letters, digits, - or _")
        if self.sendsms_url and not (self.username and self.number):
            raise ValueError("sendsms_url needs username, password and number")
        return self


class Sms(Part):
    """Texts, whichever gateway brings them."""

    way: Literal["", "twilio", "kannel"] = ""  # of texts that answer no text; empty: the one that is set up
    texts_per_minute: int = Field(default=10, ge=1)  # from one telephone that is enrolled
    strangers_per_minute: int = Field(default=60, ge=1)  # from all others together
    twilio: Twilio = Twilio()
    kannel: Kannel = Kannel()

    @property
    def number(self) -> str:
        """Where users text to; empty where they can't."""
        ours = self.kannel.number if self.kannel.is_open else ""
        return self.twilio.numbers[0] if self.twilio.is_open else ours

    @property
    def texts_by(self) -> str:
        """The way that a text leaves by which answers none."""
        return self.way or ("kannel" if self.kannel.sendsms_url and not self.twilio.is_open else "twilio")


class Carrier(Part):
    """Where a leg leaves the switch, if its number begins with one of `prefixes` (digits); lowest `priority` first."""

    name: Name
    host: str = Field(min_length=1)
    port: Port = 5060
    endpoint: str = "PJSIP/{name}/sip:{digits}@{host}:{port}"
    prefixes: tuple[Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{0,15}$")], ...] = ("",)
    priority: int = 10
    username: str = ""
    password: SecretStr = SecretStr("")

    def endpoint_for(self, digits: str) -> str:
        """What the switch is told to dial for a number's digits, or for `{digits}` where they are still to come."""
        return self.endpoint.format(name=self.name, digits=digits, host=self.host, port=self.port)

    @model_validator(mode="after")
    def _dialable(self) -> Self:
        try:
            self.endpoint_for("12025550100")
        except (KeyError, IndexError, ValueError):
            raise ValueError("endpoint may hold {name}, {digits}, {host} and {port} only") from None
        return self


class Node(Part):
    """One switch of the pool: the built-in exchange, or an Asterisk commanded over ARI."""

    name: Name = "main"
    ari_url: str = Field(default="http://127.0.0.1:8088/ari", pattern=r"^https?://[^/\s]+(/.*)?$")
    ari_user: str = "cordboard"
    ari_password: SecretStr = SecretStr("")  # empty: derived from the secret key
    ari_app: Name = "cordboard"
    cel_file: Path | None = None
    sip_host: str = "127.0.0.1"  # what an Asterisk of ours binds its SIP to; carriers elsewhere need another
    sip_port: Port = 5060
    rtp_ports: tuple[Port, Port] = (10000, 20000)


SHARED = frozenset({"ari_user", "ari_password", "ari_app"})
"""What is said of the switch is so of each node that says nothing else."""


class Switch(Node):
    """What dials: one switch, or those of `nodes`; and what all of them share."""

    kind: Literal["exchange", "asterisk"] = "exchange"
    caller_id: E164 = "+12025550100"
    carriers: tuple[Carrier, ...] = (Carrier(name="carrier", host="127.0.0.1", port=5080),)
    nodes: tuple[Node, ...] = ()  # several switches that stand in for one another, instead of this one

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [carrier.name for carrier in self.carriers]
        if len(set(names)) < len(names):
            raise ValueError("two carriers have the same name")
        if not names:
            raise ValueError("carriers must name at least one carrier")
        return self

    @model_validator(mode="after")
    def _each_its_own(self) -> Self:
        if not self.nodes:
            return self
        if doubled := self.model_fields_set & (Node.model_fields.keys() - SHARED):
            raise ValueError(f"with nodes, {' and '.join(sorted(doubled))} must be said of each node instead")
        for what in ("name", "ari_url"):
            if any(what not in node.model_fields_set for node in self.nodes):
                raise ValueError(f"each of the nodes needs its own {what}")
            if len({getattr(node, what) for node in self.nodes}) < len(self.nodes):
                raise ValueError(f"two of the nodes have the same {what}")
        files = [node.cel_file for node in self.nodes if node.cel_file]
        if len(set(files)) < len(files):
            raise ValueError("two of the nodes have the same cel_file")
        return self


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


def _missing(node: Node, shared: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shared.items() if name not in node.model_fields_set}


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
    calls: Calls = Calls()
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
        shared = {name: getattr(self.switch, name) for name in SHARED & self.switch.model_fields_set}
        return tuple(node.model_copy(update=_missing(node, shared)) for node in self.switch.nodes) or (self.switch,)

    def node(self, name: str = "") -> Node:
        """The switch of this name; without a name the only one. Misconfigured if that can't be told."""
        names = ", ".join(node.name for node in self.nodes)
        if not name and len(self.nodes) > 1:
            raise Misconfigured(f"There are several switches; say which by --switch: {names}.")
        for node in self.nodes:
            if not name or node.name == name:
                return node
        raise Misconfigured(f"The settings know no switch {name!r}; there is {names}.")

    def cel_file_of(self, node: Node) -> Path:
        """A switch's own log of every call."""
        several = f"cel-{node.name}.csv" if self.switch.nodes else "cel.csv"
        usual = Path(several) if self.switch.kind == "exchange" else ASTERISK_CEL
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
        mailboxes.check(self.mailboxes)
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
