"""Whom a page may call and where its user is rung, by what is short enough for a button: a key, or a plain number."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from accounts.handles import Holder
from accounts.own import rung_at
from accounts.people import Phone, User, fold_name, join_number, names_of, phones_of, split_number, split_numbers
from accounts.tables import contacts
from inbound.api.order import ApiOrder
from inbound.api.reader import read_fields
from inbound.mail_reader import names_known
from inbound.rewritten import CODES
from kernel.errors import Refused
from kernel.masking import mask_number
from parsers.commands import CallCommand, NamedNumber, NotACommand, Target
from parsers.numbers import Number, parse_number
from parsers.several import parse_numbers
from replies.lists import shortened
from replies.refusals import refusal_text
from satellite.families import CODE_DIGITS

KEY_LENGTH: Final = 8
"""Of an id its last letters, which are chance."""
LONGEST_TYPED: Final = 100
ENTRY: Final = "="


class Unclear(Exception):
    """What was keyed in is nobody to call; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in the phone book; its numbers are parted by commas, in order of preference."""

    key: str
    name: str
    number: str

    def target(self) -> NamedNumber:
        """As an order names it."""
        first, *further = parse_numbers(self.number, None)
        return NamedNumber(self.name, first, tuple(further))


def key_of(row_id: str) -> str:
    """The short key of a row."""
    return row_id[-KEY_LENGTH:]


def book(conn: Connection, user_id: str) -> list[Entry]:
    """The whole phone book, by name."""
    query = select(contacts.c.id, contacts.c.name).where(contacts.c.user_id == user_id, contacts.c.rank == 0)
    numbers = names_of(conn, user_id)
    entries = [Entry(key_of(row.id), row.name, numbers[row.name]) for row in conn.execute(query)]
    return sorted(entries, key=lambda entry: (fold_name(entry.name), entry.key))


def entry_of(conn: Connection, user_id: str, key: str) -> Entry | None:
    """The one name with this key."""
    found = [entry for entry in book(conn, user_id) if entry.key == key]
    return found[0] if len(found) == 1 else None


def written(conn: Connection, user: User, typed: str, language: str) -> str:
    """What was keyed in, as a button carries it: `=1f00ba12` for a name of the book, else a number. Raises Unclear."""
    if not typed.strip():
        raise Unclear(refusal_text(Refused("number_empty"), language))
    read = read_fields(ApiOrder("", "", None, typed[:LONGEST_TYPED], None, None), user.country, names_known(conn, user))
    if isinstance(read, NotACommand):
        raise Unclear(refusal_text(read, language))
    assert isinstance(read, CallCommand)
    if isinstance(read.to, Number):
        return _with_its_code(read.to)
    called = fold_name(read.to.name)
    entry = next((each for each in book(conn, user.id) if fold_name(each.name) == called), None)
    return ENTRY + entry.key if entry else read.to.number.kept()


def written_of(conn: Connection, order: Row[Any]) -> str:
    """The other party of an order, in the same way; by number where the name has come to mean another one."""
    called, party = fold_name(order.name_b), (order.number_b, order.extension_b)
    same = (
        each for each in book(conn, order.user_id)
        if fold_name(each.name) == called and party in map(split_number, split_numbers(each.number))
    )  # fmt: skip
    entry = next(same, None)
    return ENTRY + entry.key if entry else join_number(order.number_b, order.extension_b)


def target_of(conn: Connection, user: User, what: str) -> Target | None:
    """Whom a button means; None if that name is no longer in the book. Refused if it is no number."""
    if not what.startswith(ENTRY):
        return parse_number(what, None)
    entry = entry_of(conn, user.id, what.removeprefix(ENTRY))
    return entry.target() if entry else None


def ringing(conn: Connection, holder: Holder) -> tuple[str | None, str]:
    """Where the user is rung (E.164, " x512"; None if no phone is known), and how that is told to them."""
    phones = phones_of(conn, holder.user.id)
    at = rung_at(holder.user, holder.account, phones)
    if at is None:
        return None, ""
    return at, next((told(phone) for phone in phones if phone.number == at), mask_number(split_number(at)[0]))


def told(phone: Phone) -> str:
    """A phone as its user knows it: `home +1 2..0101`."""
    return f"{shortened(phone.label)} {mask_number(phone.e164)}".strip()


def _with_its_code(number: Number) -> str:
    """By the old satellite code that it was keyed in with, so that the order's message keeps that."""
    kept = number.kept()
    return f"+{CODES[number.ocean]}{kept[1 + CODE_DIGITS :]}" if number.ocean else kept
