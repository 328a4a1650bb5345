"""What a call would cost, and whether its numbers may be had at all: the gate's rules for numbers, without an order."""

from typing import Final

from sqlalchemy import Connection

from accounts.people import phones_of
from billing.quotes import Quote
from gate.rules import own_phone, premium, rate_known, route, two_parties, zone
from gate.spending import satellite
from gate.terminals import with_terminals
from inbound.given import Given
from inbound.placing import Wanted, asked_of
from kernel.errors import Refused
from parsers.commands import CallCommand
from parsers.numbers import Number
from parsers.targets import Target, numbers_of

OF_A_CALL: Final = (two_parties, premium, satellite, zone, rate_known, route)
OF_A_PHONE: Final = (own_phone, premium, satellite, zone, rate_known, route)


def price(conn: Connection, given: Given, a: Number, to: Target) -> Quote:
    """The terms of a call between the two. Refused if it could never be had."""
    asked = asked_of(given, tuple(phones_of(conn, given.user.id)), a, Wanted(CallCommand(to), ""))
    asked = with_terminals(conn, asked, numbers_of(to))
    for rule in OF_A_CALL:
        rule(asked, conn)
    assert asked.quote is not None
    return asked.quote


def check_phone(conn: Connection, given: Given, number: Number) -> None:
    """Refused if the sender could never be rung there."""
    asked = asked_of(given, tuple(phones_of(conn, given.user.id)), number, Wanted(CallCommand(number), ""))
    if number.e164 in asked.service_numbers:
        raise Refused("our_own_number", number=number.original)
    for rule in OF_A_PHONE:
        rule(asked, conn)
