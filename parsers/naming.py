"""What may follow NAME: a new name with its number, a name to take out, one to look up (or its first letters), or none.

A name is spelled freely, so a line is read from its ends: where DELETE stands, and where the number begins.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from parsers import vocabulary
from parsers.line import Line
from parsers.numbers import Number
from parsers.words import CLOSING, MOST_NAME_LENGTH, MOST_NAME_WORDS

_CRAFT: Final = re.compile(r"[A-Za-z]/[A-Za-z]\Z|(?=[A-Za-z0-9-]*[0-9])[A-Z]{1,2}-?[0-9][A-Z0-9]{1,4}\Z")
"""Prefixes of ships' names (`M/V`, `S/Y`), and registrations of aircraft that have digits in them (ICAO Annex 7)."""
_AFTER_NAME: Final = CLOSING + ":="


@dataclass(frozen=True, slots=True)
class Naming:
    """A name, "" for all; `number` to keep for it, and `further` ones; `delete` to take it out."""

    name: str = ""
    number: Number | None = None
    delete: bool = False
    further: tuple[Number, ...] = ()


Span = tuple[int, str, int | None, bool]
"""Where it ends, the name, where its number begins if one does, and whether the name is to go."""


def namings_at(line: Line, at: int, is_number: Callable[[str], bool]) -> Iterator[Span]:
    """The ways to read a naming at `at`."""
    yield from _named(line, at, is_number)
    if every := vocabulary.LIST.at(line.keys, at):
        yield at + every, "", None, False
    yield at, "", None, False


def _named(line: Line, at: int, is_number: Callable[[str], bool]) -> Iterator[Span]:
    end = _name_ends(line, at, is_number)
    if end < len(line.words) and _begins_number(line.words[end], is_number):
        if _is_name(line, at, end) and not _deletes(line, at, end):
            yield end, _spelled(line, at, end), end, False
        return
    first, last = vocabulary.DELETE.at(line.keys, at), vocabulary.DELETE.at(line.keys, end - 1) if end > at else 0
    if first and _is_name(line, at + first, end):
        yield end, _spelled(line, at + first, end), None, True
    if last and _is_name(line, at, end - 1):
        yield end, _spelled(line, at, end - 1), None, True
    folded = tuple(line.folded[at:end])
    known = line.names.find(folded) or (len(folded) == 1 and line.names.begin(folded[0]))
    if not first and not last and known:
        yield end, _spelled(line, at, end), None, False


def _name_ends(line: Line, at: int, is_number: Callable[[str], bool]) -> int:
    end = at
    while end < len(line.words) and not (
        _begins_number(line.words[end], is_number) or line.closes(end) or _pin_at(line, end)
    ):
        end += 1
    return end


def _begins_number(word: str, is_number: Callable[[str], bool]) -> bool:
    """`Marie:` is a name, what follows is its number; so are `M/V` and `N123AB`, a ship and an aircraft."""
    bare = word.rstrip(_AFTER_NAME)
    return bool(bare) and is_number(bare) and not _CRAFT.match(bare)


def _pin_at(line: Line, at: int) -> bool:
    return bool(vocabulary.CLAUSE["pin"].at(line.keys, at))


def _deletes(line: Line, at: int, end: int) -> bool:
    return any(vocabulary.DELETE.at(line.keys, edge) for edge in (at, end - 1))


def _is_name(line: Line, at: int, end: int) -> bool:
    name = _spelled(line, at, end)
    has_letter = any(char.isalpha() for char in name)
    return 0 < end - at <= MOST_NAME_WORDS and len(name) <= MOST_NAME_LENGTH and has_letter and name.isprintable()


def _spelled(line: Line, at: int, end: int) -> str:
    return " ".join(line.words[at:end]).rstrip(_AFTER_NAME + " ")
