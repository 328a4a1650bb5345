"""A change as a page's button asks for it, kept in the message as the door took it."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from inbound.pages.choosing import Rendering


@dataclass(frozen=True, slots=True)
class PageOrder:
    """`action` is the button; `what` the name, number, call or phone that it is for; the rest was keyed in.

    `nonce` is the button's own, `generation` that of the PIN that was signed in with. `secure`: it came over TLS.
    `terms`: those that the page of a call showed, by their fingerprint.
    """

    user_id: str
    generation: str
    nonce: str
    action: str
    what: str
    name: str
    number: str
    rendering: Rendering
    secure: bool
    terms: str = ""

    def stored(self) -> bytes:
        """As the message keeps it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The inverse of `stored`."""
        return cls(**json.loads(raw))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as the intake takes it: the sender is a handle; there are no recipients."""

    sender: str
    raw: bytes
    peer: str
    recipients: tuple[str, ...] = ()
