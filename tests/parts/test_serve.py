"""`cordboard serve`: one a home, restarts what dies, ends when told even while something of it keeps dying."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.parts.places import Place, on_the_exchange
from tests.parts.waiting import until

pytestmark = pytest.mark.parts


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with on_the_exchange(tmp_path_factory.mktemp("serve")) as found:
        yield found


def serve(place: Place, **more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cordboard", "--config", str(place.house.file), "serve"]
    return subprocess.Popen(command, env=os.environ | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_second_one_is_told_so_and_the_first_goes_on(place: Place) -> None:
    out, err = serve(place).communicate(timeout=120)
    assert b"already being served" in out + err
    place.house.until(lambda: place.house.pids()["redis"])
    who = place.somebody()
    place.mail(who, "CALL +442079460000")
    assert place.outcome(who).outcome == "talked"


@pytest.mark.parametrize("role", ["worker", "conductor", "smtp", "web", "cel", "sweeper", "redis"])
def test_what_is_killed_is_started_again(place: Place, role: str) -> None:
    (before,) = place.house.pids()[role]
    place.house.kill(role)
    place.house.until(lambda: place.house.pids().get(role, [before]) != [before])


def test_it_ends_when_told_while_a_part_of_it_keeps_dying(place: Place) -> None:
    (pid,) = place.house.pids()["serve"]
    for _ in range(3):
        (before,) = place.house.pids()["worker"]
        place.house.kill("worker")
        place.house.until(lambda old=before: place.house.pids().get("worker", [old]) != [old])  # type: ignore[misc]
    os.kill(pid, signal.SIGTERM)
    process = place.house._process
    assert process is not None
    until(lambda: process.poll() is not None, 60)
    assert process.returncode == 0
