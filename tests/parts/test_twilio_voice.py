"""What goes wrong between Twilio and us in a call: callbacks lost, doubled, out of order; requests without answer."""

import random
from collections.abc import Iterator, Mapping

import pytest

from cordboard.lab.twilio_voice import Mischief
from tests.parts.on_twilio import TwilioPlace, on_twilio
from tests.parts.places import BUSY, LEAVES, NO_ANSWER, PRESSES_1, STAYS, TALKS
from tests.parts.stories_of_a_call import billed_from_the_log, call

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwilioPlace]:
    with on_twilio(tmp_path_factory.mktemp("trouble")) as found:
        yield found


@pytest.fixture(autouse=True)
def _well_again(place: TwilioPlace) -> Iterator[None]:
    yield
    place.small.voice.mischief, place.small.is_away = lambda _: "", False
    place.small.call_faults.clear()


def test_callbacks_that_come_twice_and_out_of_order_change_nothing(place: TwilioPlace) -> None:
    chance = random.Random(7)

    def jumbled(_form: Mapping[str, str]) -> Mischief:
        return chance.choice(("", "twice", "late"))

    place.small.voice.mischief = jumbled
    for number, outcome, roles in ((TALKS, "talked", "AB"), (BUSY, "b_busy", "A"), (TALKS, "talked", "AB")):
        _, order = call(place, "CALL Bob", names={"Bob": number})
        assert order.outcome == outcome
        billed_from_the_log(place, order, *roles)
    assert place.house.problems() == []


@pytest.mark.parametrize("lost", ["in-progress", "completed"])
def test_a_callback_that_is_lost_is_asked_for(place: TwilioPlace, lost: str) -> None:
    place.small.voice.mischief = lambda form: "lost" if form["CallStatus"] == lost else ""
    _, order = call(place, "CALL Bob", names={"Bob": TALKS})
    assert order.outcome == "talked"
    billed_from_the_log(place, order, "A", "B")


def test_all_callbacks_are_lost_and_who_talked_is_billed(place: TwilioPlace) -> None:
    place.small.voice.mischief = lambda _: "lost"
    _, order = call(place, "CALL Bob", names={"Bob": TALKS})
    assert order.outcome == "talked"
    billed_from_the_log(place, order, "A", "B")


def test_that_b_did_not_answer_is_told_without_its_callback(place: TwilioPlace) -> None:
    place.small.voice.mischief = lambda form: "lost" if form["CallStatus"] == "no-answer" else ""
    who, order = call(place, "CALL Bob", names={"Bob": NO_ANSWER})
    assert order.outcome == "b_no_answer"
    billed_from_the_log(place, order, "A")
    assert "did not answer" in place.told(who, 2)[1]


def test_a_leaves_and_it_is_told_so_whichever_end_is_heard_of_first(place: TwilioPlace) -> None:
    place.small.voice.mischief = lambda form: "late" if form["CallStatus"] == "completed" else ""
    who, order = call(place, "CALL Bob", phone=LEAVES, names={"Bob": NO_ANSWER})
    assert order.outcome == "a_left"
    assert "hung up" in place.told(who, 2)[1]


@pytest.mark.parametrize("fault", ["unheard", "failing", "lost"])
def test_a_request_without_an_answer_is_never_made_again(place: TwilioPlace, fault: str) -> None:
    rung, calls = place.rung(PRESSES_1), len(place.small.voice.of(PRESSES_1))
    place.small.call_faults.append(fault)  # type: ignore[arg-type]
    _, order = call(place, "CALL Bob", names={"Bob": TALKS})
    made = fault == "unheard"
    assert order.outcome == ("talked" if made else "a_unreachable")
    assert place.rung(PRESSES_1) == rung + made
    assert len(place.small.voice.of(PRESSES_1)) == calls + made
    billed_from_the_log(place, order, *("AB" if made else ""))
    assert place.house.problems() == []


def test_a_call_that_twilio_refuses_is_over_at_once(place: TwilioPlace) -> None:
    place.small.call_faults.append("busy")  # 429
    who, order = call(place, "CALL Bob", names={"Bob": TALKS})
    assert order.outcome == "a_congestion"
    billed_from_the_log(place, order)
    assert place.told(who, 2)[1].endswith("Please send it again.")


def test_a_wrong_key_is_asked_about_again_and_b_is_not_rung(place: TwilioPlace) -> None:
    voice = place.small.voice
    asked = sum("Press 1" in said for _, said in voice.said)
    voice.telephones["+33140003333"] = type(voice.telephones[PRESSES_1])(presses=((0.2, "3"), (0.2, "1")))
    _, order = call(place, "CALL Bob", phone="+33140003333", names={"Bob": TALKS})
    assert order.outcome == "talked"
    assert sum("Press 1" in said for _, said in voice.said) == asked + 2


def test_a_joined_call_is_cut_by_twilio_with_all_of_us_dead(place: TwilioPlace) -> None:
    who = place.somebody(names={"Bob": STAYS}, balance=28_700 + 30_000)
    place.mail(who, "CALL Bob")
    place.house.until(lambda: place.state(who) == "joined")
    place.house.kill()
    voice = place.small.voice
    place.house.until(lambda: not voice.live())
    place.house.start()
    order = place.outcome(who)
    assert order.outcome == "talked"
    billed_from_the_log(place, order, "A", "B")
    assert not any(bill.estimated or bill.capped for bill in place.bills(order).values())
    assert place.house.problems() == []


def test_the_books_are_in_order_and_twilio_has_no_call_left(place: TwilioPlace) -> None:
    place.house.until(lambda: not place.small.voice.live())
    place.house.until(lambda: place.house.problems() == [])
