"""Replies lost after the deed, events lost, doubled, late or swapped, Redis emptied, mute or gone: the same, later."""

import os
import random
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from cordboard.embedded_redis import is_up
from tests.parts.places import Place, on_the_exchange
from tests.parts.traffic import Traffic
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

ROUNDS = int(os.environ.get("CORDBOARD_PROVE_ROUNDS", "2"))
REQUESTS = (
    "POST channels/create", "/dial", "/variable", "/play", "POST bridges", "addChannel", "DELETE channels",
    "DELETE bridges", "GET channels",
)  # fmt: skip
EVENTS = ("StasisStart", "ChannelStateChange", "ChannelDestroyed", "ChannelDtmfReceived", "PlaybackFinished")

FAULTS: tuple[dict[str, Any], ...] = (
    *({"lose_replies": 1, "on": request} for request in REQUESTS),
    *({"lose_requests": 1, "on": request} for request in REQUESTS),
    *({"fail_requests": 1, "on": request} for request in REQUESTS[:7]),
    *({"drop_events": 1, "only": [event]} for event in EVENTS if event != "ChannelDtmfReceived"),
    {"duplicate_events": 30},
    {"swap_events": 6},
    {"delay_events_s": 0.3},
    {"kill_sockets": True},
    {"redis": "emptied"},
    {"redis": "mute"},
    {"redis": "killed"},
)
CHOSEN = [fault for turn in range(ROUNDS) for fault in random.Random(turn).sample(FAULTS, len(FAULTS))]
CALM: dict[str, Any] = {
    "lose_replies": 0, "lose_requests": 0, "fail_requests": 0, "on": "", "delay_events_s": 0, "duplicate_events": 0,
    "swap_events": 0, "drop_events": 0, "only": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    with on_the_exchange(tmp_path_factory.mktemp("lossy"), {"lease_s": 2, "confirm_s": 2, "low_s": 60}) as place:
        yield Traffic(place)


def to_redis(place: Place, what: str) -> None:
    until(lambda: is_up(place.house.settings.redis_socket), 90)  # it may not be back yet from the fault before
    if what == "emptied":
        redis = Redis.from_url(place.house.settings.redis_url.get_secret_value())
        redis.flushall()
        redis.close()
        return
    (pid,) = place.house.pids()["redis"]
    os.kill(pid, signal.SIGSTOP if what == "mute" else signal.SIGKILL)


def happened(place: Place) -> bool:
    try:
        until(lambda: place.stats()["faults_left"] == 0, 12)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("fault", CHOSEN, ids=str)
def test_something_is_lost_on_the_way(traffic: Traffic, fault: dict[str, Any]) -> None:
    place, before = traffic.place, traffic.place.house.ended()
    if "redis" in fault:
        traffic.each_kind()
        to_redis(place, fault["redis"])
        traffic.each_kind()
    else:
        place.faults(CALM | fault)
        for _ in range(6):
            traffic.each_kind()
            if happened(place):
                break
        assert place.stats()["faults_left"] == 0
    until(lambda: place.house.ended() > before, 90)  # life goes on
    place.faults(CALM)


def test_and_when_all_is_quiet_again_everything_is_as_if_nothing_had_been_lost(traffic: Traffic) -> None:
    assert len(traffic.senders) >= 3 * len(CHOSEN)
    traffic.is_as_if_nothing_had_happened()
