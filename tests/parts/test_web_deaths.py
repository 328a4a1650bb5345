"""The web door killed before and after each of its commits: who asks again under the same key has one call."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from kernel.crashpoints import POINTS
from orders.states import MessageState, OrderState
from orders.tables import messages
from tests.parts.places import PRESSES_1, TALKS, UNTIRING, Place, on_the_exchange
from tests.parts.test_web import cordboard
from tests.parts.waiting import until

pytestmark = pytest.mark.parts
ITS_OWN = [label for label in POINTS if label.startswith(("accept.", "handle."))]


@pytest.fixture(scope="module")
def trigger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web-deaths") / "crash-at"


@pytest.fixture(scope="module")
def place(trigger: Path) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORDBOARD_CRASH_FILE", str(trigger))
        with on_the_exchange(trigger.parent / "home", program=UNTIRING) as found:
            yield found


@contextmanager
def without_sweeper(place: Place) -> Iterator[None]:
    """It would handle what an earlier door left, and die in this one's place."""
    (sweeper,) = place.house.pids()["sweeper"]
    with place.house.parts.db.write():  # it must not be stopped with this lock in its own hand
        stop(sweeper)
    try:
        yield
    finally:
        os.kill(sweeper, signal.SIGCONT)


def stop(pid: int) -> None:
    """Freeze a process, and wait until each of its threads is."""
    os.kill(pid, signal.SIGSTOP)
    threads = Path(f"/proc/{pid}/task")
    until(lambda: all("\nState:\tT" in each.read_text() for each in threads.glob("*/status")), 30)


@pytest.mark.parametrize("label", ITS_OWN)
def test_the_door_dies_and_the_call_is_placed_once(place: Place, trigger: Path, label: str) -> None:
    who, rung = place.somebody(), place.rung(PRESSES_1)
    (before,) = place.house.pids()["web"]
    with without_sweeper(place):
        trigger.write_text(label, encoding="ascii")
        done = cordboard(place, "call", TALKS, token=who.token)
    assert not trigger.exists()
    place.house.until(lambda: place.web_is_back(before))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("A1 Ringing +33 1..1234.")
    assert place.outcome(who).outcome == "talked"
    assert place.rung(PRESSES_1) == rung + 1
    assert place.house.problems() == []


def test_what_the_dead_left_behind_is_no_second_call(place: Place) -> None:
    def left() -> int:
        with place.house.parts.db.read() as conn:
            query = select(func.count()).select_from(messages).where(messages.c.state == MessageState.STORED)
            return conn.execute(query).scalar_one()

    orders, rung = len(place.house.orders()), place.rung(PRESSES_1)
    with place.house.parts.db.write() as conn:
        conn.execute(update(messages).values(taken_until_ms=0))  # as if half a minute had gone by
    place.house.until(lambda: left() == 0)
    with place.house.parts.db.read() as conn:
        assert conn.execute(select(func.count()).select_from(messages)).scalar_one() > orders  # asked for again
    assert len(place.house.orders()) == orders == len(ITS_OWN)
    assert {order.state for order in place.house.orders()} == {OrderState.ENDED}
    assert place.rung(PRESSES_1) == rung
