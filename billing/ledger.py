"""The double-entry ledger. A transaction has a key and happens once; its entries sum to zero; nothing is ever edited.

The customer's ledger holds what the customer has: a top-up is customer +x, cash -x; a charge is customer -x,
revenue and tax +x. `balances` is its running sum, kept in the same transaction.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from billing.holds import available, lock
from billing.tables import balances, entries, transactions
from kernel.db import once
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.money import plain

LONGEST_REFERENCE = 64
REVENUE, TAX, CASH, CORRECTIONS = "revenue", "tax", "cash", "corrections"

_ADD = (
    update(balances)
    .where(balances.c.account_id == bindparam("account"), balances.c.currency == bindparam("in_currency"))
    .values(amount=balances.c.amount + bindparam("more"))
)
_BALANCE = select(balances.c.amount, balances.c.currency).where(balances.c.account_id == bindparam("account"))
_ENTRY = insert(entries)
_TRANSACTION_ONCE = once(transactions)
_BALANCE_ONCE = once(balances)


def customer(account_id: str) -> str:
    """The name of an account's own ledger."""
    return f"customer:{account_id}"


def post(
    conn: Connection,
    key: str,
    kind: str,
    account_id: str,
    order_id: str | None,
    lines: Mapping[str, int],
    currency: str,
    now_ms: int,
    memo: str = "",
) -> bool:
    """Write a transaction with its entries and add the customer's line to its balance; False if the key is taken.

    ValueError if the lines don't sum to zero or touch another customer. Refused if the account has no balance in
    this currency: the caller's transaction must then be rolled back.
    """
    own = customer(account_id)
    if sum(lines.values()) != 0 or len(lines) < 2:
        raise ValueError(f"the lines of {key} do not balance: {dict(lines)}")
    if any(name.startswith("customer:") and name != own for name in lines):
        raise ValueError(f"{key} touches another customer than {account_id}")
    row = {
        "id": new_id(now_ms), "key": key, "kind": kind, "account_id": account_id, "order_id": order_id,
        "memo": memo[:200], "at_ms": now_ms,
    }  # fmt: skip
    if conn.execute(_TRANSACTION_ONCE[conn.dialect.name], row).rowcount != 1:
        return False
    conn.execute(
        _ENTRY,
        [{"transaction_id": row["id"], "ledger": n, "amount": x, "currency": currency} for n, x in lines.items()],
    )
    added = conn.execute(_ADD, {"account": account_id, "in_currency": currency, "more": lines.get(own, 0)})
    if added.rowcount != 1:
        raise Refused("no_balance_in_currency", currency=currency)
    return True


def open_balance(conn: Connection, account_id: str, currency: str) -> None:
    """Give a new account its balance of nothing; a second time changes nothing."""
    conn.execute(_BALANCE_ONCE[conn.dialect.name], {"account_id": account_id, "amount": 0, "currency": currency})


def balance(conn: Connection, account_id: str) -> int:
    """What the account has, holds not considered."""
    row = conn.execute(_BALANCE, {"account": account_id}).one_or_none()
    return row.amount if row else 0


def top_up(conn: Connection, account_id: str, amount: int, currency: str, key: str, memo: str, now_ms: int) -> bool:
    """Money paid in. `key` names the payment, so that it counts once; False if it was counted before."""
    if amount <= 0:
        raise Refused("amount_not_positive", amount=plain(amount))
    _check_reference(key)
    _same_currency(conn, account_id, currency)
    lines = {customer(account_id): amount, CASH: -amount}
    return post(conn, f"topup:{key}", "topup", account_id, None, lines, currency, now_ms, memo)


def correct(conn: Connection, account_id: str, amount: int, currency: str, key: str, memo: str, now_ms: int) -> bool:
    """Give (or, below zero, take) money to mend an earlier entry, which stays as it is.

    Refused if it would take what the account no longer has or what a live call holds.
    """
    if amount == 0:
        raise Refused("amount_not_positive", amount=plain(amount))
    _check_reference(key)
    lock(conn, account_id)
    _same_currency(conn, account_id, currency)
    if amount < 0 and available(conn, account_id) + amount < 0:
        raise Refused("not_enough_funds", amount=plain(-amount))
    lines = {customer(account_id): amount, CORRECTIONS: -amount}
    return post(conn, f"correction:{key}", "correction", account_id, None, lines, currency, now_ms, memo)


def statement(conn: Connection, account_id: str, limit: int = 50) -> list[Row[Any]]:
    """The account's last entries, newest first: at_ms, kind, order_id, memo, amount, currency."""
    t, e = transactions.c, entries.c
    query = (
        select(t.at_ms, t.kind, t.order_id, t.memo, e.amount, e.currency)
        .join_from(transactions, entries, (e.transaction_id == t.id) & (e.ledger == customer(account_id)))
        .where(t.account_id == account_id)
        .order_by(t.at_ms.desc(), t.id.desc())
        .limit(limit)
    )
    return list(conn.execute(query))


def _check_reference(key: str) -> None:
    if len(key) > LONGEST_REFERENCE:
        raise Refused("reference_too_long", longest=str(LONGEST_REFERENCE))


def _same_currency(conn: Connection, account_id: str, currency: str) -> None:
    row = conn.execute(_BALANCE, {"account": account_id}).one_or_none()
    if row is None or row.currency != currency:
        raise Refused("no_balance_in_currency", currency=currency)
