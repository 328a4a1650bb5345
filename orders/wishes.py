"""Wishes: what a door asks of a live call. A door never speaks to the switch; the conductor reads them here.

A wish is written in the transaction of the message that it came by, and is done once: the conductor ends it with what
became of it. A wish for an order that is over by then is done, too.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, or_, select, update

from kernel.db import once
from kernel.ids import new_id
from orders.tables import WISH_IS_OPEN, orders, wishes

_ONCE = once(wishes)
_WAITING = (
    select(wishes.c.id, wishes.c.order_id, wishes.c.kind, orders.c.state, orders.c.outcome)
    .join(orders, orders.c.id == wishes.c.order_id)
    .where(WISH_IS_OPEN, or_(orders.c.switch == "", orders.c.switch == bindparam("switch")))
    .order_by(wishes.c.made_ms, wishes.c.id)
)


class WishKind(StrEnum):
    """What can be asked of a live call."""

    DROP = "drop"


_IS_DROPPED = select(exists().where(wishes.c.order_id == bindparam("order"), wishes.c.kind == WishKind.DROP))
_DONE = update(wishes).where(wishes.c.id == bindparam("wish"), WISH_IS_OPEN)
_DONE = _DONE.values(done_ms=bindparam("now"), outcome=bindparam("became"))


def drop(conn: Connection, order_id: str, now_ms: int) -> bool:
    """Ask for the order's call to be ended, once; False if that was asked before."""
    row = {
        "id": new_id(now_ms), "key": f"{WishKind.DROP}:{order_id}", "order_id": order_id, "kind": WishKind.DROP,
        "made_ms": now_ms,
    }  # fmt: skip
    return conn.execute(_ONCE[conn.dialect.name], row).rowcount == 1


def waiting(conn: Connection, switch: str) -> list[Row[Any]]:
    """Open wishes for orders on this switch or on none yet, oldest first: id, order_id, kind; its state, outcome."""
    return list(conn.execute(_WAITING, {"switch": switch}))


def is_dropped(conn: Connection, order_id: str) -> bool:
    """Whether somebody asked for this order's call to be ended."""
    return bool(conn.execute(_IS_DROPPED, {"order": order_id}).scalar_one())


def done(conn: Connection, wish_id: str, outcome: str, now_ms: int) -> bool:
    """End a wish with what became of it, once; False if it was done before."""
    return conn.execute(_DONE, {"wish": wish_id, "now": now_ms, "became": outcome}).rowcount == 1
