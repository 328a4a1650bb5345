"""A text message as a gateway's door takes it in, and as it is kept in the message."""

import json
import re
from dataclasses import asdict, dataclass
from typing import Final, Self

LONGEST: Final = 1600
"""Characters: what Twilio joins into one; ten and a half parts of a long text."""
LONGEST_ID: Final = 64
E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Text:
    """One text. `sender` is E.164, `to` the number of ours that it was sent to; `sent_ms` None if nobody says.

    `carrier_word`: the carrier took it for one of its own words, and has answered ("STOP", "START", "HELP", else "").
    """

    id: str
    sender: str
    to: str
    text: str
    sent_ms: int | None = None
    carrier_word: str = ""

    def stored(self) -> bytes:
        """As the message keeps it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The inverse of `stored`."""
        return cls(**json.loads(raw))


@dataclass(frozen=True, slots=True)
class Delivery:
    """As the intake takes it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    peer: str

    @classmethod
    def of(cls, text: Text, peer: str) -> Self:
        """A text that came from this address."""
        return cls(text.sender, (text.to,), text.stored(), peer[:64])
