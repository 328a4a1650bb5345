"""Orders as the HTTP door shows them: amounts as decimal text, times as ISO 8601 in UTC, numbers masked as in mails."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from billing.quotes import Quote, connect, leg_minute, per_minute
from billing.receipt import LegLine, Receipt, receipt
from billing.tables import holds
from kernel.clock import iso
from kernel.masking import mask_number
from kernel.money import plain
from orders.states import OrderState, how_far
from orders.tables import orders
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
        "from": _number(order, order.number_a),
        "private": order.private,
        "price_per_minute": plain(per_minute(quote)),
        "currency": quote.currency,
        "message": order.answer,
    }


def quoted(evidence: Mapping[str, str]) -> Json:
    """What a call would cost that its order did not agree to, tax included, from what its message keeps."""
    quote = Quote.from_json(evidence["quote"])
    legs = [(role, terms) for role in "AB" for terms in quote.of(role)]
    return {
        "price_per_minute": plain(per_minute(quote)),
        "connect_fee": plain(connect(quote)),
        "currency": quote.currency,
        "minutes": int(evidence["minutes"]),
        "legs": [
            {"role": role, "price_per_minute": plain(leg_minute(terms, quote.tax_ppm)),
             "first_seconds": terms.first, "next_seconds": terms.next}
            for role, terms in legs
        ],
    }  # fmt: skip


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
        "state": how_far(order.state, order.first),
        "outcome": order.outcome or None,
        "to": party(order),
        "from": _number(order, order.number_a),
        "private": order.private,
        "bill": order.bill or None,
        "door": order.door,
        "accepted_at": iso(order.accepted_ms),
        "joined_at": iso(order.joined_ms),
        "ended_at": iso(order.ended_ms),
        "legs": [_leg(order, leg) for leg in bill.legs],
        "charge": plain(bill.total),
        "currency": bill.currency,
        "receipt": _receipt(order, bill),
    }


def _number(order: Row[Any], number: str) -> str | None:
    """Masked; None in a private call."""
    return None if order.private else mask_number(number)


def _leg(order: Row[Any], leg: LegLine) -> Json:
    """An attempt that was dialled; `charge` has the tax in it."""
    return {
        "role": leg.role,
        "number": _number(order, leg.number),
        "state": leg.state,
        "answered_at": iso(leg.up_ms),
        "ended_at": iso(leg.ended_ms),
        "billed_seconds": leg.billed_seconds,
        "charge": plain(leg.charge),
    }


def _receipt(order: Row[Any], bill: Receipt) -> str | None:
    """As it is mailed; the balance in it is that of now. None until the call is over."""
    return receipt_text(order, order.outcome, bill) if order.state == OrderState.ENDED else None
