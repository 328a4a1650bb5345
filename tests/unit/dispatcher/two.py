"""Two switches at a desk, each with a conductor, a log that is read, and an answer a moment ago; or without."""

from sqlalchemy import delete, insert, update

from dispatcher import lease, pool
from dispatcher.due import Due
from dispatcher.jobs import Launcher, Node
from dispatcher.pool import Pool, Standing
from dispatcher.switches.ari_once import AriOnce
from dispatcher.tables import leases, log_positions
from kernel.clock import Clock
from kernel.db import Database
from tests.unit.dispatcher.desk import APP, LEASE_MS, STALE_MS, SWITCH, Desk, enrolled
from tests.unit.dispatcher.test_due import Bell

OTHER = "other"
BOTH = (SWITCH, OTHER)


def desk_on(db: Database, clock: Clock) -> Desk:
    """A desk on a database that has all tables."""
    return Desk(db, enrolled(db), clock)


class Two:
    """Some parts of the product that know both."""

    def __init__(self, desk: Desk, urls: dict[str, str] | None = None, setting_up_max: int = 20) -> None:
        self.desk, self.pool, self.bell = desk, Pool(BOTH, setting_up_max), Bell()
        nodes = {name: Node(AriOnce(url, "cordboard", "cordboard"), APP) for name, url in (urls or {}).items()}
        self.launcher = Launcher(desk.db, desk.clock, self.pool, nodes, desk.routes, STALE_MS)
        self.due = Due(desk.db, desk.clock, self.bell, self.pool, STALE_MS)

    def well(self, *switches: str) -> None:
        """All is well with these, now."""
        now_ms = self.desk.clock.ms()
        with self.desk.db.write() as conn:
            for switch in switches:
                lease.acquire(conn, switch, switch, now_ms, LEASE_MS)
                pool.answered(conn, switch, now_ms)
                conn.execute(delete(log_positions).where(log_positions.c.switch == switch))
                row = {"inode": 1, "offset": 0, "read_ms": now_ms, "canary_ms": now_ms}
                conn.execute(insert(log_positions).values(switch=switch, **row))

    def dead_conductor(self, switch: str) -> None:
        with self.desk.db.write() as conn:
            conn.execute(update(leases).where(leases.c.switch == switch).values(until_ms=self.desk.clock.ms()))

    def drain(self, switch: str, draining: bool = True) -> None:
        with self.desk.db.write() as conn:
            pool.drain(conn, switch, draining)

    def seen(self) -> dict[str, Standing]:
        with self.desk.db.read() as conn:
            return {each.name: each for each in self.pool.standings(conn, self.desk.clock.ms())}

    def chosen(self, *besides: str) -> str | None:
        with self.desk.db.read() as conn:
            fit = self.pool.fit(conn, self.desk.clock.ms(), besides)
            assert besides or self.pool.choose(conn, self.desk.clock.ms()) == next(iter(fit), None)
            return next(iter(fit), None)
