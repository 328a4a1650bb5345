"""The octets of SMTP: command lines, addresses and mail data, read strictly so that no two readers differ on them.

What other servers forgive (a lone LF or CR, a NUL) lets a sender end the data where only one of two servers sees the
end ("SMTP smuggling"), so here it is refused and never ends anything.
"""

import asyncio
import re

from inbound.smtp.limits import SmtpLimits

CRLF = b"\r\n"
END = b".\r\n"
FLOOD = 4
"""How many times the permitted size we read, to be able to say 552 at the end of the data, before we hang up."""

NULL_SENDER = "<>"
_HTTP = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PRI"})
_UNPRINTABLE = re.compile(rb"[^\x20-\x7e]")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_LOCAL = r'(?:[^\s<>()\[\]\\,;:@"]{1,64}|"(?:[^"\\]|\\.){1,62}")'
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?|\[[A-Fa-f0-9:.IPv]{2,64}\])"
_PATH = re.compile(rf"<(?P<address>{_LOCAL}@{_DOMAIN}|postmaster)?>(?:\s+(?P<rest>.*))?", re.IGNORECASE)


class WireFault(Exception):
    """The peer broke a rule or a limit: `reply` is what it is told, `close` whether that ends the connection."""

    def __init__(self, reply: str, *, close: bool = False) -> None:
        super().__init__(reply)
        self.reply = reply
        self.close = close


BARE = "554 5.6.0 Mail data holds a bare CR, a bare LF or a NUL; lines end with CR LF"
LONG = "500 5.6.0 A line of the mail is too long (RFC 5321, 4.5.3.1.6)"
BIG = "552 5.3.4 Message too big, at most {} octets"


LATER = "451 4.3.0 Not taken: a part of our system is away for a moment. Please try again later"
CLOSING = "421 4.3.2 We are closing, please try again later"
FIXED = {
    "QUIT": ("221 2.0.0 Bye", True),
    "HELP": ("214 2.0.0 Mail us an order", False),
    "VRFY": ("252 2.1.5 Send the mail and see", False),
    "EXPN": ("502 5.5.1 EXPN is not offered here", False),
    "AUTH": ("502 5.5.1 AUTH is not offered here", False),
    # Its octets follow unasked and would be read as commands.
    "BDAT": ("502 5.5.1 BDAT is not offered here", True),
}
"""Commands with one answer, and whether it ends the connection."""


def split_command(line: bytes, limits: SmtpLimits) -> tuple[str, str | None]:
    """Split a command line, as read with its line end, into the verb in capitals and the rest, if any."""
    if len(line) > limits.command_octets:
        raise WireFault("500 5.5.2 Line too long")
    if not line.endswith(CRLF):
        raise WireFault("500 5.5.2 Lines end with CR LF")
    word, _, rest = line[:-2].partition(b" ")
    if not word.isalpha():
        # Octets that are no text are another protocol (a TLS hello): nothing after them would be a command.
        raise WireFault("500 5.5.2 Not a command", close=_UNPRINTABLE.search(line, 0, len(line) - 2) is not None)
    verb = word.decode("ascii").upper()
    if verb in _HTTP:
        raise WireFault("421 4.7.0 This is SMTP, not HTTP", close=True)
    if _CONTROL.search(rest):
        raise WireFault("501 5.5.4 Control characters are not allowed here")
    if not rest.isascii():
        raise WireFault("553 5.6.7 Only ASCII addresses are served here")
    return verb, rest.strip().decode("ascii") or None


def split_path(text: str) -> tuple[str, str] | None:
    """Split `<address> parameters` of MAIL and RCPT; the null sender keeps its brackets. None if it is malformed.

    Source routes are malformed too: RFC 5321 (appendix C) lets a server refuse them, and nobody honest sends one.
    """
    found = _PATH.fullmatch(text)
    if found is None or len(text) > 512:
        return None
    return found["address"] or NULL_SENDER, found["rest"] or ""


async def read_data(reader: asyncio.StreamReader, limits: SmtpLimits) -> bytes:
    """Read mail data up to the final dot and undo dot-stuffing. A fault waits for it: there both sides agree."""
    lines: list[bytes] = []
    fault: str | None = None
    kept = seen = 0
    inside = False
    while True:
        line, whole = await _read_line(reader)
        if line == END and not inside:
            break
        inside = not whole
        seen += len(line)
        if seen > FLOOD * limits.message_octets:
            raise WireFault(BIG.format(limits.message_octets), close=True)
        line = line.removeprefix(b".")
        kept += len(line)
        fault = fault or _fault_in(line, whole, kept, limits)
        if fault:
            lines.clear()
        else:
            lines.append(line)
    if fault:
        raise WireFault(fault)
    return b"".join(lines)


async def _read_line(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """Read up to CRLF; of a line beyond the reader's limit a piece, and False."""
    try:
        return await reader.readuntil(CRLF), True
    except asyncio.LimitOverrunError as overrun:
        return await reader.read(overrun.consumed), False


def _fault_in(line: bytes, whole: bool, kept: int, limits: SmtpLimits) -> str | None:
    text = line[:-2] if whole else line
    if b"\n" in text or b"\r" in text or b"\0" in text:
        return BARE
    if not whole or len(line) > limits.line_octets:
        return LONG
    if kept > limits.message_octets:
        return BIG.format(limits.message_octets)
    return None
