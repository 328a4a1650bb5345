"""Orders as the HTTP door shows them: amounts as decimal text, times as ISO 8601 in UTC, numbers masked as in mails."""

from typing import Any

from sqlalchemy import Connection, Row, select

from billing.quotes import Quote, per_minute
from billing.receipt import Receipt, receipt
from billing.tables import cdrs, holds
from kernel.clock import iso
from kernel.masking import mask_number
from kernel.money import plain
from orders.states import OrderState
from orders.tables import attempts, orders
from replies.receipts import party, receipt_text

Json = dict[str, Any]


def accepted(conn: Connection, order: Row[Any]) -> Json:
    """The first answer: the same for as long as the order is kept, whatever has become of the call since."""
    quote = Quote.from_json(conn.execute(select(holds.c.quote).where(holds.c.order_id == order.id)).scalar_one())
    return {
        "id": order.id,
        "ref": order.ref,
        "state": OrderState.DUE,
        "to": party(order),
        "from": mask_number(order.number_a),
        "price_per_minute": plain(per_minute(quote)),
        "currency": quote.currency,
        "message": order.answer,
    }


def call(conn: Connection, user_id: str, order_id: str) -> Json | None:
    """How a user's order stands, and what it has cost so far; None if it is none of theirs."""
    mine = (orders.c.id == order_id) & (orders.c.user_id == user_id)
    order = conn.execute(select(orders).where(mine)).one_or_none()
    bill = receipt(conn, order_id) if order is not None else None
    if order is None or bill is None:
        return None
    return {
        "id": order.id,
        "ref": order.ref,
        "state": order.state,
        "outcome": order.outcome or None,
        "to": party(order),
        "from": mask_number(order.number_a),
        "bill": order.bill or None,
        "door": order.door,
        "accepted_at": iso(order.accepted_ms),
        "joined_at": iso(order.joined_ms),
        "ended_at": iso(order.ended_ms),
        "legs": _legs(conn, order_id),
        "charge": plain(bill.total),
        "currency": bill.currency,
        "receipt": _receipt(order, bill),
    }


def _legs(conn: Connection, order_id: str) -> list[Json]:
    """Each attempt that was dialled; `charge` has the tax in it."""
    t, c = attempts.c, cdrs.c
    query = (
        select(t.role, t.number, t.state, t.answered_ms, t.ended_ms, c.answered_ms.label("from_ms"),
               c.ended_ms.label("to_ms"), c.billed_seconds, c.charge, c.tax, c.attempt_id)
        .join_from(attempts, cdrs, c.attempt_id == t.id, isouter=True)
        .where(t.order_id == order_id, t.dialling_ms.is_not(None))
        .order_by(t.claimed_ms, t.id)
    )  # fmt: skip
    return [_leg(row) for row in conn.execute(query)]


def _leg(row: Row[*tuple[Any, ...]]) -> Json:
    billed = row.attempt_id is not None
    return {
        "role": row.role,
        "number": mask_number(row.number),
        "state": row.state,
        "answered_at": iso(row.from_ms if billed else row.answered_ms),
        "ended_at": iso(row.to_ms if billed else row.ended_ms),
        "billed_seconds": row.billed_seconds if billed else 0,
        "charge": plain(row.charge + row.tax if billed else 0),
    }


def _receipt(order: Row[Any], bill: Receipt) -> str | None:
    """As it is mailed; the balance in it is that of now. None until the call is over."""
    return receipt_text(order, order.outcome, bill) if order.state == OrderState.ENDED else None
