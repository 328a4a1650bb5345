"""Reads the words of one line by a command's clauses.

Two readers share the arguments of `parsers/arguments.py`: `readings` yields only what accounts for every word (what may
launch), and `leftovers` says, where there is none, which words were not understood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kernel.errors import Refused
from parsers import vocabulary
from parsers.arguments import ARGUMENTS, Found, Value
from parsers.line import Argument, Clause, Line
from parsers.targets import NamedNumber
from parsers.words import CLOSING

Reading = dict[str, Value]
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reader(Line):
    """One line, read by the clauses of one command; the first clause is the command's own."""

    def readings(self, at: int = 0, used: frozenset[str] = _NONE) -> Iterator[Reading]:
        """Every way to account for all words from `at` on, the clauses in `used` being taken."""
        if self.closes(at):
            yield {}
            return
        if skipped := vocabulary.PLEASE.at(self.keys, at) or (used and self._joins(at)):
            yield from self.readings(at + skipped, used)
            return
        for clause, begin in self.clauses_at(at):
            if clause.name in used or self._is_talk(clause, at, begin):
                continue
            for end, value in self.arguments(clause.argument, begin):
                if not isinstance(value, Refused):
                    for rest in self.readings(end + self._now(clause, value, end), used | {clause.name}):
                        yield {clause.name: value} | rest

    def _is_talk(self, clause: Clause, at: int, begin: int) -> bool:
        """Whether a verb of CALL ends its sentence (`Phone. Will`) or is part of a thing's name (`phone bill`)."""
        if clause.keywords is None or clause.argument is not Argument.PARTY:
            return False
        return self.words[begin - 1].endswith(tuple(CLOSING)) or vocabulary.NOUN.at(self.keys, at) > begin - at

    def _joins(self, at: int) -> int:
        """How many words join a clause to one that has a verb (`ring me at the hotel and call mum`)."""
        length = vocabulary.AND.at(self.keys, at)
        following = self.clause_at(at + length) if length else None
        verb = following is self.clauses[0] or (
            following is not None
            and following.loose
            and following.keywords is not None
            and following.keywords.at(self.keys, at + length) > 1
        )
        return length if verb else 0

    def _now(self, clause: Clause, value: Value, end: int) -> int:
        """Somebody known by name may be called `now`; digits with `now!` are what strangers advertise."""
        is_called = clause.keywords is not None and clause.argument is Argument.PARTY
        return vocabulary.NOW.at(self.keys, end) if is_called and isinstance(value, NamedNumber) else 0

    def leftovers(self) -> tuple[tuple[str, ...], Refused | None]:
        """The words that no clause accounts for, as spelled (PINs hidden), in order; and the first refusal met."""
        unknown: list[str] = []
        why: Refused | None = None
        used: set[str] = set()
        at = 0
        while at < len(self.words) and not self.closes(at):
            clause = self._meant_at(at)
            if clause is not None and clause.name not in used and clause.keywords is not None:
                used.add(clause.name)
                at, refused = self._explain(clause, at + clause.keywords.at(self.keys, at), unknown)
                why = why or refused
                continue
            if skipped := vocabulary.PLEASE.at(self.keys, at):
                at += skipped
                continue
            unknown.append(self.spelled(at))
            at += 1
        return tuple(unknown), why

    def _meant_at(self, at: int) -> Clause | None:
        """The clause that is meant at `at`; the everyday words of a loose one count if a good argument follows."""
        here = [each for each in self.clauses if each.keywords and each.keywords.at(self.keys, at)]
        good = (each for each in here if each.keywords and self._good(each, at + each.keywords.at(self.keys, at)))
        return next(good, None) or next((each for each in here if not each.loose), None)

    def _good(self, clause: Clause, at: int) -> bool:
        return any(not isinstance(value, Refused) for _, value in self.arguments(clause.argument, at))

    def _explain(self, clause: Clause, at: int, unknown: list[str]) -> tuple[int, Refused | None]:
        """Take the argument of `clause` if there is a good one, else note the words of the bad one in `unknown`."""
        refused: tuple[int, Refused] | None = None
        for end, value in self.arguments(clause.argument, at):
            if isinstance(value, Refused):
                refused = refused or (end, value)
            elif end > at or not refused:
                return end, None
        if refused:
            unknown += [self.spelled(index) for index in range(at, refused[0])]
            return refused
        if self.closes(at) or self.clause_at(at):
            return at, Refused("clause_empty", clause=clause.name.upper())
        return at, None

    def arguments(self, argument: Argument, at: int) -> Found:
        """What may be read at `at`: where it ends, and its value or why it is refused; longest names first."""
        return ARGUMENTS[argument](self, at)
