"""One line's words, with what is needed to read them: which clauses there may be, whose names, which country."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from parsers import vocabulary
from parsers.words import Names, Phrases, fold, keys

_HIDDEN: Final = "****"
_LONGEST_TOLD: Final = 40
_MOST_BETWEEN: Final = 2


class Argument(Enum):
    """What may follow a keyword."""

    TARGET = "a number, or a name of the phone book"
    PARTY = "the same, but no `me` or `him`, whatever the phone book says"
    PLACE = "as TARGET; `the` and `my` may stand before the name"
    SPOT = "as PLACE, but no month or day of the week, whatever the phone book says"
    MAYBE_SPOT = "the same, or nothing"
    NUMBER = "a number"
    CODE = "1 to 32 letters, digits, dots, dashes or underscores"
    PIN = "4 to 10 digits"
    DIGITS = "4 to 10 digits that a call has spoken"
    MONEY = "an amount of the account's currency"
    MINUTES = "a number of minutes"
    REFERENCE = "an order's reference such as K7, or nothing: the only order there is"
    ANSWERED = "the same, but nothing else where no reference stands: the only question there is"
    ANSWER = "the same, and the four digits that were asked for with it"
    NAMING = "a new name and its number, DELETE and a name, a name, LIST, or nothing"
    SWITCH = "ON, OFF or nothing"
    LANGUAGE = "a language, by its name or its code"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Clause:
    """A keyword with its argument; at most one clause of a name a line, in any order.

    A clause without keywords is its argument alone. A `loose` one has everyday words for keywords: they are just words
    where no good argument follows.
    """

    name: str
    keywords: Phrases | None
    argument: Argument
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`thanks` says whether it may close with thanks."""

    words: Sequence[str]
    clauses: tuple[Clause, ...]
    names: Names
    country: str | None
    thanks: bool = True
    keys: Sequence[str] = field(init=False)
    folded: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", keys(self.words))
        object.__setattr__(self, "folded", tuple(map(fold, self.words)))

    def clause_at(self, at: int) -> Clause | None:
        """The clause whose keyword stands at `at`."""
        return next((each for each in self.clauses if each.keywords and each.keywords.at(self.keys, at)), None)

    def clauses_at(self, at: int) -> Iterator[tuple[Clause, int]]:
        """The clauses that may begin at `at`, each with where its argument begins."""
        for clause in self.clauses:
            if clause.keywords is None:
                yield clause, at
                continue
            for length in clause.keywords.lengths(self.keys, at):
                yield clause, at + length

    def closes(self, at: int) -> bool:
        """Whether nothing but thanks follows."""
        if at < len(self.folded) and self.folded[-1] and self.folded[-1] not in vocabulary.CLOSING_WORDS:
            return False
        rest = tuple(filter(None, self.folded[at:]))
        while rest:
            end = next((end for end in vocabulary.CLOSINGS if rest[: len(end)] == end), None)
            if end is None or not (self.thanks or vocabulary.PLEASE.at(rest, 0)):
                return False
            rest = rest[len(end) :]
        return True

    def spelled(self, at: int) -> str:
        """The word at `at` to be told back: cut short, and hidden if it may be (part of) a PIN."""
        return _HIDDEN if has_digit(self.words[at]) and self._after_pin(at) else self.words[at][:_LONGEST_TOLD]

    def _after_pin(self, at: int) -> bool:
        """Whether PIN stands before `at` with only digits and at most two other words between (`PIN is 1234`)."""
        between = 0
        for back in range(at - 1, -1, -1):
            if self.keys[back].startswith("pin") or vocabulary.CLAUSE["pin"].at(self.keys, back):
                return True
            between += not has_digit(self.words[back])
            if between > _MOST_BETWEEN or self.clause_at(back):
                return False
        return False


def has_digit(word: str) -> bool:
    """Whether there is a digit of any alphabet in it."""
    return any(char.isnumeric() for char in word)
