"""Holds: money set aside for a call before anything rings, kept until switch and log both say that it ended.

A hold is `amount` of which `spent` has already been charged; what it still keeps from other orders is the rest.
It begins with the shortest talk and grows by slices while the call lives, up to its ceiling; it never shrinks.
Who opens one has locked the account's row first (a guarded UPDATE), or two orders spend the same balance.
"""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, text, update

from accounts.tables import accounts
from billing.quotes import Ceiling, Plan, Quote, next_plan
from billing.tables import balances, hold_slices, holds

OPEN = text("holds.open")
"""Written like the partial index's own condition, or SQLite would not use that index."""

_HELD = (
    select(func.coalesce(func.sum(holds.c.amount - holds.c.spent), 0))
    .where(holds.c.account_id == bindparam("account"), OPEN)
    .scalar_subquery()
)
_AVAILABLE = select(balances.c.amount - _HELD).where(balances.c.account_id == bindparam("account"))
_OPEN = insert(holds)
_HOLD = select(holds).where(holds.c.order_id == bindparam("order"), OPEN).with_for_update()
_GROW = update(holds).where(holds.c.order_id == bindparam("order"), OPEN).values(amount=bindparam("grown"))
_SLICE = insert(hold_slices)
_LOCK = select(accounts.c.id).where(accounts.c.id == bindparam("account")).with_for_update(key_share=True)

_LOCK_OPEN = _LOCK.where(accounts.c.active)


def lock(conn: Connection, account_id: str) -> bool:
    """Lock the account's row until the transaction ends; False if there is no such account."""
    return conn.execute(_LOCK, {"account": account_id}).first() is not None


def available(conn: Connection, account_id: str) -> int:
    """What a new order may spend: the balance less what open holds still keep."""
    return int(conn.execute(_AVAILABLE, {"account": account_id}).scalar() or 0)


def open_hold(
    conn: Connection, order_id: str, account_id: str, amount: int, quote: Quote, now_ms: int,
    ceiling: Ceiling | None = None,
) -> None:  # fmt: skip
    """Set `amount` aside for the order, with the quote that its legs will be billed by. One hold an order.

    It may grow up to `ceiling`; without one it stays as it is.
    """
    if amount <= 0:
        raise ValueError("a hold must hold something")
    ceiling = ceiling or Ceiling(amount)
    conn.execute(
        _OPEN,
        {
            "order_id": order_id, "account_id": account_id, "amount": amount, "spent": 0, "open": True,
            "quote": quote.to_json(), "opened_ms": now_ms, "most": ceiling.amount, "most_talk_s": ceiling.talk_s,
        },
    )  # fmt: skip


def ceiling_of(hold: Row[Any]) -> Ceiling:
    """What a row of holds may grow to. A door of an earlier version writes no ceiling: its hold stays as it is."""
    return Ceiling(hold.most, hold.most_talk_s) if hold.most_talk_s else Ceiling(hold.amount)


def grow(conn: Connection, order_id: str, account_id: str, slice_s: int, now_ms: int) -> Plan | None:
    """Set more aside for a live call: a slice of talk, or what there is of one. What the hold pays for then.

    None if there is nothing to be had, the hold is at its ceiling or was let go, or the account was closed. The
    account's row is locked first, as for a new hold. The switch may be told the new limits only after the caller's
    transaction has been committed: until then it cuts earlier than the hold would pay for, never later.
    """
    if conn.execute(_LOCK_OPEN, {"account": account_id}).first() is None:
        return None
    hold = conn.execute(_HOLD, {"order": order_id}).one_or_none()
    if hold is None:
        return None
    quote = Quote.from_json(hold.quote)
    made = next_plan(quote, hold.amount, available(conn, account_id), ceiling_of(hold), slice_s)
    if made is None:
        return None
    conn.execute(_GROW, {"order": order_id, "grown": made.amount})
    more = made.amount - hold.amount
    conn.execute(_SLICE, {"order_id": order_id, "talk_s": made.talk_s, "more": more, "at_ms": now_ms})
    return made
