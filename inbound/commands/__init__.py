"""What each command does: one function a file, one row a command.

Each is called in the transaction of its message, with the user's account locked, and once: a redelivery gets the first
answer again without coming here (`inbound/ordering.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from inbound.commands.again import again
from inbound.commands.call import call
from inbound.commands.drop import drop
from inbound.commands.no import no
from inbound.commands.ok import ok
from inbound.given import Given, Ordered
from parsers.commands import AgainCommand, CallCommand, DropCommand
from parsers.results import NoCommand, OkCommand


@dataclass(frozen=True, slots=True)
class Doing:
    """`do` carries the command out; with `unproven` it comes there from who is not proven, too, and has to mind it."""

    do: Callable[[Connection, Given, Any], Ordered]
    unproven: bool = False


DOINGS: Final[Mapping[type[Any], Doing]] = {
    CallCommand: Doing(call, unproven=True),  # a rule of the gate
    DropCommand: Doing(drop),
    AgainCommand: Doing(again),
    OkCommand: Doing(ok),
    NoCommand: Doing(no),
}
"""By the type that `parsers` makes of the command."""
