"""Attempts as they are kept. An attempt's id is also its channel's id on the switch."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from kernel.db import change
from kernel.ids import new_id
from orders.states import ATTEMPT_MOVES, AttemptState
from orders.tables import ATTEMPT_IS_OPEN, attempts

_CLAIM = insert(attempts)
_BY_ID = select(attempts).where(attempts.c.id == bindparam("attempt"))
_OF_ORDER = (
    select(attempts).where(attempts.c.order_id == bindparam("order")).order_by(attempts.c.claimed_ms, attempts.c.id)
)
_OPEN_ON = select(attempts).where(attempts.c.switch == bindparam("switch"), ATTEMPT_IS_OPEN)


def claim(
    conn: Connection, order_id: str, role: str, *, switch: str, carrier: str, number: str, limit_ms: int, now_ms: int,
    rank: int = 0, not_before_ms: int = 0,
) -> str:  # fmt: skip
    """Write down a try at a leg before the switch hears of it; its id. `rank`: which of B's telephones it is.

    It is dialled no earlier than `not_before_ms`.
    """
    attempt_id = new_id(now_ms)
    row = {
        "id": attempt_id, "order_id": order_id, "role": role, "state": AttemptState.CLAIMED, "switch": switch,
        "carrier": carrier, "number": number, "limit_ms": limit_ms, "claimed_ms": now_ms, "rank": rank,
        "not_before_ms": not_before_ms,
    }  # fmt: skip
    conn.execute(_CLAIM, row)
    return attempt_id


def move(conn: Connection, attempt_id: str, came_from: AttemptState, to: AttemptState, **values: Any) -> bool:
    """Guarded UPDATE from one state to another; False if the attempt is no longer where the caller thought."""
    if to not in ATTEMPT_MOVES[came_from]:
        raise ValueError(f"an attempt can't go from {came_from} to {to}")
    return change(conn, attempts, {"id": attempt_id, "state": came_from}, {"state": to, **values}) == 1


def note(conn: Connection, attempt_id: str, **values: Any) -> None:
    """Write what was learned of an attempt, without moving it."""
    change(conn, attempts, {"id": attempt_id}, values)


def seen_alive(conn: Connection, attempt_ids: list[str], now_ms: int) -> None:
    """Note that the switch still had these channels."""
    if attempt_ids:
        conn.execute(update(attempts).where(attempts.c.id.in_(attempt_ids)).values(seen_ms=now_ms))


def by_id(conn: Connection, attempt_id: str) -> Row[Any] | None:
    """The attempt of this id."""
    return conn.execute(_BY_ID, {"attempt": attempt_id}).one_or_none()


def of_order(conn: Connection, order_id: str) -> list[Row[Any]]:
    """All attempts of an order, in the order in which they were claimed."""
    return list(conn.execute(_OF_ORDER, {"order": order_id}))


def open_on(conn: Connection, switch: str) -> list[Row[Any]]:
    """Every attempt on this switch that is not final."""
    return list(conn.execute(_OPEN_ON, {"switch": switch}))
