"""What each command does: one function a file, one row a command.

Each is called in the transaction of its message, with the user's account locked, and once: a redelivery gets the first
answer again without coming here (`inbound/ordering.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from inbound.commands.again import again
from inbound.commands.at import at
from inbound.commands.balance import balance
from inbound.commands.call import call
from inbound.commands.cards import cards
from inbound.commands.code import code
from inbound.commands.drop import drop
from inbound.commands.help import help_
from inbound.commands.language import language
from inbound.commands.last import last
from inbound.commands.name import name
from inbound.commands.no import no
from inbound.commands.notices import notices
from inbound.commands.ok import ok
from inbound.commands.rate import rate
from inbound.commands.status import status
from inbound.commands.verify import verify
from inbound.given import Given, Ordered
from parsers import results


@dataclass(frozen=True, slots=True)
class Doing:
    """`do` carries the command out.

    With `unproven` it comes there from who is not proven, with `late` however old it is, with `closed` also on an
    account that is closed: it has to mind that itself.
    """

    do: Callable[[Connection, Given, Any], Ordered]
    unproven: bool = False
    late: bool = False
    closed: bool = False


DOINGS: Final[Mapping[type[Any], Doing]] = {
    results.CallCommand: Doing(call, unproven=True, late=True, closed=True),  # rules of the gate
    results.AgainCommand: Doing(again, late=True, closed=True),
    results.DropCommand: Doing(drop, late=True, closed=True),  # it only saves money
    results.OkCommand: Doing(ok, late=True, closed=True),
    results.NoCommand: Doing(no, late=True, closed=True),
    results.AtCommand: Doing(at),
    results.LastCommand: Doing(last),
    results.StatusCommand: Doing(status),
    results.RateCommand: Doing(rate),
    results.BalanceCommand: Doing(balance),
    results.NameCommand: Doing(name),
    results.CardsCommand: Doing(cards),
    results.NoticesCommand: Doing(notices),
    results.LanguageCommand: Doing(language),
    results.VerifyCommand: Doing(verify),
    results.CodeCommand: Doing(code),
    results.HelpCommand: Doing(help_, unproven=True),
}
"""By the type that `parsers` makes of the command."""
