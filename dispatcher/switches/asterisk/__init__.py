"""The configuration of an Asterisk 22 that Cordboard commands: templates in this folder, filled in here.

`render` gives the text of every file that belongs into the switch's configuration folder. All of it binds to
loopback, refuses incoming calls, and follows no redirect, transfer or call file: calls start at the gate only.
"""

import re
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

from kernel.errors import Misconfigured

HANDLER = "cordboard-hangup,bye,1"
"""What `CHANNEL(hangup_handler_push)` of every leg is set to."""
CANARY_CONTEXT = "cordboard-canary"
HEARTBEAT = "CB_HEARTBEAT"
PROMPTS = (
    "cordboard-for",
    "cordboard-press1",
    "cordboard-satellite",
    "cordboard-busy",
    "cordboard-noanswer",
    "cordboard-unreachable",
    "cordboard-code",
    "cordboard-again",
    "cordboard-goodbye",
)

_PLAIN = ("asterisk", "modules", "http", "ari", "rtp", "extensions", "cel", "cel_custom", "logger", "indications")
_HOLE = re.compile(r"@([a-z_]+)@")
_SAFE = re.compile(r"[^\s;\[\]@\"\\]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where a leg leaves the switch; dialled as `PJSIP/<name>/sip:<digits>@<host>:<port>`."""

    name: str
    host: str
    port: int = 5060
    rtp_timeout: int = 60
    """Seconds without sound after which a leg is ended; longer on satellite."""
    codecs: str = "ulaw,alaw"
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class AsteriskConfig:
    """All that differs from one switch to the next."""

    ari_password: str
    cel_file: str = "/var/log/asterisk/cel-custom/cordboard.csv"
    carriers: tuple[Carrier, ...] = ()
    ari_user: str = "cordboard"
    http_host: str = "127.0.0.1"
    http_port: int = 8088
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    rtp_start: int = 10000
    rtp_end: int = 20000
    heartbeat_patience: int = 10
    """Seconds without a conductor's heartbeat after which the end of one leg ends the other in any case."""
    rtp_stats: bool = False
    """Whether each leg's end writes a line with its counts of sound packets."""
    country: str = "us"
    directories: dict[str, str] = field(default_factory=dict)
    """Entries of `[directories]` in asterisk.conf; empty: where the distribution put them."""


def render(config: AsteriskConfig) -> dict[str, str]:
    """Give the configuration files, as file name -> text. A value that would break out of its line is refused."""
    values = {name: str(value) for name, value in asdict(config).items()}
    values["rtp_stats"] = str(int(config.rtp_stats))
    values["directories"] = "\n".join(f"{_word(k)} => {_word(v)}" for k, v in config.directories.items())
    texts = {f"{name}.conf": _fill(f"{name}.conf", values) for name in _PLAIN}
    texts["pjsip.conf"] = _fill("pjsip.conf", values) + "".join(_carrier(carrier) for carrier in config.carriers)
    return texts


def prompts() -> dict[str, bytes]:
    """Give the prompts that belong into the sounds folder of the switch, as file name -> wav."""
    return {f"{name}.wav": (_folder() / "sounds" / f"{name}.wav").read_bytes() for name in PROMPTS}


def _carrier(carrier: Carrier) -> str:
    if not _NAME.fullmatch(carrier.name):
        raise Misconfigured(f"The carrier name {carrier.name!r} may hold only letters, digits, - and _.")
    values = {name: str(value) for name, value in asdict(carrier).items()}
    values["auth_line"] = f"outbound_auth = {carrier.name}-auth" if carrier.username else ""
    return _fill("carrier.conf", values) + (_fill("carrier_auth.conf", values) if carrier.username else "")


def _fill(name: str, values: dict[str, str]) -> str:
    def value(hole: re.Match[str]) -> str:
        text = values[hole[1]]
        return text if hole[1] in ("directories", "auth_line") else _word(text)

    return _HOLE.sub(value, (_folder() / name).read_text("utf-8"))


def _word(text: str) -> str:
    if not _SAFE.fullmatch(text):
        raise Misconfigured(f"{text!r} cannot stand in a configuration file of Asterisk.")
    return text


def _folder() -> Traversable:
    return files(__name__)
