"""The command table, and a text or a mail read by it.

A command is launched only if every word of its line was understood. To add one, give it a row in `COMMANDS` and a
result type; what a new kind of argument means is said in `parsers/grammar.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import Final

from kernel.errors import Refused
from parsers.grammar import Argument, Clause, NamedNumber, Reader, Reading, Target
from parsers.mail import Mail
from parsers.numbers import Number
from parsers.words import ASKING, COURTESY, Names, fold, keyword, split

__all__ = [
    "COMMANDS",
    "CallCommand",
    "Command",
    "NamedNumber",
    "NotACommand",
    "Parsed",
    "Target",
    "number_of",
    "parse_mail",
    "parse_text",
]

MAX_LINE: Final = 200
"""Characters of a command line."""
_MOST_LINES: Final = 40
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_READINGS: Final = 8


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the command table: the first clause is the one that must be there and names the command."""

    name: str
    clauses: tuple[Clause, ...]
    summary: str


COMMANDS: Final = (
    Command(
        "call",
        (
            Clause("call", ("call", "ring", "phone", "dial"), Argument.TARGET),
            Clause("from", ("from",), Argument.TARGET),
            Clause("bill", ("bill",), Argument.CODE),
            Clause("pin", ("pin",), Argument.PIN),
        ),
        "CALL <number or name> [FROM <number or name>] [BILL <code>] [PIN <digits>]",
    ),
)
_VERBS: Final = {word: command for command in COMMANDS for word in command.clauses[0].keywords}


@dataclass(frozen=True, slots=True)
class CallCommand:
    """Ring the sender (at `from_`, None: at their usual phone), then `to`, and join them; the PIN is never shown."""

    to: Target
    from_: Target | None = None
    bill: str | None = None
    pin: str | None = field(default=None, repr=False)

    def canonical(self) -> str:
        """What is ordered, alike for every spelling of it and without the PIN; to be put through a keyed digest."""
        parts = ["CALL", number_of(self.to).canonical()]
        if self.from_ is not None:
            parts += ["FROM", number_of(self.from_).canonical()]
        if self.bill is not None:
            parts += ["BILL", self.bill.upper()]
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class NotACommand:
    """Nothing to launch: the words not understood as spelled, in order, and a better reason if known.

    `verb`: whether a word said which command was meant. `kind`: nothing but thanks or an ok.
    """

    not_understood: tuple[str, ...]
    why: Refused | None = None
    verb: bool = True
    kind: bool = False


Parsed = CallCommand | NotACommand


def number_of(target: Target) -> Number:
    """The number of a target, asked for by name or not."""
    return target.number if isinstance(target, NamedNumber) else target


def parse_text(text: str, *, country: str | None, names: Mapping[str, str]) -> Parsed:
    """Read what a person wrote (no quotes or signatures left in it) by its first line that is not empty.

    `country` (ISO 3166 alpha-2) is where national numbers are read, `names` the phone book, name to E.164 number.
    Clauses may go on in the lines below (`FROM office`, `PIN 1234`). A second, different command is asked about.
    Never raises.
    """
    lines = [line.strip(" \t") for line in _LINE_END.split(text, _MOST_LINES)[:_MOST_LINES]]
    first = next((at for at, line in enumerate(lines) if line), None)
    if first is None:
        return NotACommand((), Refused("nothing_said"))
    line, rest = _with_clauses_below(lines, first)
    parsed = _parse_line(line, country, names)
    if isinstance(parsed, CallCommand) and _another(parsed, rest, country, names):
        return NotACommand((), Refused("two_commands"))
    return parsed


def parse_mail(mail: Mail, *, country: str | None, names: Mapping[str, str]) -> Parsed:
    """The command of a mail: its own text's first line, or else its subject. Never raises.

    The subject of a reply or a forward is an old one and never a command. Beside other words in the body a subject
    launches nothing, and two different commands launch nothing; a PIN may stand alone in the subject or the body.
    """
    body, subject = mail.own_text.strip(" \t\n"), "" if mail.is_reply_or_forward else mail.subject.strip(" \t")
    said = parse_text(body, country=country, names=names)
    if not subject:
        return said
    above = parse_text(subject, country=country, names=names)
    if isinstance(said, CallCommand):
        return _agree(said, above, subject)
    if not body:
        return above
    if isinstance(above, CallCommand):
        if above.pin is None and _lone_pin(body):
            return replace(above, pin=_lone_pin(body))
        return NotACommand(said.not_understood, Refused("subject_and_body"))
    return said


def _agree(said: CallCommand, above: Parsed, subject: str) -> Parsed:
    """The body's command, unless the subject orders something else or has another PIN."""
    pin = above.pin if isinstance(above, CallCommand) else _lone_pin(subject)
    if isinstance(above, CallCommand) and above.canonical() != said.canonical():
        return NotACommand((), Refused("two_commands"))
    if pin and said.pin and pin != said.pin:
        return NotACommand((), Refused("two_pins"))
    return replace(said, pin=said.pin or pin)


def _with_clauses_below(lines: Sequence[str], first: int) -> tuple[str, Sequence[str]]:
    """The command line with the clause lines under it joined, and the lines left."""
    line, at = lines[first], first + 1
    while at < len(lines) and (not lines[at] or _clause_line(lines[at])):
        line = f"{line} {lines[at]}".rstrip(" ")
        at += 1
    return line, lines[at:]


def _clause_line(line: str) -> bool:
    """Whether a line goes on with the command above it; `Bill Smith` under it is more likely a signature."""
    words = split(line)
    if keyword(words[0]) == "bill":
        return len(words) > 1 and (words[0].isupper() or any(char.isdigit() for char in words[1]))
    return keyword(words[0]) in ("from", "pin") and len(words) > 1


def _lone_pin(line: str) -> str | None:
    if len(line) > MAX_LINE:
        return None
    reading = _only(Reader(split(line), COMMANDS[0].clauses[-1:], Names({}), None))
    pin = reading.get("pin") if reading else None
    return pin if isinstance(pin, str) else None


@lru_cache(maxsize=16)
def _book(entries: tuple[tuple[str, str], ...]) -> Names:
    """One account's phone book is read for many lines."""
    return Names(dict(entries))


def _has_verb(line: str) -> bool:
    return any(keyword(word) in _VERBS for word in split(line[:MAX_LINE]))


def _another(parsed: CallCommand, lines: Sequence[str], country: str | None, names: Mapping[str, str]) -> bool:
    others = (_parse_line(line, country, names) for line in lines if line and _has_verb(line))
    return any(isinstance(other, CallCommand) and other.canonical() != parsed.canonical() for other in others)


def _parse_line(line: str, country: str | None, names: Mapping[str, str]) -> Parsed:
    too_long = Refused("line_too_long") if len(line) > MAX_LINE else None
    words = split(line[:MAX_LINE])
    command = next((_VERBS[word] for word in map(keyword, words) if word in _VERBS), None)
    if command is None:
        return _no_command(words, names, country, too_long)
    reader = Reader(words, command.clauses, _book(tuple(names.items())), country)
    if too_long is None and (reading := _only(reader)) and command.name in reading:
        return _call(reading)
    unknown, why = reader.leftovers()
    return NotACommand(unknown, too_long or why or (None if unknown else Refused("ambiguous")))


def _no_command(words: Sequence[str], names: Mapping[str, str], country: str | None, why: Refused | None) -> Parsed:
    """A line without a verb: names that are known are not among the words that are not."""
    reader = Reader(words, COMMANDS[0].clauses, Names({}), country)
    known = {fold(part) for name in names for part in name.split()}
    unknown = tuple(reader.spelled(at) for at, word in enumerate(words) if fold(word.rstrip(ASKING)) not in known)
    kind = bool(words) and all(fold(word) in COURTESY or not fold(word) for word in words)
    return NotACommand(unknown, why, verb=False, kind=kind)


def _only(reader: Reader) -> Reading | None:
    """The reading that accounts for every word, if there is exactly one."""
    found = list(islice(reader.readings(), _READINGS))
    return found[0] if found and all(reading == found[0] for reading in found) else None


def _call(reading: Reading) -> CallCommand:
    to, from_, bill, pin = (reading.get(name) for name in ("call", "from", "bill", "pin"))
    assert isinstance(to, Number | NamedNumber)
    assert from_ is None or isinstance(from_, Number | NamedNumber)
    assert bill is None or isinstance(bill, str)
    assert pin is None or isinstance(pin, str)
    return CallCommand(to, from_, bill, pin)
