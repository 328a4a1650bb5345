"""The command table: what each command is made of, and what it reads to.

To add one, give it a row here, a result type in `parsers/results.py`, and its words in each of `parsers/languages/`;
what a new kind of argument means is said in `parsers/arguments.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from parsers.arguments import Value
from parsers.grammar import Reading
from parsers.line import Argument, Clause
from parsers.naming import Naming
from parsers.numbers import Number
from parsers.results import (
    AgainCommand,
    AtCommand,
    BalanceCommand,
    CallCommand,
    CodeCommand,
    DropCommand,
    HelpCommand,
    LanguageCommand,
    LastCommand,
    NameCommand,
    NoCommand,
    NoticesCommand,
    OkCommand,
    Order,
    RateCommand,
    StatusCommand,
    VerifyCommand,
)
from parsers.targets import NamedNumber, Target
from parsers.vocabulary import CLAUSE, PLEASE, VERB, language_of
from parsers.words import Phrases

PIN: Final = Clause("pin", CLAUSE["pin"], Argument.PIN)


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the command table: the first clause is the one that must be there and names the command.

    `everyday`: its verbs are everybody's words, so they say what was meant only where a line begins. `stray`: with more
    words left over than these, a line that begins so is talk; None: it never is. `tells`: it asks, so that a question
    mark may stand behind it. `alone`: beside thanks it may be no command either (`again, thank you`).
    """

    name: str
    clauses: tuple[Clause, ...]
    summary: str
    make: Callable[[Reading], Order]
    everyday: bool = True
    stray: int | None = 2
    tells: bool = False
    alone: bool = False


def _own(name: str, argument: Argument) -> Clause:
    return Clause(name, VERB[name], argument)


def _target(value: Value | None) -> Target:
    assert isinstance(value, Number | NamedNumber)
    return value


def _maybe(value: Value | None) -> Target | None:
    return value if isinstance(value, Number | NamedNumber) else None


def _int(value: Value | None) -> int | None:
    assert value is None or isinstance(value, int)
    return value


def _str(value: Value | None) -> str:
    assert isinstance(value, str)
    return value


def call_of(reading: Reading) -> CallCommand:
    """The call that a reading orders, its PIN aside."""
    bill, most, minutes = (reading.get(name) for name in ("bill", "max", "max minutes"))
    to, from_ = _target(reading.get("call")), _maybe(reading.get("from"))
    return CallCommand(to, from_, None if bill is None else _str(bill), _int(most), _int(minutes))


def _at(reading: Reading) -> AtCommand:
    return AtCommand(_maybe(reading["at"]))


def _name(reading: Reading) -> NameCommand:
    said = reading["name"]
    assert isinstance(said, Naming)
    return NameCommand(said.name, said.number, said.delete)


def _notices(reading: Reading) -> NoticesCommand:
    return NoticesCommand({"on": True, "off": False}.get(_str(reading["notices"])))


def _ok(reading: Reading) -> OkCommand:
    reference, _, code = _str(reading["ok"]).partition(" ")
    return OkCommand(reference, code=code)


def _verify(reading: Reading) -> VerifyCommand:
    number = reading["verify"]
    assert isinstance(number, Number)
    return VerifyCommand(number)


COMMANDS: Final = (
    Command(
        "call",
        (
            _own("call", Argument.PARTY),
            Clause("from", CLAUSE["from"], Argument.PLACE),
            Clause("from", CLAUSE["at"], Argument.SPOT, loose=True),
            Clause("bill", CLAUSE["bill"], Argument.CODE),
            Clause("max", CLAUSE["max"], Argument.MONEY),
            Clause("max minutes", CLAUSE["max"], Argument.MINUTES),
            PIN,
        ),
        "CALL <number or name> [FROM <number or name>] [BILL <code>] [MAX <amount>] [MAX <minutes> MIN] [PIN <digits>]",
        call_of,
        everyday=False,
        stray=None,
    ),
    Command(
        "drop",
        (_own("drop", Argument.REFERENCE), PIN),
        "DROP [<reference>] [PIN <digits>]",
        lambda reading: DropCommand(_str(reading["drop"])),
        stray=None,
    ),
    Command(
        "again",
        (_own("again", Argument.NOTHING), PIN),
        "AGAIN [PIN <digits>]",
        lambda _: AgainCommand(),
        stray=None,
        alone=True,
    ),
    Command("at", (_own("at", Argument.MAYBE_SPOT), PIN), "AT [<number or name>] [PIN <digits>]", _at, tells=True),
    Command("last", (_own("last", Argument.NOTHING), PIN), "LAST [PIN <digits>]", lambda _: LastCommand(), tells=True),
    Command(
        "status",
        (_own("status", Argument.REFERENCE), PIN),
        "STATUS [<reference>] [PIN <digits>]",
        lambda reading: StatusCommand(_str(reading["status"])),
        tells=True,
    ),
    Command(
        "rate",
        (_own("rate", Argument.TARGET), PIN),
        "RATE <number or name> [PIN <digits>]",
        lambda reading: RateCommand(_target(reading["rate"])),
        tells=True,
    ),
    Command(
        "balance",
        (_own("balance", Argument.NOTHING), PIN),
        "BALANCE [PIN <digits>]",
        lambda _: BalanceCommand(),
        tells=True,
    ),
    Command("name", (_own("name", Argument.NAMING), PIN), "NAME <new name> <number> [PIN <digits>]", _name),
    Command(
        "ok",
        (_own("ok", Argument.ANSWER), PIN),
        "OK <reference> [<its code>] [PIN <digits>]",
        _ok,
        stray=0,
    ),
    Command(
        "no",
        (_own("no", Argument.REFERENCE), PIN),
        "NO [<reference>] [PIN <digits>]",
        lambda reading: NoCommand(_str(reading["no"])),
        stray=0,
    ),
    Command("notices", (_own("notices", Argument.SWITCH), PIN), "NOTICES [ON] [PIN <digits>]", _notices, tells=True),
    Command("help", (_own("help", Argument.NOTHING), PIN), "HELP [PIN <digits>]", lambda _: HelpCommand(), tells=True),
    Command("verify", (_own("verify", Argument.NUMBER), PIN), "VERIFY <number> [PIN <digits>]", _verify),
    Command(
        "code",
        (_own("code", Argument.DIGITS), PIN),
        "CODE <digits> [PIN <digits>]",
        lambda reading: CodeCommand(_str(reading["code"])),
    ),
    Command(
        "language",
        (_own("language", Argument.LANGUAGE), PIN),
        "LANGUAGE <language> [PIN <digits>]",
        lambda reading: LanguageCommand(_str(reading["language"])),
    ),
)

BARE: Final = (Clause("call", None, Argument.PARTY), PIN)
"""A name or number without a verb."""

_BY_NAME: Final = {each.name: each for each in COMMANDS}
CALL: Final = _BY_NAME["call"]
VERBS_ALONE: Final = frozenset(word for each in COMMANDS if each.alone for word in ("again", "redial", "repeat"))
_ALL_VERBS: Final = tuple((each, verbs) for each in COMMANDS if (verbs := each.clauses[0].keywords))


@dataclass(frozen=True, slots=True)
class Meant:
    """A command whose verb stands in a line: at which word, and in which language, "" if that can't be told."""

    command: Command
    verb: tuple[str, ...]

    @property
    def language(self) -> str:
        """The code of the language that the verb is of."""
        return language_of(self.command.name, self.verb)


def verbs_in(keys: Sequence[str]) -> Iterator[Meant]:
    """The commands whose verbs stand in a line, the first and longest first, be the rest understood or not."""
    begins, at = True, 0
    while at < len(keys):
        here = [
            Meant(command, tuple(keys[at : at + length]))
            for command, verbs in _ALL_VERBS
            if (begins or not command.everyday) and (length := verbs.at(keys, at))
        ]
        yield from sorted(here, key=lambda meant: -len(meant.verb))
        please = PLEASE.at(keys, at)
        begins = begins and bool(please or _in_pin(keys, at))
        at += max(please, 1)


def _in_pin(keys: Sequence[str], at: int) -> bool:
    pin: Phrases = CLAUSE["pin"]
    return bool(pin.at(keys, at) or (at and pin.at(keys, at - 1)))
