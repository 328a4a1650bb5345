"""The money's invariants, looked for in everything that is stored. Each problem is one sentence; none is clean.

Sums and joins are the database's work; only the arithmetic of each CDR is done again here, from its own deck row.
Read in one snapshot: any transaction on SQLite, REPEATABLE READ on PostgreSQL. Of each kind the first few are told.
"""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, exists, func, literal, or_, select, union_all

from billing.holds import OPEN
from billing.rating import Terms, billed_seconds, charge, tax
from billing.tables import balances, cdrs, entries, hold_slices, holds, transactions
from kernel.money import plain
from orders.states import OrderState
from orders.tables import attempts, orders

FEW = 20

_Row = Row[*tuple[Any, ...]]
_CUSTOMER, _CHARGE = literal("customer:", String), literal("charge:", String)


def check(conn: Connection) -> list[str]:
    """Every broken invariant as a sentence."""
    problems: list[str] = []
    for query, sentence in _CHECKS:
        problems += [sentence(row) for row in conn.execute(query.limit(FEW))]
    return problems + list(islice(_wrong_arithmetic(conn), FEW))


def _unbalanced() -> Select[Any]:
    e = entries.c
    total = func.sum(e.amount)
    wrong = or_(total != 0, func.min(e.currency) != func.max(e.currency))
    return select(e.transaction_id, total.label("amount")).group_by(e.transaction_id).having(wrong)


def _without_entries() -> Select[Any]:
    t = transactions.c
    return select(t.key).where(~exists().where(entries.c.transaction_id == t.id))


def _wrong_balances() -> Select[Any]:
    e, b = entries.c, balances.c
    sides = union_all(
        select(e.ledger, e.currency, e.amount).where(e.ledger.startswith("customer:")),
        select(_CUSTOMER + b.account_id, b.currency, -b.amount),
    ).subquery()
    c = sides.c
    off = func.sum(c.amount)
    return select(c.ledger, c.currency, off.label("off")).group_by(c.ledger, c.currency).having(off != 0)


def _overdrawn() -> Select[Any]:
    held = func.coalesce(
        select(func.sum(holds.c.amount - holds.c.spent))
        .where(holds.c.account_id == balances.c.account_id, OPEN)
        .scalar_subquery(),
        0,
    )
    short = or_(balances.c.amount < 0, balances.c.amount - held < 0)
    return select(balances.c.account_id, balances.c.amount, held.label("held")).where(short)


def _wrong_charges() -> Select[Any]:
    own = and_(entries.c.transaction_id == transactions.c.id, entries.c.ledger == _CUSTOMER + cdrs.c.account_id)
    right = and_(entries.c.amount == -(cdrs.c.charge + cdrs.c.tax), entries.c.currency == cdrs.c.currency)
    return (
        select(cdrs.c.attempt_id, (cdrs.c.charge + cdrs.c.tax).label("due"), entries.c.amount)
        .join_from(cdrs, transactions, transactions.c.key == _CHARGE + cdrs.c.attempt_id, isouter=True)
        .join(entries, own, isouter=True)
        .where(or_(entries.c.amount.is_(None), ~right))
    )


def _charges_of_nothing() -> Select[Any]:
    t = transactions.c
    attempt = func.substr(t.key, len("charge:") + 1)
    return select(t.key).where(t.kind == "charge", ~exists().where(cdrs.c.attempt_id == attempt))


def _held_for_ended() -> Select[Any]:
    query = select(holds.c.order_id, holds.c.amount).join_from(holds, orders, orders.c.id == holds.c.order_id)
    return query.where(OPEN, orders.c.state == OrderState.ENDED)


def _unbilled() -> Select[Any]:
    return (
        select(attempts.c.id, orders.c.ref)
        .join_from(attempts, orders, orders.c.id == attempts.c.order_id)
        .where(attempts.c.answered_ms.is_not(None), ~exists().where(cdrs.c.attempt_id == attempts.c.id))
        .where(orders.c.state == OrderState.ENDED)
    )


def _wrong_spent() -> Select[Any]:
    sides = union_all(
        select(cdrs.c.order_id, (cdrs.c.charge + cdrs.c.tax).label("amount")),
        select(holds.c.order_id, -holds.c.spent),
    ).subquery()
    off = func.sum(sides.c.amount)
    return select(sides.c.order_id, off.label("off")).group_by(sides.c.order_id).having(off != 0)


def _beyond_hold() -> Select[Any]:
    h = holds.c
    return select(h.order_id, h.amount, h.spent).where(or_(h.spent < 0, h.spent > h.amount))


def _beyond_ceiling() -> Select[Any]:
    h = holds.c
    return select(h.order_id, h.amount, h.most).where(h.amount > h.most, h.most_talk_s > 0)  # 0: ceiling_of


def _wrong_slices() -> Select[Any]:
    h, more = holds.c, func.sum(hold_slices.c.more)
    query = select(h.order_id, h.amount, more.label("more")).join_from(holds, hold_slices)
    wrong = or_(more >= h.amount, func.min(hold_slices.c.more) <= 0)
    return query.group_by(h.order_id, h.amount).having(wrong)


_CHECKS: list[tuple[Select[Any], Callable[[_Row], str]]] = [
    (_unbalanced(), lambda r: f"transaction {r.transaction_id} does not balance: off by {plain(r.amount)}"),
    (_without_entries(), lambda r: f"transaction {r.key} has no entries"),
    (_wrong_balances(), lambda r: f"{r.ledger}: entries less running balance is {plain(r.off)} {r.currency}, not 0"),
    (_overdrawn(), lambda r: f"account {r.account_id} has {plain(r.amount)} but holds keep {plain(r.held)}"),
    (_wrong_charges(), lambda r: f"CDR {r.attempt_id} of {plain(r.due)} has no charge of that amount in the ledger"),
    (_charges_of_nothing(), lambda r: f"transaction {r.key} charges for a leg that has no CDR"),
    (_held_for_ended(), lambda r: f"order {r.order_id} has ended but {plain(r.amount)} is still held for it"),
    (_unbilled(), lambda r: f"order {r.ref} has ended but its answered attempt {r.id} was not billed"),
    (_wrong_spent(), lambda r: f"order {r.order_id}: CDRs less what its hold has spent is {plain(r.off)}, not 0"),
    (_beyond_hold(), lambda r: f"order {r.order_id} was billed {plain(r.spent)} on a hold of {plain(r.amount)}"),
    (_beyond_ceiling(), lambda r: f"order {r.order_id} holds {plain(r.amount)}, more than the {plain(r.most)} it may"),
    (_wrong_slices(), lambda r: f"order {r.order_id} holds {plain(r.amount)}, but {plain(r.more)} was added to it"),
]


@lru_cache(maxsize=4096)
def _rating(text: str) -> tuple[Terms, int, str]:
    values = json.loads(text)
    return Terms(**values["terms"]), values["tax_ppm"], values["waived"]


def _wrong_arithmetic(conn: Connection) -> Iterator[str]:
    c = cdrs.c
    query = select(
        c.attempt_id, c.answered_ms, c.ended_ms, c.billed_seconds, c.charge, c.tax, c.capped, c.currency, c.rating
    )
    for attempt, answered, ended, billed, net, on_top, capped, currency, rating in conn.execute(
        query.execution_options(yield_per=5000)
    ):
        terms, ppm, waived = _rating(rating)
        seconds = 0 if waived else billed_seconds(ended - answered, terms)
        full = charge(seconds, terms)
        fits = net <= full if capped else net == full
        if billed != seconds or not fits or on_top != tax(net, ppm) or currency != terms.currency:
            yield f"CDR {attempt} says {billed} s, {plain(net)}; its own deck row makes it {seconds} s, {plain(full)}"
