"""The command table: what each command is made of, and what it reads to.

To add one, give it a row here and a result type in `parsers/results.py`. Its English words are in the row, those of
other languages in `parsers/languages/`; what a new kind of argument means is said in `parsers/arguments.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from parsers.arguments import Value
from parsers.grammar import Reading
from parsers.languages import LANGUAGES
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
from parsers.vocabulary import CLAUSE
from parsers.words import Phrases, unaccented

PIN: Final = Clause("pin", CLAUSE["pin"], Argument.PIN)


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the command table: the first clause is the one that must be there and names the command.

    `everyday`: its verbs are everybody's words, so they say what was meant only where a line begins. `stray`: with more
    words left over than these, a line that begins so is talk; None: it never is. `tells`: it asks, so that a question
    mark may stand behind it. `alone`: beside thanks it may be no command either (`again, thank you`).
    """

    name: str
    english: tuple[str, ...]
    clauses: tuple[Clause, ...]
    summary: str
    make: Callable[[Reading], Order]
    everyday: bool = True
    stray: int | None = 2
    tells: bool = False
    alone: bool = False

    @property
    def verbs(self) -> Phrases:
        """Its verbs in every language."""
        assert self.clauses[0].keywords is not None
        return self.clauses[0].keywords

    def language_of(self, verb: str) -> str:
        """The code of the one language that a verb of this command is of; "" if it is of several."""
        of_each = [("en", self.english), *((each.code, each.verbs.get(self.name, ())) for each in LANGUAGES)]
        codes = [code for code, verbs in of_each if verb in verbs or verb in map(unaccented, verbs)]
        return codes[0] if len(codes) == 1 else ""


def _row(
    name: str,
    english: tuple[str, ...],
    argument: Argument,
    summary: str,
    make: Callable[[Reading], Order],
    *clauses: Clause,
    **traits: Any,
) -> Command:
    """A command of that argument, with `clauses` and a PIN beside it."""
    verbs = Phrases([*english, *(verb for each in LANGUAGES for verb in each.verbs.get(name, ()))])
    return Command(name, english, (Clause(name, verbs, argument), *clauses, PIN), summary, make, **traits)


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
    private = "private" in reading
    return CallCommand(to, from_, None if bill is None else _str(bill), _int(most), _int(minutes), private)


def _name(reading: Reading) -> NameCommand:
    said = reading["name"]
    assert isinstance(said, Naming)
    return NameCommand(said.name, said.number, said.delete, said.further)


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
    _row(
        "call",
        ("call", "ring", "phone", "dial", "connect me to", "put me through to"),
        Argument.PARTY,
        "CALL <number or name> [FROM <number or name>] [BILL <code>] [MAX <amount>] [MAX <minutes> MIN] [PRIVATE]"
        " [PIN <digits>]",
        call_of,
        Clause("from", CLAUSE["from"], Argument.PLACE),
        Clause("from", CLAUSE["at"], Argument.SPOT, loose=True),
        Clause("bill", CLAUSE["bill"], Argument.CODE),
        Clause("max", CLAUSE["max"], Argument.MONEY),
        Clause("max minutes", CLAUSE["max"], Argument.MINUTES),
        Clause("private", CLAUSE["private"], Argument.NOTHING),
        everyday=False,
        stray=None,
    ),
    _row(
        "drop",
        ("drop", "hang up", "hangup", "cancel", "stop", "end", "quit"),
        Argument.REFERENCE,
        "DROP [<reference>] [PIN <digits>]",
        lambda reading: DropCommand(_str(reading["drop"])),
        stray=None,
    ),
    _row(
        "again",
        ("again", "redial", "repeat", "try again"),
        Argument.NOTHING,
        "AGAIN [PIN <digits>]",
        lambda _: AgainCommand(),
        stray=None,
        alone=True,
    ),
    _row(
        "at",
        (
            "at",
            "i am at",
            "i'm at",
            "im at",
            "i am on",
            "i'm on",
            "ring me at",
            "ring me on",
            "call me at",
            "call me on",
            "phone me at",
            "phone me on",
            "reach me at",
            "reach me on",
        ),
        Argument.MAYBE_SPOT,
        "AT [<number or name>] [PIN <digits>]",
        lambda reading: AtCommand(_maybe(reading["at"])),
        tells=True,
    ),
    _row(
        "last",
        ("last", "last calls", "recent", "recent calls", "my calls", "history"),
        Argument.NOTHING,
        "LAST [PIN <digits>]",
        lambda _: LastCommand(),
        tells=True,
    ),
    _row(
        "status",
        ("status",),
        Argument.REFERENCE,
        "STATUS [<reference>] [PIN <digits>]",
        lambda reading: StatusCommand(_str(reading["status"])),
        tells=True,
    ),
    _row(
        "rate",
        ("rate", "rates", "price", "cost", "how much is"),
        Argument.TARGET,
        "RATE <number or name> [PIN <digits>]",
        lambda reading: RateCommand(_target(reading["rate"])),
        tells=True,
    ),
    _row(
        "balance",
        ("balance", "my balance", "credit", "my credit"),
        Argument.NOTHING,
        "BALANCE [PIN <digits>]",
        lambda _: BalanceCommand(),
        tells=True,
    ),
    _row("name", ("name", "names"), Argument.NAMING, "NAME <new name> <number>[, <number>] [PIN <digits>]", _name),
    _row(
        "ok",
        ("ok", "okay", "yes"),
        Argument.ANSWER,
        "OK <reference> [<its code>] [PIN <digits>]",
        _ok,
        stray=0,
    ),
    _row(
        "no",
        ("no",),
        Argument.ANSWER,
        "NO [<reference>] [PIN <digits>]",
        lambda reading: NoCommand(_str(reading["no"]).partition(" ")[0]),
        stray=0,
    ),
    _row("notices", ("notices", "notice"), Argument.SWITCH, "NOTICES [ON] [PIN <digits>]", _notices, tells=True),
    _row("help", ("help", "commands"), Argument.NOTHING, "HELP [PIN <digits>]", lambda _: HelpCommand(), tells=True),
    _row("verify", ("verify",), Argument.NUMBER, "VERIFY <number> [PIN <digits>]", _verify),
    _row(
        "code",
        ("code",),
        Argument.DIGITS,
        "CODE <digits> [PIN <digits>]",
        lambda reading: CodeCommand(_str(reading["code"])),
    ),
    _row(
        "language",
        ("language", "lang"),
        Argument.LANGUAGE,
        "LANGUAGE <language> [PIN <digits>]",
        lambda reading: LanguageCommand(_str(reading["language"])),
    ),
)

BARE: Final = (Clause("call", None, Argument.PARTY), PIN)
"""A name or number without a verb."""

_BY_NAME: Final = {each.name: each for each in COMMANDS}
CALL: Final = _BY_NAME["call"]
VERBS_ALONE: Final = frozenset(verb for each in COMMANDS if each.alone for verb in each.english)
VERB: Final = {each.name: each.verbs for each in COMMANDS}
