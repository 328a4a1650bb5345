"""What a text can turn out to be: an order of each kind, or none, with the reason.

`language` is the catalogue that the verb is of (`parsers/languages/`), "" if that tells nothing (`NO`, a name alone).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from anyascii import anyascii

from kernel.errors import Refused
from kernel.masking import mask_number
from kernel.money import plain
from parsers.numbers import Number
from parsers.targets import NamedNumber, Target, number_of
from parsers.writing import shown


@dataclass(frozen=True, slots=True)
class Spoken(ABC):
    """What every order has. `language` makes no other order of it."""

    pin: str | None = field(default=None, repr=False, kw_only=True)
    language: str = field(default="", compare=False, kw_only=True)

    def canonical(self) -> str:
        """What is ordered, alike for every spelling of it and without the PIN; to be put through a keyed digest."""
        return self._ordered()

    def shown(self) -> str:
        """The same for its sender's eyes: `call Mum from +1 4..2671`."""
        return self._told()

    @abstractmethod
    def _ordered(self) -> str: ...

    @abstractmethod
    def _told(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CallCommand(Spoken):
    """Ring the sender (at `from_`, None: at their usual phone), then `to`, and join them; the PIN is never shown.

    `most` is what the call may cost at most, in micro-units of the account's currency; `most_minutes` how long it may
    last. None: as the account says. `private`: neither side is to see the other's number.
    """

    to: Target
    from_: Target | None = None
    bill: str | None = None
    most: int | None = None
    most_minutes: int | None = None
    private: bool = False

    def _ordered(self) -> str:
        parts = ["CALL", number_of(self.to).canonical()]
        if self.from_ is not None:
            parts += ["FROM", number_of(self.from_).canonical()]
        if self.bill is not None:
            parts += ["BILL", self.bill.upper()]
        return " ".join([*parts, *self._limits(), *self._privacy()])

    def _told(self) -> str:
        from_ = f" from {_party(self.from_)}" if self.from_ else ""
        bill = f" bill {self.bill}" if self.bill else ""
        return " ".join([f"call {_party(self.to)}{from_}{bill}", *map(str.lower, [*self._limits(), *self._privacy()])])

    def _privacy(self) -> list[str]:
        return ["PRIVATE"] if self.private else []

    def _limits(self) -> list[str]:
        money = [] if self.most is None else [f"MAX {plain(self.most)}"]
        return money + ([] if self.most_minutes is None else [f"MAX {self.most_minutes} MIN"])


@dataclass(frozen=True, slots=True)
class _Referring(Spoken):
    """Of one call or question by its reference (`K7`); "" is the only one that there is."""

    reference: str

    def _ordered(self) -> str:
        return f"{_verb(self)} {self.reference}".rstrip()

    def _told(self) -> str:
        return f"{_verb(self).lower()} {self.reference}".rstrip()


@dataclass(frozen=True, slots=True)
class DropCommand(_Referring):
    """End that call; `STOP`, `CANCEL`, `END` and `QUIT` are this, too. Said of an open question it is a no to it."""


@dataclass(frozen=True, slots=True)
class StatusCommand(_Referring):
    """How far that call is; "" is all of them."""


@dataclass(frozen=True, slots=True)
class OkCommand(_Referring):
    """Yes to the question about that order.

    "" comes of `YES` only: the one open question, if this device was asked exactly one. `OK` alone may be thanks, so
    that is a `NotACommand` with `kind`. `code` is the one that the question gave, "" if none.
    """

    code: str = field(default="", repr=False)

    def _ordered(self) -> str:
        return f"OK {self.reference}" if self.reference else "YES"


@dataclass(frozen=True, slots=True)
class NoCommand(_Referring):
    """No to that question."""


@dataclass(frozen=True, slots=True)
class _OneWord(Spoken):
    """An order that has nothing to say but its verb."""

    def _ordered(self) -> str:
        return _verb(self)

    def _told(self) -> str:
        return _verb(self).lower()


@dataclass(frozen=True, slots=True)
class AgainCommand(_OneWord):
    """Place the sender's last call once more. Its canonical text is what was said, whatever call it stands for."""


@dataclass(frozen=True, slots=True)
class LastCommand(_OneWord):
    """Tell the sender's recent calls and their cost."""


@dataclass(frozen=True, slots=True)
class BalanceCommand(_OneWord):
    """Tell what the account has."""


@dataclass(frozen=True, slots=True)
class HelpCommand(_OneWord):
    """Tell what can be written."""


@dataclass(frozen=True, slots=True)
class AtCommand(Spoken):
    """Ring the sender at `where` from now on; None: tell where they are rung."""

    where: Target | None

    def _ordered(self) -> str:
        return "AT" + (f" {number_of(self.where).canonical()}" if self.where else "")

    def _told(self) -> str:
        return "at" + (f" {_party(self.where)}" if self.where else "")


@dataclass(frozen=True, slots=True)
class RateCommand(Spoken):
    """Tell what a call to `to` costs."""

    to: Target

    def _ordered(self) -> str:
        return f"RATE {number_of(self.to).canonical()}"

    def _told(self) -> str:
        return f"rate {_party(self.to)}"


@dataclass(frozen=True, slots=True)
class NameCommand(Spoken):
    """Keep `number`, and `further` ones after it, under `name` in the phone book, or take the name out (`delete`).

    Without a name: list the book. With a name alone: tell that one's number. The name is as spelled, one space between
    its words.
    """

    name: str = ""
    number: Number | None = None
    delete: bool = False
    further: tuple[Number, ...] = ()

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All that are to be kept, in order of preference."""
        return (self.number, *self.further) if self.number else ()

    def _ordered(self) -> str:
        name = self.name.casefold()
        if self.delete:
            return f"NAME DELETE {name}"
        return " ".join(["NAME", name, *(number.canonical() for number in self.numbers)]).rstrip()

    def _told(self) -> str:
        if self.delete:
            return f"name delete {shown(anyascii(self.name))}"
        masked = ", ".join(mask_number(number.e164) for number in self.numbers)
        return f"name {shown(anyascii(self.name))} {masked}".rstrip()


@dataclass(frozen=True, slots=True)
class CardsCommand(Spoken):
    """Keep the names and numbers of these vCards in the phone book, as written there, the preferred number first."""

    entries: tuple[tuple[str, tuple[str, ...]], ...]

    def _ordered(self) -> str:
        return "\n".join(["CARDS", *("\t".join([name, *numbers]) for name, numbers in self.entries)])

    def _told(self) -> str:
        return "name"


@dataclass(frozen=True, slots=True)
class NoticesCommand(Spoken):
    """Send this device notices of its calls, or none; None: tell which."""

    on: bool | None

    def _ordered(self) -> str:
        return "NOTICES" if self.on is None else f"NOTICES {'ON' if self.on else 'OFF'}"

    def _told(self) -> str:
        return self._ordered().lower()


@dataclass(frozen=True, slots=True)
class VerifyCommand(Spoken):
    """Ring `number` and speak a code there that proves it to be the sender's."""

    number: Number

    def _ordered(self) -> str:
        return f"VERIFY {self.number.canonical()}"

    def _told(self) -> str:
        return f"verify {mask_number(self.number.e164)}"


@dataclass(frozen=True, slots=True)
class CodeCommand(Spoken):
    """The spoken code (4 to 10 digits), sent back; it is never shown."""

    digits: str = field(repr=False)

    def _ordered(self) -> str:
        return f"CODE {self.digits}"

    def _told(self) -> str:
        return "code ****"


@dataclass(frozen=True, slots=True)
class LanguageCommand(Spoken):
    """Answer in `language` (`es`) from now on; this answer already."""

    language: str = ""

    def _ordered(self) -> str:
        return f"LANGUAGE {self.language.upper()}"

    def _told(self) -> str:
        return f"language {self.language}"


@dataclass(frozen=True, slots=True)
class NotACommand:
    """Nothing to do: the words not understood as spelled, in order, and a better reason if known.

    `verb`: whether a word said which command was meant; `command` is that one's name, `language` that word's. `kind`:
    nothing but thanks or an ok.
    """

    not_understood: tuple[str, ...]
    why: Refused | None = None
    verb: bool = True
    kind: bool = False
    command: str = "call"
    language: str = field(default="", compare=False)


Order = Spoken
Parsed = Order | NotACommand


def name_of(order: Order) -> str:
    """The command's name, as the table, the log and `cordboard parse` have it: "call", "notices"."""
    return _verb(order).lower()


def _verb(order: Spoken) -> str:
    return type(order).__name__.removesuffix("Command").upper()


def _party(target: Target) -> str:
    return shown(anyascii(target.name)) if isinstance(target, NamedNumber) else mask_number(target.e164)
