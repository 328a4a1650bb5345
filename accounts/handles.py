"""Handles: the short name by which a user signs in at the pages, one in the installation, letters and digits only.

A handle names somebody and proves nothing: it stands in bookmarks and is keyed in on telephones.
"""

from dataclasses import dataclass
from typing import Any, Final

from anyascii import anyascii
from sqlalchemy import Connection, bindparam, select

from accounts.people import Account, User, account_of, user_of
from accounts.tables import users
from kernel.secrets import Secrets

LONGEST: Final = 20
LONGEST_WRITTEN: Final = 80
_TAKEN: Final = select(users.c.handle).where(users.c.handle.startswith(bindparam("plain")))
_BY_HANDLE: Final = select(users.c.id).where(users.c.handle == bindparam("handle"))
_PIN_OF: Final = select(users.c.pin_hash).where(users.c.id == bindparam("user"))


@dataclass(frozen=True, slots=True)
class Holder:
    """A user with the account, and which of their PINs holds: another PIN has another `generation`, no PIN has ""."""

    user: User
    account: Account
    generation: str


def plain(written: str) -> str:
    """A name as a handle has it: `Zoë O'Hara` is `zoeohara`; "" if nothing of it can stand in one."""
    latin = anyascii(written[:LONGEST_WRITTEN]).lower()
    return "".join(letter for letter in latin if letter.isascii() and letter.isalnum())[:LONGEST]


def free_handle(conn: Connection, name: str) -> str:
    """A handle for a new user of that name: the name, or the name and the first number that is free."""
    wanted = plain(name) or "user"
    taken = set(conn.execute(_TAKEN, {"plain": wanted}).scalars())
    number = 1
    found = wanted
    while found in taken:
        number += 1
        found = f"{wanted}{number}"
    return found


def handle_of(conn: Connection, user_id: str) -> str:
    """The user's own."""
    return str(conn.execute(select(users.c.handle).where(users.c.id == user_id)).scalar_one() or "")


def by_handle(conn: Connection, secrets: Secrets, written: str) -> Holder | None:
    """Whose handle this is, however it is spelled."""
    user_id = conn.execute(_BY_HANDLE, {"handle": plain(written)}).scalar()
    return holder(conn, secrets, user_id) if user_id else None


def holder(conn: Connection, secrets: Secrets, user_id: str) -> Holder | None:
    """The user of this id, as a holder of their present PIN; None if there is no such user."""
    row: Any = conn.execute(_PIN_OF, {"user": user_id}).first()
    if row is None:
        return None
    user = user_of(conn, user_id)
    generation = secrets.digest("pin generation", row.pin_hash) if row.pin_hash else ""
    return Holder(user, account_of(conn, user.account_id), generation)
