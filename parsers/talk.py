"""Signs that what has the form of an order is talk: called out, put off by what stands below it, or no number."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from kernel.errors import Refused
from parsers.vocabulary import BUT, CLOSING_WORDS, WHEN
from parsers.words import OPENING, fold, keys, split

_FAULTS: Final = frozenset(
    {"number_short", "number_letters", "number_badly_written", "number_odd_characters", "number_is_an_address"}
)
_TIME: Final = re.compile(r"[0-9]{1,2}[:.h][0-9]{2}\b")
_CALLED_OUT: Final = ("!", ",", "..", "\u2026")
_MOST_LINES: Final = 4
_MOST_CHARACTERS: Final = 80
"""What is longer, or further below, is a footer or a disclaimer."""


def called_out(line: str) -> bool:
    """Whether it ends as what is called out, sighed or said to somebody does (`Home!!`, `again...`, `Mum,`)."""
    words = split(line)
    return line.startswith(OPENING) or (fold(words[-1]) not in CLOSING_WORDS and words[-1].endswith(_CALLED_OUT))


def puts_off(lines: Iterable[str]) -> bool:
    """Whether lines beside an order put it off, take it back or make it depend on something (`tomorrow`, `not yet`)."""
    near = (keys(split(line)) for line in islice(lines, _MOST_LINES) if len(line) <= _MOST_CHARACTERS)
    return any(WHEN.at(said, 0) or any(BUT.at(said, at) for at in range(len(said))) for said in near)


def is_no_number(why: Refused | None) -> bool:
    """Whether what was refused as a number was none: `at 5pm`, `at 17:30`."""
    number = why.fields.get("number", "") if why else ""
    return why is not None and (bool(_TIME.match(number)) or (why.key in _FAULTS and not number.startswith("+")))
