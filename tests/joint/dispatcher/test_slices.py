"""A joined call's hold grows in time; the switch is told after the commit, and never of more than is held."""

import pytest
from sqlalchemy import update

from billing import ledger
from billing.quotes import Ceiling, cost, plan
from dispatcher.advance import Timer
from dispatcher.lease import LeaseLost
from dispatcher.progress import Action, Event
from dispatcher.slices import Slicing
from dispatcher.switches.base import Kind
from dispatcher.tables import leases
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.unit.billing.world import DOLLAR, QUOTE
from tests.unit.dispatcher.desk import Desk, asked, event, lines, live
from tests.unit.dispatcher.left import left
from tests.unit.dispatcher.told import Told
from tests.unit.factory import NOW

FIRST_S, SLICING = 60, Slicing()
FIRST, CEILING = cost(QUOTE, FIRST_S), Ceiling(5 * DOLLAR, 7200)
B_ANSWERED = NOW + 10_000
LOW_MS = B_ANSWERED + FIRST_S * 1000 - SLICING.low_s * 1000
"""When less than 50 s are left of a minute of talk, of which the last half second is not talked."""


def joined(desk: Desk, ceiling: Ceiling = CEILING) -> Told:
    told = Told(desk, held=FIRST, ceiling=ceiling)
    told.joined()
    desk.now.now_ms = LOW_MS
    return told


def low(told: Told) -> list[Timer]:
    found = told.papers.low()
    assert all(isinstance(timer, Timer) for timer in found)
    return found  # type: ignore[return-value]


def leaves_only(desk: Desk, amount: int) -> None:
    """Take from Ann what she has beyond this and her open holds."""
    with desk.db.write() as conn:
        more = ledger.balance(conn, desk.account) - FIRST - amount
        assert ledger.correct(conn, desk.account, -more, "USD", f"take {more}", "", NOW)


def test_a_call_that_runs_low_gets_a_slice_and_both_legs_are_armed_to_it(desk: Desk) -> None:
    told = joined(desk)
    (ask,) = told.papers.take([*low(told)])
    whole = plan(QUOTE, cost(QUOTE, FIRST_S + SLICING.slice_s), max_talk_s=FIRST_S + SLICING.slice_s)
    assert (ask.action, ask.plan) == (Action.EXTEND, whole)
    assert whole is not None
    assert desk.hold(told.order).amount == whole.amount
    assert [desk.leg(leg).limit_ms for leg in (told.a, told.b)] == [whole.limit_a_ms, whole.limit_b_ms]
    assert (desk.state(told.order), desk.problems()) == ((S.JOINED, "talked"), [])
    assert low(told) == []


def test_it_is_done_when_less_than_fifty_seconds_are_left_and_not_before(desk: Desk) -> None:
    told = joined(desk)
    desk.now.now_ms = LOW_MS - 500
    assert low(told) == []
    desk.now.later(1)
    assert low(told) == [Timer(told.order, Event.LOW)]


def test_a_leg_that_answered_long_before_may_be_the_one_that_runs_low(desk: Desk) -> None:
    """A waited longer than was reckoned with: its own limit is what ends the call."""
    told = Told(desk, held=FIRST, ceiling=CEILING)
    told.says(Kind.READY, told.to_b())
    told.says(Kind.UP, told.b)
    told.logs((told.b, "answer", NOW + 85_000, None))
    desk.now.now_ms = NOW + 140_000 - SLICING.low_s * 1000
    assert low(told) == [Timer(told.order, Event.LOW)]


def test_asked_for_twice_it_is_done_once(desk: Desk) -> None:
    told = joined(desk)
    assert told.hears(*low(told), Timer(told.order, Event.LOW)) == [(Action.EXTEND, told.a)]
    held = desk.hold(told.order).amount
    assert told.hears(Timer(told.order, Event.LOW)) == []
    assert desk.hold(told.order).amount == held


def test_slice_after_slice_up_to_the_cap_of_the_call_and_then_never_again(desk: Desk) -> None:
    most = Ceiling(cost(QUOTE, 500), 7200)
    told = joined(desk, most)
    talks = []
    while found := low(told):
        if asks := told.papers.take([*found]):
            assert asks[0].plan is not None
            talks.append(asks[0].plan.talk_s)
            desk.now.later(SLICING.slice_s * 1000)
    assert talks[:2] == [240, 420]
    assert 500 <= talks[-1] < 506
    assert desk.hold(told.order).amount <= most.amount
    desk.now.later(3_600_000)
    assert low(told) == []


def test_the_longest_talk_is_a_ceiling_too(desk: Desk) -> None:
    told = joined(desk, Ceiling(5 * DOLLAR, 90))
    (ask,) = told.papers.take([*low(told)])
    assert ask.plan is not None
    assert ask.plan.talk_s == 90
    desk.now.later(80_000)
    assert low(told) == []


def test_there_is_less_than_a_slice_then_nothing_then_a_top_up(desk: Desk) -> None:
    told = joined(desk)
    leaves_only(desk, 10_000)
    (ask,) = told.papers.take([*low(told)])
    assert ask.plan is not None
    assert FIRST_S < ask.plan.talk_s < FIRST_S + SLICING.slice_s
    desk.now.later(30_000)
    assert told.hears(*low(told)) == []  # nothing was to be had
    assert low(told) == []  # and it is not asked for again at once
    with desk.db.write() as conn:
        assert ledger.top_up(conn, desk.account, DOLLAR, "USD", "more", "", NOW)
    desk.now.later(round(SLICING.again_s * 1000))
    assert told.hears(*low(told)) == [(Action.EXTEND, told.a)]
    assert desk.problems() == []


def test_two_calls_of_one_account_share_what_is_left(desk: Desk) -> None:
    told = joined(desk)
    other = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, held=FIRST, ceiling=CEILING, outcome="talked")
    told.papers.recover(other.there("up", "up"), [])
    leaves_only(desk, FIRST + 20_000)
    desk.now.now_ms = LOW_MS
    told.papers.take([*low(told)])
    assert 0 < desk.hold(told.order).amount + desk.hold(other.order).amount - 2 * FIRST <= 20_000
    assert desk.problems() == []


def test_without_the_logs_word_of_both_answers_nothing_is_armed(desk: Desk) -> None:
    told = Told(desk, held=FIRST, ceiling=CEILING)
    told.says(Kind.READY, told.to_b())
    told.says(Kind.UP, told.b)  # its line is still to come
    desk.now.now_ms = LOW_MS
    assert low(told) == []
    assert told.hears(Timer(told.order, Event.LOW)) == []
    assert desk.hold(told.order).amount == FIRST


def test_what_was_not_committed_is_not_armed(desk: Desk) -> None:
    told = joined(desk)
    found = low(told)
    with desk.db.write() as conn:
        conn.execute(update(leases).values(epoch=99))
    with pytest.raises(LeaseLost):
        told.papers.take([*found])
    assert desk.hold(told.order).amount == FIRST
    with desk.db.write() as conn:
        call = told.papers.calls.load(conn, told.order)
    assert call is not None
    assert call.plan.amount == FIRST


def test_an_ask_keeps_the_plan_that_was_committed_when_it_was_decided(desk: Desk) -> None:
    """It may be carried out later, behind others, when the hold is being made larger by a transaction still open."""
    told = Told(desk, held=FIRST, ceiling=CEILING)
    told.says(Kind.READY, told.to_b())
    (arm,) = told.papers.take([event(Kind.UP, told.b)])
    desk.log((told.b, "answer", B_ANSWERED, None))
    told.hears(*lines(told.papers))
    desk.now.now_ms = LOW_MS
    (extend,) = told.papers.take([*low(told)])
    assert arm.plan is not None
    assert extend.plan is not None
    assert (arm.plan.talk_s, extend.plan.talk_s) == (FIRST_S, FIRST_S + SLICING.slice_s)


def test_whoever_takes_over_arms_a_joined_call_to_what_its_hold_pays_for(desk: Desk) -> None:
    """The one before may have died between the commit and the request."""
    told = joined(desk)
    told.papers.take([*low(told)])
    paid = desk.hold(told.order).amount
    papers = desk.papers()
    papers.recover([live(told.a, "up"), live(told.b, "up")], [])
    (ask,) = papers.take(papers.low())
    assert ask.action is Action.EXTEND
    assert ask.plan is not None
    assert (ask.plan.amount, desk.hold(told.order).amount) == (paid, paid)
    assert papers.low() == []


@pytest.mark.parametrize("ended", ["dropped", "left"])
def test_a_call_that_ends_gets_nothing_more(desk: Desk, ended: str) -> None:
    told = joined(desk)
    found = low(told)
    if ended == "dropped":
        told.hears(Timer(told.order, Event.DROP))
    else:
        told.says(Kind.GONE, told.b, "16")
    assert told.hears(*found) == []
    assert low(told) == []
    assert desk.hold(told.order).amount == FIRST


def test_a_call_that_grew_is_billed_within_what_it_grew_to(desk: Desk) -> None:
    told = joined(desk)
    told.hears(*low(told))
    ends = B_ANSWERED + 200_000
    told.logs((told.b, "hangup", ends, 16), (told.a, "hangup", ends + 5, 16))
    assert desk.hold(told.order).spent > FIRST
    assert asked(told.papers.take([Timer(told.order, Event.LOW)])) == []
    desk.is_over(told.order, "talked")
