"""A process killed at each labelled point, under traffic: nothing lost, nothing doubled, everybody told."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.crashpoints import POINTS
from tests.parts.places import TWO_CARRIERS, on_the_exchange
from tests.parts.traffic import Traffic
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

ROUNDS = int(os.environ.get("CORDBOARD_PROVE_ROUNDS", "2"))
LABELS = [label for turn in range(ROUNDS) for label in random.Random(turn).sample(POINTS, len(POINTS))]
"""In an order of their own, so that it is not always the same process that dies; the same order each time."""
DIES_WITHIN = 6.0


@pytest.fixture(scope="module")
def trigger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crashes") / "crash-at"


@pytest.fixture(scope="module")
def traffic(trigger: Path) -> Iterator[Traffic]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORDBOARD_CRASH_FILE", str(trigger))
        calls = {"lease_s": 2, "confirm_s": 2, "low_s": 60}
        never_ill = {"health_least": 200, "ill_failed_percent": 100}  # or nobody would be tried by it first any more
        with on_the_exchange(trigger.parent / "home", calls, switch=TWO_CARRIERS, routing=never_ill) as place:
            yield Traffic(place)


def died(trigger: Path) -> bool:
    try:
        until(lambda: not trigger.exists(), DIES_WITHIN)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("label", LABELS)
def test_a_process_dies(traffic: Traffic, trigger: Path, label: str) -> None:
    trigger.write_text(label, encoding="ascii")
    for _ in range(8):  # a process that is only just being started again may miss the first
        traffic.each_kind()
        if died(trigger):
            break
    assert not trigger.exists()


def test_and_when_all_is_quiet_again_everything_is_as_if_nobody_had_died(traffic: Traffic) -> None:
    assert len(traffic.senders) >= 3 * len(LABELS)
    traffic.is_as_if_nothing_had_happened()
