"""Two conductors for one switch: the second waits, and goes on with the live calls when the first is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from dispatcher.tables import leases
from tests.parts.places import PRESSES_1, STAYS, TALKS, Place, on_the_exchange
from tests.parts.stories_of_a_call import billed_from_the_log

pytestmark = pytest.mark.parts

LEASE_S = 6
"""So long that a machine that is busy does not lose it by the way."""


@contextmanager
def another_conductor(place: Place) -> Iterator[int]:
    """A second `cordboard conductor`; its process."""
    command = [sys.executable, "-m", "cordboard", "--config", str(place.house.file), "conductor"]
    with (place.house.home / "second.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def nobody_starts_it_again(place: Place) -> Iterator[None]:
    """While `serve` stands still, what is killed stays dead."""
    (parent,) = place.house.pids()["serve"]
    os.kill(parent, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(parent, signal.SIGCONT)


def holder(place: Place) -> str:
    """The process that has the lease, by its number."""
    with place.house.parts.db.read() as conn:
        return str(conn.execute(select(leases.c.holder)).scalar_one()).rpartition(":")[2]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with on_the_exchange(tmp_path_factory.mktemp("two"), {"lease_s": LEASE_S, "min_talk_s": 40, "low_s": 28}) as found:
        yield found


def test_the_second_waits_then_takes_over_and_each_call_is_billed_once(place: Place) -> None:
    house = place.house
    (first,) = house.pids()["conductor"]
    rung = place.rung(PRESSES_1), place.rung(STAYS)
    with another_conductor(place) as second, nobody_starts_it_again(place):
        talking = place.somebody(names={"Bob": STAYS})
        place.mail(talking, "CALL Bob")
        house.until(lambda: place.state(talking) == "joined")
        assert holder(place) == str(first)

        os.kill(first, signal.SIGKILL)
        waiting = place.somebody(names={"Bob": TALKS})
        place.mail(waiting, "CALL Bob")  # it stays due until somebody conducts
        house.until(lambda: holder(place) == str(second))
        later = place.outcome(waiting)
        assert later.outcome == "talked"

        (order,) = place.orders_of(talking)
        assert order.state == "joined"  # it went on all the while
        house.until(lambda: bool(place.slices(order)))  # and the second sees to its money
        place.drop(order)
        assert place.outcome(talking).outcome == "dropped"
        for who, over in ((talking, order), (waiting, later)):
            billed_from_the_log(place, over, "A", "B")
            assert len(place.told(who, 2)) == 2
        assert (place.rung(PRESSES_1) - rung[0], place.rung(STAYS) - rung[1]) == (2, 1)
        assert house.problems() == []


def test_the_first_comes_back_and_waits_for_the_second(place: Place) -> None:
    """What was stopped, not killed, finds its lease gone: it ends, and its successor waits for its turn."""
    house = place.house
    house.until(lambda: [holder(place)] == [str(pid) for pid in house.pids()["conductor"]])
    (first,) = house.pids()["conductor"]
    with another_conductor(place) as second:
        who = place.somebody(names={"Bob": STAYS})
        place.mail(who, "CALL Bob")
        house.until(lambda: place.state(who) == "joined")
        os.kill(first, signal.SIGSTOP)
        house.until(lambda: holder(place) == str(second))
        os.kill(first, signal.SIGCONT)
        house.until(lambda: house.pids()["conductor"] != [first])
        (order,) = place.orders_of(who)
        assert (order.state, holder(place)) == ("joined", str(second))
        place.drop(order)
        assert place.outcome(who).outcome == "dropped"
        billed_from_the_log(place, order, "A", "B")
        assert house.problems() == []
