"""The doorbell: a fresh plain job for each ring, and never an error of Redis's."""

import json
import pickle
import socket
import zlib
from time import monotonic

import pytest
from fakeredis import FakeRedis, FakeServer
from rq import Queue
from rq.exceptions import DeserializationError
from rq.serializers import JSONSerializer

from kernel.doorbell import JOB, JOB_SECONDS, QUEUE, Doorbell, connect


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis(server=FakeServer())


def test_a_ring_is_a_job_with_the_orders_id_alone(redis: FakeRedis) -> None:
    assert Doorbell(redis).ring("order-1")
    (job,) = Queue(QUEUE, connection=redis, serializer=JSONSerializer).jobs
    assert (job.func_name, job.args, job.kwargs) == (JOB, ["order-1"], {})
    assert (job.timeout, job.result_ttl, job.failure_ttl, job.ttl) == (JOB_SECONDS, 0, 60, 300)
    assert not job.retries_left


def test_109_what_is_queued_is_json_and_no_pickle(redis: FakeRedis) -> None:
    Doorbell(redis).ring("order-1")
    (key,) = redis.keys("rq:job:*")
    data = redis.hget(key, "data")
    assert isinstance(data, bytes)
    assert json.loads(zlib.decompress(data)) == [JOB, None, ["order-1"], {}]


def test_each_ring_is_a_job_of_its_own(redis: FakeRedis) -> None:
    bell = Doorbell(redis)
    assert all(bell.ring("order-1") for _ in range(3))
    assert len(set(Queue(QUEUE, connection=redis, serializer=JSONSerializer).job_ids)) == 3


def test_a_redis_that_fails_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    server = FakeServer()
    bell = Doorbell(FakeRedis(server=server))
    server.connected = False
    assert not bell.ring("order-1")
    assert [record.message for record in caplog.records] == ["doorbell not rung"]
    server.connected = True
    assert bell.ring("order-1")


def test_a_redis_that_is_not_there_holds_up_nobody() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, so that nobody else is there; not listening
        began = monotonic()
        assert not Doorbell(connect(f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")).ring("order-1")
    assert monotonic() - began < 10


def test_waits_are_short() -> None:
    kwargs = connect("redis://127.0.0.1:6379/0").connection_pool.connection_kwargs
    assert (kwargs["socket_timeout"], kwargs["socket_connect_timeout"]) == (1, 1)
    assert connect("unix:///run/redis.sock").connection_pool.connection_kwargs["socket_timeout"] == 1


def test_109_a_pickle_in_the_queue_is_read_as_nothing(redis: FakeRedis) -> None:
    Doorbell(redis).ring("order-1")
    (key,) = redis.keys("rq:job:*")
    redis.hset(key, "data", zlib.compress(pickle.dumps(("os.mkdir", None, ("/tmp/evil",), {}))))
    (job,) = Queue(QUEUE, connection=redis, serializer=JSONSerializer).jobs
    with pytest.raises(DeserializationError):
        _ = job.args
