"""Whether the parts that a call needs are there: what `/healthz` says."""

from dataclasses import dataclass

from dispatcher import lease, switchlog
from inbound.web import WELL
from kernel.clock import Clock
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Health:
    """Looks; changes nothing."""

    db: Database
    clock: Clock
    doorbell: Doorbell
    switch: str

    def look(self) -> dict[str, str]:
        """Each part, and "ok", "away", or (where the database could not be asked) "unknown"."""
        redis = WELL if self.doorbell.is_there() else "away"
        try:
            with self.db.read() as conn:
                now_ms = self.clock.ms()
                conducted = lease.is_live(conn, self.switch, now_ms)
                followed = switchlog.is_trusted(conn, self.switch, now_ms)
        except Unavailable:
            return {"database": "away", "redis": redis, "conductor": "unknown", "switch_log": "unknown"}
        told = {"conductor": conducted, "switch_log": followed}
        return {"database": WELL, "redis": redis} | {name: WELL if well else "away" for name, well in told.items()}
