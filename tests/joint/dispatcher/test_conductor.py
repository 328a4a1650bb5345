"""The conductor at work on the built-in exchange: a whole call, and what breaks in the middle of one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from dispatcher import lease
from dispatcher.lease import LeaseLost
from dispatcher.switches import ari
from dispatcher.switches import ari_requests as rest
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.base import LegPlan
from dispatcher.switches.exchange.running import RunningExchange
from dispatcher.switchlog import parse_line
from dispatcher.tables import leases
from orders.states import AttemptState, OrderState
from tests.unit.dispatcher.conducting import Conducting, conducting
from tests.unit.dispatcher.desk import APP, SWITCH, TRUNK, Desk

QUICK = {"post_dial_s": 0.002, "ring_s": 0.005}
PRESSES = {"does": "answers", **QUICK, "press": "1" * 90, "press_s": 0.02}
VOICEMAIL, BUSY = "+12025550186", "+442079460017"
A_STAYS, STAYS = "+12025550177", "+442079460099"
SCRIPT = {
    "playback_s": 0.01,
    "default": {**PRESSES, "talk_s": 0.03},
    "numbers": {VOICEMAIL: {"does": "voicemail", **QUICK}, BUSY: "busy", STAYS: PRESSES, A_STAYS: PRESSES},
}
Story = Callable[[Conducting], Awaitable[None]]


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", SCRIPT) as running:
        yield running


def tell(desk: Desk, exchange: RunningExchange, story: Story, confirm_s: float = 2.0) -> None:
    async def main() -> None:
        async with conducting(desk, exchange, confirm_s) as at_work:
            await story(at_work)

    asyncio.run(main())


def log_of(exchange: RunningExchange, order_legs: list[str]) -> dict[str, tuple[int, int]]:
    """Answer and end of each leg that answered, by the exchange's own file."""
    times: dict[str, dict[str, int]] = {}
    for line in map(parse_line, exchange.cel_file.read_text().splitlines()):
        if line and line.attempt_id in order_legs:
            times.setdefault(line.attempt_id, {})[line.what] = line.at_ms
    return {leg: (at["answer"], at["hangup"]) for leg, at in times.items() if "answer" in at}


def went_well(desk: Desk, exchange: RunningExchange, order: str, outcome: str) -> None:
    legs = [leg.id for leg in desk.legs(order)]
    assert desk.bills(order) == log_of(exchange, legs)
    assert all(times == 1 for times in exchange.stats()["dials_by_channel"].values())
    assert exchange.stats()["live_channels"] == 0
    desk.is_over(order, outcome)


def test_a_call_from_the_pressed_1_to_the_receipt(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(shown_a="+12025550100", shown_b="withheld", extension_b="42")
        assert await at_work.over(order) == "talked"
        went_well(timed_desk, exchange, order, "talked")
        assert len(timed_desk.bills(order)) == 2
        assert sorted(exchange.stats()["seen_by_number"].values()) == [["+12025550100"], ["withheld"]]
        assert exchange.globals()["CB_HEARTBEAT"].isdigit()

    tell(timed_desk, exchange, story)
    assert exchange.stats()["live_bridges"] == 0
    with timed_desk.db.read() as conn:
        assert not lease.is_live(conn, SWITCH, timed_desk.clock.ms())  # given up, for the next one


def test_each_party_is_sent_its_extension_after_its_answer_and_once(
    timed_desk: Desk, exchange: RunningExchange
) -> None:
    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(number_a=A_STAYS, extension_a="34", number_b=STAYS, extension_b="512")
        await at_work.until(lambda: exchange.stats()["keys_by_number"] == {A_STAYS[1:]: "34", STAYS[1:]: "512"})
        timed_desk.drop(order)
        assert await at_work.over(order) == "dropped"
        assert exchange.stats()["keys_by_number"] == {A_STAYS[1:]: "34", STAYS[1:]: "512"}
        plain = await at_work.launch(number_a=VOICEMAIL, extension_a="34", extension_b="512")
        assert await at_work.over(plain) == "not_confirmed"
        assert exchange.stats()["keys_by_number"][VOICEMAIL[1:]] == "34"
        assert len(exchange.stats()["keys_by_number"]) == 3  # B was not rung, so not sent anything

    tell(timed_desk, exchange, story, confirm_s=0.5)


def test_many_calls_side_by_side(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        voicemail = await at_work.launch(number_a=VOICEMAIL)
        busy = await at_work.launch(number_b=BUSY)
        trusted = await at_work.launch(press_1=False)
        outcomes = [await at_work.over(order) for order in (voicemail, busy, trusted)]
        assert outcomes == ["not_confirmed", "b_busy", "talked"]
        for order, outcome in zip((voicemail, busy, trusted), outcomes, strict=True):
            went_well(timed_desk, exchange, order, outcome)
        assert exchange.stats()["dials_by_number"][BUSY[1:]] == 1

    tell(timed_desk, exchange, story, confirm_s=0.1)


@pytest.mark.parametrize("after", ["ask", "arm 2"])
def test_the_connection_breaks_in_the_middle(timed_desk: Desk, exchange: RunningExchange, after: str) -> None:
    """While A is asked for a 1, and when both talk."""

    async def story(at_work: Conducting) -> None:
        at_work.switch.then[after] = lambda: exchange.faults(kill_sockets=True)
        order = await at_work.launch()
        assert await at_work.over(order) == "talked"
        await at_work.until(lambda: at_work.switch.connections > 1)
        went_well(timed_desk, exchange, order, "talked")

    tell(timed_desk, exchange, story)


def test_the_connection_breaks_when_b_is_being_dialled(timed_desk: Desk, exchange: RunningExchange) -> None:
    """A leg that does not ring yet may or may not have been dialled: ended, or left alone, but never dialled again."""

    async def story(at_work: Conducting) -> None:
        at_work.switch.then["arm 1"] = lambda: exchange.faults(kill_sockets=True)
        order = await at_work.launch(press_1=False)
        outcome = await at_work.over(order)
        assert outcome == "talked" or outcome.startswith("b_")
        went_well(timed_desk, exchange, order, outcome)

    tell(timed_desk, exchange, story)


@pytest.mark.parametrize("faults", [{"duplicate_events": 1000}, {"delay_events_s": 0.01}])
def test_events_come_twice_or_late(timed_desk: Desk, exchange: RunningExchange, faults: dict[str, float]) -> None:
    async def story(at_work: Conducting) -> None:
        exchange.faults(**faults)
        order = await at_work.launch()
        assert await at_work.over(order) == "talked"
        went_well(timed_desk, exchange, order, "talked")

    tell(timed_desk, exchange, story)


def test_a_lost_answer_of_the_switch_dials_nobody_twice(
    timed_desk: Desk, exchange: RunningExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was dialled without a word is ended, wherever it is by then."""
    monkeypatch.setattr(ari, "ANSWER_SECONDS", 0.05)

    async def story(at_work: Conducting) -> None:
        exchange.faults(lose_replies=1, on="/dial")
        order = await at_work.launch()
        went_well(timed_desk, exchange, order, await at_work.over(order))

    tell(timed_desk, exchange, story)


def test_a_late_workers_channel_is_ended(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        late = timed_desk.attempt(timed_desk.order(OrderState.JOINED), state=AttemptState.ENDED)
        plan = LegPlan(late, "trunk", "+12025550101", 60_000)
        once = AriOnce(exchange.url, "cordboard", "cordboard")
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, once.send, rest.create(plan, TRUNK, APP))
        await loop.run_in_executor(None, exchange.wait_until_empty)

    tell(timed_desk, exchange, story)
    assert exchange.stats()["dials"] == 0


def test_another_program_in_our_place_at_the_switch_ends_us(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        async with ari.Ari(exchange.url, "cordboard", "cordboard", APP, timed_desk.routes) as other:
            events = other.events()
            await anext(events)
            await asyncio.wait_for(at_work.run, 5)

    with pytest.raises(LeaseLost, match="took our place"):
        tell(timed_desk, exchange, story)


def test_a_lost_lease_ends_us(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        with timed_desk.db.write() as conn:
            conn.execute(update(leases).values(holder="two", epoch=leases.c.epoch + 1))
        await asyncio.wait_for(at_work.run, 5)

    with pytest.raises(LeaseLost, match="took over"):
        tell(timed_desk, exchange, story)
    with timed_desk.db.read() as conn:
        assert lease.is_live(conn, SWITCH, timed_desk.clock.ms())  # the other's, and not given away
