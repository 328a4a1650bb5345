"""A user's orders, as the user may speak of them: the last one, those not over yet, one by its reference."""

from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, select, tuple_

from orders.states import OrderKind
from orders.tables import ORDER_IS_OPEN, attempts, orders

_REACHED = {
    role: select(
        exists()
        .where(orders.c.user_id == bindparam("user"), number == bindparam("number"))
        .where(attempts.c.order_id == orders.c.id, attempts.c.role == role, attempts.c.answered_ms.is_not(None))
    )
    for role, number in (("A", orders.c.number_a), ("B", orders.c.number_b))
}


def last(conn: Connection, account_id: str, user_id: str) -> Row[Any] | None:
    """The order placed last, whatever became of it."""
    return conn.execute(_newest(account_id, user_id).limit(1)).one_or_none()


def last_call(conn: Connection, account_id: str, user_id: str) -> Row[Any] | None:
    """The call ordered last, whatever became of it; what only speaks a code is none."""
    query = _newest(account_id, user_id).where(orders.c.kind == OrderKind.CALL)
    return conn.execute(query.limit(1)).one_or_none()


def latest(conn: Connection, account_id: str, user_id: str, most: int, before: str = "") -> list[Row[Any]]:
    """The orders placed last, newest first; with `before`, an order's reference, of those placed before that one."""
    query = _newest(account_id, user_id).limit(most)
    since = called(conn, account_id, user_id, before) if before else None
    if since is not None:
        query = query.where(tuple_(orders.c.accepted_ms, orders.c.id) < (since.accepted_ms, since.id))
    return list(conn.execute(query))


def not_over(conn: Connection, account_id: str, user_id: str) -> list[Row[Any]]:
    """The orders that wait, ring or are live, or whose legs are just being ended; newest first."""
    return list(conn.execute(_newest(account_id, user_id).where(ORDER_IS_OPEN)))


def called(conn: Connection, account_id: str, user_id: str, reference: str) -> Row[Any] | None:
    """The order of that reference, which another user's never is."""
    query = select(orders).where(orders.c.account_id == account_id, orders.c.ref == reference)
    return conn.execute(query.where(orders.c.user_id == user_id)).one_or_none()


def reached(conn: Connection, user_id: str, number: str, role: str) -> bool:
    """Whether this number ever answered a call of the user's, as the phone to ring ("A") or the other party ("B")."""
    return bool(conn.execute(_REACHED[role], {"user": user_id, "number": number}).scalar_one())


def _newest(account_id: str, user_id: str) -> Select[Any]:
    query = select(orders).where(orders.c.account_id == account_id, orders.c.user_id == user_id)
    return query.order_by(orders.c.accepted_ms.desc(), orders.c.id.desc())
