"""The files that `cordboard init` writes."""

import json
import os
import shutil
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cordboard.configure import settings_from
from cordboard.settings import Settings
from cordboard.settings.nodes import Node
from kernel.errors import Misconfigured

EXAMPLES = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True, slots=True)
class Answers:
    """The six answers, as they were typed."""

    domain: str = "cordboard.example"
    mail: str = "maildir"
    database: str = "sqlite"
    switch: str = "exchange"
    caller_id: str = ""
    human: str = ""

    def default(self, name: str) -> str:
        """What an empty answer means."""
        if name == "caller_id" and self.switch == "exchange":
            return "+12025550100"
        return str(getattr(self, name))

    def having(self, name: str, text: str) -> "Answers":
        """With one more answer. Raises Misconfigured if it can't be."""
        answers = replace(self, **{name: text.strip()})
        data = answers.as_settings()
        if name != "caller_id":
            data["switch"].setdefault("caller_id", "+12025550100")  # asked for later
        settings = settings_from(data)
        if name == "database" and answers.database != "sqlite":
            from cordboard.schema import open_database

            open_database(settings.database_url.get_secret_value()).close()
        return answers

    def as_settings(self) -> dict[str, Any]:
        """As the TOML file has them."""
        data: dict[str, Any] = {"human_contact": self.human, "mail": {"domain": self.domain}, "switch": {}}
        if self.database != "sqlite":
            data["database_url"] = self.database
        if self.mail != "maildir":
            host, _, port = self.mail.partition(":")
            data["mail"] |= {"way": "smarthost", "smarthost_host": host, "smarthost_port": port or 587}
        if self.switch != "exchange":
            data["switch"] |= {"kind": "asterisk", "ari_url": self.switch}
        if self.caller_id:
            data["switch"]["caller_id"] = self.caller_id
        return data


@dataclass(slots=True)
class Kept:
    """What became of each file, to be told at the end."""

    base: Path
    lines: list[tuple[str, str]] = field(default_factory=list)

    def say(self, path: Path, fate: str) -> None:
        """Note one file."""
        path = path.absolute()
        self.lines.append((fate, str(path.relative_to(self.base) if path.is_relative_to(self.base) else path)))

    def write(self, path: Path, content: str | bytes, mode: int = 0o644) -> None:
        """Put a file in place as a whole, readable for whom `mode` says."""
        data = content.encode() if isinstance(content, str) else content
        aside = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.write(data)
            aside.replace(path)
        except OSError as e:
            raise Misconfigured(f"{path} can't be written: {e.strerror}.") from None
        self.say(path, "wrote")

    def report(self) -> str:
        """One line a file."""
        return "\n".join(f"  {fate:<8} {name}" for fate, name in self.lines)


def settings_text(answers: Answers) -> str:
    """`cordboard.toml`. Raises Misconfigured if the answers don't make settings."""
    settings = settings_from(answers.as_settings())
    data = answers.as_settings()
    database = data.get("database_url")
    smarthost = settings.mail.way == "smarthost"
    values = {
        "human": _quoted(answers.human),
        "database": f"database_url = {_quoted(database)}" if database else '# database_url = "postgresql://..."',
        "domain": _quoted(settings.mail.domain),
        "way": _quoted(settings.mail.way),
        "smarthost": "" if smarthost else "# ",
        "smarthost_host": _quoted(settings.mail.smarthost_host or "mail.example.net"),
        "smarthost_port": str(settings.mail.smarthost_port),
        "kind": _quoted(settings.switch.kind),
        "ari": "" if settings.switch.kind == "asterisk" else "# ",
        "ari_url": _quoted(settings.switch.ari_url),
        "caller_id": _quoted(settings.switch.caller_id),
    }
    text = (EXAMPLES / "cordboard.toml.in").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    settings_from(tomllib.loads(text))
    return text


def write_rest(settings: Settings, file: Path, kept: Kept) -> None:
    """Secret key, database, an example deck, and the files of systemd and (if that is the switch) Asterisk."""
    from cordboard import schema
    from cordboard.keys import ari_password, secrets_of

    key = settings.home / "secret.key"
    fate = "kept" if key.exists() else "wrote"
    secrets = secrets_of(settings)
    if key.exists():
        kept.say(key, fate)
    url = settings.database_url.get_secret_value()
    schema.upgrade(url)
    kept.lines.append(("ready", f"the database ({url.partition(':')[0]})"))
    deck = kept.base / "deck.csv"
    if deck.exists():
        kept.say(deck, "kept")
    else:
        kept.write(deck, (EXAMPLES / "deck.csv").read_bytes())
    kept.write(kept.base / "cordboard.service", _unit(settings, file))
    if settings.switch.kind == "asterisk":
        for node in settings.nodes:
            folder = Path("asterisk", node.name) if settings.switch.nodes else Path("asterisk")
            _write_asterisk(settings, node, ari_password(node, secrets), folder, kept)


def _write_asterisk(settings: Settings, node: Node, password: str, folder: Path, kept: Kept) -> None:
    from dispatcher.switches import asterisk

    ari = urlsplit(node.ari_url)
    config = asterisk.AsteriskConfig(
        ari_password=password,
        ari_user=node.ari_user,
        cel_file=str(settings.cel_file_of(node)),
        http_port=ari.port or 8088,
        sip_host=node.sip_host,
        sip_port=node.sip_port,
        rtp_start=node.rtp_ports[0],
        rtp_end=node.rtp_ports[1],
        carriers=tuple(
            asterisk.Carrier(c.name, c.host, c.port, username=c.username, password=c.password.get_secret_value())
            for c in settings.switch.carriers
        ),
    )
    inside, where = Kept(kept.base / folder), kept.base / folder
    for name, text in asterisk.render(config).items():
        inside.write(where / name, text, mode=0o600 if name in {"ari.conf", "pjsip.conf"} else 0o644)
    for name, sound in asterisk.prompts().items():
        inside.write(where / "sounds" / name, sound)
    kept.lines.append(("wrote", f"{folder}/ ({len(inside.lines)} files)"))


def _unit(settings: Settings, file: Path) -> str:
    program = shutil.which("cordboard") or f"{sys.executable} -m cordboard"
    values = {"program": program, "config": str(file.absolute()), "home": str(settings.home)}
    text = (EXAMPLES / "cordboard.service.in").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)  # a JSON string is a TOML string
