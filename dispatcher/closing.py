"""The end of an order: hold released, outcome written, the sender told what it cost."""

from typing import Any

from sqlalchemy import Connection, Row

from billing.receipt import receipt
from billing.settle import close_order
from dispatcher import ports
from orders import orders
from orders.states import OrderState
from replies import outbox
from replies.receipts import receipt_text

NOT_RUNG = frozenset(
    {"expired", "no_port", "no_route", "interrupted", "switch_lost", "a_bad_number", "a_unreachable", "a_congestion"}
)
"""Outcomes that nobody noticed at their telephone: they are told also to who wants no receipts."""
NOTICED = frozenset({"talked", "dropped"})
"""All that A notices where B is rung first."""


def close(conn: Connection, order: Row[Any], state: OrderState, outcome: str, now_ms: int) -> bool:
    """End an order all of whose attempts are final; False if somebody else moved it."""
    if outcome == "expired" and ports.is_queued(conn, order.id):
        outcome = "no_port"
    if not orders.move(conn, order.id, state, OrderState.ENDED, outcome=outcome, ended_ms=now_ms):
        return False
    close_order(conn, order.id, now_ms)
    if state is OrderState.DUE:
        ports.leave_queue(conn, order.id)
    else:
        ports.release(conn, order.id)
    bill = receipt(conn, order.id)
    assert bill is not None
    if order.notices or outcome in NOT_RUNG or (order.first == "B" and outcome not in NOTICED):
        text = receipt_text(order, outcome, bill)
        outbox.put(conn, f"receipt:{order.id}", order.answer_to, text, now_ms)
    return True
