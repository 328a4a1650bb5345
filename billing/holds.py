"""Holds: money set aside for a call before anything rings, kept until switch and log both say that it ended.

A hold is `amount` of which `spent` has already been charged; what it still keeps from other orders is the rest.
Who opens one has locked the account's row first (a guarded UPDATE), or two orders spend the same balance.
"""

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from accounts.tables import accounts
from billing.quotes import Quote
from billing.tables import balances, holds

OPEN = text("holds.open")
"""Written like the partial index's own condition, or SQLite would not use that index."""

_HELD = (
    select(func.coalesce(func.sum(holds.c.amount - holds.c.spent), 0))
    .where(holds.c.account_id == bindparam("account"), OPEN)
    .scalar_subquery()
)
_AVAILABLE = select(balances.c.amount - _HELD).where(balances.c.account_id == bindparam("account"))
_OPEN = insert(holds)
_RELEASE = (
    update(holds)
    .where(holds.c.order_id == bindparam("order"), OPEN)
    .values(open=False, closed_ms=bindparam("now"))
)  # fmt: skip
_QUOTE = select(holds.c.quote).where(holds.c.order_id == bindparam("order"))
_LOCK = select(accounts.c.id).where(accounts.c.id == bindparam("account")).with_for_update(key_share=True)


def lock(conn: Connection, account_id: str) -> bool:
    """Lock the account's row until the transaction ends; False if there is no such account."""
    return conn.execute(_LOCK, {"account": account_id}).first() is not None


def available(conn: Connection, account_id: str) -> int:
    """What a new order may spend: the balance less what open holds still keep."""
    return int(conn.execute(_AVAILABLE, {"account": account_id}).scalar() or 0)


def open_hold(conn: Connection, order_id: str, account_id: str, amount: int, quote: Quote, now_ms: int) -> None:
    """Set `amount` aside for the order, with the quote that its legs will be billed by. One hold an order."""
    if amount <= 0:
        raise ValueError("a hold must hold something")
    conn.execute(
        _OPEN,
        {
            "order_id": order_id, "account_id": account_id, "amount": amount, "spent": 0, "open": True,
            "quote": quote.to_json(), "opened_ms": now_ms,
        },
    )  # fmt: skip


def quote_of(conn: Connection, order_id: str) -> Quote | None:
    """The quote that the order's hold was made with."""
    stored = conn.execute(_QUOTE, {"order": order_id}).scalar_one_or_none()
    return Quote.from_json(stored) if stored else None


def release(conn: Connection, order_id: str, now_ms: int) -> bool:
    """Let go of what the hold still keeps; False if it was released before."""
    return conn.execute(_RELEASE, {"order": order_id, "now": now_ms}).rowcount == 1
