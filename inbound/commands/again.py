"""AGAIN: the sender's last call as the command that it would be if it were written out."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from accounts.people import User, fold_name, join_number, names_of
from inbound.given import Given, Ordered
from inbound.placing import Wanted, place
from kernel.errors import Refused
from orders import of_user
from parsers.commands import AgainCommand, CallCommand, NamedNumber, Target
from parsers.numbers import parse_number
from parsers.several import parse_numbers


@dataclass(frozen=True, slots=True)
class Repeated:
    """The call to place once more. `digest` is the first one's: the same call, however it is asked for."""

    ref: str
    digest: str
    command: CallCommand


def again(conn: Connection, given: Given, _command: AgainCommand) -> Ordered:
    """Place it, if there is one to repeat."""
    try:
        last = repeated(conn, given.user)
    except Refused as why:
        return given.not_done("again", why)
    return place(conn, given, Wanted(last.command, last.digest, last.ref))


def repeated(conn: Connection, user: User) -> Repeated:
    """The user's last call, whatever became of it; Refused (nothing_again) if there is none."""
    order = of_user.last_call(conn, user.account_id, user.id)
    if order is None:
        raise Refused("nothing_again")
    from_ = parse_number(join_number(order.number_a, order.extension_a), None)
    command = CallCommand(
        _called(conn, user, order), from_, order.bill or None, order.asked_most, order.asked_minutes,
        order.private,
    )  # fmt: skip
    return Repeated(order.ref, order.digest, command)


def _called(conn: Connection, user: User, order: Row[Any]) -> Target:
    """The other party, by name unless the phone book has come to mean others by it; with all numbers of that name."""
    to = parse_number(join_number(order.number_b, order.extension_b), None)
    if not order.name_b:
        return to
    book = {fold_name(name): numbers for name, numbers in names_of(conn, user.id).items()}
    numbers = parse_numbers(book.get(fold_name(order.name_b), to.kept()), None)
    if to.canonical() not in {number.canonical() for number in numbers}:
        return to
    return NamedNumber(order.name_b, numbers[0], numbers[1:])
