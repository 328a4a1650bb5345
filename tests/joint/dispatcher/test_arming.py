"""What the switch is told of limits when nobody knows yet since when a leg has been up."""

import asyncio

import pytest

from billing.quotes import Ceiling, cost
from dispatcher.advance import Ask, Happening
from dispatcher.performer import Performer, Waits
from dispatcher.progress import Action
from dispatcher.switches.ari import Ari
from dispatcher.switches.base import Kind, LiveLeg
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.unit.billing.world import DOLLAR, QUOTE
from tests.unit.dispatcher.desk import APP, Desk, actions, event, lines, live
from tests.unit.dispatcher.left import left
from tests.unit.dispatcher.told import Told
from tests.unit.factory import NOW


class Arms(Ari):
    """A switch that takes every limit."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("http://unused", "cordboard", "cordboard", APP, desk.routes)
        self.limits: dict[str, int] = {}

    async def arm(self, attempt_id: str, limit_ms: int) -> None:
        self.limits[attempt_id] = limit_ms


def perform(desk: Desk, switch: Ari, asks: list[Ask]) -> None:
    async def all_of_it() -> None:
        happened: list[Happening] = []
        performer = Performer(switch, Waits(5, 5, 2), happened.append, lambda: None, desk.clock)
        performer.perform(asks)
        await performer.rest()
        assert happened == []

    asyncio.run(all_of_it())


def test_b_answered_during_an_outage_and_the_log_is_still_to_be_read(desk: Desk) -> None:
    """Armed from when it was found, B would talk for longer than is paid for, by as long as we were away."""
    call = left(desk, S.RINGING_2, T.ANSWERED, T.DIALLING)
    papers, switch = desk.papers(), Arms(desk)
    asks, _ = papers.recover(call.there("up", "up"), [])
    assert actions(asks) == [Action.ARM_JOINED]
    perform(desk, switch, asks)
    assert switch.limits == {}  # it keeps the limit that it was made with: that counts from before the answer
    assert papers.low() == []
    desk.log((call.b, "answer", NOW - 20_000, None))
    assert papers.take(lines(papers)) == []
    (extend,) = papers.take(papers.low())
    perform(desk, switch, [extend])
    plan = extend.plan
    assert plan is not None
    assert switch.limits == {call.a: plan.limit_a_ms - 30_000, call.b: plan.limit_b_ms - 20_000}


def test_a_leg_that_rings_longer_than_it_may_talk_is_not_cut_and_one_that_answered_gets_no_more(desk: Desk) -> None:
    told, switch = Told(desk), Arms(desk)
    told.says(Kind.READY, told.to_b())
    renewals = told.papers.looked([live(told.a, "up"), live(told.b, "ringing")], NOW + 1)
    assert actions(renewals) == [Action.RENEW_2]
    perform(desk, switch, renewals)
    assert switch.limits == {told.b: desk.leg(told.b).limit_ms}
    switch.limits.clear()
    told.says(Kind.UP, told.b)
    perform(desk, switch, renewals)  # it came late
    assert switch.limits == {}


def test_what_was_decided_before_a_larger_hold_is_armed_as_it_was_decided(desk: Desk) -> None:
    """It waits behind other requests of its call, while the larger hold is in mind and may yet not be committed."""
    told, switch = Told(desk, held=cost(QUOTE, 60), ceiling=Ceiling(5 * DOLLAR)), Arms(desk)
    told.says(Kind.READY, told.to_b())
    (arm,) = told.papers.take([event(Kind.UP, told.b)])
    desk.log((told.b, "answer", NOW, None))
    told.hears(*lines(told.papers))
    desk.now.later(15_000)
    (extend,) = told.papers.take(told.papers.low())
    assert arm.plan is not None
    assert extend.plan is not None
    perform(desk, switch, [arm])
    assert switch.limits == {told.b: arm.plan.limit_b_ms - 15_000}
    perform(desk, switch, [extend])
    assert switch.limits == {told.a: extend.plan.limit_a_ms - 15_000, told.b: extend.plan.limit_b_ms - 15_000}


@pytest.mark.parametrize("late_ms", [2_000, 9_000])
def test_heard_late_of_an_answer_the_switch_is_told_again_once_the_log_says_when_it_was(
    desk: Desk, late_ms: int
) -> None:
    """The database kept us waiting: counted from now B would talk for that much longer than is paid for."""
    paid = cost(QUOTE, 60)
    told, switch = Told(desk, held=paid, ceiling=Ceiling(paid)), Arms(desk)
    told.says(Kind.READY, told.to_b())
    desk.now.later(late_ms)
    (arm,) = told.papers.take([event(Kind.UP, told.b)])
    perform(desk, switch, [arm])
    desk.log((told.b, "answer", NOW, None))
    told.hears(*lines(told.papers))
    (extend,) = told.papers.take(told.papers.low())
    perform(desk, switch, [extend])
    assert late_ms + switch.limits[told.b] < 60_000
    assert told.papers.low() == []  # and that was it


def test_an_answer_heard_of_in_time_is_not_told_twice(desk: Desk) -> None:
    paid = cost(QUOTE, 60)
    told, switch = Told(desk, held=paid, ceiling=Ceiling(paid)), Arms(desk)
    told.says(Kind.READY, told.to_b())
    desk.now.later(50)
    perform(desk, switch, told.papers.take([event(Kind.UP, told.b)]))
    desk.log((told.b, "answer", NOW, None))
    told.hears(*lines(told.papers))
    assert told.papers.low() == []


def test_a_clock_that_was_set_back_gives_nobody_their_limit_anew(desk: Desk) -> None:
    paid = cost(QUOTE, 240)
    told, switch = Told(desk, held=paid, ceiling=Ceiling(paid)), Arms(desk)
    told.says(Kind.READY, told.to_b())
    told.says(Kind.UP, told.b)
    desk.log((told.b, "answer", NOW, None))
    told.hears(*lines(told.papers))
    desk.now.later(200_000 - 3_600_000)
    papers = desk.papers()
    asks, _ = papers.recover([LiveLeg(told.a, up=True, ringing=False), LiveLeg(told.b, up=True, ringing=False)], [])
    perform(desk, switch, asks + papers.take(papers.low()))
    assert told.b not in switch.limits
