"""The lines of what a person wrote: the one with the command, what goes on with it, and what adds nothing to it."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from parsers.grammar import Argument, Clause, Reader, Reading
from parsers.words import COURTESY, PLEASE, SIGN_OFF, THANKS, Names, fold, keyword, split

MAX_LINE: Final = 200
"""Characters of a command line."""
PIN: Final = Clause("pin", ("pin",), Argument.PIN)
_MOST_LINES: Final = 40
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_READINGS: Final = 8
_ORNAMENTS: Final = "-~_*/\u2013\u2014"


def lines_of(text: str) -> Sequence[str]:
    """The first lines of a text, without space around them; if there are more, what is left as the last."""
    return [line.strip(" \t") for line in _LINE_END.split(text, _MOST_LINES)]


def command_line(text: str) -> tuple[str, Sequence[str]]:
    """The first line that is not empty, with the clause lines under it joined ("" if there is none), and the rest."""
    lines = lines_of(text)
    first = next((at for at, line in enumerate(lines) if line), None)
    if first is None:
        return "", ()
    line, at = lines[first], first + 1
    while at < len(lines) and (not lines[at] or _clause_line(lines[at])):
        line = f"{line} {lines[at]}".rstrip(" ")
        at += 1
    return line, [left for left in lines[at:] if left]


def _clause_line(line: str) -> bool:
    """Whether a line goes on with the command above it; `Bill Smith` under it is more likely a signature."""
    words = split(line)
    if keyword(words[0]) == "bill":
        return len(words) > 1 and (words[0].isupper() or any(char.isdigit() for char in words[1]))
    return keyword(words[0]) in ("from", "pin") and len(words) > 1


def pins_in(
    lines: Iterable[str], own: frozenset[str] = frozenset(), courtesy: frozenset[str] = COURTESY
) -> frozenset[str] | None:
    """The PINs of lines that say nothing else but `courtesy` and `own` words; None if they say more."""
    pins: set[str] = set()
    for line in filter(None, lines):
        if pin := _lone_pin(line):
            pins.add(pin)
        elif not _only(line, courtesy | PLEASE | own):
            return None
    return frozenset(pins)


def pins_beside_again(lines: Iterable[str], own: frozenset[str] = frozenset()) -> frozenset[str] | None:
    """As `pins_in`, but None also if they thank: beside AGAIN that may be what was meant."""
    lines = list(lines)
    return None if any(map(has_thanks, lines)) else pins_in(lines, own, SIGN_OFF)


def has_thanks(line: str) -> bool:
    """Whether a word of the line thanks."""
    return not THANKS.isdisjoint(_LETTERS.findall(fold(line)))


def _lone_pin(line: str) -> str | None:
    reading = only_reading(Reader(split(line), (PIN,), Names({}), None)) if len(line) <= MAX_LINE else None
    return pin_of(reading.get("pin")) if reading else None


def _only(line: str, known: frozenset[str]) -> bool:
    words = [fold(word).strip(_ORNAMENTS) for word in split(line[: MAX_LINE + 1])]
    return len(line) <= MAX_LINE and all(word in known or not word for word in words)


def only_reading(reader: Reader) -> Reading | None:
    """The reading that accounts for every word, if there is exactly one."""
    found = list(islice(reader.readings(), _READINGS))
    return found[0] if found and all(reading == found[0] for reading in found) else None


def pin_of(value: object) -> str | None:
    """The PIN of a reading, if it has one."""
    assert value is None or isinstance(value, str)
    return value
