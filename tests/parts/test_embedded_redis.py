"""Each of the three Redis that one machine may have carries a ring from the doorbell to a worker."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from cordboard import embedded_redis
from kernel.doorbell import QUEUE, Doorbell
from tests.parts.waiting import until

pytestmark = pytest.mark.parts


@pytest.mark.parametrize("kind", ["on the PATH", "in the wheel", "in Python"])
def test_a_ring_reaches_the_queue(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "on the PATH":
        monkeypatch.setattr(shutil, "which", lambda _name: None)
    if kind == "in Python":
        monkeypatch.setattr(embedded_redis, "_in_wheel", lambda: None)
    with TemporaryDirectory(prefix="cb-") as folder:
        socket = Path(folder) / "redis.sock"
        process = embedded_redis.start(socket)
        try:
            until(lambda: embedded_redis.is_up(socket), 90)
            redis = Redis(unix_socket_path=str(socket))
            assert Doorbell(redis).ring("an-order")
            queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
            taken = Queue.dequeue_any([queue], timeout=None, connection=redis, serializer=JSONSerializer)
            assert taken is not None
            job = taken[0]
            assert isinstance(job, Job)
            assert job.args == ["an-order"]
            redis.close()
        finally:
            process.terminate()
            process.wait(30)
