"""What `/healthz` says, from the database and Redis as they are."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from sqlalchemy import insert

from cordboard.cli.context import Tools
from cordboard.health import KEPT_SECONDS, Health, Kept
from dispatcher import lease, pool
from dispatcher.pool import Pool
from dispatcher.tables import log_positions
from kernel import doorbell
from kernel.db import Database
from kernel.doorbell import Doorbell

POOL = Pool(("main",), 20)


class Bell(Doorbell):
    """A Redis that is there."""

    def __init__(self) -> None:
        pass

    def is_there(self) -> bool:
        return True


def test_each_part_is_told_apart(tools: Tools) -> None:
    health = Health(tools.db, tools.clock, Bell(), POOL)
    away = {"conductor": "away", "switch_log": "away", "switch": "away", "switches": {"main": "no conductor"}}
    assert health.look() == {"database": "ok", "redis": "ok", **away}
    now_ms = tools.clock.ms()
    with tools.db.write() as conn:
        lease.acquire(conn, "main", "somebody", now_ms, 60_000)
        row = {"switch": "main", "inode": 1, "offset": 0, "read_ms": now_ms, "canary_ms": now_ms}
        conn.execute(insert(log_positions).values({k: v for k, v in row.items() if k in log_positions.c}))
        pool.answered(conn, "main", now_ms)
    well = {"conductor": "ok", "switch_log": "ok", "switch": "ok", "switches": {"main": "ok"}}
    assert health.look() == {"database": "ok", "redis": "ok", **well}


def test_a_redis_that_is_not_there_is_away(tools: Tools, here: Path) -> None:
    gone = Doorbell(doorbell.connect(f"unix://{here}/none.sock"))
    assert Health(tools.db, tools.clock, gone, POOL).look()["redis"] == "away"


def test_without_a_database_the_rest_is_not_known(tools: Tools, here: Path) -> None:
    gone = Health(Database(f"sqlite:///{here}/no/folder/x.db"), tools.clock, Bell(), POOL)
    unknown = dict.fromkeys(("conductor", "switch_log", "switch"), "unknown")
    assert gone.look() == {"database": "away", "redis": "ok", **unknown}


class Looks:
    """Looks that are counted; each but the first takes until it is let go."""

    def __init__(self) -> None:
        self.taken, self.now = 0, 0.0
        self.begun, self.let_go = Event(), Event()

    def look(self) -> Mapping[str, str]:
        self.taken += 1
        if self.taken > 1:
            self.begun.set()
            assert self.let_go.wait(15)
        return {"look": str(self.taken)}


def test_a_look_is_kept_for_a_second() -> None:
    looks = Looks()
    looks.let_go.set()
    kept = Kept(looks.look, lambda: looks.now)
    assert [kept.look()["look"] for _ in range(3)] == ["1"] * 3
    looks.now += KEPT_SECONDS
    assert [kept.look()["look"] for _ in range(3)] == ["2"] * 3


def test_while_one_looks_nobody_else_waits() -> None:
    looks = Looks()
    kept = Kept(looks.look, lambda: looks.now)
    kept.look()
    looks.now += KEPT_SECONDS
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(kept.look)
        assert looks.begun.wait(15)
        assert kept.look() == {"look": "1"}
        looks.let_go.set()
        assert slow.result(15) == {"look": "2"}
    assert looks.taken == 2


def test_the_first_look_is_waited_for() -> None:
    looks = Looks()
    kept = Kept(looks.look, lambda: looks.now)
    with ThreadPoolExecutor(4) as crowd:
        assert [seen["look"] for seen in crowd.map(lambda _: kept.look(), range(20))] == ["1"] * 20
