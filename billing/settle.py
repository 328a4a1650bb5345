"""The end of a leg in money: one `finalise` an answered attempt, then the hold is let go.

`finalise` writes CDR, ledger transaction and the hold's `spent` in the caller's transaction, once: a second call,
with whatever times, changes nothing and gives the first result. What an order is billed never exceeds its hold.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select, update

from billing import ledger
from billing.holds import OPEN
from billing.quotes import Quote
from billing.rating import Terms, billed_seconds, charge, tax
from billing.tables import cdrs, holds
from kernel.db import once
from kernel.errors import CordboardError
from kernel.money import CHARGE_STEP, MICRO
from orders.states import AttemptState
from orders.tables import attempts, orders

LONGEST_MS = 12 * 3600 * 1000
LATE_FREE_MS = 2000
"""A second leg that answered after the first had left is hung up at once; under this it is not charged."""

_Facts = Row[*tuple[Any, ...]]

log = logging.getLogger(__name__)


class Absurd(CordboardError):
    """A leg's record that can't be true; it is not billed but shunted for a person to look at."""


@dataclass(frozen=True, slots=True)
class Leg:
    """An ended attempt as the switch's log tells it. Times in milliseconds since the epoch."""

    attempt_id: str
    answered_ms: int | None
    ended_ms: int | None
    cause: int | None = None
    estimated: bool = False  # nobody recorded the end: billed to when it was last seen alive
    first_ended_ms: int | None = None  # on the second leg: when the first ended, None while it was there
    second_answered_ms: int | None = None  # on the first leg: when the second answered, None if never


@dataclass(frozen=True, slots=True)
class Charge:
    """What an answered attempt was billed. `waived` says why it cost nothing: "unjoined", "late_b", "late_a" or ""."""

    attempt_id: str
    role: str
    answered_ms: int
    ended_ms: int
    billed_seconds: int
    charge: int
    tax: int
    currency: str
    estimated: bool
    capped: bool
    waived: str

    @property
    def total(self) -> int:
        """Charge and tax."""
        return self.charge + self.tax


@dataclass(frozen=True, slots=True)
class Rated:
    """The arithmetic of one leg, before it is written."""

    billed_seconds: int
    charge: int
    tax: int
    capped: bool = False
    waived: str = ""


_FACTS = (
    select(
        attempts.c.role, attempts.c.rank, attempts.c.number, holds.c.order_id, holds.c.account_id, holds.c.quote,
        (holds.c.amount - holds.c.spent).label("left"), orders.c.ref, orders.c.door, orders.c.bill,
    )
    .join_from(attempts, orders, orders.c.id == attempts.c.order_id)
    .join(holds, holds.c.order_id == orders.c.id)
    .where(attempts.c.id == bindparam("attempt"))
    .with_for_update(of=holds)
)  # fmt: skip
_CDR = select(cdrs).where(cdrs.c.attempt_id == bindparam("attempt"))
_CDR_ONCE = once(cdrs)
_SPEND = (
    update(holds).where(holds.c.order_id == bindparam("order")).values(spent=holds.c.spent + bindparam("more"))
)  # fmt: skip
_LOCK = select(holds.c.order_id).where(holds.c.order_id == bindparam("order")).with_for_update()
_UNFINISHED = exists().where(attempts.c.order_id == holds.c.order_id, attempts.c.state != AttemptState.ENDED)
_UNBILLED = exists().where(
    attempts.c.order_id == holds.c.order_id,
    attempts.c.answered_ms.is_not(None),
    ~exists().where(cdrs.c.attempt_id == attempts.c.id),
)
_CLOSE = (
    update(holds)
    .where(holds.c.order_id == bindparam("order"), OPEN, ~_UNFINISHED, ~_UNBILLED)
    .values(open=False, closed_ms=bindparam("now"))
)


def finalise(conn: Connection, leg: Leg, now_ms: int, longest_ms: int = LONGEST_MS) -> Charge | None:
    """Bill an ended attempt, once. None if it was never answered: there is nothing to bill.

    The quote, the cap and whose call it was are read from the hold, order and attempt. Absurd, before anything is
    written, if the times can't be true or nobody knows the attempt.
    """
    if leg.answered_ms is None:
        return None
    if leg.ended_ms is None or not 0 <= leg.answered_ms <= leg.ended_ms <= leg.answered_ms + longest_ms:
        return _first_result(conn, leg, f"a leg from {leg.answered_ms} to {leg.ended_ms} can't be")
    facts = conn.execute(_FACTS, {"attempt": leg.attempt_id}).one_or_none()
    if facts is None:
        raise Absurd(f"no order holds money for the attempt {leg.attempt_id}")
    quote = _quote(facts.quote)
    if waived := _waived(quote, facts.role, leg):
        rated = Rated(0, 0, 0, waived=waived)
    else:
        rated = rate(quote, facts.role, leg.ended_ms - leg.answered_ms, facts.left, facts.rank)
    cdr = _cdr(facts, quote, leg, rated)
    if conn.execute(_CDR_ONCE[conn.dialect.name], cdr).rowcount != 1:
        return _first_result(conn, leg)
    _book(conn, facts, leg.attempt_id, rated, quote.currency, now_ms)
    return _as_charge(cdr)


def rate(quote: Quote, role: str, duration_ms: int, left: int, rank: int = 0) -> Rated:
    """What a leg of this length costs when the order's hold has `left` to spend. Pure."""
    terms = quote.terms(role, rank)
    billed = billed_seconds(duration_ms, terms)
    net = charge(billed, terms)
    on_top = tax(net, quote.tax_ppm)
    if net + on_top <= left:
        return Rated(billed, net, on_top)
    net = max(left, 0) * MICRO // (MICRO + quote.tax_ppm) // CHARGE_STEP * CHARGE_STEP
    while net and net + tax(net, quote.tax_ppm) > left:
        net -= CHARGE_STEP
    return Rated(billed, net, tax(net, quote.tax_ppm), capped=True)


def close_order(conn: Connection, order_id: str, now_ms: int) -> bool:
    """Release the hold if every attempt is ended and every answered one is billed; True if it was released now.

    The hold is locked before the look at the legs: of two who each end one, the later sees both.
    """
    conn.execute(_LOCK, {"order": order_id})
    return conn.execute(_CLOSE, {"order": order_id, "now": now_ms}).rowcount == 1


def _waived(quote: Quote, role: str, leg: Leg) -> str:
    assert leg.answered_ms is not None
    assert leg.ended_ms is not None
    if role != quote.first:
        late = leg.first_ended_ms is not None and leg.answered_ms >= leg.first_ended_ms
        return f"late_{role.lower()}" if late and leg.ended_ms - leg.answered_ms < LATE_FREE_MS else ""
    joined = leg.second_answered_ms is not None and leg.second_answered_ms < leg.ended_ms
    return "" if joined or quote.charge_unjoined else "unjoined"


def _book(conn: Connection, facts: _Facts, attempt_id: str, rated: Rated, currency: str, now_ms: int) -> None:
    total = rated.charge + rated.tax
    conn.execute(_SPEND, {"order": facts.order_id, "more": total})
    lines = {ledger.customer(facts.account_id): -total, ledger.REVENUE: rated.charge}
    if rated.tax:
        lines[ledger.TAX] = rated.tax
    key, memo = charge_key(attempt_id), f"{facts.ref} leg {facts.role}"
    ledger.post(conn, key, "charge", facts.account_id, facts.order_id, lines, currency, now_ms, memo)


def charge_key(attempt_id: str) -> str:
    """The key of the one ledger transaction that bills an attempt."""
    return f"charge:{attempt_id}"


def _first_result(conn: Connection, leg: Leg, why_absurd: str = "its CDR is gone") -> Charge:
    row = conn.execute(_CDR, {"attempt": leg.attempt_id}).one_or_none()
    if row is None:
        raise Absurd(why_absurd)
    if (row.answered_ms, row.ended_ms) != (leg.answered_ms, leg.ended_ms):
        log.warning("a billed leg is told again with other times", extra={"attempt": leg.attempt_id})
    return _as_charge(row._mapping)


def _cdr(facts: _Facts, quote: Quote, leg: Leg, rated: Rated) -> dict[str, Any]:
    terms = quote.terms(facts.role, facts.rank)
    return {
        "attempt_id": leg.attempt_id, "order_id": facts.order_id, "account_id": facts.account_id, "ref": facts.ref,
        "door": facts.door, "role": facts.role, "number": facts.number, "bill": facts.bill,
        "destination": terms.destination, "answered_ms": leg.answered_ms, "ended_ms": leg.ended_ms,
        "billed_seconds": rated.billed_seconds, "charge": rated.charge, "tax": rated.tax, "currency": quote.currency,
        "cause": leg.cause, "estimated": leg.estimated, "capped": rated.capped,
        "rating": _rating(terms, quote.tax_ppm, rated.waived),
    }  # fmt: skip


@lru_cache(maxsize=4096)
def _quote(stored: str) -> Quote:
    return Quote.from_json(stored)


@lru_cache(maxsize=4096)
def _rating(terms: Terms, tax_ppm: int, waived: str) -> str:
    return json.dumps({"terms": terms.as_dict(), "tax_ppm": tax_ppm, "waived": waived}, sort_keys=True)


def _as_charge(cdr: Mapping[Any, Any]) -> Charge:
    return Charge(
        cdr["attempt_id"], cdr["role"], cdr["answered_ms"], cdr["ended_ms"], cdr["billed_seconds"], cdr["charge"],
        cdr["tax"], cdr["currency"], cdr["estimated"], cdr["capped"], json.loads(cdr["rating"])["waived"],
    )  # fmt: skip
