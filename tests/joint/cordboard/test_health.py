"""What `/healthz` says, from the database and Redis as they are."""

from pathlib import Path

from sqlalchemy import insert

from cordboard.cli.context import Tools
from cordboard.health import Health
from dispatcher import lease
from dispatcher.tables import log_positions
from kernel import doorbell
from kernel.db import Database
from kernel.doorbell import Doorbell


class Bell(Doorbell):
    """A Redis that is there."""

    def __init__(self) -> None:
        pass

    def is_there(self) -> bool:
        return True


def test_each_part_is_told_apart(tools: Tools) -> None:
    health = Health(tools.db, tools.clock, Bell(), "main")
    assert health.look() == {"database": "ok", "redis": "ok", "conductor": "away", "switch_log": "away"}
    now_ms = tools.clock.ms()
    with tools.db.write() as conn:
        lease.acquire(conn, "main", "somebody", now_ms, 60_000)
        row = {"switch": "main", "inode": 1, "offset": 0, "read_ms": now_ms, "canary_ms": now_ms}
        conn.execute(insert(log_positions).values({k: v for k, v in row.items() if k in log_positions.c}))
    assert set(health.look().values()) == {"ok"}


def test_a_redis_that_is_not_there_is_away(tools: Tools, here: Path) -> None:
    gone = Doorbell(doorbell.connect(f"unix://{here}/none.sock"))
    assert Health(tools.db, tools.clock, gone, "main").look()["redis"] == "away"


def test_without_a_database_the_rest_is_not_known(tools: Tools, here: Path) -> None:
    gone = Health(Database(f"sqlite:///{here}/no/folder/x.db"), tools.clock, Bell(), "main")
    assert gone.look() == {"database": "away", "redis": "ok", "conductor": "unknown", "switch_log": "unknown"}
