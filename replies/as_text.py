"""A reply as a text message: its answer without the details, in as few parts as it can be said."""

import unicodedata
from typing import Final

from replies.gsm import economical, parts

MOST_PARTS: Final = 3
_CUT: Final = "..."


def as_text(reply: str) -> str:
    """The first paragraph. Controls and what no phone shows become blanks; what is over three parts is cut."""
    first = reply.replace("\r\n", "\n").strip().partition("\n\n")[0]
    lines = (" ".join(_shown(line).split()) for line in first.split("\n"))
    text = economical("\n".join(line for line in lines if line))
    if parts(text) <= MOST_PARTS:
        return text
    low, high = 0, len(text)
    while low < high:  # the most that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if parts(text[:middle] + _CUT) <= MOST_PARTS else (low, middle - 1)
    return text[:low].rstrip() + _CUT


def _shown(line: str) -> str:
    """No control, no half of a surrogate pair, nothing invisible: TwiML is XML, which has no place for them."""
    return "".join(_KEPT.get(unicodedata.category(each), each) for each in line)


_KEPT: Final = {"Cc": " ", "Cs": "", "Cf": "", "Co": "", "Cn": ""}
