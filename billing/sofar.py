"""What a live call has cost so far: its legs that are over as they were billed, the others by their price until now."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from billing.quotes import Quote
from billing.rating import gross
from billing.receipt import LegLine, Receipt, receipt
from billing.tables import holds


@dataclass(frozen=True, slots=True)
class LegSoFar:
    """One leg: since when it is up, None if it is not; how long it was until it ended or now; micro-units, with tax."""

    role: str
    number: str
    up_ms: int | None
    lasted_ms: int
    charge: int


@dataclass(frozen=True, slots=True)
class SoFar:
    """A call in money until now. What is billed in the end is rounded by its increments once, at its end."""

    legs: tuple[LegSoFar, ...]
    total: int
    currency: str


def so_far(conn: Connection, order_id: str, now_ms: int) -> SoFar | None:
    """Each leg of the order that was dialled; None if there is no such order."""
    bill: Receipt | None = receipt(conn, order_id)
    if bill is None:
        return None
    kept = conn.execute(select(holds.c.quote).where(holds.c.order_id == order_id)).scalar_one_or_none()
    quote = Quote.from_json(kept) if kept else None
    legs = tuple(_leg(leg, quote, now_ms) for leg in bill.legs)
    return SoFar(legs, sum(leg.charge for leg in legs), bill.currency)


def _leg(leg: LegLine, quote: Quote | None, now_ms: int) -> LegSoFar:
    if leg.up_ms is None:
        return LegSoFar(leg.role, leg.number, None, 0, leg.charge)
    lasted_ms = max((leg.ended_ms or now_ms) - leg.up_ms, 0)
    if leg.answered_ms is not None or quote is None:  # billed
        return LegSoFar(leg.role, leg.number, leg.up_ms, lasted_ms, leg.charge)
    terms = quote.terms(leg.role, leg.rank)
    return LegSoFar(leg.role, leg.number, leg.up_ms, lasted_ms, gross(lasted_ms, terms, quote.tax_ppm))
