"""What may be read behind a keyword: one function for each kind of argument.

Each takes the line and where to begin, and yields what it may be: where that ends, and its value or why it is refused.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from kernel.errors import Refused
from kernel.ids import REFERENCE_LETTERS
from kernel.money import parse_amount
from parsers import vocabulary
from parsers.line import Argument, Line, has_digit
from parsers.naming import Naming, namings_at
from parsers.numbers import Number, parse_number
from parsers.several import BETWEEN, each_once, parse_numbers
from parsers.targets import NamedNumber, Target
from parsers.words import CLOSING, fold
from parsers.writing import shown

Value = Target | Naming | str | int
Found = Iterator[tuple[int, Value | Refused]]

_CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,32}\Z")
_PIN: Final = re.compile(r"[0-9]{4,10}\Z")
_REFERENCE: Final = re.compile(rf"[{REFERENCE_LETTERS}][1-9][0-9]{{0,6}}\Z")
_QUESTION_CODE: Final = re.compile(r"[0-9]{4}\Z")
_AMOUNT: Final = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,2})?\Z")
_MINUTES: Final = re.compile(r"[1-9][0-9]{0,2}\Z")
_EXTENSION_WORD: Final = re.compile(r"(?:x|ext\.?|extension)[0-9]*[.,!]?\Z", re.IGNORECASE)
_NUMBER_GOES_ON: Final = re.compile(r"[0-9().,;*#-]+\Z")


def targets_at(line: Line, at: int) -> Found:
    """A name of the phone book, the longest first, or a number."""
    if at < len(line.words):
        yield from _names_at(line, at)
        yield from numbers_at(line, at)


def _parties_at(line: Line, at: int) -> Found:
    for end, value in targets_at(line, at):
        name = value.name.split() if isinstance(value, NamedNumber) else []
        if name and all(fold(word) in vocabulary.NOBODY for word in name):
            yield end, Refused("name_pronoun", name=shown(" ".join(line.words[at:end]).rstrip(CLOSING)))
        elif len(name) == 1 and fold(name[0]) in vocabulary.CALENDAR and vocabulary.CLAUSE["at"].at(line.keys, end):
            yield end, Refused("ambiguous")  # `call Sunday at the office`
        else:
            yield end, value


def numbers_at(line: Line, at: int) -> Found:
    """A number, in one word or in several."""
    if at >= len(line.words) or not like_a_number(line.words[at]):
        return
    end = at + 1
    while end < len(line.words) and _goes_on(line, end):
        end += 1
    yield end, _number(" ".join(line.words[at:end]).rstrip(CLOSING), line.country)


@lru_cache(maxsize=64)
def _number(text: str, country: str | None) -> Number | Refused:
    """A line is read by several commands, and its numbers each time."""
    try:
        return parse_number(text, country)
    except Refused as refused:
        return refused


def like_a_number(word: str) -> bool:
    """Whether a word can only be meant as a number, be it a bad one: `+44`, `(415)`, `*67`, `sip:x@y`, `&x`."""
    digits = sum(map(str.isnumeric, word))
    return digits > (2 if word[0].isalpha() else 0) or any(char in "@:/&*#+" for char in word)


def _places_at(line: Line, at: int) -> Found:
    yield from targets_at(line, at)
    if article := vocabulary.ARTICLE.at(line.keys, at):
        yield from _names_at(line, at + article)


def _spots_at(line: Line, at: int) -> Found:
    for end, value in _places_at(line, at):
        if not (isinstance(value, NamedNumber) and fold(value.name) in vocabulary.CALENDAR):
            yield end, value


def _maybe_spots_at(line: Line, at: int) -> Found:
    yield from _spots_at(line, at)
    yield at, ""


def _names_at(line: Line, at: int) -> Found:
    if at >= len(line.words) or line.folded[at] not in line.names.firsts:
        return
    for length in range(min(line.names.longest, len(line.words) - at), 0, -1):
        found = line.names.find(tuple(line.folded[at : at + length]))
        if len({number for _, number in found}) > 1:
            yield at + length, Refused("name_twice", name=shown(found[0][0]))
        elif found:
            yield at + length, _named(*found[0])


def _named(name: str, value: str) -> Value | Refused:
    try:
        first, *further = parse_numbers(value, None)
    except Refused as refused:
        return Refused("name_bad_number", name=shown(name), number=refused.fields.get("number", ""))
    return NamedNumber(name, first, tuple(further))


def _goes_on(line: Line, at: int) -> bool:
    word = line.words[at]
    return bool(_NUMBER_GOES_ON.match(word) or _EXTENSION_WORD.match(word)) and line.clause_at(at) is None


def _codes_at(line: Line, at: int) -> Found:
    if at < len(line.words) and line.clause_at(at) is None and not line.closes(at):
        code = line.words[at].rstrip(CLOSING)
        yield at + 1, (code if _CODE.match(code) else Refused("bill_malformed", code=shown(code)))


def _pins_at(line: Line, at: int) -> Found:
    end = at
    while end < len(line.words) and has_digit(line.words[end]):
        end += 1
    if end > at:
        pin = line.words[at].rstrip(CLOSING)
        yield end, (pin if end == at + 1 and _PIN.match(pin) else Refused("pin_malformed"))


def _digits_at(line: Line, at: int) -> Found:
    for end, value in _pins_at(line, at):
        yield end, Refused("code_malformed") if isinstance(value, Refused) else value


def _money_at(line: Line, at: int) -> Found:
    if at < len(line.words) and not vocabulary.MINUTES.at(line.keys, at + 1):
        amount = line.words[at].rstrip(CLOSING)
        good = _AMOUNT.match(amount) and any(digit in amount for digit in "123456789")
        yield at + 1, parse_amount(amount.replace(",", ".")) if good else Refused("max_malformed", limit=shown(amount))


def _minutes_at(line: Line, at: int) -> Found:
    if at < len(line.words) and (unit := vocabulary.MINUTES.at(line.keys, at + 1)):
        minutes = line.words[at]
        good = _MINUTES.match(minutes)
        yield at + 1 + unit, int(minutes) if good else Refused("max_malformed", limit=shown(minutes))


def _references_at(line: Line, at: int) -> Found:
    at = _around_reference(line, at)
    word = line.words[at].rstrip(CLOSING) if at < len(line.words) else ""
    reference = word.upper() if word.isascii() else ""
    yield (_around_reference(line, at + 1), reference) if _REFERENCE.match(reference) else (at, "")


def _answers_at(line: Line, at: int) -> Found:
    for end, reference in _references_at(line, at):
        word = line.words[end].rstrip(CLOSING) if reference and end < len(line.words) else ""
        if _QUESTION_CODE.match(word):
            yield end + 1, f"{reference} {word}"
        else:
            yield end if reference else at, reference


def _around_reference(line: Line, at: int) -> int:
    while at < len(line.words) and line.folded[at] in vocabulary.AROUND_REFERENCE:
        at += 1
    return at


def _switches_at(line: Line, at: int) -> Found:
    if length := vocabulary.ON.at(line.keys, at):
        yield at + length, "on"
    elif length := vocabulary.OFF.at(line.keys, at):
        yield at + length, "off"
    yield at, ""


def _languages_at(line: Line, at: int) -> Found:
    if at < len(line.words) and not line.closes(at):
        word = line.words[at].rstrip(CLOSING)
        yield at + 1, vocabulary.language_named(word) or Refused("language_unknown", language=shown(word))


def _nothing_at(_line: Line, at: int) -> Found:
    yield at, ""


def _namings_at(line: Line, at: int) -> Found:
    for end, name, number_at, delete in namings_at(line, at, like_a_number):
        if number_at is None:
            yield end, Naming(name, None, delete)
            continue
        last, found = _several_at(line, number_at)
        yield last, found if isinstance(found, Refused) else Naming(name, found[0], further=found[1:])


def _several_at(line: Line, at: int) -> tuple[int, tuple[Number, ...] | Refused]:
    """Numbers in order of preference, parted by commas."""
    found: list[Number] = []
    while at < len(line.words) and like_a_number(line.words[at]):
        end = at + 1
        while end < len(line.words) and not line.words[end - 1].endswith(BETWEEN) and _goes_on(line, end):
            end += 1
        number = _number(" ".join(line.words[at:end]).rstrip(CLOSING), line.country)
        if isinstance(number, Refused):
            return end, number
        found.append(number)
        at = end
        if not line.words[end - 1].endswith(BETWEEN):
            break
    try:
        return at, each_once(found)
    except Refused as refused:
        return at, refused


ARGUMENTS: Final[dict[Argument, Callable[[Line, int], Found]]] = {
    Argument.TARGET: targets_at,
    Argument.PARTY: _parties_at,
    Argument.PLACE: _places_at,
    Argument.SPOT: _spots_at,
    Argument.MAYBE_SPOT: _maybe_spots_at,
    Argument.NUMBER: numbers_at,
    Argument.CODE: _codes_at,
    Argument.PIN: _pins_at,
    Argument.DIGITS: _digits_at,
    Argument.MONEY: _money_at,
    Argument.MINUTES: _minutes_at,
    Argument.REFERENCE: _references_at,
    Argument.ANSWER: _answers_at,
    Argument.NAMING: _namings_at,
    Argument.SWITCH: _switches_at,
    Argument.LANGUAGE: _languages_at,
    Argument.NOTHING: _nothing_at,
}
