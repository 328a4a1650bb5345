"""Same call, same bill, to the millionth: one call ordered by mail, over HTTP and by text, with the very same times."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import select

from accounts.tables import accounts
from billing import settle
from billing.receipt import receipt
from billing.settle import Leg, finalise
from billing.tables import balances, cdrs, entries, holds, transactions
from orders.tables import orders
from tests.joint.inbound.texting import Texting
from tests.joint.inbound.texting import live as texting_live
from tests.joint.inbound.web import Web, live
from tests.unit import factory
from tests.unit.inbound.house import DOLLAR, NOW, PIN, House

CALLS = [
    # milliseconds from A's answer: A's end, B's answer, B's end
    (37_201, 5_000, 37_150),
    (60_001, 4_999, 35_000),  # a millisecond into the next increment of either
    (600_000, 12_345, 599_999),
    (20_000, None, None),  # B never answered
    (5_000, 5_500, 6_900),  # B answered after A had left: waived
    (7_000_000, 1_000, 7_000_000),  # beyond what was held: capped
]
OWN = {"attempt_id", "order_id", "ref", "door"}


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found


def carried(house: House, times: tuple[int, int | None, int | None]) -> list[Any]:
    """Bill the last order's call as having gone so; all that was booked for it, but ids, reference and door."""
    order = house.orders[-1]
    a_ended, b_from, b_to = (None if each is None else NOW + each for each in times)
    with house.db.write() as conn:
        a, b = (factory.attempt(conn, order.id, role) for role in "AB")
        legs = [Leg(b, b_from, b_to, 16, first_ended_ms=a_ended), Leg(a, NOW, a_ended, 16, second_answered_ms=b_from)]
        charges = [finalise(conn, leg, NOW + 8_000_000) for leg in legs]
        settle.close_order(conn, order.id, NOW + 8_000_000)
        t, e = transactions.c, entries.c
        posted = [
            (row.kind, row.memo.removeprefix(order.ref), *row[2:])
            for row in conn.execute(
                select(t.kind, t.memo, e.ledger, e.amount, e.currency)
                .join_from(transactions, entries, e.transaction_id == t.id)
                .where(t.order_id == order.id)
                .order_by(t.memo, e.ledger)
            )
        ]
        rows = conn.execute(select(cdrs).where(cdrs.c.order_id == order.id).order_by(cdrs.c.role))
        bills = [{name: value for name, value in row._mapping.items() if name not in OWN} for row in rows]
        hold = conn.execute(
            select(holds.c.amount, holds.c.spent, holds.c.quote).where(holds.c.order_id == order.id)
        ).one()
        told = receipt(conn, order.id)
        assert told is not None
    done = [None if each is None else {k: v for k, v in asdict(each).items() if k != "attempt_id"} for each in charges]
    house.change(orders, state="ended")
    house.change(balances, amount=20 * DOLLAR)  # each call begins with the same money
    return [posted, bills, tuple(hold), done, told.legs, told.total]


@pytest.fixture
def texting(house: House) -> Iterator[Texting]:
    with texting_live(house) as found:
        yield found


@pytest.mark.parametrize("times", CALLS)
@pytest.mark.parametrize("terms", [{}, {"tax_ppm": 190_000}, {"charge_unjoined": False, "tax_ppm": 77_777}])
def test_the_same_call_has_the_same_bill_by_either_door(
    house: House, web: Web, texting: Texting, times: tuple[int, int | None, int | None], terms: dict[str, Any]
) -> None:
    house.change(accounts, **{"tax_ppm": 0} | terms)
    house.send(house.mail(f"CALL mum FROM home BILL refit PIN {PIN}"))
    mailed = carried(house, times)
    assert web.order(to="mum", from_="home", bill="refit").status == 201
    assert carried(house, times) == mailed
    assert texting.text("CALL mum FROM home BILL refit").texts[0].startswith("C1 Ringing")
    assert carried(house, times) == mailed
    assert texting.kannel("CALL mum FROM home BILL refit").body.startswith("D1 Ringing")
    assert carried(house, times) == mailed
    assert [order.door for order in house.orders] == ["email", "api", "twilio", "kannel"]
    posted, bills, *_, total = mailed
    a_ended, b_answered, _ = times
    assert len(bills) == (1 if b_answered is None else 2)
    joined = b_answered is not None and a_ended > b_answered
    assert (total > 0) is (joined or terms.get("charge_unjoined", True))
    assert total == -sum(amount for _, _, ledger, amount, _ in posted if ledger.startswith("customer:"))
