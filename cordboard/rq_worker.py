"""The RQ worker: one job at a time from one queue; waits out a Redis that is away, and is gone once it is told to go.

Told to end, RQ's own says goodbye to Redis first. Where there is none that fails, and it would begin anew instead.
"""

import contextlib
import logging
import time
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from kernel import doorbell

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
LOOK_SECONDS = 2.0
"""A Redis that went is looked for this often; RQ by itself would wait up to a minute longer each time."""
GOODBYE_SECONDS = 0.2


class Told(SystemExit):
    """Told to end. RQ's own exception for it is an `Exception`, and so lost where a line is being logged."""


class Worker(SimpleWorker):
    """Knows whether it is at work: told to end it ends at once, or if it is, as soon as the job is done."""

    max_connection_wait_time = LOOK_SECONDS

    def __init__(self, url: str) -> None:
        redis = doorbell.connect(url)
        queue = Queue(doorbell.QUEUE, connection=redis, serializer=JSONSerializer)
        super().__init__([queue], connection=redis, serializer=JSONSerializer, log_job_description=False)
        self._url = url
        self.at_work = self.told_to_end = False

    def request_stop(self, signum: Any, frame: Any) -> None:  # noqa: ARG002 (RQ's own arguments)
        """What SIGTERM and SIGINT call, in the middle of whatever is being done."""
        self.told_to_end = True
        if not self.at_work:
            raise Told

    def heartbeat(self, *args: Any, **named: Any) -> None:
        """Each round begins with it: also the first after a signal that came where nothing can be raised."""
        if self.told_to_end and not self.at_work:
            raise Told
        super().heartbeat(*args, **named)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Do one job to its end."""
        self.at_work = True
        try:
            super().execute_job(job, queue)
        finally:
            self.at_work = False
        if self.told_to_end:
            raise Told

    def teardown(self) -> None:
        """Say goodbye to a Redis that hears it at once; any other forgets by itself who is not heard of again."""
        if self.pubsub_thread:
            self.pubsub_thread.stop()
        self.connection = Redis.from_url(self._url, socket_timeout=GOODBYE_SECONDS, retry=None)
        with contextlib.suppress(RedisError, OSError):
            self.register_death()  # type: ignore[no-untyped-call]


def work(url: str) -> None:
    """Work until told to end, whether or not there is a Redis."""
    with contextlib.suppress(Told):
        while True:
            worker = Worker(url)
            try:
                worker.work(logging_level="WARNING", with_scheduler=False)
            except (RedisError, OSError) as e:
                log.warning("redis is away", extra={"why": type(e).__name__})
            if worker.told_to_end:
                return
            time.sleep(AGAIN_SECONDS)
