"""Who is who: the account, user and device behind a sender, and the numbers a user may name."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, Row, Select, bindparam, func, select

from accounts.tables import accounts, aliases, contacts, devices, phones, users


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays, and what is allowed on that money. Amounts are micro-units."""

    id: str
    name: str
    currency: str
    deck: str
    zones: frozenset[str]
    allow_premium: bool
    allow_high_cost: bool
    allow_any_phone: bool
    allow_verify: bool
    cap_call: int
    charge_unjoined: bool
    tax_ppm: int
    caller_id: str  # its own number; "" has none
    show_a: str  # what leg A sees, one of accounts/shown.py::Show
    show_b: str
    private: bool  # neither side of its calls is shown the other's number
    active: bool
    ask_new: bool  # who has but a PIN is asked back before a number is called that is new to them
    ask_above: int  # and anybody who only claims to be the sender, before a minute costs more than this
    quote_above: int  # and everybody, before a minute costs more than this
    cap_hour: int | None = None  # what all calls of 60 minutes may cost
    cap_day: int | None = None  # and of 24 hours
    most_at_once: int | None = None  # calls under way


@dataclass(frozen=True, slots=True)
class User:
    """A person who may order on an account."""

    id: str
    account_id: str
    name: str
    country: str
    has_pin: bool
    active: bool
    language: str = ""
    """In which they are answered (ISO 639-1); "" is the installation's."""
    rung_at: str = ""
    """Where they are by their own word (AT): E.164, " x512"; "" is their main phone."""


@dataclass(frozen=True, slots=True)
class Device:
    """An address that orders come from. `answer_address` "" is never answered, so never asked either.

    What it then may spend on one call is `limit_call`, micro-units; None: nothing, unless the order says a most.
    """

    id: str
    user_id: str
    kind: str
    address: str
    answer_address: str
    press_1: bool
    notices: bool = True  # whether it is told how a call went
    limit_call: int | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """A known device with its user and account."""

    device: Device
    user: User
    account: Account


@dataclass(frozen=True, slots=True)
class AliasOwner:
    """Whose secret mailbox alias it is."""

    alias_id: str
    user: User
    account: Account


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone the operator vouched for. `number` is E.164, then " x512" where it has an extension."""

    id: str
    number: str
    label: str
    main: bool
    verified_by: str

    @property
    def e164(self) -> str:
        """The number without its extension."""
        return split_number(self.number)[0]

    @property
    def extension(self) -> str:
        """Digits to send after answer, "" if none."""
        return split_number(self.number)[1]


def _people(*columns: Any) -> Select[Any]:
    return (
        select(*users.c, *accounts.c, *columns)
        .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
        .select_from(users)
        .join(accounts, users.c.account_id == accounts.c.id)
    )


_BY_DEVICE = (
    _people(*devices.c)
    .join(devices, devices.c.user_id == users.c.id)
    .where(devices.c.kind == bindparam("kind"), devices.c.address == bindparam("address"))
)
_BY_ALIAS = (
    _people(aliases.c.id)
    .join(aliases, aliases.c.user_id == users.c.id)
    .where(aliases.c.digest == bindparam("digest"), aliases.c.revoked_ms.is_(None))
)
_ACCOUNT = select(accounts).where(accounts.c.id == bindparam("account"))
_USER = select(users).where(users.c.id == bindparam("user"))
_DEVICES = select(devices).where(devices.c.user_id == bindparam("user")).order_by(devices.c.created_ms)
_PHONES = (
    select(phones).where(phones.c.user_id == bindparam("user")).order_by(phones.c.main.desc(), phones.c.created_ms)
)
_NAMES = (
    select(contacts.c.name, contacts.c.number)
    .where(contacts.c.user_id == bindparam("user"))
    .order_by(contacts.c.name, contacts.c.name_key, contacts.c.rank)
)
_SURE = select(contacts.c.number).where(contacts.c.user_id == bindparam("user"), contacts.c.sure)


def split_number(number: str) -> tuple[str, str]:
    """`+441234567 x512` -> (`+441234567`, `512`); the extension is "" where there is none."""
    e164, _, extension = number.partition("x")
    return e164.strip(), extension


def split_numbers(numbers: str) -> tuple[str, ...]:
    """The numbers of a name, as `names_of` gives them, in order of preference."""
    return tuple(number.strip() for number in numbers.split(","))


def join_number(e164: str, extension: str) -> str:
    """The inverse of `split_number`."""
    return f"{e164} x{extension}" if extension else e164


def fold_name(name: str) -> str:
    """How two spellings of a phone-book name are compared: without case, accents and closing full stops."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return " ".join(word.rstrip(".,!") for word in plain.casefold().split())


def fold_address(address: str) -> str:
    """How addresses of devices are stored and looked up."""
    return unicodedata.normalize("NFC", address).strip().lower()


def who_is(conn: Connection, kind: str, address: str) -> Sender | None:
    """The sender behind an address, also if the user or account is closed: the gate has the say on that."""
    row = conn.execute(_BY_DEVICE, {"kind": kind, "address": fold_address(address)}).first()
    if row is None:
        return None
    return Sender(_device(row), _user(row), _account(row))


def by_alias(conn: Connection, digest: str) -> AliasOwner | None:
    """The owner of the alias with this digest (`manage.alias_digest`), unless it was revoked."""
    row = conn.execute(_BY_ALIAS, {"digest": digest}).first()
    if row is None:
        return None
    return AliasOwner(row._mapping[aliases.c.id], _user(row), _account(row))


def account_named(conn: Connection, name: str) -> Account | None:
    """The account of that name (letter case does not matter) or id."""
    query = select(accounts).where((func.lower(accounts.c.name) == name.strip().lower()) | (accounts.c.id == name))
    row = conn.execute(query).first()
    return None if row is None else _account(row)


def all_accounts(conn: Connection) -> list[Account]:
    """Every account, by name."""
    return [_account(row) for row in conn.execute(select(accounts).order_by(accounts.c.name))]


def account_of(conn: Connection, account_id: str) -> Account:
    """The account with this id, which must exist."""
    return _account(conn.execute(_ACCOUNT, {"account": account_id}).one())


def user_of(conn: Connection, user_id: str) -> User:
    """The user with this id, who must exist."""
    return _user(conn.execute(_USER, {"user": user_id}).one())


def users_of(conn: Connection, account_id: str) -> list[User]:
    """The users of an account, by name."""
    return [
        _user(row) for row in conn.execute(select(users).where(users.c.account_id == account_id).order_by(users.c.name))
    ]


def devices_of(conn: Connection, user_id: str) -> list[Device]:
    """A user's devices, oldest first."""
    return [_device(row) for row in conn.execute(_DEVICES, {"user": user_id})]


def mail_addresses_of(conn: Connection, user_id: str) -> list[str]:
    """Where a user reads mails of ours: the answer addresses that are mailboxes, that of the oldest device first."""
    return list(dict.fromkeys(each.answer_address for each in devices_of(conn, user_id) if "@" in each.answer_address))


def phones_of(conn: Connection, user_id: str) -> list[Phone]:
    """A user's verified telephones, the main one first."""
    rows = conn.execute(_PHONES, {"user": user_id})
    return [Phone(row.id, row.number, row.label, row.main, row.verified_by) for row in rows]


def main_phone(conn: Connection, user_id: str) -> Phone | None:
    """The telephone to ring when the order names none."""
    return main_of(phones_of(conn, user_id))


def main_of(phones: Iterable[Phone]) -> Phone | None:
    """The one of these to ring when the order names none."""
    return next((phone for phone in phones if phone.main), None)


def names_of(conn: Connection, user_id: str) -> dict[str, str]:
    """The user's phone book: each name as the user writes it, and its number (E.164, " x512").

    Several numbers stand in order of preference, parted by ", " (`split_numbers`).
    """
    found: dict[str, str] = {}
    for row in conn.execute(_NAMES, {"user": user_id}):
        found[row.name] = f"{found[row.name]}, {row.number}" if row.name in found else row.number
    return found


def sure_numbers_of(conn: Connection, user_id: str) -> frozenset[str]:
    """E.164 numbers in the user's phone book that were not written there by who but claimed to be the user."""
    return frozenset(split_number(number)[0] for number in conn.execute(_SURE, {"user": user_id}).scalars())


def alias_hints(conn: Connection, user_id: str) -> list[str]:
    """How each of the user's secret aliases in use begins, oldest first."""
    live = (aliases.c.user_id == user_id) & aliases.c.revoked_ms.is_(None)
    return list(conn.execute(select(aliases.c.hint).where(live).order_by(aliases.c.created_ms)).scalars())


def _account(row: Row[Any]) -> Account:
    of, c = row._mapping, accounts.c
    return Account(
        id=of[c.id],
        name=of[c.name],
        currency=of[c.currency],
        deck=of[c.deck],
        zones=frozenset(zone for zone in of[c.zones].split(",") if zone),
        allow_premium=of[c.allow_premium],
        allow_high_cost=of[c.allow_high_cost],
        allow_any_phone=of[c.allow_any_phone],
        allow_verify=of[c.allow_verify],
        cap_call=of[c.cap_call],
        charge_unjoined=of[c.charge_unjoined],
        tax_ppm=of[c.tax_ppm],
        caller_id=of[c.caller_id],
        show_a=of[c.show_a],
        show_b=of[c.show_b],
        private=of[c.private],
        active=of[c.active],
        ask_new=of[c.ask_new],
        ask_above=of[c.ask_above],
        quote_above=of[c.quote_above],
        cap_hour=of[c.cap_hour],
        cap_day=of[c.cap_day],
        most_at_once=of[c.most_at_once],
    )


def _user(row: Row[Any]) -> User:
    of, c = row._mapping, users.c
    return User(
        of[c.id], of[c.account_id], of[c.name], of[c.country], bool(of[c.pin_hash]), of[c.active],
        of[c.language], of[c.rung_at],
    )  # fmt: skip


def _device(row: Row[Any]) -> Device:
    of, c = row._mapping, devices.c
    return Device(
        of[c.id], of[c.user_id], of[c.kind], of[c.address], of[c.answer_address], of[c.press_1], of[c.notices],
        of[c.limit_call],
    )  # fmt: skip
