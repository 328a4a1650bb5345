"""The command table, and a text read by it.

A command is carried out only if every word of its line was understood; one without a number, name or reference only if
it is the whole text. To add one, give it a row in `COMMANDS` and a result type in `parsers/results.py`; what a new kind
of argument means is said in `parsers/grammar.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from kernel.errors import Refused
from parsers.bare import is_meant, why_not
from parsers.grammar import Argument, Clause, Reader, Reading
from parsers.lines import MAX_LINE, PIN, command_line, only_reading, pin_of, pins_beside_again, pins_in
from parsers.numbers import MAX_LENGTH, Number
from parsers.results import AgainCommand, CallCommand, DropCommand, NotACommand, Order, Parsed
from parsers.targets import NamedNumber, Target, number_of
from parsers.words import ASKING, COURTESY, PLEASE, Names, fold, keyword, phrase_at, split
from parsers.writing import shown

__all__ = [
    "COMMANDS",
    "AgainCommand",
    "CallCommand",
    "Command",
    "DropCommand",
    "NamedNumber",
    "NotACommand",
    "Order",
    "Parsed",
    "Target",
    "number_of",
    "parse_text",
]


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the command table: the first clause is the one that must be there and names the command.

    `everyday`: its verbs are everybody's words, so they say what was meant only where a line begins. `alone`: beside
    thanks it may be no command either (`again, thank you`).
    """

    name: str
    clauses: tuple[Clause, ...]
    summary: str
    make: Callable[[Reading], Order]
    everyday: bool = False
    alone: bool = False


def _call(reading: Reading) -> CallCommand:
    to, from_, bill, pin = (reading.get(name) for name in ("call", "from", "bill", "pin"))
    assert isinstance(to, Number | NamedNumber)
    assert from_ is None or isinstance(from_, Number | NamedNumber)
    assert bill is None or isinstance(bill, str)
    return CallCommand(to, from_, bill, pin=pin_of(pin))


def _drop(reading: Reading) -> DropCommand:
    reference = reading["drop"]
    assert isinstance(reference, str)
    return DropCommand(reference, pin=pin_of(reading.get("pin")))


def _again(reading: Reading) -> AgainCommand:
    return AgainCommand(pin=pin_of(reading.get("pin")))


COMMANDS: Final = (
    Command(
        "call",
        (
            Clause("call", ("call", "ring", "phone", "dial"), Argument.TARGET),
            Clause("from", ("from",), Argument.TARGET),
            Clause("bill", ("bill",), Argument.CODE),
            PIN,
        ),
        "CALL <number or name> [FROM <number or name>] [BILL <code>] [PIN <digits>]",
        _call,
    ),
    Command(
        "drop",
        (Clause("drop", ("drop", "hang up", "hangup", "cancel", "stop", "end"), Argument.REFERENCE), PIN),
        "DROP [<reference>] [PIN <digits>]",
        _drop,
        everyday=True,
    ),
    Command(
        "again",
        (Clause("again", ("again", "redial", "repeat", "try again"), Argument.NOTHING), PIN),
        "AGAIN [PIN <digits>]",
        _again,
        everyday=True,
        alone=True,
    ),
)
_KEYWORDS: Final = tuple({word for command in COMMANDS for clause in command.clauses for word in clause.keywords})
_LONE_VERBS: Final = frozenset(word for each in COMMANDS if each.alone for word in each.clauses[0].keywords)
_BARE: Final = (Clause("call", (), Argument.TARGET), PIN)


def parse_text(text: str, *, country: str | None, names: Mapping[str, str], bare: bool = True) -> Parsed:
    """Read what a person wrote (no quotes or signatures left in it) by its first line that is not empty.

    `country` (ISO 3166 alpha-2) is where national numbers are read, `names` the phone book, name to E.164 number.
    Clauses may go on in the lines below (`FROM office`, `PIN 1234`). A second, different command is asked about. With
    `bare` a number or a name that is the whole text is called. Never raises.
    """
    line, rest = command_line(text)
    if not line:
        return NotACommand((), Refused("nothing_said"))
    return _Page(_book(tuple(names.items())), country).read(line, rest, bare=bare)


@lru_cache(maxsize=16)
def _book(entries: tuple[tuple[str, str], ...]) -> Names:
    """One account's phone book is read for many lines."""
    return Names(dict(entries))


def _meant(words: Sequence[str]) -> Command | None:
    """The command whose verb comes first, be the rest understood or not."""
    begins = True
    for at, word in enumerate(words):
        for command in COMMANDS:
            if (begins or not command.everyday) and phrase_at(words, at, command.clauses[0].keywords):
                return command
        begins = begins and (keyword(word) in PLEASE or "pin" in map(keyword, words[max(at - 1, 0) : at + 1]))
    return None


@dataclass(frozen=True, slots=True)
class _Page:
    """Whose text it is that is read: whom they know, and where they write national numbers."""

    names: Names
    country: str | None

    def read(self, line: str, rest: Sequence[str], *, bare: bool) -> Parsed:
        said, alone = self._by_verb(line), self._alone(line)
        if isinstance(said, NotACommand):
            said = replace(said, kind=said.kind and not any(_meant(split(line[:MAX_LINE])) for line in rest))
            return self._bare(alone, rest, said) if bare and alone else said
        if alone and not isinstance(said, DropCommand) and is_other(said, alone):
            return NotACommand((), Refused("name_or_command", name=alone.shown().removeprefix("call ")))
        if isinstance(said, AgainCommand) or (isinstance(said, DropCommand) and not said.reference):
            return self._whole(said, line, rest)
        others = (self._by_verb(line) for line in rest)
        other = next((each for each in others if is_other(said, each)), None)
        if other is None or isinstance(other, NotACommand):
            return said
        why = Refused("two_lines", one=said.shown(), other=other.shown())
        return NotACommand((), why, command=meant_by(said, other))

    def _by_verb(self, line: str) -> Parsed:
        too_long = Refused("line_too_long") if len(line) > MAX_LINE else None
        words = split(line[:MAX_LINE])
        meant = _meant(words)
        if meant is None:
            return self._no_command(words, too_long)
        reader = Reader(words, meant.clauses, self.names, self.country, thanks=not meant.alone)
        if too_long is None and (reading := only_reading(reader)) and meant.name in reading:
            return meant.make(reading)
        unknown, why = reader.leftovers()
        if why is None and unknown and (meant.alone or all(keyword(word) in _LONE_VERBS for word in unknown)):
            why = Refused("stands_alone")
        return NotACommand(unknown, too_long or why or (None if unknown else Refused("ambiguous")), command=meant.name)

    def _no_command(self, words: Sequence[str], why: Refused | None) -> NotACommand:
        """A line without a verb: names that are known are not among the words that are not."""
        reader = Reader(words, COMMANDS[0].clauses, Names({}), self.country)
        unknown = tuple(
            reader.spelled(at) for at, word in enumerate(words) if fold(word.rstrip(ASKING)) not in self.names.parts
        )
        kind = bool(words) and all(fold(word) in COURTESY or not fold(word) for word in words)
        why = why or why_not(Reader(words, _BARE, self.names, self.country))
        return NotACommand(unknown, why, verb=False, kind=kind)

    def _alone(self, line: str) -> CallCommand | None:
        """The call that a line orders without a verb, by being a number or a name."""
        reader = Reader(split(line[: MAX_LINE + 1]), _BARE, self.names, self.country)
        reading = only_reading(reader) if len(line) <= MAX_LINE else None
        return _call(reading) if reading and "call" in reading else None

    def _bare(self, alone: CallCommand, rest: Sequence[str], said: NotACommand) -> Parsed:
        pins = pins_in(rest)
        if pins is None:
            return replace(said, kind=False)
        if not is_meant(alone.to, _KEYWORDS, self.country):
            return _doubted(alone.to, said)
        return with_pin(alone, pins)

    def _whole(self, said: AgainCommand | DropCommand, line: str, rest: Sequence[str]) -> Parsed:
        """A command of one word is one only if it is all that was said; AGAIN beside thanks is none."""
        again = isinstance(said, AgainCommand)
        pins = pins_beside_again(rest) if again else pins_in(rest)
        if pins is not None and not (rest and line.endswith(",")):
            return with_pin(said, pins)
        if again:
            return NotACommand((), Refused("stands_alone"))
        unknown = tuple(word for left in rest for word in split(left[:MAX_LINE]))
        return NotACommand(unknown, command="drop")


def _doubted(alone: Target, said: NotACommand) -> NotACommand:
    """What is told of a number or a name alone that may be meant as something else."""
    if isinstance(alone, NamedNumber):
        return NotACommand((), verb=False)
    return replace(said, why=Refused("number_alone", number=shown(alone.original, MAX_LENGTH)))


def is_other(said: Order, other: Parsed) -> bool:
    """Whether it is an order too, and a different one."""
    return not isinstance(other, NotACommand) and other.canonical() != said.canonical()


def meant_by(*orders: Order) -> str:
    """What was not done, if none of these was: "call", "drop", or "both"."""
    kinds = {isinstance(order, DropCommand) for order in orders}
    return "both" if len(kinds) > 1 else "drop" if True in kinds else "call"


def with_pin(order: Order, pins: frozenset[str]) -> Parsed:
    """The order with the one PIN that was given, wherever it stood."""
    every = pins | ({order.pin} if order.pin else set())
    if len(every) > 1:
        return NotACommand((), Refused("two_pins"))
    return replace(order, pin=next(iter(every), None))
