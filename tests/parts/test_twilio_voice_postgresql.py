"""Calls by Twilio on PostgreSQL, many together, whose callbacks come twice and out of order."""

import random
from collections.abc import Iterator, Mapping

import pytest

from cordboard.lab.twilio_voice import Mischief
from tests.parts.on_twilio import TwilioPlace, on_twilio
from tests.parts.places import BUSY, NO_ANSWER, PRESSES_1, TALKS
from tests.parts.stories_of_a_call import billed_from_the_log

pytestmark = pytest.mark.parts
KINDS = (
    (PRESSES_1, TALKS, "talked", "AB"),
    (PRESSES_1, BUSY, "b_busy", "A"),
    (PRESSES_1, NO_ANSWER, "b_no_answer", "A"),
)
EACH = 4


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, pg_url: str) -> Iterator[TwilioPlace]:
    with on_twilio(tmp_path_factory.mktemp("voice-pg"), {"confirm_s": 10}, database_url=pg_url) as found:
        yield found


def test_a_dozen_calls_together_are_each_carried_through_and_billed_by_twilios_times(place: TwilioPlace) -> None:
    chance = random.Random(5)

    def jumbled(_form: Mapping[str, str]) -> Mischief:
        return chance.choice(("", "twice", "late"))

    place.small.voice.mischief = jumbled
    people = [
        (place.somebody(phone=a, names={"Bob": b}), outcome, roles) for a, b, outcome, roles in KINDS * EACH
    ]  # fmt: skip
    for who, _, _ in people:
        place.mail(who, "CALL Bob")
    for who, outcome, roles in people:
        order = place.outcome(who)
        assert order.outcome == outcome
        billed_from_the_log(place, order, *roles)
    assert len(place.small.voice.calls) == 2 * len(people)
    assert place.house.problems() == []
