"""Ports and calls a second on a real PostgreSQL, where many take them at one moment."""

from itertools import chain

import pytest

from dispatcher import ports
from dispatcher.routes import Routes, Wanted
from dispatcher.switches.ari_requests import Carrier
from kernel.db import Database
from orders.states import OrderState
from tests.crowd import together
from tests.unit.billing.world import GB, US
from tests.unit.dispatcher.desk import SWITCH, Desk
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
