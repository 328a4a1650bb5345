"""A stored button of the pages read: whose it was, and the command that it stands for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from accounts.handles import holder
from accounts.people import User, phones_of
from gate.asking import Consent
from inbound.heard import Heard
from inbound.pages.order import PageOrder
from inbound.pages.people import entry_of, key_of, target_of
from kernel.errors import Refused
from kernel.secrets import Secrets
from parsers.commands import CallCommand, DropCommand, NotACommand, Parsed
from parsers.numbers import parse_number
from parsers.pins import strike_pins
from parsers.results import AtCommand, NameCommand
from parsers.several import parse_numbers
from replies.outbox import Envelope

PAGE: Final = "page"
NOBODY: Final = Envelope("", "")


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads what came by the pages. `plain_cap` is what a call may cost at most that was not ordered over TLS."""

    secrets: Secrets
    plain_cap: int

    def shown(self, recipients: tuple[str, ...]) -> tuple[str, ...]:
        """There are none."""
        return recipients

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        """Never refused as a whole. Signed in is who has the same PIN still."""
        del recipients
        order = PageOrder.read(raw)
        found = holder(conn, self.secrets, order.user_id)
        signed_in = found is not None and bool(order.generation) and found.generation == order.generation
        parsed = _command(conn, found.user, order) if found else NotACommand(())
        return Heard(
            key=_key(order, parsed),
            user=found.user if found else None,
            account=found.account if found else None,
            device=None,
            proof=PAGE if signed_in else "",
            pin=None,
            parsed=parsed,
            sent_ms=None,
            automatic=False,
            envelope=NOBODY,
            kept=strike_pins(_kept(order, parsed)),
            said={"peer": peer, "page": f"{order.rendering}, {'TLS' if order.secure else 'plain HTTP'}"},
            cap=None if order.secure else self.plain_cap,
            consent=Consent(terms=order.terms) if order.terms else None,
            in_place=True,
        )


def order_key(nonce: str) -> str:
    """The natural key of a call by its button's nonce."""
    return f"{PAGE}\n{nonce}"


def _key(order: PageOrder, parsed: Parsed) -> str:
    """A button for a call is one order, however often it is pressed; what is keyed in may be mended and sent again."""
    said = "" if isinstance(parsed, CallCommand | NotACommand) else f"\n{parsed.canonical()}"
    return order_key(order.nonce) + said


def _kept(order: PageOrder, parsed: Parsed) -> str:
    if not isinstance(parsed, NotACommand):
        return parsed.shown()
    return " ".join(part for part in (order.action, order.what, order.name, order.number) if part)


def _command(conn: Connection, user: User, order: PageOrder) -> Parsed:
    try:
        return COMMANDS[order.action](conn, user, order)
    except Refused as why:
        return NotACommand((), why, command=_MEANT.get(order.action, order.action))


def _call(conn: Connection, user: User, order: PageOrder) -> Parsed:
    target = target_of(conn, user, order.what)
    if target is None:  # struck out since
        raise Refused("field_not_one", field="to")
    return CallCommand(target)


def _drop(_conn: Connection, _user: User, order: PageOrder) -> Parsed:
    return DropCommand(order.what)


def _add(_conn: Connection, user: User, order: PageOrder) -> Parsed:
    if not order.name:
        raise Refused("not_a_contact_name", text="")
    first, *further = parse_numbers(order.number, user.country)
    return NameCommand(order.name, first, further=tuple(further))


def _delete(conn: Connection, user: User, order: PageOrder) -> Parsed:
    entry = entry_of(conn, user.id, order.what)
    if entry is None:
        raise Refused("nothing_said")
    return NameCommand(entry.name, delete=True)


def _move(conn: Connection, user: User, order: PageOrder) -> Parsed:
    own = next((each for each in phones_of(conn, user.id) if key_of(each.id) == order.what), None)
    return AtCommand(parse_number(own.number if own else order.number, user.country))


_MEANT: Final = {"add": "name", "delete": "name", "move": "at"}
COMMANDS: Final[Mapping[str, Callable[[Connection, User, PageOrder], Parsed]]] = {
    "call": _call,
    "drop": _drop,
    "add": _add,
    "delete": _delete,
    "move": _move,
}
