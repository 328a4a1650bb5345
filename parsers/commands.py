"""A text read by the command table.

A command is carried out only if every word of its line was understood; one without a number or reference only if it is
the whole text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from kernel.errors import Refused
from parsers import vocabulary
from parsers.bare import is_meant, why_not
from parsers.grammar import Reader
from parsers.lines import MAX_LINE, command_line, only_reading, pins_beside_again, pins_in
from parsers.nearly import nearly
from parsers.numbers import MAX_LENGTH, Number
from parsers.results import (
    AgainCommand,
    AtCommand,
    CallCommand,
    CodeCommand,
    DropCommand,
    NameCommand,
    NoCommand,
    NotACommand,
    NoticesCommand,
    OkCommand,
    Order,
    Parsed,
    RateCommand,
    StatusCommand,
    VerifyCommand,
    name_of,
)
from parsers.table import BARE, CALL, COMMANDS, VERBS_ALONE, call_of
from parsers.talk import called_out, is_no_number, puts_off
from parsers.targets import NamedNumber, Target, number_of, numbers_of
from parsers.verbs import Meant, verbs_in
from parsers.words import ASKING, Names, fold, keys, split
from parsers.writing import shown

__all__ = [
    "COMMANDS",
    "AgainCommand",
    "CallCommand",
    "DropCommand",
    "NamedNumber",
    "NotACommand",
    "Order",
    "Parsed",
    "Target",
    "number_of",
    "numbers_of",
    "parse_text",
]

_NUMBER: Final = 6
"""Words that a number may be written in, beside those that are left over."""


def parse_text(text: str, *, country: str | None, names: Mapping[str, str], bare: bool = True) -> Parsed:
    """Read what a person wrote (no quotes or signatures left in it) by its first line that is not empty.

    `country` (ISO 3166 alpha-2) is where national numbers are read, `names` the phone book, name to E.164 number
    (or several, parted by commas, in order of preference).
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


@dataclass(frozen=True, slots=True)
class _Page:
    """Whose text it is that is read: whom they know, and where they write national numbers."""

    names: Names
    country: str | None

    def read(self, line: str, rest: Sequence[str], *, bare: bool) -> Parsed:
        said, alone = self._by_verb(line), self._alone(line)
        if isinstance(said, NotACommand):
            said = replace(said, kind=said.kind and not any(next(verbs_in(keys(split(left))), None) for left in rest))
            return self._bare(alone, line, rest, said) if bare and alone else said
        if alone and not isinstance(said, DropCommand | NoCommand) and is_other(said, alone):
            return NotACommand((), Refused("name_or_command", name=alone.shown().removeprefix("call ")))
        if not is_specific(said):
            return self._whole(said, line, rest)
        others = (self._by_verb(line) for line in rest)
        other = next((each for each in others if is_other(said, each)), None)
        if other is None or isinstance(other, NotACommand):
            return doubted(said) if isinstance(said, CallCommand) and puts_off(rest) else said
        why = Refused("two_lines", one=said.shown(), other=other.shown())
        return NotACommand((), why, command=meant_by(said, other), language=said.language)

    def _by_verb(self, line: str) -> Parsed:
        words = split(line[:MAX_LINE])
        if len(line) > MAX_LINE:
            meant = next(verbs_in(keys(words)), None)
            return self._too_long(words, meant)
        found = list(verbs_in(keys(words)))
        orders = [order for order in (self._order(words, meant) for meant in found) if order] or self._asked(words)
        if orders:
            same = all(order.canonical() == orders[0].canonical() for order in orders)
            return orders[0] if same else NotACommand((), Refused("ambiguous"))
        missed = (self._missed(words, meant) for meant in found)
        return next((each for each in missed if each), None) or self._no_command(words, None)

    def _asked(self, words: Sequence[str]) -> list[Order]:
        """What a line with a question mark asks, if it is a command that only tells something."""
        if not words[-1].endswith("?") or words[-1] == "?":
            return []
        words = [*words[:-1], words[-1].rstrip("?")]
        found = [meant for meant in verbs_in(keys(words)) if meant.command.tells]
        return [order for order in (self._order(words, meant) for meant in found) if order and not is_change(order)]

    def _too_long(self, words: Sequence[str], meant: Meant | None) -> NotACommand:
        why = Refused("line_too_long")
        if meant is None:
            return self._no_command(words, why)
        return NotACommand(self._reader(words, meant).leftovers()[0], why, command=meant.command.name)

    def _reader(self, words: Sequence[str], meant: Meant) -> Reader:
        return Reader(words, meant.command.clauses, self.names, self.country, thanks=not meant.command.alone)

    def _order(self, words: Sequence[str], meant: Meant) -> Order | None:
        """What the line orders, if it is this command and says nothing else."""
        command = meant.command
        reading = only_reading(self._reader(words, meant))
        if not reading or command.name not in reading:
            return None
        order, pin = command.make(reading), reading.get("pin")
        assert pin is None or isinstance(pin, str)
        if isinstance(order, OkCommand) and not order.reference and set(meant.verb) <= vocabulary.COURTESY:
            return None  # `ok` alone is said for thanks
        if order.language or not meant.language:
            return replace(order, pin=pin)
        return replace(order, pin=pin, language=meant.language)

    def _missed(self, words: Sequence[str], meant: Meant) -> NotACommand | None:
        """What is told of a line that meant a command and is none; None if it is rather talk."""
        command = meant.command
        reader = self._reader(words, meant)
        unknown, why = reader.leftovers()
        number = _NUMBER if why and "number" in why.fields else 0
        if command.stray is not None and (is_no_number(why) or len(unknown) > command.stray + number):
            return None
        if command.stray is not None and not unknown and why is None:
            return None
        if why is None and unknown and (command.alone or all(word in VERBS_ALONE for word in keys(unknown))):
            why = Refused("stands_alone")
        if why is None and command is CALL:
            why = nearly(reader)
        why = why or (None if unknown else Refused("ambiguous"))
        return NotACommand(unknown, why, command=command.name, language=meant.language)

    def _no_command(self, words: Sequence[str], why: Refused | None) -> NotACommand:
        """A line without a verb: names that are known are not among the words that are not."""
        reader = Reader(words, CALL.clauses, Names({}), self.country)
        unknown = tuple(
            reader.spelled(at) for at, word in enumerate(words) if fold(word.rstrip(ASKING)) not in self.names.parts
        )
        kind = bool(words) and all(fold(word) in vocabulary.COURTESY or not fold(word) for word in words)
        why = why or why_not(Reader(words, BARE, self.names, self.country))
        return NotACommand(unknown, why, verb=False, kind=kind)

    def _alone(self, line: str) -> CallCommand | None:
        """The call that a line orders without a verb, by being a number or a name."""
        if len(line) > MAX_LINE:
            return None
        reading = only_reading(Reader(split(line), BARE, self.names, self.country))
        if not reading or "call" not in reading:
            return None
        pin = reading.get("pin")
        assert pin is None or isinstance(pin, str)
        return replace(call_of(reading), pin=pin)

    def _bare(self, alone: CallCommand, line: str, rest: Sequence[str], said: NotACommand) -> Parsed:
        pins = pins_in(rest)
        if pins is None:
            return replace(said, kind=False)
        if called_out(line) or not is_meant(alone.to, self.country):
            return _doubted(alone.to, said)
        return with_pin(alone, pins)

    def _whole(self, said: Order, line: str, rest: Sequence[str]) -> Parsed:
        """A command of one word is one only if it is all that was said; AGAIN beside thanks is none."""
        again = isinstance(said, AgainCommand)
        if again and called_out(line):
            return NotACommand((), Refused("stands_alone"), language=said.language)
        pins = pins_beside_again(rest) if again else pins_in(rest)
        if pins is not None and not (rest and line.endswith(",")):
            return with_pin(said, pins)
        if again:
            return NotACommand((), Refused("stands_alone"), language=said.language)
        unknown = tuple(word for left in rest for word in split(left[:MAX_LINE]))
        return NotACommand(unknown, verb=isinstance(said, DropCommand), command=name_of(said), language=said.language)


def _doubted(alone: Target, said: NotACommand) -> NotACommand:
    """What is told of a number or a name alone that may be meant as something else."""
    if isinstance(alone, NamedNumber):
        return NotACommand((), verb=False)
    return replace(said, why=Refused("number_alone", number=shown(alone.original, MAX_LENGTH)))


def is_specific(order: Order) -> bool:
    """Whether an order says so much that other words below it can't have made it by chance."""
    match order:
        case DropCommand() | StatusCommand() | OkCommand() | NoCommand():
            return bool(order.reference)
        case RateCommand(to=target) | AtCommand(where=target):
            return isinstance(target, Number)
        case NameCommand():
            return order.number is not None
        case _:
            return isinstance(order, CallCommand | VerifyCommand | CodeCommand)


def doubted(call: CallCommand) -> NotACommand:
    """The question whether a call is meant, where something beside it puts it off."""
    return NotACommand((), Refused("do_you_mean", order=call.shown()), language=call.language)


def is_change(order: Order) -> bool:
    """Whether a command that may tell something changes it this time (`AT hotel`, `NOTICES ON`)."""
    return (isinstance(order, AtCommand) and order.where is not None) or (
        isinstance(order, NoticesCommand) and order.on is not None
    )


def is_other(said: Order, other: Parsed) -> bool:
    """Whether it is an order too, and a different one."""
    return not isinstance(other, NotACommand) and other.canonical() != said.canonical()


def meant_by(*orders: Order) -> str:
    """The command that was not done, if none of these was; "both" if they are of different kinds."""
    kinds = {"call" if isinstance(order, AgainCommand) else name_of(order) for order in orders}
    return kinds.pop() if len(kinds) == 1 else "both"


def with_pin(order: Order, pins: frozenset[str]) -> Parsed:
    """The order with the one PIN that was given, wherever it stood."""
    every = pins | ({order.pin} if order.pin else set())
    if len(every) > 1:
        return NotACommand((), Refused("two_pins"))
    return replace(order, pin=next(iter(every), None))
