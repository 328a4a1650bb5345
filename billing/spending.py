"""What an account has spent lately, and what its calls under way may yet spend: what caps of an hour or a day bound.

A leg counts from its end for as long as the span; a call under way with all that its hold may grow to, so that no call
that grows, and none of those placed beside it, goes beyond a cap. Who asks has locked the account's row.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, func, select

from billing.holds import OPEN
from billing.settle import LONGEST_MS
from billing.tables import cdrs, holds
from orders.tables import orders, terminals

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

_BILLED = (
    select(cdrs.c.number, func.sum(cdrs.c.charge + cdrs.c.tax).label("total"))
    .where(cdrs.c.account_id == bindparam("account"))
    .where(cdrs.c.answered_ms > bindparam("answered_since"))  # of the index; no leg lasts longer than that
    .where(cdrs.c.ended_ms > bindparam("ended_since"))
    .group_by(cdrs.c.number)
)
_UNDER_WAY = (
    select(
        orders.c.id, orders.c.number_a, orders.c.number_b,
        (case((holds.c.most > holds.c.amount, holds.c.most), else_=holds.c.amount) - holds.c.spent).label("may"),
    )
    .join_from(holds, orders, orders.c.id == holds.c.order_id)
    .where(holds.c.account_id == bindparam("account"), OPEN)
)  # fmt: skip
_FURTHER = (
    select(terminals.c.order_id, terminals.c.number)
    .join_from(terminals, holds, holds.c.order_id == terminals.c.order_id)
    .where(holds.c.account_id == bindparam("account"), OPEN)
)


@dataclass(frozen=True, slots=True)
class Going:
    """A call under way: who is or may come to be in it ("" is nobody), and what it may yet cost (micro-units)."""

    numbers: tuple[str, ...]
    may_cost: int


def billed(conn: Connection, account_id: str, now_ms: int, span_ms: int) -> dict[str, int]:
    """What legs that ended within the span were charged, tax included, by their numbers (E.164)."""
    since = now_ms - span_ms
    bound = {"account": account_id, "ended_since": since, "answered_since": since - LONGEST_MS}
    return {row.number: int(row.total) for row in conn.execute(_BILLED, bound)}


def under_way(conn: Connection, account_id: str) -> list[Going]:
    """The account's calls whose holds are open."""
    further: dict[str, list[str]] = {}
    for row in conn.execute(_FURTHER, {"account": account_id}):
        further.setdefault(row.order_id, []).append(row.number)
    rows = conn.execute(_UNDER_WAY, {"account": account_id})
    return [Going((row.number_a, row.number_b, *further.get(row.id, ())), int(row.may)) for row in rows]
