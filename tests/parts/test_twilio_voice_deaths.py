"""A process killed at the points of a call by Twilio: nobody is rung twice, who talked is billed, everybody is told."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel.crashpoints import OF_TWILIO
from tests.parts.on_twilio import TwilioPlace, on_twilio
from tests.parts.places import BUSY, TALKS
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

THE_CONDUCTORS = (
    "before.dial_1", "after.dial_1", "before.create_2", "after.create_2", "before.dial_2", "after.dial_2",
    "before.tell_1", "before.end_1", "batch.before_commit", "batch.after_commit",
)  # fmt: skip
ROUNDS = int(os.environ.get("CORDBOARD_PROVE_ROUNDS", "1"))
LABELS = [*OF_TWILIO, *THE_CONDUCTORS] * ROUNDS
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    (TALKS, {}), (BUSY, {}), (TALKS, {"press_1": False}),
)  # fmt: skip
"""A call that talks, one that finds B busy, one whose first leg is asked for nothing."""


@pytest.fixture(scope="module")
def trigger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voice-deaths") / "crash-at"


@pytest.fixture(scope="module")
def place(trigger: Path) -> Iterator[TwilioPlace]:
    dying = {"CORDBOARD_CRASH_FILE": str(trigger)}
    with on_twilio(trigger.parent / "home", {"lease_s": 2}, dying) as found:
        found.small.voice.again = 40  # a connection override: the door is being started again
        yield found


@pytest.mark.parametrize("label", LABELS)
def test_a_process_dies(place: TwilioPlace, trigger: Path, label: str) -> None:
    voice = place.small.voice
    trigger.write_text(label, encoding="ascii")
    before = len(voice.calls)
    people = [place.somebody(names={"Bob": number}, **terms) for number, terms in KINDS]
    for who in people:
        place.mail(who, "CALL Bob")
    until(lambda: not trigger.exists(), 30)
    orders = [place.outcome(who) for who in people]
    place.house.until(lambda: not voice.live())
    made = voice.calls[before:]
    assert len([call for call in made if call.parent is None]) <= len(people)
    assert all(sum(each.parent is call for each in made) <= 1 for call in made)
    answered = sorted((int(call.answered) * 1000, int(call.ended) * 1000) for call in made if call.answered)
    bills = [bill for order in orders for bill in place.bills(order).values()]
    assert sorted((bill.answered_ms, bill.ended_ms) for bill in bills) == answered
    assert not any(bill.estimated for bill in bills)
    for who in people:
        assert len(place.told(who, 2)) == 2
    assert place.house.problems() == []
