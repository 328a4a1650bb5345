"""A mail from a mailbox read: as every mail, with what the door saw on top of it.

Its first line is the door's own, so nothing in the mail can pass for it: when the server took the mail, and whether we
have the whole of it.
"""

import re
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from inbound.heard import Heard, Reader
from kernel.errors import Refused
from parsers.commands import NotACommand

_STAMP = re.compile(rb"X-Cordboard-Mailbox: arrived=(\d{1,14}); whole=(yes|no)\r\n")


def stamped(raw: bytes, arrived_ms: int, *, whole: bool = True) -> bytes:
    """A mail with the door's line above it; not `whole`: it was too large, and `raw` is its header."""
    return b"X-Cordboard-Mailbox: arrived=%d; whole=%s\r\n" % (arrived_ms, b"yes" if whole else b"no") + raw


@dataclass(frozen=True, slots=True)
class ImapReader:
    """Reads what `stamped` made, by the reader of mails: the same mail by another door is the same message."""

    mails: Reader

    def shown(self, recipients: tuple[str, ...]) -> tuple[str, ...]:
        """Secret aliases are not kept in the open."""
        return self.mails.shown(recipients)

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        """Refused (unreadable_mail) if it is no mail that can be read.

        It was sent when its date says, but not after it came to the mailbox: it may have lain there for days, while
        nobody read it, and a mail need not have a date.
        """
        stamp = _STAMP.match(raw)
        assert stamp is not None
        heard = self.mails.read(conn, recipients, raw[stamp.end() :], peer)
        arrived_ms = int(stamp[1])
        sent_ms = arrived_ms if heard.sent_ms is None else min(heard.sent_ms, arrived_ms)
        if stamp[2] == b"no":
            heard = replace(heard, parsed=NotACommand((), Refused("mail_too_large")))
        return replace(heard, sent_ms=sent_ms)
