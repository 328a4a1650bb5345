"""Whether the parts that a call needs are there: what `/healthz` says."""

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dispatcher import lease, switchlog
from inbound.web.app import WELL
from kernel.clock import Clock
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.errors import Unavailable

KEPT_SECONDS = 1.0


class Kept:
    """What was seen, for a second; one looks at a time, and others are told what was seen last.

    Anybody may ask how we are, as often as they like: while a part is mute, they must not hold all the door's threads.
    """

    def __init__(self, look: Callable[[], Mapping[str, str]], now: Callable[[], float] = time.monotonic) -> None:
        self._look, self._now = look, now
        self._looking = threading.Lock()
        self._seen: Mapping[str, str] = {}
        self._until = -math.inf

    def look(self) -> Mapping[str, str]:
        """Each part, and how it is."""
        if self._now() >= self._until and self._looking.acquire(blocking=not self._seen):  # the first is waited for
            try:
                self._renew()
            finally:
                self._looking.release()
        return self._seen

    def _renew(self) -> None:
        if not self._seen or self._now() >= self._until:
            self._seen = self._look()
            self._until = self._now() + KEPT_SECONDS


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
