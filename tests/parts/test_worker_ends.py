"""A worker that is told to end does, whether Redis is there, gone or mute; in the middle of a job, behind the job."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest
from redis import Redis

from cordboard import rq_worker
from cordboard.lab.redis import RedisServer
from dispatcher import jobs
from kernel.doorbell import Doorbell, connect
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

PATIENCE_S = 60
_fresh = multiprocessing.get_context("spawn")


def work(url: str, ours: Connection) -> None:
    """A worker whose one job says that it began, and goes on when it is told to."""

    def launch(order_id: str) -> bool:
        ours.send(order_id)
        ours.recv()
        ours.send("launched")
        return True

    jobs.install(launch)
    rq_worker.work(url)


class Worker:
    def __init__(self, url: str) -> None:
        self.talk, theirs = _fresh.Pipe()
        self.process = _fresh.Process(target=work, args=(url, theirs))
        self.process.start()
        until(lambda: self.state(url) == "idle", PATIENCE_S)

    def state(self, url: str) -> str:
        with Redis.from_url(url, decode_responses=True) as redis:
            return next((str(redis.hget(key, "state")) for key in redis.smembers("rq:workers")), "")

    def tell_to_end(self) -> None:
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGTERM)

    def ended(self) -> bool:
        self.process.join(PATIENCE_S)
        return self.process.exitcode == 0


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as found:
        yield found


@pytest.fixture
def worker(redis: RedisServer) -> Iterator[Worker]:
    found = Worker(redis.url)
    yield found
    found.process.kill()
    found.process.join()


def test_with_nothing_to_do_it_ends_and_says_goodbye(redis: RedisServer, worker: Worker) -> None:
    worker.tell_to_end()
    assert worker.ended()
    assert not Redis.from_url(redis.url).smembers("rq:workers")


@pytest.mark.parametrize("away", [RedisServer.kill, RedisServer.freeze], ids=["gone", "mute"])
def test_without_redis_it_ends_too(redis: RedisServer, worker: Worker, away: object) -> None:
    assert callable(away)
    away(redis)
    worker.tell_to_end()
    assert worker.ended()


def test_what_it_is_at_is_done_first(redis: RedisServer, worker: Worker) -> None:
    bell = Doorbell(connect(redis.url))
    assert bell.ring("first")
    assert worker.talk.recv() == "first"
    assert bell.ring("second")
    worker.tell_to_end()
    worker.talk.send("go on")
    assert worker.talk.recv() == "launched"
    assert worker.ended()
    assert Redis.from_url(redis.url).llen("rq:queue:orders") == 1  # the second is for another worker
