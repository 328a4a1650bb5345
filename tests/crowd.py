"""Several at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from sqlalchemy import text

from kernel.db import Database
from tests.parts.waiting import until

T = TypeVar("T")


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """What each of so many threads gives, all begun at one moment."""
    start = Barrier(count)

    def begin(number: int) -> T:
        start.wait(60)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def until_somebody_waits(db: Database) -> None:
    """One waits for what another has locked."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    def somebody_waits() -> bool:
        with db.read() as conn:
            return bool(conn.execute(waits).scalar_one())

    until(somebody_waits, 60)
