"""Reads the words of one line by a command's clauses.

Two readers share the arguments below: `readings` yields only what accounts for every word (what may launch), and
`leftovers` says, where there is none, which words were not understood.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kernel.errors import Refused
from kernel.ids import REFERENCE_LETTERS
from parsers.numbers import parse_number
from parsers.targets import NamedNumber, Target
from parsers.words import AROUND_REFERENCE, CLOSING, PLEASE, THANKS_END, Names, fold, keyword, phrase_at
from parsers.writing import shown


class Argument(Enum):
    """What may follow a keyword."""

    TARGET = "a number, or a name of the phone book"
    CODE = "1 to 32 letters, digits, dots, dashes or underscores"
    PIN = "4 to 10 digits"
    REFERENCE = "an order's reference such as K7, or nothing: the only order there is"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Clause:
    """A keyword (any of `keywords`, `hang up` being one) with its argument; at most once a line, in any order.

    A clause without keywords is its argument alone.
    """

    name: str
    keywords: tuple[str, ...]
    argument: Argument


Value = Target | str
Reading = dict[str, Value]

_CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,32}\Z")
_PIN: Final = re.compile(r"[0-9]{4,10}\Z")
_REFERENCE: Final = re.compile(rf"[{REFERENCE_LETTERS}][1-9][0-9]{{0,6}}\Z")
_EXTENSION_WORD: Final = re.compile(r"(?:x|ext\.?|extension)[0-9]*[.,!]?\Z", re.IGNORECASE)
_NUMBER_GOES_ON: Final = re.compile(r"[0-9().,;*#-]+\Z")
_HIDDEN: Final = "****"
_LONGEST_TOLD: Final = 40
_MOST_BETWEEN: Final = 2


@dataclass(frozen=True, slots=True)
class Reader:
    """One line's words with what is needed to read them; `thanks` says whether it may close with thanks."""

    words: Sequence[str]
    clauses: tuple[Clause, ...]
    names: Names
    country: str | None
    thanks: bool = True

    def clause_at(self, at: int) -> Clause | None:
        """The clause whose keyword stands at `at`."""
        return next((clause for clause in self.clauses if phrase_at(self.words, at, clause.keywords)), None)

    def _clauses_at(self, at: int) -> Iterator[tuple[Clause, int]]:
        """The clauses that may begin at `at`, each with where its argument begins."""
        for clause in self.clauses:
            length = phrase_at(self.words, at, clause.keywords)
            if length or not clause.keywords:
                yield clause, at + length

    def readings(self, at: int = 0, used: frozenset[str] = frozenset()) -> Iterator[Reading]:
        """Every way to account for all words from `at` on, the clauses in `used` being taken."""
        if self.closes(at):
            yield {}
            return
        if keyword(self.words[at]) in PLEASE:
            yield from self.readings(at + 1, used)
            return
        for clause, begin in self._clauses_at(at):
            if clause.name in used:
                continue
            for end, value in self.arguments(clause.argument, begin):
                if not isinstance(value, Refused):
                    for rest in self.readings(end, used | {clause.name}):
                        yield {clause.name: value} | rest

    def leftovers(self) -> tuple[tuple[str, ...], Refused | None]:
        """The words that no clause accounts for, as spelled (PINs hidden), in order; and the first refusal met."""
        unknown: list[str] = []
        why: Refused | None = None
        used: set[str] = set()
        at = 0
        while at < len(self.words) and not self.closes(at):
            clause = self.clause_at(at)
            if clause is not None and clause.name not in used:
                used.add(clause.name)
                begin = at + phrase_at(self.words, at, clause.keywords)
                at, refused = self._explain(clause, begin, unknown)
                why = why or refused
                continue
            if keyword(self.words[at]) not in PLEASE:
                unknown.append(self.spelled(at))
            at += 1
        return tuple(unknown), why

    def spelled(self, at: int) -> str:
        """The word at `at` to be told back: cut short, and hidden if it may be (part of) a PIN."""
        return _HIDDEN if _has_digit(self.words[at]) and self._after_pin(at) else self.words[at][:_LONGEST_TOLD]

    def _after_pin(self, at: int) -> bool:
        """Whether PIN stands before `at` with only digits and at most two other words between (`PIN is 1234`)."""
        between = 0
        for back in range(at - 1, -1, -1):
            if keyword(self.words[back]).startswith("pin"):
                return True
            between += not _has_digit(self.words[back])
            if between > _MOST_BETWEEN or self.clause_at(back):
                return False
        return False

    def _explain(self, clause: Clause, at: int, unknown: list[str]) -> tuple[int, Refused | None]:
        """Take the argument of `clause` if there is a good one, else note the words of the bad one in `unknown`."""
        refused: tuple[int, Refused] | None = None
        for end, value in self.arguments(clause.argument, at):
            if not isinstance(value, Refused):
                return end, None
            refused = refused or (end, value)
        if refused:
            unknown += [self.spelled(index) for index in range(at, refused[0])]
            return refused
        if self.closes(at) or self.clause_at(at):
            return at, Refused("clause_empty", clause=clause.name.upper())
        return at, None

    def closes(self, at: int) -> bool:
        """Whether nothing but thanks follows."""
        rest = tuple(word for word in map(fold, self.words[at:]) if word)
        while rest:
            end = next((end for end in THANKS_END if rest[: len(end)] == end), None)
            if end is None or not (self.thanks or rest[0] in PLEASE):
                return False
            rest = rest[len(end) :]
        return True

    def arguments(self, argument: Argument, at: int) -> Iterator[tuple[int, Value | Refused]]:
        """What may be read at `at`: where it ends, and its value or why it is refused; longest names first."""
        if argument is Argument.NOTHING:
            yield at, ""
        elif argument is Argument.REFERENCE:
            yield self._reference_at(self._around_reference(at))
        elif at >= len(self.words):
            return
        elif argument is Argument.TARGET:
            yield from self._names_at(at)
            yield from self._number_at(at)
        elif argument is Argument.PIN:
            yield from self._pin_at(at)
        elif self.clause_at(at) is None and not self.closes(at):
            code = self.words[at].rstrip(CLOSING)
            yield at + 1, (code if _CODE.match(code) else Refused("bill_malformed", code=shown(code)))

    def _reference_at(self, at: int) -> tuple[int, str]:
        word = self.words[at].rstrip(CLOSING) if at < len(self.words) else ""
        reference = word.upper() if word.isascii() else ""
        return (self._around_reference(at + 1), reference) if _REFERENCE.match(reference) else (at, "")

    def _around_reference(self, at: int) -> int:
        while at < len(self.words) and fold(self.words[at]) in AROUND_REFERENCE:
            at += 1
        return at

    def _names_at(self, at: int) -> Iterator[tuple[int, Value | Refused]]:
        for length in range(min(self.names.longest, len(self.words) - at), 0, -1):
            found = self.names.find(tuple(fold(word) for word in self.words[at : at + length]))
            if len({number for _, number in found}) > 1:
                yield at + length, Refused("name_twice", name=shown(found[0][0]))
            elif found:
                yield at + length, _named(*found[0])

    def _number_at(self, at: int) -> Iterator[tuple[int, Value | Refused]]:
        if not _like_a_number(self.words[at]):
            return
        end = at + 1
        while end < len(self.words) and self._goes_on(end):
            end += 1
        text = " ".join(self.words[at:end]).rstrip(CLOSING)
        try:
            yield end, parse_number(text, self.country)
        except Refused as refused:
            yield end, refused

    def _goes_on(self, at: int) -> bool:
        word = self.words[at]
        return bool(_NUMBER_GOES_ON.match(word) or _EXTENSION_WORD.match(word)) and self.clause_at(at) is None

    def _pin_at(self, at: int) -> Iterator[tuple[int, Value | Refused]]:
        end = at
        while end < len(self.words) and _has_digit(self.words[end]):
            end += 1
        if end > at:
            pin = self.words[at].rstrip(CLOSING)
            yield end, (pin if end == at + 1 and _PIN.match(pin) else Refused("pin_malformed"))


def _named(name: str, value: str) -> Value | Refused:
    try:
        return NamedNumber(name, parse_number(value, None))
    except Refused as refused:
        return Refused("name_bad_number", name=shown(name), number=refused.fields.get("number", ""))


def _has_digit(word: str) -> bool:
    return any(char.isnumeric() for char in word)


def _like_a_number(word: str) -> bool:
    """Whether a word can only be meant as a number, be it a bad one: `+44`, `(415)`, `*67`, `sip:x@y`, `&x`."""
    digits = sum(map(str.isnumeric, word))
    return digits > (2 if word[0].isalpha() else 0) or any(char in "@:/&*#+" for char in word)
