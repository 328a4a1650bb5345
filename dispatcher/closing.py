"""The end of an order: hold released, outcome written, the sender told what it cost."""

from typing import Any

from sqlalchemy import Connection, Row

from billing.receipt import receipt
from billing.settle import close_order
from orders import orders
from orders.states import OrderState
from replies import outbox
from replies.receipts import receipt_text


def close(conn: Connection, order: Row[Any], state: OrderState, outcome: str, now_ms: int) -> bool:
    """End an order all of whose attempts are final; False if somebody else moved it."""
    if not orders.move(conn, order.id, state, OrderState.ENDED, outcome=outcome, ended_ms=now_ms):
        return False
    close_order(conn, order.id, now_ms)
    bill = receipt(conn, order.id)
    assert bill is not None
    text = receipt_text(order, outcome, bill)
    outbox.put(conn, f"receipt:{order.id}", order.answer_to, text, now_ms)
    return True
