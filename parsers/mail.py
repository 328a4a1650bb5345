"""What a mail says and from whom it says it is; who really sent it is judged elsewhere, by other evidence."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Final

from kernel.errors import Refused
from parsers.html_text import html_text
from parsers.mime import Body, body, headers, open_mail
from parsers.own_text import clean, own_text

_MAX_FROM: Final = 1000
_MAX_SUBJECT: Final = 1000
_MAX_DATE: Final = 100
_MAX_ID: Final = 500
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}\Z")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_OLD_SUBJECT: Final = re.compile(
    r"\W{0,4}(?:\[[^\]]{1,20}\]\s?)?(?:re|res|r|aw|antw|sv|vs|fw|fwd|wg|rv|tr|i|rif|enc|doorst|odp|pd|ynt|ref)"
    r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3})?\s?[:\uff1a]",
    re.IGNORECASE,
)
_ROBOTS: Final = frozenset({"mailer-daemon", "postmaster", "majordomo", "listserv"})
_ROBOT_HEADERS: Final = ("list-id", "list-post", "x-auto-response-suppress", "x-autoreply", "x-autorespond")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `from_address` is the single From mailbox, domain in lower case, None unless exactly one plain one.

    `date` is aware UTC, None if absent or unreadable; `message_id` as written, with its angle brackets. `subject` is
    decoded, on one line, empty if there is none or more than one. `automatic`: not to be answered (RFC 3834).
    `own_text` is what the person wrote this time, lines joined by newlines. `html_differs`: the HTML part begins with
    another line than the plain part, which decides. `from_name` is the From's display name, which proves nothing.
    """

    from_address: str | None
    message_id: str | None
    date: datetime | None
    subject: str
    is_reply_or_forward: bool
    automatic: bool
    own_text: str
    html_differs: bool
    from_name: str = ""


def read_mail(raw: bytes) -> Mail:
    """Read a raw mail. Raises Refused `unreadable_mail`, and nothing else."""
    try:
        return _read(raw)
    except Refused:
        raise
    except Exception as error:  # email and bs4 raise nearly anything, RecursionError and LookupError too
        raise Refused("unreadable_mail") from error


def _read(raw: bytes) -> Mail:
    message = open_mail(raw)
    subject, from_address = _subject(message), _from_address(message)
    text, differs = _own(body(message))
    return Mail(
        from_address=from_address,
        message_id=_message_id(message),
        date=_date(message),
        subject=subject,
        is_reply_or_forward=_is_old(message, subject),
        automatic=_is_automatic(message, from_address),
        own_text=text,
        html_differs=differs,
        from_name=_from_name(message) if from_address else "",
    )


def _own(parts: Body) -> tuple[str, bool]:
    html = own_text(html_text(parts.html)) if parts.html else ""
    if parts.plain is None or not parts.plain.strip():
        return html, False
    plain = own_text(parts.plain)
    return plain, parts.html is not None and _first_line(plain) != _first_line(html)


def _first_line(text: str) -> str:
    return " ".join(text.split("\n", 1)[0].casefold().split())


def _single(message: "Message[str, str]", name: str, most: int) -> str | None:
    """The value of a header that may stand but once (RFC 5322 3.6); None if absent, doubled or overlong."""
    values = headers(message, name)
    return values[0] if len(values) == 1 and len(values[0]) <= most else None


def _from_address(message: "Message[str, str]") -> str | None:
    """The one mailbox of From: `addr` or `name <addr>` (or `addr (name)`); no group, route, list or second address."""
    written = _single(message, "from", _MAX_FROM)
    if written is None:
        return None
    parsed = default.header_factory("from", written)
    if len(parsed.addresses) != 1 or any(group.display_name for group in parsed.groups):
        return None
    address = str(parsed.addresses[0].addr_spec)
    if not _plainly(written, address) or not _ADDRESS.match(address):
        return None
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _from_name(message: "Message[str, str]") -> str:
    """The display name beside the one mailbox."""
    written = _single(message, "from", _MAX_FROM) or ""
    return str(default.header_factory("from", written).addresses[0].display_name)


def _plainly(written: str, address: str) -> bool:
    """Whether no other reader could find another mailbox in `written`."""
    bracketed = f"<{address}>"
    if written.endswith(bracketed):
        name = _QUOTED.sub("", written.removesuffix(bracketed))
        return not any(sign in name for sign in "<>@,;:")
    return written == address or (written.startswith(f"{address} (") and written.count("@") == 1)


def _subject(message: "Message[str, str]") -> str:
    written = _single(message, "subject", _MAX_SUBJECT)
    decoded = str(default.header_factory("subject", written)) if written else ""
    return clean(decoded.replace("\r", "\ufffd").replace("\n", "\ufffd")).replace("\n", "\ufffd").strip()


def _message_id(message: "Message[str, str]") -> str | None:
    return _single(message, "message-id", _MAX_ID) or None


def _date(message: "Message[str, str]") -> datetime | None:
    written = _single(message, "date", _MAX_DATE)
    try:
        date = parsedate_to_datetime(written) if written else None
        if date is None:
            return None
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_old(message: "Message[str, str]", subject: str) -> bool:
    """Whether the subject was somebody's before: a reply or a forward, by headers or by its prefix."""
    answered = any(any(headers(message, name)) for name in ("in-reply-to", "references", "resent-from"))
    return answered or bool(_OLD_SUBJECT.match(subject)) or subject.lower().endswith("(fwd)")


def _is_automatic(message: "Message[str, str]", from_address: str | None) -> bool:
    """RFC 3834 section 2 and what programs do beside it."""
    submitted = [value.partition(";")[0].strip().lower() for value in headers(message, "auto-submitted")]
    precedence = [value.strip().lower() for value in headers(message, "precedence")]
    robot = from_address is not None and from_address.partition("@")[0].lower() in _ROBOTS
    return (
        any(value != "no" for value in submitted)
        or any(value in ("bulk", "list", "junk", "auto_reply") for value in precedence)
        or any(headers(message, name) for name in _ROBOT_HEADERS)
        or any(value.replace(" ", "") == "<>" for value in headers(message, "return-path"))
        or message.get_content_type() in ("multipart/report", "message/delivery-status")
        or robot
    )
