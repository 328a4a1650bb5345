"""What the doors hand to the intake that take no mails: an order in fields, and who brought it."""

import json
from dataclasses import asdict, dataclass
from typing import Final, Self

LONGEST_PEER: Final = 64


@dataclass(frozen=True, slots=True)
class Fields:
    """An order that came in fields; each door has its own."""

    def stored(self) -> bytes:
        """As the message keeps it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The inverse of `stored`."""
        return cls(**json.loads(raw))


@dataclass(frozen=True, slots=True)
class Delivery:
    """As the intake takes it (`inbound/intake.py::Delivered`)."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    peer: str

    @classmethod
    def of(cls, sender: str, order: Fields, peer: str, *recipients: str) -> Self:
        """What `sender`, as the door names them, ordered from the address `peer`."""
        return cls(sender, recipients, order.stored(), peer[:LONGEST_PEER])
