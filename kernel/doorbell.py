"""The doorbell: tells a worker over Redis (RQ) that an order is due.

RQ carries, SQL remembers: a ring may be lost or doubled at any moment and nothing but time is lost by it. So a ring
never raises, never waits long, and the job is a fresh one each time, with no retry and no result.
"""

import logging
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

QUEUE = "orders"
JOB = "dispatcher.jobs.launch"
JOB_SECONDS = 15
"""A job claims an order and asks the switch once; it never spans a call."""
WAIT_SECONDS = 1
"""For any answer of Redis's; a worker that waits for a job waits longer, RQ sees to that."""

log = logging.getLogger(__name__)


def connect(url: str) -> Redis:
    """A Redis client with short timeouts: the doorbell must not hold up the door."""
    wait = WAIT_SECONDS
    if urlsplit(url).scheme == "unix":
        return Redis.from_url(url, socket_timeout=wait)
    return Redis.from_url(url, socket_timeout=wait, socket_connect_timeout=wait, health_check_interval=30)


class Doorbell:
    """Rings for orders. `ring` says whether Redis took it, for who wants to know."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)

    def is_there(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def ring(self, order_id: str) -> bool:
        """Put the order's id on the queue; False (and a log line) if Redis is away."""
        try:
            self._queue.enqueue_call(
                func=JOB, args=(order_id,), timeout=JOB_SECONDS, result_ttl=0, failure_ttl=60, ttl=300
            )
        except (RedisError, OSError) as e:
            log.warning("doorbell not rung", extra={"order": order_id, "why": type(e).__name__})
            return False
        return True
