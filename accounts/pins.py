"""PINs: made, checked, and locked after five wrong ones.

The counter is raised by a guarded UPDATE, committed before the hash is looked at, so that a crowd of guesses sent at
once gets no more tries than one after the other. A PIN is never logged, and never part of an error.
"""

import secrets as chance
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Case, bindparam, case, select, update

from accounts import guesses
from accounts.tables import users
from kernel.db import Database
from kernel.errors import Refused
from kernel.secrets import Secrets

PIN_DIGITS = 6
LONGEST_PIN = 10
FREE_TRIES = 5
"""The fifth wrong PIN locks; after that each further one does, for twice as long."""
MINUTE_MS = 60_000
LOCK_MINUTES = (15, 30, 60, 120, 240, 480, 960, 1440)
TOO_FEW_DIGITS = 3
"""A PIN of no more different digits than this is not given out (`112112`)."""

_WHO = select(users.c.account_id).where(
    users.c.id == bindparam("user"), users.c.pin_hash != "", users.c.pin_locked_until_ms <= bindparam("now")
)


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many wrong PINs; none is looked at before `until_ms`. False, as an answer to "was it right?".

    `kind` is whose: "user", or a kind of `accounts/guesses.py::MOST`.
    """

    until_ms: int
    kind: str = "user"

    def __bool__(self) -> bool:
        return False


def make_pin() -> str:
    """Six random digits that are no row (`345678`), no repetition (`123123`) and not of few digits."""
    while True:
        pin = f"{chance.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if not _is_trivial(pin):
            return pin


def read_pin(text: str) -> str:
    """The digits as they were hashed: full-width digits made plain, spaces gone."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def check_new_pin(text: str) -> str:
    """A PIN that someone chose, as it is hashed. Refuses one that is short, long, no digits or trivial."""
    pin = read_pin(text)
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS <= len(pin) <= LONGEST_PIN) or _is_trivial(pin):
        raise Refused("not_a_pin")
    return pin


def check_pin(
    db: Database, secrets: Secrets, user_id: str, pin: str, now_ms: int, sender: str = ""
) -> bool | Locked:  # fmt: skip
    """Whether `pin` is the user's. Locked after too many wrong ones; a right one starts the count anew.

    `sender` is a digest of who sent it, by which wrong ones are counted, too.
    """
    with db.write() as conn:
        who = conn.execute(_WHO, {"user": user_id, "now": now_ms}).one_or_none()
        if who is not None and (crowded := guesses.count(conn, sender, who.account_id, now_ms)):
            return Locked(crowded.until_ms, crowded.kind)
        counted = conn.execute(
            update(users)
            .where(users.c.id == user_id, users.c.pin_hash != "", users.c.pin_locked_until_ms <= now_ms)
            .values(pin_failures=users.c.pin_failures + 1, pin_locked_until_ms=_locked_until(now_ms))
        ).rowcount
        row = conn.execute(
            select(users.c.pin_hash, users.c.pin_locked_until_ms).where(users.c.id == user_id)
        ).one_or_none()
    if row is None or not row.pin_hash:
        return False
    if not counted:
        return Locked(row.pin_locked_until_ms)
    if not secrets.is_pin(row.pin_hash, read_pin(pin)):
        return False
    with db.write() as conn:
        if who is not None:
            guesses.take_back(conn, sender, who.account_id)
        conn.execute(
            update(users)
            .where(users.c.id == user_id, users.c.pin_hash == row.pin_hash)
            .values(pin_failures=0, pin_locked_until_ms=0)
        )
    return True


def _locked_until(now_ms: int) -> Case[int]:
    """Set with the count, before the PIN is looked at: when the next one may be tried, if this one is wrong."""
    this = users.c.pin_failures + 1
    steps = [(this < FREE_TRIES, 0)]
    steps += [(this == FREE_TRIES + i, now_ms + m * MINUTE_MS) for i, m in enumerate(LOCK_MINUTES)]
    return case(*steps, else_=now_ms + LOCK_MINUTES[-1] * MINUTE_MS)


def _is_trivial(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return len(steps) == 1 or pin[:3] == pin[3:] or len(set(pin)) <= TOO_FEW_DIGITS
