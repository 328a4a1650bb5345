"""Accounts, users, devices, phones, phone books, aliases and PINs written, for the operator's commands.

Each function works inside the caller's write transaction, gives the new row's id, and raises Refused.
"""

import secrets as chance
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts import valid
from accounts.handles import free_handle
from accounts.messengers import is_shared, messenger_of
from accounts.optouts import SMS
from accounts.people import fold_address, fold_name, phones_of
from accounts.pins import check_new_pin
from accounts.shown import Show
from accounts.tables import accounts, aliases, contacts, devices, phones, users
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.secrets import Secrets

ALIAS_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 of them, without l, o, 0 and 1: five bits each."""
ALIAS_LENGTH = 12
ALIAS_HINT = 2
VERIFIED_BY_OPERATOR, VERIFIED_BY_CALL = "operator", "call"
SWITCHES = frozenset({"premium", "high_cost", "any_phone", "verify"})
CAPS = frozenset({"hour", "day"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account is opened with; `cap_call` in micro-units, `zones` like `FR,GB`, `tax_ppm` in millionths."""

    name: str
    currency: str
    deck: str
    zones: str
    cap_call: int
    charge_unjoined: bool = True
    tax_ppm: int = 0
    caller_id: str = ""


def add_account(conn: Connection, now_ms: int, terms: Terms) -> str:
    """Open an account; premium, satellite, high-cost and unverified numbers stay closed (`allow`)."""
    name = valid.name(terms.name)
    if conn.execute(select(accounts.c.id).where(func.lower(accounts.c.name) == name.lower())).first():
        raise Refused("account_exists", name=name)
    if terms.cap_call <= 0:
        raise Refused("cap_not_positive")
    return _insert(
        conn, accounts, now_ms, Refused("account_exists", name=name),
        name=name, currency=valid.currency(terms.currency), deck=terms.deck.strip(), zones=valid.zones(terms.zones),
        cap_call=terms.cap_call, charge_unjoined=terms.charge_unjoined, tax_ppm=terms.tax_ppm,
        caller_id=valid.number(terms.caller_id) if terms.caller_id else "",
    )  # fmt: skip


def set_zones(conn: Connection, account_id: str, zones: str) -> None:
    """The regions that the account may call, in place of those before."""
    _change_account(conn, account_id, zones=valid.zones(zones))


def set_number(conn: Connection, account_id: str, number: str) -> None:
    """The account's own number, to be seen by its calls; "" has none."""
    _change_account(conn, account_id, caller_id=valid.number(number) if number else "")


def show(conn: Connection, account_id: str, role: str, what: Show) -> None:
    """Which number leg "A" or "B" of the account's calls sees."""
    _change_account(conn, account_id, **{{"A": "show_a", "B": "show_b"}[role]: what})


def set_private(conn: Connection, account_id: str, yes: bool) -> None:
    """Whether all its calls are private: neither side is shown the other's number."""
    _change_account(conn, account_id, private=yes)


def set_cap_call(conn: Connection, account_id: str, micro: int) -> None:
    """The most that one call may cost."""
    if micro <= 0:
        raise Refused("cap_not_positive")
    _change_account(conn, account_id, cap_call=micro)


def set_cap(conn: Connection, account_id: str, span: str, micro: int | None) -> None:
    """The most that all calls of one of CAPS may cost together; None sets no bound."""
    if span not in CAPS or (micro is not None and micro <= 0):
        raise Refused("cap_not_positive")
    _change_account(conn, account_id, **{f"cap_{span}": micro})


def set_at_once(conn: Connection, account_id: str, most: int | None) -> None:
    """So many calls may be under way; None sets no bound."""
    if most is not None and most <= 0:
        raise Refused("cap_not_positive")
    _change_account(conn, account_id, most_at_once=most)


def allow(conn: Connection, account_id: str, what: str, yes: bool) -> None:
    """Open or close one of SWITCHES. Satellite systems: `accounts/systems.py`."""
    if what not in SWITCHES:
        raise Refused("no_such_switch", text=what)
    _change_account(conn, account_id, **{f"allow_{what}": yes})


def set_active(conn: Connection, account_id: str, yes: bool) -> None:
    """Close an account (nothing is ordered on it any more) or open it again."""
    _change_account(conn, account_id, active=yes)


def add_user(conn: Connection, now_ms: int, account_id: str, name: str, country: str) -> str:
    """A person on the account; `country` is where numbers without a country are read."""
    name = valid.name(name)
    same = (users.c.account_id == account_id) & (func.lower(users.c.name) == name.lower())
    if conn.execute(select(users.c.id).where(same)).first():
        raise Refused("user_exists", name=name)
    return _insert(
        conn, users, now_ms, Refused("user_exists", name=name),
        account_id=account_id, name=name, handle=free_handle(conn, name), country=valid.country(country),
    )  # fmt: skip


def set_user_active(conn: Connection, user_id: str, yes: bool) -> None:
    """Shut a user out, or let them in again."""
    conn.execute(update(users).where(users.c.id == user_id).values(active=yes))


def set_pin(conn: Connection, secrets: Secrets, user_id: str, pin: str) -> None:
    """A new PIN in place of the old one; wrong tries are forgotten."""
    pin_hash = secrets.hash_pin(check_new_pin(pin))
    values = {"pin_hash": pin_hash, "pin_failures": 0, "pin_locked_until_ms": 0}
    conn.execute(update(users).where(users.c.id == user_id).values(values))


def unlock_pin(conn: Connection, user_id: str) -> None:
    """Forget wrong tries."""
    conn.execute(update(users).where(users.c.id == user_id).values(pin_failures=0, pin_locked_until_ms=0))


def add_device(
    conn: Connection, now_ms: int, user_id: str, address: str, answers: str | None = None, *, satellite: bool = False
) -> str:
    """An e-mail address or telephone (E.164) that the user orders from.

    Answers go there, to `answers` (either of both), or (if "") nowhere.

    A satellite messenger, known by its address or said to be one, gets no receipts: they cost its owner. One whose
    mails come from everybody's address can't be answered there.
    """
    address = valid.device_address(address)
    if answers is None:
        answers = "" if is_shared(address) else address
    return _insert(
        conn, devices, now_ms, Refused("device_exists", address=address),
        user_id=user_id, kind=kind_of(address), address=address,
        answer_address=answers and valid.device_address(answers),
        notices=not (satellite or messenger_of(address)),
    )  # fmt: skip


def set_notices(conn: Connection, address: str, yes: bool) -> None:
    """Whether this device is told how its calls went."""
    _must(conn.execute(_of_device(update(devices), address).values(notices=yes)), "no_such_device", address=address)


def set_limit(conn: Connection, address: str, micro: int | None) -> None:
    """The most that one call may cost that this device ordered; None: what the account says."""
    if micro is not None and micro <= 0:
        raise Refused("cap_not_positive")
    done = conn.execute(_of_device(update(devices), address).values(limit_call=micro))
    _must(done, "no_such_device", address=address)


def set_ask_new(conn: Connection, account_id: str, yes: bool) -> None:
    """Whether who has but a PIN is asked back before a number is called that is new to them."""
    _change_account(conn, account_id, ask_new=yes)


def set_ask_above(conn: Connection, account_id: str, micro: int) -> None:
    """What a minute may cost before who but claims to be the sender is asked back."""
    if micro < 0:
        raise Refused("cap_not_positive")
    _change_account(conn, account_id, ask_above=micro)


def set_quote_above(conn: Connection, account_id: str, micro: int) -> None:
    """What a minute may cost before a call waits for its sender's OK to the price, however surely it is them."""
    if micro < 0:
        raise Refused("cap_not_positive")
    _change_account(conn, account_id, quote_above=micro)


def kind_of(address: str) -> str:
    """By its address: "sms" for a telephone, "email" for a mailbox."""
    return SMS if address.startswith("+") else "email"


def set_press_1(conn: Connection, address: str, yes: bool) -> None:
    """Whether who answers leg A must press 1 when this device ordered."""
    _must(conn.execute(_of_device(update(devices), address).values(press_1=yes)), "no_such_device", address=address)


def remove_device(conn: Connection, address: str) -> None:
    """Take an address away; mail from it is a stranger's from now on."""
    _must(conn.execute(_of_device(delete(devices), address)), "no_such_device", address=address)


def add_phone(
    conn: Connection, now_ms: int, user_id: str, number: str, label: str = "", main: bool = False, *,
    verified_by: str = VERIFIED_BY_OPERATOR,
) -> str:  # fmt: skip
    """A telephone that the operator vouches for, or that heard a code; the first one is the main one."""
    number = valid.number(number)
    first = not phones_of(conn, user_id)
    if main:
        conn.execute(update(phones).where(phones.c.user_id == user_id).values(main=False))
    return _insert(
        conn, phones, now_ms, Refused("phone_exists", number=number),
        user_id=user_id, number=number, label=valid.name(label, 40) if label else "",
        main=main or first, verified_by=verified_by,
    )  # fmt: skip


def set_main_phone(conn: Connection, user_id: str, number: str) -> None:
    """The telephone to ring when an order names none, whatever the user's AT said."""
    here = (phones.c.user_id == user_id) & (phones.c.number == valid.number(number))
    conn.execute(update(phones).where(phones.c.user_id == user_id).values(main=False))
    _must(conn.execute(update(phones).where(here).values(main=True)), "no_such_phone", number=number)
    conn.execute(update(users).where(users.c.id == user_id).values(rung_at=""))


def remove_phone(conn: Connection, user_id: str, number: str) -> None:
    """Take a telephone away; if it was the main one, the oldest left becomes it."""
    here = (phones.c.user_id == user_id) & (phones.c.number == valid.number(number))
    _must(conn.execute(delete(phones).where(here)), "no_such_phone", number=number)
    left = phones_of(conn, user_id)
    if left and not left[0].main:
        conn.execute(update(phones).where(phones.c.id == left[0].id).values(main=True))


def add_contact(
    conn: Connection, now_ms: int, user_id: str, name: str, number: str, *, sure: bool = True
) -> str:  # fmt: skip
    """A name in the user's phone book; several numbers are parted by commas, the preferred one first.

    Not `sure` if who wrote it but claimed to be the user. Gives the id of the first number's row.
    """
    name = valid.contact_name(name)
    ids = [
        _insert(
            conn, contacts, now_ms, Refused("contact_exists", name=name),
            user_id=user_id, name=name, name_key=fold_name(name), number=each, rank=rank, sure=sure,
        )
        for rank, each in enumerate(valid.numbers(number))
    ]  # fmt: skip
    return ids[0]


def remove_contact(conn: Connection, user_id: str, name: str) -> None:
    """Strike a name out."""
    here = (contacts.c.user_id == user_id) & (contacts.c.name_key == fold_name(name))
    _must(conn.execute(delete(contacts).where(here)), "no_such_contact", name=name)


def alias_digest(secrets: Secrets, local_part: str) -> str:
    """What of an alias is stored, and looked up by `people.by_alias`. Letter case does not matter."""
    return secrets.digest("alias", local_part.strip().lower())


def new_alias(conn: Connection, now_ms: int, secrets: Secrets, user_id: str) -> str:
    """A new secret local part like `ann-7kq2m9xw4t3z`: shown now, never again; who writes to it is the user."""
    user = conn.execute(select(users.c.name).where(users.c.id == user_id)).scalar_one()
    chosen = "".join(chance.choice(ALIAS_LETTERS) for _ in range(ALIAS_LENGTH))
    plain = unicodedata.normalize("NFKD", user.split()[0]).encode("ascii", "ignore").decode().lower()
    local_part = "-".join(filter(None, ("".join(filter(str.isalnum, plain))[:10], chosen)))
    values = {"user_id": user_id, "digest": alias_digest(secrets, local_part), "hint": chosen[:ALIAS_HINT]}
    _insert(conn, aliases, now_ms, Refused("alias_exists"), **values)
    return local_part


def revoke_aliases(conn: Connection, now_ms: int, user_id: str, hint: str | None = None) -> int:
    """Take back the user's aliases that begin so, or all of them; how many those were."""
    live = update(aliases).where(aliases.c.user_id == user_id, aliases.c.revoked_ms.is_(None))
    if hint is not None:
        live = live.where(aliases.c.hint == hint[:ALIAS_HINT].lower())
    return conn.execute(live.values(revoked_ms=now_ms)).rowcount


def _insert(conn: Connection, table: Table, now_ms: int, taken: Refused, **values: Any) -> str:
    row_id = new_id(now_ms)
    try:
        conn.execute(insert(table).values(id=row_id, created_ms=now_ms, **values))
    except IntegrityError as e:
        raise taken from e
    return row_id


def _change_account(conn: Connection, account_id: str, **values: Any) -> None:
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(values))


def _of_device(statement: Any, address: str) -> Any:
    address = fold_address(address)
    return statement.where(devices.c.kind == kind_of(address), devices.c.address == address)


def _must(result: Any, key: str, **fields: str) -> None:
    if not result.rowcount:
        raise Refused(key, **fields)
