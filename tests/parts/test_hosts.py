"""Two doors, two workers and two conductors against one PostgreSQL and one Redis, killed under load."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cordboard.lab.postgres import Postgres
from tests.parts.hosts import Hosts, conductor_options, door_options, hosts
from tests.parts.places import PRESSES_1, TALKS
from tests.parts.traffic import Traffic

pytestmark = pytest.mark.parts

MAILS, SENDING = 100, 8
KINDS = itertools.cycle(Traffic.KINDS)


@pytest.fixture(scope="module")
def several(postgresql: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    url = postgresql.database("hosts", template="migrated")
    with hosts(tmp_path_factory.mktemp("hosts"), url) as found:
        yield found


@pytest.fixture(scope="module")
def traffic(several: Hosts) -> Traffic:
    return Traffic(several.place)


class Load:
    """So many mails over both doors at once, begun at once; `sent` says how many were taken so far."""

    def __init__(self, traffic: Traffic, mails: int) -> None:
        self._traffic, self.sent = traffic, 0
        self._people = [(traffic.sender(**terms), text) for text, terms in itertools.islice(KINDS, mails)]
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(SENDING)
        self._sending = [self._pool.submit(self._send, n) for n in range(mails)]

    def _send(self, number: int) -> None:
        who, text = self._people[number]
        self._traffic.deliver(who, text, first_door=number)
        with self._lock:
            self.sent += 1

    def is_taken(self) -> None:
        """All of it, whatever died meanwhile."""
        for each in self._sending:
            each.result()
        self._pool.shutdown()


def test_the_same_mail_five_times_at_once_at_two_doors_is_one_call(several: Hosts, traffic: Traffic) -> None:
    place, rung = several.place, several.place.rung(PRESSES_1)
    who = traffic.sender()
    with ThreadPoolExecutor(5) as crowd:
        list(crowd.map(lambda door: traffic.deliver(who, f"CALL {TALKS}", first_door=door), range(5)))
    assert place.outcome(who).outcome == "talked"
    assert place.rung(PRESSES_1) == rung + 1
    answers = place.told(who, 6)
    assert sum(answer.startswith("A1 Ringing") for answer in answers) == 5
    traffic.is_as_if_nothing_had_happened()


def test_a_door_and_a_worker_die_under_load(several: Hosts, traffic: Traffic) -> None:
    house, over = several.place.house, several.place.house.ended()
    load = Load(traffic, MAILS)
    house.until(lambda: load.sent >= MAILS // 4 and house.ended() > over)
    several.doors[1].kill()
    load.is_taken()
    traffic.is_as_if_nothing_had_happened()
    several.doors[1].start(*door_options())


def test_the_conductor_dies_under_load_and_the_other_takes_over(several: Hosts, traffic: Traffic) -> None:
    house, over = several.place.house, several.place.house.ended()
    dying = several.conducting()
    load = Load(traffic, MAILS // 2)
    house.until(lambda: house.ended() > over)
    dying.kill()
    load.is_taken()
    traffic.is_as_if_nothing_had_happened()
    assert several.conducting() is not dying
    dying.launch(*conductor_options())
