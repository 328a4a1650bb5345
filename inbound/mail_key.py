"""What makes a mail the same mail, by whatever door and however often it is delivered."""

import hashlib
import re

from parsers.mail import Mail

_TRACE = frozenset(
    {
        b"received", b"return-path", b"delivered-to", b"x-original-to", b"envelope-to", b"delivery-date",
        b"received-spf", b"authentication-results",
        b"arc-seal", b"arc-message-signature", b"arc-authentication-results",
    }
)  # fmt: skip
"""What hosts on the way write into a mail, so that it is not the same twice (RFC 5321 4.4, RFC 8601, RFC 8617)."""
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:.*(?:\r?\n[ \t].*)*", re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")


def mail_key(mail: Mail, raw: bytes) -> str:
    """From and Message-ID; for want of one the date; for want of both the mail itself, but for what hosts add to it.

    Spaces in the ID count as one each: a signature stands however many there are (RFC 6376, 3.4.2).
    """
    what = " ".join((mail.message_id or "").split()) or (mail.date.isoformat() if mail.date else _itself(raw))
    return f"email\n{mail.from_address}\n{what}"


def _itself(raw: bytes) -> str:
    end = _END.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    own = [found[0].strip() for found in _FIELD.finditer(head) if found[1].lower() not in _TRACE]
    return hashlib.sha256(b"\n".join([*own, b"", body.strip()])).hexdigest()
