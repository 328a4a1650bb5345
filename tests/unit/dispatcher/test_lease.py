"""One conductor a switch: whoever lost the lease writes nothing any more."""

import pytest
from sqlalchemy import select

from dispatcher import lease
from dispatcher.lease import LeaseLost
from dispatcher.switches.base import Kind
from dispatcher.tables import leases
from orders.states import AttemptState, OrderState
from tests.unit.dispatcher.desk import LEASE_MS, SWITCH, Desk, actions, event, live
from tests.unit.factory import NOW


def take(desk: Desk, holder: str, now_ms: int) -> int | None:
    with desk.db.write() as conn:
        return lease.acquire(conn, SWITCH, holder, now_ms, LEASE_MS)


def test_the_epoch_grows_with_each_holder(desk: Desk) -> None:
    assert take(desk, "one", NOW) == 1
    assert take(desk, "two", NOW) is None
    assert take(desk, "two", NOW + LEASE_MS - 1) is None
    assert take(desk, "one", NOW) == 2  # restarted under its old name
    assert take(desk, "two", NOW + LEASE_MS) == 3
    assert take(desk, "one", NOW + LEASE_MS) is None


def test_a_lease_is_live_until_it_runs_out_or_is_given_up(desk: Desk) -> None:
    with desk.db.write() as conn:
        assert not lease.is_live(conn, SWITCH, NOW)
        lease.acquire(conn, SWITCH, "one", NOW, LEASE_MS)
        assert lease.is_live(conn, SWITCH, NOW + LEASE_MS - 1)
        assert not lease.is_live(conn, SWITCH, NOW + LEASE_MS)
        assert not lease.is_live(conn, "other", NOW)
        lease.renew(conn, SWITCH, 1, NOW + LEASE_MS, LEASE_MS)
        assert lease.is_live(conn, SWITCH, NOW + LEASE_MS)
        lease.give_up(conn, SWITCH, 0)
        assert lease.is_live(conn, SWITCH, NOW + LEASE_MS)  # it was not its to give
        lease.give_up(conn, SWITCH, 1)
        assert not lease.is_live(conn, SWITCH, NOW)


def test_each_switch_has_its_own(desk: Desk) -> None:
    with desk.db.write() as conn:
        assert lease.acquire(conn, "north", "one", NOW, LEASE_MS) == 1
        assert lease.acquire(conn, "south", "two", NOW, LEASE_MS) == 1
        with pytest.raises(LeaseLost):
            lease.renew(conn, "east", 1, NOW, LEASE_MS)


def test_a_second_conductor_waits_and_the_first_renews_while_it_writes(desk: Desk) -> None:
    first, second = desk.papers("one"), desk.idle_papers("two")
    assert not second.acquire()
    desk.now.later(LEASE_MS - 1)
    first.take([])
    desk.now.later(LEASE_MS - 1)
    assert not second.acquire()
    first.give_up()
    assert second.acquire()


def test_who_lost_the_lease_writes_nothing_of_its_batch(desk: Desk) -> None:
    first = desk.papers("one")
    order, a = desk.claimed()
    desk.now.later(LEASE_MS)
    second = desk.papers("two")
    with pytest.raises(LeaseLost):
        first.take([event(Kind.READY, a)])
    assert desk.state(order) == (OrderState.CLAIMED, "")
    assert desk.leg(a).state == AttemptState.CLAIMED
    for work in (first.renew, lambda: first.recover([live(a, "down")], []), lambda: first.looked([], NOW)):
        with pytest.raises(LeaseLost):
            work()
    assert actions(second.take([event(Kind.READY, a)])) == ["dial_1"]
    first.give_up()  # gives nothing of the second's away
    with desk.db.read() as conn:
        assert conn.execute(select(leases.c.holder, leases.c.epoch)).one() == ("two", 2)
        assert lease.is_live(conn, SWITCH, desk.now.ms())


def test_papers_without_a_lease_write_nothing(desk: Desk) -> None:
    with pytest.raises(LeaseLost):
        desk.idle_papers().take([])
