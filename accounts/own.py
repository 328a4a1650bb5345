"""What users change of their own by message: their language, where they are rung, their phone book.

Messages overtake each other. One that was sent before another which already changed the same changes nothing: each
function says so by False. The caller has locked the account's row.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from accounts import valid
from accounts.people import Account, Phone, User, fold_name, main_of, phones_of, split_number
from accounts.tables import contacts, devices, names_said, phones, users
from kernel.errors import Refused
from kernel.ids import new_id

MOST_NAMES = 500


def rung_at(user: User, account: Account, phones: Sequence[Phone]) -> str | None:
    """Where a user is rung: by their last AT, at their main phone; E.164, " x512". None: no phone is known."""
    at = user.rung_at
    if at and (account.allow_any_phone or split_number(at)[0] in {phone.e164 for phone in phones}):
        return at
    main = main_of(phones)
    return main.number if main else None


def set_language(conn: Connection, user_id: str, language: str) -> None:
    """The language that the user is answered in; "" is the installation's."""
    conn.execute(update(users).where(users.c.id == user_id).values(language=language))


def set_notices(conn: Connection, device_id: str, on: bool) -> None:
    """Whether the device is told how its calls went."""
    conn.execute(update(devices).where(devices.c.id == device_id).values(notices=on))


def ring_at(conn: Connection, user_id: str, number: str, sent_ms: int) -> bool:
    """Ring the user there from now on: at one of their own phones, which becomes the main one, or at another."""
    number = valid.number(number)
    own = (phones.c.user_id == user_id) & (phones.c.number == number)
    is_own = conn.execute(select(phones.c.id).where(own)).first() is not None
    newest = (users.c.id == user_id) & (users.c.rung_at_ms <= sent_ms)
    said = update(users).where(newest).values(rung_at="" if is_own else number, rung_at_ms=sent_ms)
    if conn.execute(said).rowcount != 1:
        return False
    if is_own:
        conn.execute(update(phones).where(phones.c.user_id == user_id).values(main=phones.c.number == number))
    return True


def write_name(
    conn: Connection, now_ms: int, user_id: str, name: str, number: str, *, sent_ms: int, sure: bool
) -> bool:
    """Keep the number under that name, in place of what was; several are parted by commas, the preferred one first.

    Not `sure` if who says so but claims to be the user.

    Refused: not_a_contact_name, name_of_phone, book_full, name_sure.
    """
    name, numbers = valid.contact_name(name), valid.numbers(number)
    key = fold_name(name)
    if any(fold_name(phone.label) == key and (phone.number,) != numbers for phone in phones_of(conn, user_id)):
        raise Refused("name_of_phone", name=name)
    before = _must_be_sure(conn, user_id, key, numbers, sure)
    if not _newest(conn, user_id, key, sent_ms):
        return False
    here = (contacts.c.user_id == user_id) & (contacts.c.name_key == key)
    entry: dict[str, Any] = {"name": name, "sure": sure or before}
    conn.execute(delete(contacts).where(here, contacts.c.rank > 0))
    if not conn.execute(update(contacts).where(here).values(entry | {"number": numbers[0]})).rowcount:
        if names_count(conn, user_id) >= MOST_NAMES:
            raise Refused("book_full", most=str(MOST_NAMES))
        insert_name(conn, now_ms, numbers[:1], user_id=user_id, name_key=key, **entry)
    insert_name(conn, now_ms, numbers[1:], 1, user_id=user_id, name_key=key, **entry)
    return True


def insert_name(conn: Connection, now_ms: int, numbers: Sequence[str], first: int = 0, **entry: Any) -> None:
    """Write a name's numbers down, the one of rank `first` first."""
    for rank, number in enumerate(numbers, first):
        row = entry | {"id": new_id(now_ms), "number": number, "rank": rank, "created_ms": now_ms}
        conn.execute(insert(contacts).values(row))


def strike_name(conn: Connection, user_id: str, name: str, *, sent_ms: int, sure: bool) -> bool:
    """Strike the name out. Refused: name_sure."""
    key = fold_name(name)
    _must_be_sure(conn, user_id, key, (), sure)
    if not _newest(conn, user_id, key, sent_ms):
        return False
    conn.execute(delete(contacts).where(contacts.c.user_id == user_id, contacts.c.name_key == key))
    return True


def _must_be_sure(conn: Connection, user_id: str, key: str, numbers: tuple[str, ...], sure: bool) -> bool:
    """What was surely the user's own word only that may change; whether there is such an entry.

    Else who came by a PIN would have the user's next call to that name ring another number.
    """
    here = (contacts.c.user_id == user_id) & (contacts.c.name_key == key) & contacts.c.sure
    kept = conn.execute(select(contacts.c.name, contacts.c.number).where(here).order_by(contacts.c.rank)).all()
    if kept and not sure and tuple(row.number for row in kept) != numbers:
        raise Refused("name_sure", name=kept[0].name)
    return bool(kept)


def name_kept(conn: Connection, user_id: str, name: str) -> tuple[str, str] | None:
    """The name as it is kept, and its numbers (E.164, " x512"), parted by commas."""
    here = (contacts.c.user_id == user_id) & (contacts.c.name_key == fold_name(name))
    rows = conn.execute(select(contacts.c.name, contacts.c.number).where(here).order_by(contacts.c.rank)).all()
    return (rows[0].name, ", ".join(row.number for row in rows)) if rows else None


def names_count(conn: Connection, user_id: str) -> int:
    """How many names the user's phone book has."""
    here = (contacts.c.user_id == user_id) & (contacts.c.rank == 0)
    return int(conn.execute(select(func.count()).where(here)).scalar_one())


def _newest(conn: Connection, user_id: str, key: str, sent_ms: int) -> bool:
    """Note that the name was spoken of then; False if it was spoken of later already."""
    here = (names_said.c.user_id == user_id) & (names_said.c.name_key == key)
    if conn.execute(update(names_said).where(here, names_said.c.sent_ms <= sent_ms).values(sent_ms=sent_ms)).rowcount:
        return True
    if conn.execute(select(names_said.c.sent_ms).where(here)).first():
        return False
    conn.execute(insert(names_said).values(user_id=user_id, name_key=key, sent_ms=sent_ms))
    return True
