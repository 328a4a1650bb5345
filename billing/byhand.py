"""A leg whose record was absurd: its money stays held until a person says how long it lasted."""

from typing import Any

from sqlalchemy import Connection, Row, exists, select, update

from billing.settle import Charge, Leg, close_order, finalise
from billing.tables import cdrs, holds
from kernel.errors import Refused
from orders.states import AttemptState
from orders.tables import attempts, orders

_UNBILLED = (
    select(attempts, orders.c.ref, orders.c.account_id)
    .join(orders, orders.c.id == attempts.c.order_id)
    .join(holds, holds.c.order_id == orders.c.id)
    .where(
        attempts.c.state == AttemptState.ENDED,
        attempts.c.answered_ms.is_not(None),
        ~exists().where(cdrs.c.attempt_id == attempts.c.id),
    )
)


def unbilled(conn: Connection) -> list[Row[Any]]:
    """Ended legs that were answered and never billed, oldest first."""
    return list(conn.execute(_UNBILLED.order_by(attempts.c.claimed_ms)))


def settle(conn: Connection, attempt_id: str, seconds: int, now_ms: int) -> Charge:
    """Bill such a leg for so many seconds (0 waives it), marked estimated, and release what its order held."""
    row = conn.execute(_UNBILLED.where(attempts.c.id == attempt_id)).one_or_none()
    if row is None:
        raise Refused("nothing_to_settle", attempt=attempt_id)
    ended_ms = row.answered_ms + seconds * 1000
    conn.execute(update(attempts).where(attempts.c.id == attempt_id).values(ended_ms=ended_ms))
    charge = finalise(conn, Leg(attempt_id, row.answered_ms, ended_ms, row.cause, estimated=True), now_ms)
    assert charge is not None
    close_order(conn, row.order_id, now_ms)
    return charge
