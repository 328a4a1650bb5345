"""A call that speaks a code, on the built-in exchange: told twice to who answers, billed as a leg, whatever dies."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.quotes import Ceiling
from billing.tables import cdrs
from dispatcher.advance import Timer
from dispatcher.progress import Event
from dispatcher.switches.base import FAILED, Kind
from dispatcher.switches.exchange.running import RunningExchange
from orders import codes
from orders.states import AttemptState, OrderKind, OrderState
from orders.tables import codes as codes_table
from tests.joint.dispatcher.test_conductor import QUICK, went_well
from tests.unit.billing.world import QUOTE
from tests.unit.dispatcher.conducting import Conducting, conducting
from tests.unit.dispatcher.desk import Desk, actions, event, live
from tests.unit.factory import NOW

ANSWERS, A_BUSY = "+12025550101", "+12025550117"
SCRIPT = {
    "playback_s": 0.01,
    "default": {"does": "voicemail", **QUICK},
    "numbers": {A_BUSY: "busy"},
}
LEAVES = {"playback_s": 60, "default": {"does": "voicemail", **QUICK, "leaves_s": 0.02}}
"""Long before the first word of it is over."""
ALONE = replace(QUOTE, b=None, confirm_s=0, ring_b_s=0)
HELD, SPOKEN_S = 1_000_000, 30
Story = Callable[[Conducting], Awaitable[None]]


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", SCRIPT) as running:
        yield running


def ordered(desk: Desk, state: OrderState = OrderState.DUE, number: str = ANSWERS) -> str:
    order = desk.order(
        state, held=HELD, ceiling=Ceiling(HELD, SPOKEN_S), quote=ALONE, kind=OrderKind.CODE, number_a=number,
        number_b="", press_1=False,
    )  # fmt: skip
    with desk.db.write() as conn:
        codes.make(conn, order, desk.user, number, desk.clock.ms())
    return order


def is_good(desk: Desk, order: str) -> bool:
    with desk.db.read() as conn:
        row = conn.execute(select(codes_table).where(codes_table.c.order_id == order)).one()
    return row.expires_ms is not None


def billed(desk: Desk, order: str) -> list[tuple[str, int, str]]:
    with desk.db.read() as conn:
        rows = conn.execute(select(cdrs).where(cdrs.c.order_id == order))
        return [(row.role, row.billed_seconds, row.number) for row in rows]


def tell(desk: Desk, exchange: RunningExchange, number: str, then: Story | None = None) -> str:
    """Launch one and see it through; its order."""

    async def main() -> str:
        async with conducting(desk, exchange) as at_work:
            order = ordered(desk, number=number)
            launcher = desk.launcher_on(exchange)
            assert await asyncio.get_running_loop().run_in_executor(None, launcher.launch, order)
            if then:
                await then(at_work)
            await at_work.over(order)
            return order

    return asyncio.run(main())


def test_the_code_is_spoken_twice_to_who_answers_and_nobody_else_is_rung(
    timed_desk: Desk, exchange: RunningExchange
) -> None:
    order = tell(timed_desk, exchange, ANSWERS)
    went_well(timed_desk, exchange, order, "code_spoken")
    assert [sound for sound in exchange.stats()["sounds_by_number"][ANSWERS[1:]] if sound.startswith("digits:")] == [
        f"digits:{order[-4:]}"
    ] * 2
    assert exchange.stats()["dials"] == 1
    ((role, seconds, number),) = billed(timed_desk, order)
    assert (role, number) == ("A", ANSWERS)
    assert seconds > 0
    assert is_good(timed_desk, order)


def test_who_hangs_up_early_may_have_heard_it(timed_desk: Desk, tmp_path: Path) -> None:
    with RunningExchange(tmp_path / "cel.csv", LEAVES) as exchange:
        order = tell(timed_desk, exchange, ANSWERS)
        went_well(timed_desk, exchange, order, "code_cut_short")
        assert is_good(timed_desk, order)


def test_who_is_busy_hears_nothing_and_pays_nothing(timed_desk: Desk, exchange: RunningExchange) -> None:
    order = tell(timed_desk, exchange, A_BUSY)
    went_well(timed_desk, exchange, order, "a_busy")
    assert not is_good(timed_desk, order)
    assert billed(timed_desk, order) == []


@pytest.mark.parametrize("faults", [{"fail_requests": 1}, {"lose_requests": 1}])
def test_a_switch_that_does_not_speak_ends_the_call(
    timed_desk: Desk, exchange: RunningExchange, faults: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatcher.switches.ari.ANSWER_SECONDS", 0.2)
    exchange.faults(on="/play/", **faults)
    went_well(timed_desk, exchange, tell(timed_desk, exchange, ANSWERS), "code_not_spoken")


def test_a_conductor_that_comes_anew_speaks_again_and_dials_nobody_again(desk: Desk) -> None:
    order = ordered(desk, OrderState.SPEAKING)
    leg = desk.attempt(order, state=AttemptState.ANSWERED, dialling_ms=NOW - 9_000, answered_ms=NOW - 4_000)
    papers = desk.papers()
    asks, _ = papers.recover([live(leg, "up")], [])
    assert actions(asks) == ["speak"]
    asks = papers.take([event(Kind.PLAYED, leg)])
    assert actions(asks) == ["end_1"]
    desk.log((leg, "answer", NOW - 4_000, None), (leg, "hangup", NOW + 9_000, 16))
    papers.take(list(papers.log_rows()))
    desk.is_over(order, "code_spoken")
    assert desk.bills(order) == {leg: (NOW - 4_000, NOW + 9_000)}


def test_what_the_switch_could_not_play_was_not_spoken_and_ends_when_it_should_have_been(desk: Desk) -> None:
    order = ordered(desk, OrderState.SPEAKING)
    leg = desk.attempt(order, state=AttemptState.ANSWERED, dialling_ms=NOW - 9_000, answered_ms=NOW - 4_000)
    papers = desk.papers()
    assert papers.take([event(Kind.PLAYED, leg, FAILED)]) == []  # so it says of who hangs up, too: their end follows
    assert actions(papers.take([Timer(order, Event.NOT_TOLD)])) == ["end_1"]
    assert desk.state(order) == (OrderState.CLOSING, "code_not_spoken")


def test_one_that_ended_while_we_were_dead_is_billed_once(desk: Desk) -> None:
    order = ordered(desk, OrderState.RINGING_1)
    leg = desk.attempt(order, state=AttemptState.DIALLING, dialling_ms=NOW - 9_000)
    desk.log((leg, "answer", NOW - 8_000, None), (leg, "hangup", NOW - 1_000, 16))
    for _ in range(2):
        desk.papers().recover([], [])
    desk.is_over(order, "code_cut_short")
    assert desk.bills(order) == {leg: (NOW - 8_000, NOW - 1_000)}
    assert is_good(desk, order)
