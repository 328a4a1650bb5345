"""Composes an answer as a mail that the smallest device can show: one part, plain text, the answer first."""

import datetime as dt
import quopri
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime

from parsers.pins import strike_pins
from replies.ways import Undeliverable, checked_id

SUBJECT_MOST = 60
REFERENCES_MOST = 10

# Folding before a long Message-ID would leave the header's first line empty, which some readers take for the end of it.
_POLICY = compat32.clone(linesep="\r\n", max_line_length=998)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_REPLY_MARK = re.compile(r"(?:\s*(?:re|aw|sv|antw|odp|fwd?|wg)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_REFERENCE = re.compile(r"[A-Z]{1,3}[0-9]{1,6}\b")


@dataclass(frozen=True)
class MailAnswer:
    """What to say to whom, and about which mail of theirs."""

    outbox_id: str
    sender: str
    """The exact address the user wrote to: gateways such as Winlink let an answer from no other address through."""
    to: str
    text: str
    sent_ms: int
    """The time now, in milliseconds since 1970."""
    subject: str = ""
    """Of their mail, as decoded."""
    in_reply_to: str = ""
    """The Message-ID of their mail."""
    references: str = ""
    """Its References."""


def compose(answer: MailAnswer, domain: str = "") -> bytes:
    """Return the mail, with CRLF line ends. Raises Undeliverable for a malformed address.

    `domain` is the right side of the Message-ID, that of the sender's address when not given.
    """
    sender, to = checked_address(answer.sender), checked_address(answer.to)
    text = _clean_text(answer.text)
    mail = Message(_POLICY)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = Header(_subject(answer.subject, text), header_name="Subject").encode()
    mail["Date"] = format_datetime(dt.datetime.fromtimestamp(answer.sent_ms // 1000, dt.UTC))
    mail["Message-ID"] = message_id_of(answer.outbox_id, domain or sender.rpartition("@")[2])
    for name, value in _thread(answer):
        mail[name] = value
    # RFC 3834: nothing automatic shall answer this in turn.
    mail["Auto-Submitted"] = "auto-replied"
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = 'text/plain; charset="utf-8"'
    _set_text(mail, text)
    return mail.as_bytes()


def message_id_of(outbox_id: str, domain: str) -> str:
    """Return the Message-ID of an outbox row's mail: the same at every try, so that receivers drop a second copy."""
    return f"<{checked_id(outbox_id)}.cordboard@{domain}>"


def checked_address(address: str) -> str:
    """Return the address if it is plain `local@domain` in ASCII (RFC 5321, no quoting), else raise Undeliverable.

    Nothing that could begin another header or SMTP command passes: no CR, LF, NUL, blank, bracket or comma.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or len(found["local"]) > 64 or len(found["domain"]) > 253:
        raise Undeliverable(f"not a mail address: {address!r}")
    return address


def _thread(answer: MailAnswer) -> Iterator[tuple[str, str]]:
    theirs = answer.in_reply_to.strip()
    if not _MESSAGE_ID.fullmatch(theirs):
        return
    earlier = [each for each in _MESSAGE_ID.findall(answer.references) if each != theirs]
    yield "In-Reply-To", theirs
    yield "References", " ".join([*earlier[-REFERENCES_MOST + 1 :], theirs])


def _subject(theirs: str, text: str) -> str:
    """`Re:` and theirs, short and without a PIN; or the order's reference; or how the answer begins."""
    words = " ".join(_printable(unicodedata.normalize("NFKC", theirs[:1000])).split())
    words = strike_pins(_REPLY_MARK.sub("", words, count=1))
    if words:
        return "Re: " + _shortened(words)
    first = text.partition("\n")[0]
    reference = _REFERENCE.match(first)
    return reference[0] if reference else _shortened(first) or "Cordboard"


def _shortened(words: str) -> str:
    return words if len(words) <= SUBJECT_MOST else words[: SUBJECT_MOST - 3].rstrip() + "..."


def _clean_text(text: str) -> str:
    lines = (_printable(line).rstrip() for line in text.strip().splitlines())
    return "\n".join(lines) + "\n"


def _printable(text: str) -> str:
    """Controls and lone surrogates become blanks; invisible marks, some of which reorder text, go."""
    kept = {"Cc": " ", "Cs": " ", "Cf": ""}
    return "".join(kept.get(unicodedata.category(each), each) for each in text)


def _set_text(mail: Message, text: str) -> None:
    """7bit where possible: quoted-printable doubles the price of a letter over HF."""
    if text.isascii() and max(map(len, text.split("\n"))) <= 998:
        mail["Content-Transfer-Encoding"] = "7bit"
        mail.set_payload(text)
    else:
        mail["Content-Transfer-Encoding"] = "quoted-printable"
        mail.set_payload(quopri.encodestring(text.encode()).decode("ascii"))
