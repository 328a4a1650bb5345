"""What a door's reader makes of a stored message, the same for every door."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from accounts.people import Account, Device, User
from gate.asking import Consent
from parsers.commands import Parsed
from replies.outbox import Envelope


@dataclass(frozen=True, slots=True)
class Heard:
    """A message read: who it seems to be from and by what proof, what it asks for, where an answer would go.

    `user` and `account` are None for a stranger. `proof` is one of `gate/sureness.py::SURENESS`, or "": a PIN
    is still to be checked.
    """

    key: str  # natural key of the message, the same for each delivery of it
    user: User | None
    account: Account | None
    device: Device | None  # the enrolled device it came from, if it did
    proof: str
    pin: str | None
    parsed: Parsed
    sent_ms: int | None
    automatic: bool  # never to be answered, never acted on
    envelope: Envelope
    kept: str  # what the person wrote, PINs struck out
    said: dict[str, str]  # evidence for `cordboard why`
    answerable: bool = True  # whether a question would reach the sender
    cap: int | None = None  # micro-units one call may cost that is ordered this way; None: the account's own
    at_once: bool = False  # the door waits for the answer, and gives it itself
    consent: Consent | None = None  # what the order itself agrees to pay
    in_place: bool = False  # whether that is how one agrees here: an OK to a question can't be sent through this door


class Reader(Protocol):
    """What a door needs besides its wire: it reads the messages that came through it."""

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        """Refused if the message can't be read at all."""
        ...

    def shown(self, recipients: tuple[str, ...]) -> tuple[str, ...]:
        """The recipients as they may be kept in the open."""
        ...
