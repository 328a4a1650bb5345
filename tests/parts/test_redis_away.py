"""Redis away for half a minute, gone or mute, while mails come in: every call is made, later."""

import os
import random
import time
from collections.abc import Iterator

import pytest

from cordboard.lab.redis import RedisServer
from tests.parts.places import on_the_exchange
from tests.parts.traffic import Traffic
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

ROUNDS = int(os.environ.get("CORDBOARD_PROVE_ROUNDS", "2"))
AWAY_S = 30.0
WHAT = ("gone", "mute")
RUNS = list(range(max(ROUNDS // 2, 1)))


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as found:
        yield found


@pytest.fixture(scope="module")
def traffic(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    waits = {"lease_s": 2, "confirm_s": 2}
    with on_the_exchange(tmp_path_factory.mktemp("redis-away"), waits, redis_url=redis.url) as place:
        yield Traffic(place)


@pytest.mark.parametrize("run", RUNS)
def test_redis_is_away_for_half_a_minute(traffic: Traffic, redis: RedisServer, run: int) -> None:
    traffic.each_kind()
    time.sleep(random.Random(run).uniform(0, 2))  # at a moment of no choosing
    if WHAT[run % 2] == "gone":
        redis.kill()
    else:
        redis.freeze()
    back = time.monotonic() + AWAY_S
    while time.monotonic() < back:
        traffic.each_kind()  # a door does not wait for Redis
        time.sleep(3)
    before = traffic.place.house.ended()
    redis.start()
    until(lambda: traffic.place.house.ended() > before, 90)


def test_and_when_all_is_quiet_again_everything_is_as_if_it_had_been_there(traffic: Traffic) -> None:
    traffic.is_as_if_nothing_had_happened()
