"""Every process of ours killed: a real Asterisk strands nobody and outspends nothing, and its log is billed."""

import asyncio
from collections.abc import Iterator

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.bare import Bare
from cordboard.lab.house import Enrolled
from tests.parts.places import Place, on_a_real_switch
from tests.parts.stories import Handsets, parted
from tests.parts.stories_of_a_call import billed_from_the_log
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

A, B = "+33140001234", "+33140009999"
SIX_SECONDS_OF_TALK = 28_700 + 18_000
"""0.01 to connect and 0.08 a minute: for 14 s (confirming, ringing, talk) of leg A, and for 6 s of leg B."""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, switch: Asterisk, handsets: Handsets) -> Iterator[Place]:
    waits = {"confirm_s": 3, "ring_a_s": 10, "ring_b_s": 5, "min_talk_s": 6, "lease_s": 2}
    telephones = {A: "answers", B: "answers"}
    with on_a_real_switch(tmp_path_factory.mktemp("deaths"), switch, handsets, waits, telephones) as found:  # type: ignore[arg-type]
        yield found


def joined_then_killed(place: Place, **terms: int) -> tuple[Enrolled, dict[str, str]]:
    who = place.somebody(press_1=False, phone=A, **terms)
    place.mail(who, f"CALL {B}")
    place.house.until(lambda: place.state(who) == "joined")
    legs = {role: leg.id for role, leg in place.attempts(place.orders_of(who)[0]).items()}
    place.house.kill()
    return who, legs


def live(switch: Asterisk) -> set[str]:
    async def ask() -> set[str]:
        async with Bare(switch, "onlooker") as bare:
            return await bare.live()

    return asyncio.run(ask())


def hang_up(switch: Asterisk, leg: str) -> None:
    async def ask() -> None:
        async with Bare(switch, "onlooker") as bare:
            await bare.hang_up(leg)

    asyncio.run(ask())


def until_gone(switch: Asterisk, legs: set[str]) -> None:
    until(lambda: not live(switch) & legs, 60)


def test_a_hangs_up_while_we_are_dead_and_b_is_gone_within_a_second(place: Place, switch: Asterisk) -> None:
    who, legs = joined_then_killed(place)
    assert live(switch) >= set(legs.values())
    hang_up(switch, legs["A"])
    until_gone(switch, set(legs.values()))
    until(lambda: all("HANGUP" in switch.record(leg) for leg in legs.values()), 60)
    assert parted(switch, *legs.values()) < 1.0
    place.house.start()
    order = place.outcome(who)
    assert order.outcome == "talked"
    billed_from_the_log(place, order, "A", "B")
    assert place.house.problems() == []
    assert place.told(who, 2)[1].startswith("A1 ")


def test_nobody_hangs_up_and_we_stay_dead(place: Place, switch: Asterisk) -> None:
    who, legs = joined_then_killed(place, balance=SIX_SECONDS_OF_TALK)
    until_gone(switch, set(legs.values()))
    place.house.start()
    order = place.outcome(who)
    billed_from_the_log(place, order, "A", "B")
    bills = place.bills(order)
    lasted = bills["B"].ended_ms - bills["B"].answered_ms
    assert 5_000 < lasted < 6_000  # armed half a second before the sixth second is over
    assert sum(bill.charge for bill in bills.values()) <= SIX_SECONDS_OF_TALK
    assert not any(bill.capped or bill.estimated for bill in bills.values())
    assert place.house.problems() == []
    place.told(who, 2)
    place.house.stop()
    place.house.start()  # once more: nothing is billed or said a second time
    assert len(place.told(who, 2)) == 2
    assert place.house.problems() == []


def test_killed_while_a_is_asked_to_press_1_the_call_goes_on_after_the_restart(
    tmp_path_factory: pytest.TempPathFactory, switch: Asterisk, handsets: Handsets
) -> None:
    waits = {"confirm_s": 8, "ring_a_s": 10, "ring_b_s": 5, "min_talk_s": 5, "lease_s": 2}
    telephones = {A: "voicemail", B: "answers"}
    with on_a_real_switch(tmp_path_factory.mktemp("asked"), switch, handsets, waits, telephones) as place:  # type: ignore[arg-type]
        rung = place.rung(B)
        who = place.somebody(phone=A)
        place.mail(who, f"CALL {B}")
        place.house.until(lambda: place.state(who) == "confirming")
        place.house.kill()
        place.house.start()
        order = place.outcome(who)
        assert order.outcome == "not_confirmed"
        assert place.rung(B) == rung
        billed_from_the_log(place, order, "A")


def test_the_switch_dies_and_the_call_is_billed_to_when_it_was_last_seen(
    tmp_path_factory: pytest.TempPathFactory, handsets: Handsets
) -> None:
    from cordboard.lab.asterisk import install

    telephones = {A: "answers", B: "answers"}
    with Asterisk(install(), [handsets["answers"].carrier]) as own:
        folder = tmp_path_factory.mktemp("power-cut")
        with on_a_real_switch(folder, own, handsets, None, telephones) as place:  # type: ignore[arg-type]
            who = place.somebody(press_1=False, phone=A)
            place.mail(who, f"CALL {B}")
            place.house.until(lambda: place.state(who) == "joined")
            own.restart(kill=True)
            order = place.outcome(who)
            bills = place.bills(order)
            assert set(bills) == {"A", "B"}
            assert all(bill.estimated for bill in bills.values())
            assert place.house.problems() == []
            assert "estimated" in place.told(who, 2)[1] or order.outcome == "talked"
