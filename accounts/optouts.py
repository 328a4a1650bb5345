"""Who told their carrier to stop our texts: the carrier then delivers none, whatever we send.

What undoes it is a text START from the same telephone; nothing of ours can.
"""

from sqlalchemy import Connection, bindparam, delete, select

from accounts.tables import devices, optouts
from kernel.db import once

SMS = "sms"
"""The kind of a device that texts."""

_RECORD = once(optouts)
_CLEAR = delete(optouts).where(optouts.c.number == bindparam("of"))
_OF = select(optouts.c.since_ms).where(optouts.c.number == bindparam("of"))
_OF_USER = (
    select(optouts.c.number)
    .join(devices, devices.c.address == optouts.c.number)
    .where(devices.c.user_id == bindparam("user"), devices.c.kind == SMS)
    .order_by(optouts.c.number)
)


def record(conn: Connection, number: str, now_ms: int) -> bool:
    """Note that this number gets no more texts; False if that was known."""
    row = {"number": number, "since_ms": now_ms}
    return conn.execute(_RECORD[conn.dialect.name], row).rowcount == 1


def clear(conn: Connection, number: str) -> bool:
    """Note that it gets them again; False if it always did."""
    return conn.execute(_CLEAR, {"of": number}).rowcount == 1


def of(conn: Connection, number: str) -> int | None:
    """Since when (milliseconds since the epoch) this number gets none; None if it does."""
    return conn.execute(_OF, {"of": number}).scalar_one_or_none()


def of_user(conn: Connection, user_id: str) -> list[str]:
    """The numbers that this user texts from and is sent no texts at."""
    return list(conn.execute(_OF_USER, {"user": user_id}).scalars())
