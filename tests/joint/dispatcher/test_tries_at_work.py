"""A conductor, a worker and the built-in exchange: routes that fail, telephones in turn, a ship that calls home."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from billing.quotes import Quote
from dispatcher.routes import Routes
from dispatcher.switches.ari import HOLD
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.exchange.running import RunningExchange
from orders.tables import terminals
from satellite import manners
from tests.unit.billing.world import QUOTE
from tests.unit.dispatcher.conducting import Conducting, conducting
from tests.unit.dispatcher.desk import TRUNK, Desk

QUICK = {"post_dial_s": 0.01, "ring_s": 0.05, "press_s": 0.02, "talk_s": 0.2}
ANN, MUM, OFFICE, SHIP = "12025550101", "442079460018", "442079460055", "870776000001"
BUSY, NOBODY = "442079460017", "442079460019"
SCRIPT = {
    "playback_s": 0.05,
    "default": {"does": "answers", **QUICK},
    "numbers": {
        "away/*": "congestion",
        "mute/*": "silence",
        BUSY: "busy",
        NOBODY: {"does": "no_answer", "post_dial_s": 0.01},
        SHIP: {"does": "satellite", "post_dial_s": 0.1, "ring_s": 0.1, "talk_s": 0.2},
    },
}
UPLINK = Carrier("uplink", "PJSIP/uplink/sip:{digits}@u.example", uplink=True)
HELD = 20_000_000
Story = Callable[[Conducting], Awaitable[None]]


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", SCRIPT) as running:
        yield running


def away(name: str = "away") -> Carrier:
    """The best of carriers for Mum, who takes no call."""
    return Carrier(name, f"PJSIP/{name}/sip:{{digits}}@{name}.example", prefixes=("44",), priority=1)


def tell(desk: Desk, exchange: RunningExchange, carriers: list[Carrier], story: Story) -> None:
    desk.routes = Routes(carriers, order="priority")

    async def main() -> None:
        async with conducting(desk, exchange) as at_work:
            await story(at_work)

    asyncio.run(main())
    assert desk.problems() == []


def tried(desk: Desk, order: str) -> list[tuple[str, str, bool]]:
    """Number, carrier and whether it was answered, of each attempt at leg B, in order."""
    rows = sorted((leg for leg in desk.legs(order) if leg.role == "B"), key=lambda leg: leg.claimed_ms)
    return [(leg.number[1:], leg.carrier, leg.answered_ms is not None) for leg in rows]


def test_the_carrier_that_takes_no_call_is_left_for_the_next_and_one_leg_is_billed(
    timed_desk: Desk, exchange: RunningExchange
) -> None:
    async def story(at_work: Conducting) -> None:
        order = await at_work.launch()
        assert await at_work.over(order) == "talked"
        assert tried(timed_desk, order) == [(MUM, "away", False), (MUM, "trunk", True)]
        assert len(timed_desk.bills(order)) == 2

    tell(timed_desk, exchange, [TRUNK, away()], story)


def test_with_every_carrier_away_a_is_told_so_and_b_costs_nothing(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        exchange.set_script(SCRIPT | {"numbers": {**SCRIPT["numbers"], f"trunk/{MUM}": "congestion"}})  # type: ignore[dict-item]
        order = await at_work.launch()
        assert await at_work.over(order) == "b_congestion"
        assert tried(timed_desk, order) == [(MUM, "away", False), (MUM, "trunk", False)]
        assert len(timed_desk.bills(order)) == 1

    tell(timed_desk, exchange, [TRUNK, away()], story)


@pytest.mark.parametrize("silent", [BUSY, NOBODY])
def test_the_next_telephone_of_a_party_answers_and_is_billed_once(
    timed_desk: Desk, exchange: RunningExchange, silent: str
) -> None:
    async def story(at_work: Conducting) -> None:
        quote = replace(QUOTE, ring_b_s=12, also=(replace(QUOTE.a, prefix="44"),))
        order = timed_desk.order(number_b=f"+{silent}", quote=quote, held=HELD)
        with timed_desk.db.write() as conn:
            conn.execute(insert(terminals).values(order_id=order, rank=1, number=f"+{OFFICE}"))
        launcher = timed_desk.launcher_on(exchange)
        assert await asyncio.get_running_loop().run_in_executor(None, launcher.launch, order)
        assert await at_work.over(order) == "talked"
        assert tried(timed_desk, order) == [(silent, "trunk", False), (OFFICE, "trunk", True)]
        assert len(timed_desk.bills(order)) == 2
        assert exchange.stats()["dials_by_number"] == {ANN: 1, silent: 1, OFFICE: 1}

    tell(timed_desk, exchange, [TRUNK], story)


def ship_calls(home: str) -> dict[str, Any]:
    quote: Quote = replace(QUOTE, a=replace(QUOTE.a, prefix="870", rate=1_000_000), first="B", ring_b_s=90)
    return {"first": "B", "number_a": f"+{SHIP}", "number_b": f"+{home}", "quote": quote, "held": HELD}


def test_a_ship_calls_home_which_presses_1_and_is_asked_to_hold(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(**ship_calls(MUM))
        assert await at_work.over(order) == "talked"
        assert [leg.role for leg in sorted(timed_desk.legs(order), key=lambda leg: leg.claimed_ms)] == ["B", "A"]
        assert len(timed_desk.bills(order)) == 2
        assert exchange.stats()["sounds_by_number"][MUM][-1] == HOLD

    tell(timed_desk, exchange, [TRUNK, UPLINK], story)


def test_a_ship_calls_a_busy_home_and_is_never_rung(timed_desk: Desk, exchange: RunningExchange) -> None:
    async def story(at_work: Conducting) -> None:
        order = await at_work.launch(**ship_calls(BUSY))
        assert await at_work.over(order) == "b_busy"
        assert exchange.stats()["dials_by_number"] == {BUSY: 1}
        assert timed_desk.bills(order) == {}

    tell(timed_desk, exchange, [TRUNK, UPLINK], story)


def test_a_leg_without_a_sign_of_life_is_left_for_the_next_route(
    timed_desk: Desk, exchange: RunningExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = replace(manners.GROUND, progress_s=1)
    monkeypatch.setattr(manners, "GROUND", impatient)

    async def story(at_work: Conducting) -> None:
        order = await at_work.launch()
        assert await at_work.over(order) == "talked"
        assert tried(timed_desk, order) == [(MUM, "mute", False), (MUM, "trunk", True)]
        assert [leg.end_reason for leg in timed_desk.legs(order) if leg.carrier == "mute"] == ["no_progress"]

    tell(timed_desk, exchange, [TRUNK, away("mute")], story)
