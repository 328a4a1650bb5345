"""What the local maildir holds, for `cordboard mail`."""

import datetime as dt
import email
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass(frozen=True)
class ShownMail:
    """One mail, decoded."""

    when: dt.datetime
    """Aware, UTC."""
    to: str
    subject: str
    text: str


def list_mails(path: Path) -> list[ShownMail]:
    """Return the mails in the order they were written, the newest last; none if there is no such maildir."""
    found: list[tuple[int, ShownMail]] = []
    for file in [*path.glob("new/*"), *path.glob("cur/*")]:
        try:
            written, raw = file.stat().st_mtime_ns, file.read_bytes()
        except FileNotFoundError:
            continue  # a mail reader moved it meanwhile
        found.append((written, _shown(email.message_from_bytes(raw, policy=default), written)))
    return [mail for _, mail in sorted(found, key=lambda each: each[0])]


def _shown(mail: EmailMessage, written: int) -> ShownMail:
    date = mail["Date"].datetime if mail["Date"] else None
    when = date if date and date.tzinfo else dt.datetime.fromtimestamp(written / 1e9, dt.UTC)
    body = mail.get_body(("plain",))
    text = "\n".join(str(body.get_content()).splitlines()) if body else ""
    return ShownMail(when.astimezone(dt.UTC), str(mail["To"] or ""), str(mail["Subject"] or ""), text)
