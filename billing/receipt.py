"""The receipt of an order: what each leg took and cost, and what is left. Data only; replies put it into words."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from billing.tables import balances, cdrs
from orders.tables import attempts, orders


@dataclass(frozen=True, slots=True)
class LegLine:
    """One attempt. Never answered: `answered_ms` None and nothing charged. `charge` has the tax in it."""

    role: str
    number: str
    answered_ms: int | None
    ended_ms: int | None
    billed_seconds: int
    charge: int
    cause: int | None
    estimated: bool
    capped: bool
    waived: str
    state: str = ""
    up_ms: int | None = None
    """When it was answered, also while it is not billed yet."""
    cut: bool = False
    """It lasted as long as its hold paid for: the switch ended it, not a person."""
    rank: int = 0
    """Which of B's telephones it was."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order in money. `total` is the sum of its legs."""

    order_id: str
    ref: str
    legs: tuple[LegLine, ...]
    total: int
    currency: str
    balance_left: int


CUT_WITHIN_MS = 200
"""How far from its limit a leg may end and still count as cut by it."""
_ORDER = (
    select(orders.c.ref, balances.c.amount, balances.c.currency)
    .join_from(orders, balances, balances.c.account_id == orders.c.account_id)
    .where(orders.c.id == bindparam("order"))
)
_LEGS = (
    select(
        attempts.c.role, attempts.c.rank, attempts.c.number, attempts.c.limit_ms, attempts.c.state,
        attempts.c.answered_ms.label("up_ms"),
        attempts.c.cause.label("attempt_cause"), attempts.c.ended_ms.label("gone_ms"),
        cdrs.c.attempt_id, cdrs.c.answered_ms, cdrs.c.ended_ms, cdrs.c.billed_seconds, cdrs.c.charge, cdrs.c.tax,
        cdrs.c.cause, cdrs.c.estimated, cdrs.c.capped, cdrs.c.rating,
    )
    .join_from(attempts, cdrs, cdrs.c.attempt_id == attempts.c.id, isouter=True)
    .where(attempts.c.order_id == bindparam("order"), attempts.c.dialling_ms.is_not(None))
    .order_by(attempts.c.claimed_ms, attempts.c.id)
)  # fmt: skip


def receipt(conn: Connection, order_id: str) -> Receipt | None:
    """What the order has cost so far, leg by leg in the order of trying; None if there is no such order."""
    order = conn.execute(_ORDER, {"order": order_id}).one_or_none()
    if order is None:
        return None
    legs = tuple(_line(row) for row in conn.execute(_LEGS, {"order": order_id}))
    return Receipt(order_id, order.ref, legs, sum(leg.charge for leg in legs), order.currency, order.amount)


def _line(row: Row[*tuple[Any, ...]]) -> LegLine:
    if row.attempt_id is None:
        return LegLine(
            row.role, row.number, None, row.gone_ms, 0, 0, row.attempt_cause, False, False, "",
            state=row.state, up_ms=row.up_ms, rank=row.rank,
        )  # fmt: skip
    return LegLine(
        row.role, row.number, row.answered_ms, row.ended_ms, row.billed_seconds, row.charge + row.tax, row.cause,
        row.estimated, row.capped, json.loads(row.rating)["waived"],
        state=row.state, up_ms=row.answered_ms,
        cut=_was_cut(row.answered_ms, row.ended_ms, row.limit_ms), rank=row.rank,
    )  # fmt: skip


def _was_cut(answered_ms: int, ended_ms: int, limit_ms: int) -> bool:
    """A switch that tells whole seconds also takes its limits so: less the part of a second."""
    whole = answered_ms % 1000 == ended_ms % 1000 == 0
    return ended_ms - answered_ms >= min(limit_ms - CUT_WITHIN_MS, limit_ms // 1000 * 1000 if whole else limit_ms)
