"""The conductor at work on the built-in exchange: holds that grow under it, and calls that are dropped."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from billing import ledger
from billing.quotes import Ceiling, cost
from dispatcher.slices import Slicing
from dispatcher.switches import ari
from dispatcher.switches.exchange.running import RunningExchange
from orders.states import OrderState as S
from tests.unit.billing.world import DOLLAR, QUOTE
from tests.unit.dispatcher.conducting import Conducting, conducting
from tests.unit.dispatcher.desk import Desk

QUICK = {"post_dial_s": 0.002, "ring_s": 0.005}
STAYS = {"does": "answers", **QUICK, "press": "1" * 90, "press_s": 0.02}
SLOW, SOON = "+442079460055", "+442079460056"
SCRIPT = {
    "playback_s": 0.01,
    "default": STAYS,
    "numbers": {SLOW: {**STAYS, "ring_s": 5.0}, SOON: {**STAYS, "ring_s": 2.0}},
}
EAGER = Slicing(slice_s=1, low_s=3600, again_s=0.01)
"""A slice is added whenever there is something to be had."""
FIRST = cost(QUOTE, 60)
Story = Callable[[Conducting], Awaitable[None]]


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", SCRIPT) as running:
        yield running


def tell(desk: Desk, exchange: RunningExchange, story: Story) -> None:
    async def main() -> None:
        async with conducting(desk, exchange, slicing=EAGER) as at_work:
            await story(at_work)

    asyncio.run(main())


def never_armed_beyond_what_is_held(at_work: Conducting) -> None:
    assert at_work.switch.armed
    for _leg, limit_ms, _talk_s, allowed_ms in at_work.switch.armed:
        assert limit_ms < allowed_ms + 1000  # talk is held by the second; the clock was read twice, and goes on


@pytest.mark.parametrize("faults", [{}, {"lose_replies": 3}, {"lose_requests": 3}])
def test_every_limit_on_the_switch_is_one_that_a_committed_hold_pays_for(
    timed_desk: Desk, exchange: RunningExchange, monkeypatch: pytest.MonkeyPatch, faults: dict[str, object]
) -> None:
    """Slice after slice, also when the switch's answers get lost; and the switch comes to know of the last of them."""
    monkeypatch.setattr(ari, "ANSWER_SECONDS", 0.05)

    async def story(at_work: Conducting) -> None:
        ceiling = Ceiling(cost(QUOTE, 70), 7200)
        order = await at_work.launch(held=FIRST, ceiling=ceiling)
        await at_work.until(lambda: bool(timed_desk.row(order).state == S.JOINED))
        b = timed_desk.leg_b(order)
        exchange.faults(**faults, on=f"{b}/variable")
        await at_work.until(lambda: timed_desk.hold(order).amount == ceiling.amount)
        await at_work.until(lambda: (b, 70) in [(leg, talk) for leg, _, talk, _ in at_work.switch.armed])
        never_armed_beyond_what_is_held(at_work)
        timed_desk.drop(order)
        assert await at_work.over(order) == "dropped"
        timed_desk.is_over(order, "dropped")

    tell(timed_desk, exchange, story)


def test_a_limit_that_the_switch_did_not_take_is_told_again(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(held=FIRST, number_b=SOON)  # it can't grow, so nothing else would arm it again
        await at_work.until(lambda: bool(timed_desk.row(order).state == S.RINGING_2))
        b = timed_desk.leg_b(order)
        exchange.faults(fail_requests=1, on=f"{b}/variable")
        await at_work.until(lambda: [leg for leg, *_ in at_work.switch.armed].count(b) == 2)
        never_armed_beyond_what_is_held(at_work)
        timed_desk.drop(order)
        await at_work.over(order)

    tell(timed_desk, exchange, story)


def test_a_top_up_in_the_call_is_found(timed_desk: Desk, exchange: RunningExchange) -> None:
    with timed_desk.db.write() as conn:
        rest = ledger.balance(conn, timed_desk.account) - FIRST
        assert ledger.correct(conn, timed_desk.account, -rest, "USD", "all but a minute", "", 1)

    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(held=FIRST, ceiling=Ceiling(DOLLAR))
        await at_work.until(lambda: bool(timed_desk.row(order).state == S.JOINED))
        assert timed_desk.hold(order).amount == FIRST
        with timed_desk.db.write() as conn:
            assert ledger.top_up(conn, timed_desk.account, DOLLAR, "USD", "more", "", 1)
        arms = len(at_work.switch.armed)
        await at_work.until(lambda: len(at_work.switch.armed) >= arms + 4)
        assert timed_desk.hold(order).amount > FIRST
        timed_desk.drop(order)
        await at_work.over(order)
        timed_desk.is_over(order, "dropped")

    tell(timed_desk, exchange, story)


@pytest.mark.parametrize("number_b", [SLOW, "+442079460018"])
@pytest.mark.parametrize("state", [S.RINGING_1, S.CONFIRMING, S.REACHING_2, S.RINGING_2, S.JOINED])
def test_a_drop_leaves_nobody_ringing_whenever_it_comes(
    timed_desk: Desk, exchange: RunningExchange, state: S, number_b: str
) -> None:
    """At that state or soon after it, as the moment has it."""

    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(number_b=number_b)
        far = list(S).index(S.RINGING_2 if number_b == SLOW else state)
        wanted = list(S)[min(far, list(S).index(state)) :]
        await at_work.until(lambda: timed_desk.row(order).state in wanted)
        timed_desk.drop(order)
        assert await at_work.over(order) == "dropped"
        await asyncio.get_running_loop().run_in_executor(None, exchange.wait_until_empty)
        assert all(times == 1 for times in exchange.stats()["dials_by_channel"].values())
        timed_desk.is_over(order, "dropped")

    tell(timed_desk, exchange, story)
