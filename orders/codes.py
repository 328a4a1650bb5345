"""Codes that a call speaks to show whose number it is: kept by their order, the digits themselves nowhere.

The digits are a keyed digest of the order's id, so whoever carries the call through can say them again after a death,
and a copy of the database says nothing of them. Who checks one has locked the user's account.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from kernel.db import change
from kernel.secrets import Secrets
from orders.tables import codes

DIGITS: Final = 4
LIVES_MS: Final = 10 * 60_000
"""From when it was spoken."""
MOST_TRIES: Final = 3
DAY_MS: Final = 24 * 3_600_000
_MADE = insert(codes)
_LATELY = (
    select(func.count())
    .select_from(codes)
    .where(codes.c.user_id == bindparam("user"), codes.c.made_ms > bindparam("since"))
)
_LATELY_FOR = _LATELY.where(codes.c.number == bindparam("number"))
_GOOD = (
    select(codes)
    .where(codes.c.user_id == bindparam("user"), codes.c.made_ms > bindparam("since"))
    .where(codes.c.expires_ms > bindparam("now"), codes.c.used_ms.is_(None), codes.c.tries < MOST_TRIES)
    .order_by(codes.c.made_ms.desc(), codes.c.order_id.desc())
)


def digits_of(secrets: Secrets, order_id: str) -> str:
    """What the call of this order speaks."""
    return f"{int(secrets.digest('spoken code', order_id), 16) % 10**DIGITS:0{DIGITS}d}"


def make(conn: Connection, order_id: str, user_id: str, number: str, now_ms: int) -> None:
    """A code for this number (E.164), good once its call has spoken it."""
    row = {"order_id": order_id, "user_id": user_id, "number": number, "made_ms": now_ms, "tries": 0}
    conn.execute(_MADE, row)


def made_lately(conn: Connection, user_id: str, now_ms: int, number: str = "") -> int:
    """How many were made for the user within a day, for one number or any."""
    bound: dict[str, object] = {"user": user_id, "since": now_ms - DAY_MS}
    if number:
        return int(conn.execute(_LATELY_FOR, bound | {"number": number}).scalar_one())
    return int(conn.execute(_LATELY, bound).scalar_one())


def spoken(conn: Connection, order_id: str, now_ms: int) -> None:
    """Its call is about to speak it: from now on it is good, for a while."""
    change(conn, codes, {"order_id": order_id}, {"expires_ms": now_ms + LIVES_MS})


def good(conn: Connection, user_id: str, now_ms: int) -> Sequence[Row[Any]]:
    """The user's codes that were spoken, are not used up, and live; newest first."""
    return conn.execute(_GOOD, {"user": user_id, "since": now_ms - DAY_MS, "now": now_ms}).all()


def tried(conn: Connection, code: Row[Any]) -> None:
    """Somebody gave a wrong one."""
    change(conn, codes, {"order_id": code.order_id}, {"tries": code.tries + 1})


def used(conn: Connection, code: Row[Any], now_ms: int) -> bool:
    """It was right, and is none any more; False if somebody was quicker."""
    guards = {"order_id": code.order_id, "tries": code.tries}
    return change(conn, codes, guards, {"used_ms": now_ms, "tries": MOST_TRIES}) == 1
