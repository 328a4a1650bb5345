"""Which switch an order goes to, and how each is."""

import pytest

from dispatcher import pool
from dispatcher.pool import ANSWERED_WITHIN_MS, State, away
from dispatcher.switchlog import CANARY_LIVES_MS
from orders.states import OrderState as S
from tests.unit.dispatcher.desk import LEASE_MS, SWITCH, Desk
from tests.unit.dispatcher.two import OTHER, Two
from tests.unit.factory import NOW


@pytest.fixture
def two(desk: Desk) -> Two:
    return Two(desk)


def test_of_those_that_are_fit_the_least_loaded_is_chosen(two: Two) -> None:
    assert two.chosen() is None
    two.well(SWITCH, OTHER)
    assert two.chosen() == SWITCH  # neither has anything to do: the first of the settings
    two.desk.order(S.JOINED)
    assert two.chosen() == OTHER
    for state in (S.RINGING_1, S.CLAIMED):
        two.desk.order(state, switch=OTHER)
    assert two.chosen() == SWITCH
    assert two.chosen(SWITCH) == OTHER
    assert two.chosen(SWITCH, OTHER) is None


def test_what_waits_or_is_over_is_no_load(two: Two) -> None:
    two.well(SWITCH, OTHER)
    for state in (S.DUE, S.ENDED):
        two.desk.order(state, switch=SWITCH)
    assert (two.chosen(), two.seen()[SWITCH].load.calls) == (SWITCH, 0)


def test_the_brake_is_each_switchs_own(desk: Desk) -> None:
    two = Two(desk, setting_up_max=1)
    two.well(SWITCH, OTHER)
    for _ in range(3):
        desk.order(S.JOINED, switch=OTHER)
    desk.order(S.RINGING_2)
    assert two.chosen() == OTHER  # though it has more calls: the first has no room
    desk.order(S.CLAIMED, switch=OTHER)
    assert two.chosen() is None


def test_each_thing_that_is_amiss_keeps_new_orders_away(two: Two) -> None:
    two.well(SWITCH, OTHER)
    assert {each.state for each in two.seen().values()} == {State.FIT}
    two.drain(OTHER)
    assert (two.seen()[OTHER].state, two.chosen(SWITCH)) == (State.DRAINING, None)
    two.drain(OTHER, draining=False)
    assert two.chosen(SWITCH) == OTHER
    two.dead_conductor(OTHER)
    assert (two.seen()[OTHER].state, two.chosen(SWITCH)) == (State.NOT_CONDUCTED, None)
    two.desk.now.now_ms = NOW + ANSWERED_WITHIN_MS
    assert ANSWERED_WITHIN_MS < LEASE_MS
    assert (two.seen()[SWITCH].state, two.chosen()) == (State.AWAY, None)
    two.well(SWITCH)
    two.desk.now.now_ms = NOW + ANSWERED_WITHIN_MS + CANARY_LIVES_MS
    with two.desk.db.write() as conn:
        pool.answered(conn, SWITCH, two.desk.now.ms())
    assert two.seen()[SWITCH].state is State.NOT_CONDUCTED
    two.desk.papers(SWITCH)
    assert (two.seen()[SWITCH].state, two.chosen()) == (State.LOG_UNSEEN, None)


def test_a_switch_that_nobody_heard_of_is_drained_before_it_begins(two: Two) -> None:
    two.drain(SWITCH)
    two.well(SWITCH, OTHER)
    assert two.chosen() == OTHER


def test_since_when_it_gives_no_answer_is_kept_until_it_does(two: Two) -> None:
    with two.desk.db.write() as conn:
        assert pool.asked_in_vain(conn, SWITCH, NOW) == NOW
        assert pool.asked_in_vain(conn, SWITCH, NOW + 9) == NOW
        pool.answered(conn, SWITCH, NOW + 10)
        assert pool.asked_in_vain(conn, SWITCH, NOW + 11) == NOW + 11
    assert two.seen()[SWITCH].seen_ms == NOW + 10


def test_a_switch_is_away_for_those_who_can_go_elsewhere(two: Two) -> None:
    assert away(two.seen().values()) == ()  # both are, so there is nowhere to go
    two.well(OTHER)
    assert away(two.seen().values()) == (SWITCH,)
    two.well(SWITCH)
    two.drain(SWITCH)
    assert away(two.seen().values()) == ()  # who drains it lets it do what it has


def test_it_is_rung_for_as_many_as_all_have_room_for(desk: Desk) -> None:
    two = Two(desk, setting_up_max=2)
    desk.order(S.RINGING_1)
    many = [desk.order() for _ in range(5)]
    two.well(SWITCH, OTHER)
    assert two.due.ring() == 3
    two.drain(OTHER)
    desk.now.later(5_000)
    two.well(SWITCH, OTHER)
    assert two.due.ring() == 1
    assert two.bell.rung == [*many[:3], many[0]]
