"""Whether the parts that a call needs are there: what `/healthz` says."""

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dispatcher.pool import Pool, Standing, State
from inbound.web.app import WELL
from kernel.clock import Clock
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.errors import Unavailable

KEPT_SECONDS = 1.0
OF_SWITCHES = ("conductor", "switch_log", "switch")
Seen = Mapping[str, str | Mapping[str, str]]


class Kept:
    """What was seen, for a second; one looks at a time, and others are told what was seen last.

    Anybody may ask how we are, as often as they like: while a part is mute, they must not hold all the door's threads.
    """

    def __init__(self, look: Callable[[], Seen], now: Callable[[], float] = time.monotonic) -> None:
        self._look, self._now = look, now
        self._looking = threading.Lock()
        self._seen: Seen = {}
        self._until = -math.inf

    def look(self) -> Seen:
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
    pool: Pool

    def look(self) -> Seen:
        """Each part, and "ok", "away", or (where the database could not be asked) "unknown"; and each switch.

        Of several switches those that are out of service do no harm as long as another takes new calls.
        """
        redis = WELL if self.doorbell.is_there() else "away"
        try:
            with self.db.read() as conn:
                found = self.pool.standings(conn, self.clock.ms())
        except Unavailable:
            return {"database": "away", "redis": redis} | dict.fromkeys(OF_SWITCHES, "unknown")
        told = {
            "conductor": _well(each.conducted for each in found),
            "switch_log": _well(each.trusted for each in found),
            "switch": _switch(found),
        }
        return {"database": WELL, "redis": redis, **told, "switches": {each.name: each.state.value for each in found}}


def _well(said: Iterable[bool]) -> str:
    return WELL if any(said) else "away"


def _switch(found: Iterable[Standing]) -> str:
    states = {each.state for each in found}
    return WELL if State.FIT in states else State.DRAINING.value if State.DRAINING in states else "away"
