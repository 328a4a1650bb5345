"""The floor of launching: an RQ job that only says when it began. `python -m bench.null_worker REDIS_URL`."""

import asyncio
import json
import sys
import time

from rq import Queue, get_current_job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from bench.processes import until
from kernel import doorbell

QUEUE, STAMPS = "bench", "bench:stamps"


def stamp(rung: float) -> None:
    """The job."""
    now = time.time()
    job = get_current_job()
    assert job is not None
    job.connection.rpush(STAMPS, json.dumps(now - rung))


async def ring_evenly(url: str, count: int, per_second: float) -> list[float]:
    """Ring so many times at an even pace; seconds from each ring to its job's first line."""
    redis = doorbell.connect(url)
    queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    until(lambda: queue.count == 0 and redis.smembers(f"rq:workers:{QUEUE}"))
    start = time.monotonic()
    for number in range(count):
        await asyncio.sleep(start + number / per_second - time.monotonic())  # the pace
        queue.enqueue_call(
            func="bench.null_worker.stamp", args=(time.time(),), timeout=15, result_ttl=0, failure_ttl=60, ttl=300
        )
    until(lambda: redis.llen(STAMPS) >= count)
    stamps = redis.lrange(STAMPS, 0, -1)
    redis.delete(STAMPS)
    assert isinstance(stamps, list)
    return [float(json.loads(each)) for each in stamps]


def main(url: str) -> None:
    """Work until ended."""
    redis = doorbell.connect(url)
    queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    worker = SimpleWorker([queue], connection=redis, serializer=JSONSerializer, log_job_description=False)
    worker.work(logging_level="WARNING", with_scheduler=False)


if __name__ == "__main__":
    main(sys.argv[1])
