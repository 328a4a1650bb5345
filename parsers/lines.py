"""The lines of what a person wrote: the one with the command, what goes on with it, and what adds nothing to it."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from parsers.grammar import Reader, Reading
from parsers.table import PIN, VERB
from parsers.vocabulary import CLAUSE, COURTESY, PLEASE, PLEASE_WORDS, SIGN_OFF, THANKS
from parsers.words import Names, fold, keys, split

MAX_LINE: Final = 200
"""Characters of a command line."""
_MOST_LINES: Final = 40
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_EXTENSION: Final = re.compile(r"(?:x|ext\.?|extension) ?[0-9]{1,8}\.?\Z", re.IGNORECASE)
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
    while at < len(lines) and (not lines[at] or _clause_line(lines[at]) or _goes_on(line, lines[at])):
        line = f"{line} {lines[at]}".rstrip(" ")
        at += 1
    return line, [left for left in lines[at:] if left]


def _clause_line(line: str) -> bool:
    """Whether a line goes on with the command above it; `Bill Smith` or `Max` under it is more likely a signature."""
    if _EXTENSION.match(line):
        return True
    words = split(line[:MAX_LINE])
    said = keys(words)
    if CLAUSE["bill"].at(said, 0):
        return len(words) > 1 and (words[0].isupper() or any(char.isdigit() for char in words[1]))
    if CLAUSE["max"].at(said, 0):
        return len(words) > 1 and words[1][0].isdigit()
    if length := CLAUSE["private"].at(said, 0):
        return length == len(words)
    return any(0 < CLAUSE[name].at(said, 0) < len(words) for name in ("from", "at", "pin"))


def _goes_on(above: str, line: str) -> bool:
    """Whether a line says whom to call from the place that the one above it names (`AT hotel`, `CALL bob`)."""
    said, below = (keys(split(each[:MAX_LINE])) for each in (above, line))
    return bool(VERB["at"].at(said, PLEASE.at(said, 0)) and VERB["call"].at(below, PLEASE.at(below, 0)))


def pins_in(
    lines: Iterable[str], own: frozenset[str] = frozenset(), courtesy: frozenset[str] = COURTESY
) -> frozenset[str] | None:
    """The PINs of lines that say nothing else but `courtesy` and `own` words; None if they say more."""
    pins: set[str] = set()
    for line in filter(None, lines):
        if pin := _lone_pin(line):
            pins.add(pin)
        elif not _only(line, courtesy | PLEASE_WORDS | own):
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
    pin = reading.get("pin") if reading else None
    return pin if isinstance(pin, str) else None


def _only(line: str, known: frozenset[str]) -> bool:
    words = [fold(word).strip(_ORNAMENTS) for word in split(line[: MAX_LINE + 1])]
    return len(line) <= MAX_LINE and all(word in known or not word for word in words)


def only_reading(reader: Reader) -> Reading | None:
    """The reading that accounts for every word, if there is exactly one."""
    found = list(islice(reader.readings(), _READINGS))
    return found[0] if found and all(reading == found[0] for reading in found) else None
