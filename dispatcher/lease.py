"""One active conductor a switch: a lease row with an epoch. Who can't renew it, stops conducting."""

from sqlalchemy import Connection, bindparam, select

from dispatcher.tables import leases
from kernel.db import change, once
from kernel.errors import CordboardError

_FIRST = once(leases)
_UNTIL = select(leases.c.until_ms).where(leases.c.switch == bindparam("switch"))


class LeaseLost(CordboardError):
    """Another conductor has this switch now; this one must not touch it again."""


def acquire(conn: Connection, switch: str, holder: str, now_ms: int, lease_ms: int) -> int | None:
    """Take the lease if it is free or ran out; its new epoch, or None while somebody holds it."""
    first = {"switch": switch, "holder": holder, "epoch": 1, "until_ms": now_ms + lease_ms}
    if conn.execute(_FIRST[conn.dialect.name], first).rowcount == 1:
        return 1
    row = conn.execute(select(leases).where(leases.c.switch == switch).with_for_update()).one()
    if row.until_ms > now_ms and row.holder != holder:
        return None
    values = {"holder": holder, "epoch": row.epoch + 1, "until_ms": now_ms + lease_ms}
    taken = change(conn, leases, {"switch": switch, "epoch": row.epoch}, values)
    return row.epoch + 1 if taken == 1 else None


def renew(conn: Connection, switch: str, epoch: int, now_ms: int, lease_ms: int) -> None:
    """First statement of every transaction of a conductor: still ours, or LeaseLost and nothing of it happens."""
    if change(conn, leases, {"switch": switch, "epoch": epoch}, {"until_ms": now_ms + lease_ms}) != 1:
        raise LeaseLost(f"Another conductor took over {switch}.")


def until_ms(conn: Connection, switch: str, epoch: int) -> int:
    """Until when the lease is ours by the last transaction that was kept; 0 if it is not ours.

    Waits for one that is still on its way, and keeps others waiting.
    """
    query = select(leases.c.until_ms).where(leases.c.switch == switch, leases.c.epoch == epoch)
    return conn.execute(query.with_for_update()).scalar_one_or_none() or 0


def give_up(conn: Connection, switch: str, epoch: int) -> None:
    """Let the next conductor in at once."""
    change(conn, leases, {"switch": switch, "epoch": epoch}, {"until_ms": 0})


def is_live(conn: Connection, switch: str, now_ms: int) -> bool:
    """Whether somebody conducts this switch now."""
    return (conn.execute(_UNTIL, {"switch": switch}).scalar_one_or_none() or 0) > now_ms
