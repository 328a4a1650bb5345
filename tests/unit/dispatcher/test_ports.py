"""Ports and calls a second: taken together or not at all, waited for, let go with the order or the leg."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import insert, select

from billing import decks
from dispatcher import closing, ports
from dispatcher.ports import AHEAD_MS, Room, Taken
from dispatcher.routes import NoWay, Routes, Wanted
from dispatcher.switches.ari_requests import Carrier
from dispatcher.tables import port_queue
from dispatcher.tables import ports as rows
from orders import orders
from orders.states import AttemptState, OrderState
from tests.unit import factory
from tests.unit.billing.world import GB, US
from tests.unit.dispatcher.desk import SWITCH, Desk
from tests.unit.factory import NOW

A, B = "+12025550101", "+442079460018"


def carrier(name: str, *prefixes: str, **terms: Any) -> Carrier:
    return Carrier(name, "PJSIP/{digits}", prefixes or ("",), **terms)


def legs(order: str) -> tuple[Wanted, Wanted]:
    return Wanted(order, "A", A, US), Wanted(order, "B", B, GB)


def admit(desk: Desk, routes: Routes, order: str = "", switch: str = SWITCH) -> tuple[str, ...] | None:
    """The carriers of both legs, or None: it waits."""
    wanted = legs(order or desk.order())
    with desk.db.write() as conn:
        taken = routes.admit(conn, switch, wanted, desk.now.ms())
    return None if taken is None else tuple(each.carrier for each in taken)


def in_use(desk: Desk) -> dict[str, int]:
    with desk.db.read() as conn:
        return ports.in_use(conn, ("a", "b", "c"))


def leaked(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return ports.leaked(conn)


def end(desk: Desk, order: str, outcome: str = "talked") -> None:
    with desk.db.write() as conn:
        row = orders.by_id(conn, order)
        assert row is not None
        assert closing.close(conn, row, OrderState(row.state), outcome, desk.now.ms())


def rings_for(desk: Desk, routes: Routes, limit: int = 10) -> list[str]:
    with desk.db.read() as conn:
        return routes.queue(conn, desk.now.ms(), desk.now.ms() - 5_000, limit)


# -- admission ---------------------------------------------------------------------------------------------------------


def test_both_legs_ports_or_none(desk: Desk) -> None:
    routes = Routes([carrier("a", "1", ports=5), carrier("b", "44", ports=1)])
    assert admit(desk, routes) == ("a", "b")
    assert in_use(desk) == {"a": 1, "b": 1}
    assert admit(desk, routes) is None
    assert in_use(desk) == {"a": 1, "b": 1}


def test_legs_on_one_carrier_need_two_of_its_ports(desk: Desk) -> None:
    routes = Routes([carrier("a", ports=3)])
    assert admit(desk, routes) == ("a", "a")
    assert admit(desk, routes) is None


def test_a_full_carrier_overflows_to_the_next_way(desk: Desk) -> None:
    routes = Routes([carrier("a", ports=3), carrier("b", ports=3)])
    found = [admit(desk, routes) for _ in range(4)]
    assert found == [("a", "a"), ("a", "b"), ("b", "b"), None]
    assert in_use(desk) == {"a": 3, "b": 3}


def test_a_leg_gives_way_to_the_other_that_has_no_other_way(desk: Desk) -> None:
    routes = Routes([carrier("a", ports=1), carrier("b", "1", ports=1)])
    routes_by_priority = Routes(routes.by_name.values(), "priority")
    assert admit(desk, routes_by_priority) == ("b", "a")


@pytest.mark.parametrize(
    "carriers",
    [
        [carrier("a", "1")],  # nobody takes leg B
        [carrier("a", ports=1)],  # never two at once
        [carrier("a", uplink=True)],
        [carrier("a", deck="none such")],
        [carrier("a", switches=("toronto",))],
    ],
)
def test_an_order_that_no_carrier_can_ever_take_is_not_kept_waiting(desk: Desk, carriers: list[Carrier]) -> None:
    with pytest.raises(NoWay):
        admit(desk, Routes(carriers))
    assert leaked(desk) == []


def test_a_carrier_that_its_switch_does_not_reach(desk: Desk) -> None:
    routes = Routes([carrier("a", switches=("toronto",)), carrier("b")])
    assert admit(desk, routes) == ("b", "b")
    assert admit(desk, routes, switch="toronto") == ("a", "a")


def test_the_cheapest_that_costs_no_more_than_is_charged(desk: Desk) -> None:
    deck = "prefix,destination,rate\n44,UK,{}\n1,US,{}\n"
    with desk.db.write() as conn:
        for name, uk, us in (("da", "0.02", "0.018"), ("db", "0.01", "0.016"), ("dc", "0.03", "0.001")):
            assert decks.import_csv(conn, name, "USD", StringIO(deck.format(uk, us)), NOW).ok
    routes = Routes([carrier(name, deck=f"d{name}") for name in "abc"])
    assert admit(desk, routes) == ("c", "b")  # c loses on +44, where 0.0245 and 0.01 to connect are charged
    with desk.db.read() as conn:
        told = {way.name: way.why for way in routes.ways(conn, B, GB, NOW)}
    assert list(told) == ["b", "a", "c"]
    assert told["b"].startswith("costs 0.01 USD a minute")
    assert "more than the 0.0245 USD a minute and 0.01 to connect that are charged" in told["c"]
    losing = Routes([replace(each, allow_loss=True) for each in routes.by_name.values() if each.name == "c"])
    assert admit(desk, losing) == ("c", "c")


def test_an_ill_carrier_is_tried_last_until_it_is_well(desk: Desk) -> None:
    routes = Routes([carrier("a"), carrier("b")])
    order = desk.order(OrderState.CLOSING)
    for _ in range(10):
        desk.attempt(order, "B", AttemptState.ENDED, carrier="a", cause=34, dialling_ms=NOW)
    assert admit(desk, routes) == ("b", "b")
    with desk.db.read() as conn:
        assert [way.name for way in routes.ways(conn, B, GB, NOW)] == ["b", "a"]
    desk.now.later(15 * 60_000)
    assert admit(desk, routes) == ("a", "a")


# -- the queue -------------------------------------------------------------------------------------------------------


def test_who_waits_for_a_port_is_rung_for_when_one_is_free_the_longest_first(desk: Desk) -> None:
    routes, first = Routes([carrier("a", ports=4)]), desk.order(OrderState.CLAIMED)
    admit(desk, routes, first)
    admit(desk, routes)
    waiting = [desk.order(rung_ms=NOW) for _ in range(3)]
    for order in waiting:
        desk.now.later(1)
        assert admit(desk, routes, order) is None
    assert rings_for(desk, routes) == []
    end(desk, first)
    assert rings_for(desk, routes) == waiting[:2]  # two ports are free; how many legs each has is not known here
    assert rings_for(desk, routes, limit=1) == waiting[:1]
    assert admit(desk, routes, waiting[0]) == ("a", "a")
    assert rings_for(desk, routes) == []
    assert admit(desk, routes, waiting[1]) is None  # keeps its place
    with desk.db.read() as conn:
        assert ports.queued(conn) == {"a": 2}


def test_a_long_queue_for_one_carrier_keeps_nobody_waiting_who_has_another(desk: Desk) -> None:
    routes = Routes([carrier("a", ports=2), carrier("b", ports=2)])
    assert admit(desk, Routes([routes.by_name["a"]]), desk.order(OrderState.CLAIMED)) == ("a", "a")
    with desk.db.write() as conn:
        ids = [f"{number:028x}" for number in range(10_000, 11_002)]
        many = [factory.order(conn, desk.account, desk.user, id=each, rung_ms=0) for each in ids]
        conn.execute(insert(port_queue), [{"order_id": each, "carrier": "a", "since_ms": NOW} for each in many[:-1]])
        ports.queue(conn, many[-1], ["b"], NOW + 1)
    assert rings_for(desk, routes, limit=1) == many[-1:]


def test_an_order_waits_only_for_what_it_found_full(desk: Desk) -> None:
    routes = Routes([carrier("a", "1", ports=1), carrier("b", "44", ports=9)])
    admit(desk, routes)
    assert admit(desk, routes) is None
    with desk.db.read() as conn:
        assert ports.queued(conn) == {"a": 1}


def test_a_carrier_that_was_taken_out_of_the_settings_keeps_nobody_waiting(desk: Desk) -> None:
    routes, order = Routes([carrier("a", ports=2)]), desk.order()
    admit(desk, routes)
    admit(desk, routes, order)
    assert rings_for(desk, Routes([carrier("b")])) == [order]


@pytest.mark.parametrize(("queued", "outcome"), [(True, "no_port"), (False, "expired")])
def test_who_waited_in_vain_is_told_why_and_waits_no_longer(desk: Desk, queued: bool, outcome: str) -> None:
    routes, order = Routes([carrier("a", ports=2)]), desk.order()
    admit(desk, routes, desk.order(OrderState.CLAIMED))
    if queued:
        admit(desk, routes, order)
    end(desk, order, "expired")
    desk.is_over(order, outcome)
    assert leaked(desk) == []


# -- letting go --------------------------------------------------------------------------------------------------------


def test_a_port_lives_as_long_as_its_order(desk: Desk) -> None:
    routes, order = Routes([carrier("a", ports=2)]), desk.order(OrderState.CLAIMED)
    admit(desk, routes, order)
    assert (in_use(desk), leaked(desk)) == ({"a": 2}, [])
    end(desk, order)
    assert (in_use(desk), leaked(desk)) == ({}, [])


def test_a_leak_is_told_of(desk: Desk) -> None:
    routes, ended, due = Routes([carrier("a", ports=4)]), desk.order(OrderState.ENDED), desk.order()
    for order in (ended, due):
        admit(desk, routes, order)
    waiting = desk.order(OrderState.JOINED)
    assert admit(desk, routes, waiting) is None
    told = leaked(desk)
    assert sorted(each.split()[1] for each in told) == sorted([ended, ended, due, due, waiting])


@pytest.mark.parametrize(
    ("tried", "carriers", "expected"),
    [
        (["a"], [carrier("a", ports=2), carrier("b", ports=1)], "b"),
        (["a", "b"], [carrier("a", ports=2), carrier("b", ports=1)], None),
        (["a"], [carrier("a", ports=2)], None),
        ([], [carrier("a", ports=2)], "a"),  # another number of the same party: its own port is free by then
        (["a"], [carrier("a", ports=2), carrier("b", ports=1), carrier("c")], "b"),
    ],
)
def test_another_way_for_a_leg(desk: Desk, tried: list[str], carriers: list[Carrier], expected: str | None) -> None:
    routes, order = Routes(carriers), desk.order(OrderState.CLAIMED)
    admit(desk, routes, order)
    with desk.db.write() as conn:
        found = routes.next(conn, SWITCH, legs(order)[1], tried, NOW)
        assert found == (expected and Taken(expected))
        assert routes.taken(conn, order, "B") == found
        assert routes.taken(conn, order, "A") == Taken("a")
        routes.release(conn, order, "A")
        assert routes.taken(conn, order, "A") is None


# -- calls a second ------------------------------------------------------------------------------------------------


def slots(desk: Desk, routes: Routes, count: int) -> list[int]:
    found = []
    for _ in range(count):
        order = desk.order(OrderState.CLAIMED)
        with desk.db.write() as conn:
            ports.take(conn, order, [("A", routes.by_name["a"])], NOW)
            again = [routes.slot(conn, order, "A", "one", "a", desk.now.ms()) for _ in range(2)]
        assert again[0] == again[1]
        found.append(again[0] - NOW)
    return found


def test_each_dial_has_a_slot_of_its_own_and_keeps_it(desk: Desk) -> None:
    routes = Routes([carrier("a", cps=5)])
    assert slots(desk, routes, 4) == [0, 200, 400, 600]
    desk.now.later(5_000)
    assert slots(desk, routes, 2) == [5_000, 5_200]


def test_another_attempt_of_a_leg_has_another_slot(desk: Desk) -> None:
    routes, order = Routes([carrier("a", cps=2)]), desk.order(OrderState.CLAIMED)
    with desk.db.write() as conn:
        ports.take(conn, order, [("A", routes.by_name["a"])], NOW)
        assert [routes.slot(conn, order, "A", attempt, "a", NOW) - NOW for attempt in ("x", "x", "y")] == [0, 0, 500]


def test_without_a_limit_nothing_is_waited_for(desk: Desk) -> None:
    assert slots(desk, Routes([carrier("a", ports=9)]), 3) == [-NOW] * 3


def test_no_more_orders_are_admitted_than_can_be_dialled_in_good_time(desk: Desk) -> None:
    """Those who answered would wait for the other leg's slot."""
    routes = Routes([carrier("a", "1"), carrier("b", "44", cps=5)])
    admitted = [admit(desk, routes) for _ in range(14)]
    assert admitted == [("a", "b")] * 11 + [None] * 3  # one at once, and five in each of the two seconds
    assert (AHEAD_MS, len(rings_for(desk, routes))) == (2_000, 0)
    desk.now.later(200)
    assert len(rings_for(desk, routes)) == 1
    assert [admit(desk, routes) for _ in range(2)] == [("a", "b"), None]


def test_a_carrier_slower_than_one_call_in_two_seconds_takes_both_legs_all_the_same(desk: Desk) -> None:
    routes = Routes([carrier("a", cps=0.1)])
    assert [admit(desk, routes) for _ in range(2)] == [("a", "a"), None]
    desk.now.later(18_000)
    assert admit(desk, routes) == ("a", "a")


def test_a_carrier_with_no_call_to_spare_overflows(desk: Desk) -> None:
    routes = Routes([carrier("a", cps=0.1), carrier("b")])
    found = [admit(desk, routes) for _ in range(2)]
    assert found == [("a", "a"), ("b", "b")]


@pytest.mark.parametrize(
    ("limits", "left"), [({}, ports.MANY), ({"ports": 3}, 3), ({"cps": 5}, 11), ({"ports": 3, "cps": 5}, 3)]
)
def test_what_a_carrier_has_left(desk: Desk, limits: dict[str, float], left: int) -> None:
    each = carrier("a", **limits)
    with desk.db.read() as conn:
        assert Room(conn, [each], NOW).left(each) == left


def test_it_is_said_of_a_full_carrier_that_it_is(desk: Desk) -> None:
    routes = Routes([carrier("a", ports=2), carrier("b")])
    admit(desk, routes)
    with desk.db.read() as conn:
        told = [(way.name, way.note) for way in routes.ways(conn, B, GB, NOW)]
        assert told == [("a", "full now"), ("b", "")]
        assert conn.execute(select(rows.c.role)).scalars().all() == ["A", "B"]
