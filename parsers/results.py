"""What a text can turn out to be: an order of each kind, or none, with the reason."""

from dataclasses import dataclass, field

from kernel.errors import Refused
from kernel.masking import mask_number
from parsers.grammar import NamedNumber, Target
from parsers.numbers import Number
from parsers.writing import shown


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

    def shown(self) -> str:
        """The same for its sender's eyes: `call Mum from +1 4..2671`."""
        from_ = f" from {_party(self.from_)}" if self.from_ else ""
        return f"call {_party(self.to)}{from_}" + (f" bill {self.bill}" if self.bill else "")


@dataclass(frozen=True, slots=True)
class DropCommand:
    """End the call of this reference (`K7`); "" is the only one that there is."""

    reference: str
    pin: str | None = field(default=None, repr=False)

    def canonical(self) -> str:
        """As `CallCommand.canonical`."""
        return f"DROP {self.reference}".rstrip()

    def shown(self) -> str:
        """As `CallCommand.shown`."""
        return f"drop {self.reference}".rstrip()


@dataclass(frozen=True, slots=True)
class AgainCommand:
    """Place the sender's last call once more."""

    pin: str | None = field(default=None, repr=False)

    def canonical(self) -> str:
        """As `CallCommand.canonical`: what was said, whatever call it stands for."""
        return "AGAIN"

    def shown(self) -> str:
        """As `CallCommand.shown`."""
        return "again"


@dataclass(frozen=True, slots=True)
class NotACommand:
    """Nothing to do: the words not understood as spelled, in order, and a better reason if known.

    `verb`: whether a word said which command was meant; `command` is that one's name. `kind`: nothing but thanks or
    an ok.
    """

    not_understood: tuple[str, ...]
    why: Refused | None = None
    verb: bool = True
    kind: bool = False
    command: str = "call"


Order = CallCommand | DropCommand | AgainCommand
Parsed = Order | NotACommand


def number_of(target: Target) -> Number:
    """The number of a target, asked for by name or not."""
    return target.number if isinstance(target, NamedNumber) else target


def _party(target: Target) -> str:
    return shown(target.name) if isinstance(target, NamedNumber) else mask_number(target.e164)
