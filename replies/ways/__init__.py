"""The ways a reply leaves us, one file each, behind one method."""

import re
from typing import Protocol

from kernel.errors import CordboardError

_OUTBOX_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Undeliverable(CordboardError):
    """This reply will never get through: trying again cannot help. The message says why, for the operator."""


class Way(Protocol):
    """A way out."""

    @property
    def take_ms(self) -> int:
        """How long a taken row is its sender's, who is taken for dead then: it is sent by another.

        More than twice what one `send` may take, or sending a row again leaves one copy.
        """

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        """Hand over one composed message.

        May be called again with the same row, after a crash or when nobody heard that it was taken: the receiver can
        tell the copies by their Message-ID.
        Raises Unavailable when trying later can help, Undeliverable when it cannot.
        """


def checked_id(outbox_id: str) -> str:
    """The id, if it can stand in a file name and a Message-ID; else ValueError."""
    if not _OUTBOX_ID.fullmatch(outbox_id):
        raise ValueError(f"not an outbox id: {outbox_id!r}")
    return outbox_id
