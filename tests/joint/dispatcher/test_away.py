"""The conductor of a switch that does not answer: everybody sees it, and in the end its calls are ended."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatcher import conductor
from dispatcher.conductor import Conductor
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Waits
from dispatcher.pool import ANSWERED_WITHIN_MS, State
from dispatcher.switches.ari import Ari
from dispatcher.switches.exchange.running import RunningExchange
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.joint.dispatcher.test_ari import mute, nowhere
from tests.unit.dispatcher.conducting import PACE, Conducting, conducting
from tests.unit.dispatcher.desk import APP, LEASE_MS, SWITCH, Desk
from tests.unit.dispatcher.left import left
from tests.unit.dispatcher.two import Two

HEARTBEAT = "asterisk/variable"


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", {}) as running:
        yield running


def tell(desk: Desk, exchange: RunningExchange, story: Callable[[Conducting], Awaitable[None]]) -> None:
    async def main() -> None:
        async with conducting(desk, exchange) as at_work:
            await story(at_work)

    asyncio.run(main())


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 (what is waited for stands in the database)
            await asyncio.sleep(0.005)


def test_everybody_sees_when_it_last_answered(timed_desk: Desk, exchange: RunningExchange) -> None:
    two = Two(timed_desk)

    async def story(_: Conducting) -> None:
        assert two.seen()[SWITCH].state is State.FIT
        seen_ms = two.seen()[SWITCH].seen_ms
        await until(lambda: two.seen()[SWITCH].seen_ms > seen_ms)

    tell(timed_desk, exchange, story)


@pytest.mark.parametrize("faults", [{"fail_requests": 10_000}, {"lose_replies": 10_000}])
def test_heartbeats_in_vain_are_no_answer(
    timed_desk: Desk, exchange: RunningExchange, monkeypatch: pytest.MonkeyPatch, faults: dict[str, int]
) -> None:
    """Though the connection for events still stands; the lease is kept all the while."""
    two = Two(timed_desk)
    monkeypatch.setattr(conductor, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr("dispatcher.pool.ANSWERED_WITHIN_MS", 200)
    assert ANSWERED_WITHIN_MS < LEASE_MS

    async def story(at_work: Conducting) -> None:
        exchange.faults(**faults, on=HEARTBEAT)
        await until(lambda: two.seen()[SWITCH].state is State.AWAY)
        exchange.faults(**dict.fromkeys(faults, 0), on=HEARTBEAT)
        await until(lambda: two.seen()[SWITCH].state is State.FIT)
        assert at_work.switch.connections == 1

    tell(timed_desk, exchange, story)


@pytest.mark.parametrize("how", ["nobody is there", "it is mute"])
def test_its_conductor_ends_its_calls_though_it_can_not_look(
    timed_desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("dispatcher.switches.ari.ANSWER_SECONDS", 0.05)
    now_ms = timed_desk.clock.ms()
    call = left(timed_desk, S.RINGING_1, T.DIALLING, accepted_ms=now_ms)
    papers = Paperwork(
        timed_desk.db, timed_desk.clock, switch=SWITCH, routes=timed_desk.routes, holder="one", lease_ms=LEASE_MS,
        lost_ms=300,
    )  # fmt: skip

    async def conduct(url: str) -> None:
        switch = Ari(url, "cordboard", "cordboard", APP, timed_desk.routes)
        at_work = Conductor(papers, switch, Waits(5, 5, 5), lambda: None, timed_desk.clock, replace(PACE, beat=0.01))
        stop = asyncio.Event()
        running = asyncio.create_task(at_work.run(stop))
        await until(lambda: timed_desk.state(call.order)[0] == S.ENDED)
        stop.set()
        await running

    if how == "it is mute":
        with mute() as url:
            asyncio.run(conduct(url))
    else:
        asyncio.run(conduct(nowhere()))
    timed_desk.is_over(call.order, "switch_lost")
