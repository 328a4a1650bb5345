"""A text message as a gateway's door takes it in, and as it is kept in the message."""

import re
from dataclasses import dataclass
from typing import Final

from inbound.delivery import Fields

LONGEST: Final = 1600
"""Characters: what Twilio joins into one; ten and a half parts of a long text."""
LONGEST_ID: Final = 64
E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Text(Fields):
    """One text. `sender` is E.164, `to` the number of ours that it was sent to; `sent_ms` None if nobody says.

    `carrier_word`: the carrier took it for one of its own words, and has answered ("STOP", "START", "HELP", else "").
    """

    id: str
    sender: str
    to: str
    text: str
    sent_ms: int | None = None
    carrier_word: str = ""
