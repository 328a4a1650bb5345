"""Attempts as they are kept. An attempt's id is also its channel's id on the switch."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kernel.ids import new_id
from orders.states import ATTEMPT_MOVES, AttemptState
from orders.tables import ATTEMPT_IS_OPEN, attempts


def claim(
    conn: Connection, order_id: str, role: str, *, switch: str, carrier: str, number: str, limit_ms: int, now_ms: int
) -> str:
    """Write down a try at a leg before the switch hears of it; its id."""
    attempt_id = new_id(now_ms)
    conn.execute(
        insert(attempts).values(
            id=attempt_id,
            order_id=order_id,
            role=role,
            state=AttemptState.CLAIMED,
            switch=switch,
            carrier=carrier,
            number=number,
            limit_ms=limit_ms,
            claimed_ms=now_ms,
        )
    )
    return attempt_id


def move(conn: Connection, attempt_id: str, came_from: AttemptState, to: AttemptState, **values: Any) -> bool:
    """Guarded UPDATE from one state to another; False if the attempt is no longer where the caller thought."""
    if to not in ATTEMPT_MOVES[came_from]:
        raise ValueError(f"an attempt can't go from {came_from} to {to}")
    done = conn.execute(
        update(attempts).where(attempts.c.id == attempt_id, attempts.c.state == came_from).values(state=to, **values)
    )
    return done.rowcount == 1


def note(conn: Connection, attempt_id: str, **values: Any) -> None:
    """Write what was learned of an attempt, without moving it."""
    conn.execute(update(attempts).where(attempts.c.id == attempt_id).values(**values))


def seen_alive(conn: Connection, attempt_ids: list[str], now_ms: int) -> None:
    """Note that the switch still had these channels."""
    if attempt_ids:
        conn.execute(update(attempts).where(attempts.c.id.in_(attempt_ids)).values(seen_ms=now_ms))


def by_id(conn: Connection, attempt_id: str) -> Row[Any] | None:
    """The attempt of this id."""
    return conn.execute(select(attempts).where(attempts.c.id == attempt_id)).one_or_none()


def of_order(conn: Connection, order_id: str) -> list[Row[Any]]:
    """All attempts of an order, in the order in which they were claimed."""
    query = select(attempts).where(attempts.c.order_id == order_id)
    return list(conn.execute(query.order_by(attempts.c.claimed_ms, attempts.c.id)))


def open_on(conn: Connection, switch: str) -> list[Row[Any]]:
    """Every attempt on this switch that is not final."""
    return list(conn.execute(select(attempts).where(attempts.c.switch == switch, ATTEMPT_IS_OPEN)))
