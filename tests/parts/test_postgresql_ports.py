"""Ports and calls a second on a real PostgreSQL, where many take them at one moment."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
from sqlalchemy import select

from billing.tables import balances
from dispatcher import ports
from dispatcher.routes import Routes, Wanted
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind
from kernel.db import Database
from orders.states import OrderState
from tests.crowd import together, until_somebody_waits
from tests.unit.billing.world import GB, US
from tests.unit.dispatcher.desk import SWITCH, Desk, event, lines
from tests.unit.dispatcher.desk import enrolled as with_money
from tests.unit.factory import NOW

pytestmark = pytest.mark.parts

A, B = "+12025550101", "+442079460018"


@pytest.fixture
def desk(pg: Database) -> Desk:
    return Desk(pg, with_money(pg))


def test_many_at_once_take_no_port_twice(desk: Desk) -> None:
    routes = Routes([Carrier("a", "x", ports=7), Carrier("b", "x", ports=4)])
    waiting = [desk.order() for _ in range(40)]

    def admit(first: int) -> int:
        admitted = 0
        for order in waiting[first::8]:
            with desk.db.write() as conn:
                legs = Wanted(order, "A", A, US), Wanted(order, "B", B, GB)
                admitted += routes.admit(conn, SWITCH, legs, NOW) is not None
        return admitted

    assert sum(together(8, admit)) == 5
    with desk.db.read() as conn:
        used = ports.in_use(conn, ["a", "b"])
        assert (sum(used.values()), used["a"] <= 7, used["b"] <= 4) == (10, True, True)
        assert len(ports.queued(conn)) > 0


def test_many_at_once_are_each_given_a_slot_of_their_own(desk: Desk) -> None:
    routes = Routes([Carrier("a", "x", cps=5)])
    live = [desk.order(OrderState.CLAIMED) for _ in range(32)]
    with desk.db.write() as conn:
        for order in live:
            ports.take(conn, order, [("A", routes.by_name["a"])], NOW)

    def draw(first: int) -> list[int]:
        found = []
        for order in live[first::8]:
            with desk.db.write() as conn:
                found.append(routes.slot(conn, order, "A", "attempt", "a", NOW) - NOW)
        return found

    assert sorted(chain.from_iterable(together(8, draw))) == [200 * number for number in range(32)]


def test_who_bills_and_dials_at_once_waits_for_the_slot_first(desk: Desk) -> None:
    """Else one conductor has an account and waits for the slots, another has the slots and waits for the account."""
    desk.routes = Routes([Carrier("trunk", "x", cps=5)])
    papers, (talks, first), (other, rings) = desk.papers(), desk.claimed(), desk.claimed()
    with desk.db.write() as conn:
        for order in (talks, other):
            ports.take(conn, order, [("A", desk.routes.by_name["trunk"])], NOW)
    papers.take([event(Kind.READY, first)])
    desk.log((first, "answer", NOW, None), (first, "hangup", NOW + 1_000, 16))
    batch = [*lines(papers), event(Kind.READY, rings)]
    with ThreadPoolExecutor(1) as conductor:
        with desk.db.write() as conn:
            ports.keep_others_from_taking(conn)
            done = conductor.submit(papers.take, batch)
            until_somebody_waits(desk.db)
            conn.execute(select(balances).where(balances.c.account_id == desk.account).with_for_update(nowait=True))
        assert done.result(60)
    assert set(desk.bills(talks)) == {first}
