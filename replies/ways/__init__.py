"""The ways a reply leaves us, one file each, behind one method."""

import re
from dataclasses import dataclass
from typing import Protocol

from kernel.errors import CordboardError
from replies.envelope import Envelope

_OUTBOX_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Undeliverable(CordboardError):
    """This reply will never get through: trying again cannot help. The message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A row of the outbox, opened: what is to be said to whom. Times in milliseconds since the epoch."""

    outbox_id: str
    envelope: Envelope
    text: str
    now_ms: int
    put_ms: int
    """When it was written down."""
    again: bool
    """Whether it was taken before: then it may be out, and nobody heard."""


class Way(Protocol):
    """A way out."""

    @property
    def take_ms(self) -> int:
        """How long a taken row is its sender's, who is taken for dead then: it is sent by another.

        More than twice what one `send` may take, or sending a row again leaves one copy.
        """

    def send(self, reply: Reply) -> None:
        """Hand over one reply.

        May be called again with the same row, after a crash or when nobody heard that it was taken.
        Raises Unavailable when trying later can help, Undeliverable when it cannot.
        """


def checked_id(outbox_id: str) -> str:
    """The id, if it can stand in a file name and a Message-ID; else ValueError."""
    if not _OUTBOX_ID.fullmatch(outbox_id):
        raise ValueError(f"not an outbox id: {outbox_id!r}")
    return outbox_id
