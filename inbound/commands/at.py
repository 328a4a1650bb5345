"""AT: where the sender is rung from now on, or where that is.

One of their own phones becomes their main one. Any other, where the account allows that, is kept as where they are just
now: whoever answers there must press 1.
"""

from sqlalchemy import Connection

from accounts import own
from accounts.people import Phone, phones_of
from inbound.given import Given, Ordered
from inbound.placing import leg_a
from inbound.pricing import check_phone
from kernel.errors import Refused
from kernel.masking import mask_number
from parsers.results import AtCommand
from parsers.targets import number_of
from replies.language import Words
from replies.lists import fitting, shortened

SET = Words("From now on I ring you at {phone}.")
PRESSING = Words(" Who answers there must press 1.")
BACK = Words(" To go back, write AT {back}.")
TOLD = Words("I ring you at {phone}.")
YOURS = Words(" Your phones: {phones}. To change, write AT and one of them.")
MORE = Words(" More: write AT and a number.")


def at(conn: Connection, given: Given, command: AtCommand) -> Ordered:
    """Change it, or tell it."""
    phones = phones_of(conn, given.user.id)
    if command.where is None:
        return _told(given, phones)
    number = number_of(command.where)
    try:
        check_phone(conn, given, number)
    except Refused as why:
        return given.not_done("at", why)
    if not own.ring_at(conn, given.user.id, number.kept(), given.sent_ms):
        return given.not_done("at", Refused("overtaken"))
    mine = next((phone for phone in phones if phone.number == number.kept()), None)
    said = given.say(SET, phone=_named(number.e164, mine))
    if mine is None:
        main = next((phone.label for phone in phones if phone.main), "")
        said += given.say(PRESSING) + (given.say(BACK, back=main) if main else "")
    return Ordered(said, (("at", "passed"),))


def _told(given: Given, phones: list[Phone]) -> Ordered:
    try:
        now = leg_a(given, tuple(phones))
    except Refused as why:
        return given.not_done("at", why)
    mine = next((phone for phone in phones if phone.number == now.kept()), None)
    told = given.say(TOLD, phone=_named(now.e164, mine))
    if len(phones) < 2 and mine is not None:
        return Ordered(told, (("at", "passed"),))
    names = [_named(phone.e164, phone) for phone in phones]
    said = fitting(names, lambda some: told + given.say(YOURS, phones=some), lambda _: given.say(MORE))
    return Ordered(said, (("at", "passed"),))


def _named(e164: str, phone: Phone | None) -> str:
    return f"{shortened(phone.label)} ({mask_number(e164)})" if phone and phone.label else mask_number(e164)
