"""The pool of switches: which may take a new order, which are away, and the one that an order goes to.

A switch is fit for new orders if somebody conducts it, its log is trusted, it answered its conductor within the last
seconds, and nobody drains it. What is known of each is in the database, so every process sees the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from dispatcher.switchlog import CANARY_LIVES_MS
from dispatcher.tables import leases, log_positions, switches
from kernel.db import change, once
from orders import orders
from orders.orders import Load

ANSWERED_WITHIN_MS = 5_000
"""A conductor asks its switch every 1.5 s; one that gave no answer for so long gets no new orders."""

_FIRST = once(switches)
_KNOWN = (
    select(switches, leases.c.until_ms, log_positions.c.canary_ms)
    .outerjoin(leases, leases.c.switch == switches.c.name)
    .outerjoin(log_positions, log_positions.c.switch == switches.c.name)
)
_AWAY_MS = select(switches.c.away_ms).where(switches.c.name == bindparam("switch"))
_AWAY_NOW = (
    update(switches)
    .where(switches.c.name == bindparam("switch"), switches.c.away_ms.is_(None))
    .values(away_ms=bindparam("now"))
)
_NOTHING = Load()


class State(StrEnum):
    """What is to be known of a switch, in a word; the first that is so."""

    NOT_CONDUCTED = "no conductor"
    AWAY = "away"  # it gives its conductor no answer
    LOG_UNSEEN = "log not seen"
    DRAINING = "draining"
    FIT = "ok"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one switch is. `seen_ms` is when it last answered, 0 if it never did."""

    name: str
    conducted: bool = False
    answers: bool = False
    trusted: bool = False
    draining: bool = False
    seen_ms: int = 0
    load: Load = _NOTHING

    @property
    def state(self) -> State:
        """All of it in a word."""
        if not self.conducted:
            return State.NOT_CONDUCTED
        if not self.answers:
            return State.AWAY
        if not self.trusted:
            return State.LOG_UNSEEN
        return State.DRAINING if self.draining else State.FIT

    @property
    def is_away(self) -> bool:
        """Whether nobody dials there now: it does not answer, or nobody asks it."""
        return not (self.conducted and self.answers)


@dataclass(frozen=True, slots=True)
class Pool:
    """The switches of the settings. On each, `setting_up_max` calls may be between create and bridge."""

    names: tuple[str, ...]
    setting_up_max: int

    def standings(self, conn: Connection, now_ms: int) -> tuple[Standing, ...]:
        """Each switch as it is now, in the order of the settings."""
        known = {row.name: row for row in conn.execute(_KNOWN)}
        loads = orders.loads(conn)
        return tuple(_standing(name, known.get(name), loads.get(name, _NOTHING), now_ms) for name in self.names)

    def fit(self, conn: Connection, now_ms: int, besides: Collection[str] = ()) -> list[str]:
        """The switches for the next order: those that are fit and have room, the least loaded first.

        To be sure of the room, be alone (`orders.orders.keep_others_from_claiming`).
        """
        fit = [
            each
            for each in self.standings(conn, now_ms)
            if each.state is State.FIT and each.name not in besides and self._room(each) > 0
        ]
        return [each.name for each in sorted(fit, key=lambda each: (each.load.calls, each.load.setting_up))]

    def choose(self, conn: Connection, now_ms: int) -> str | None:
        """The switch for the next order, None if it has to wait."""
        return next(iter(self.fit(conn, now_ms)), None)

    def room(self, standings: Collection[Standing]) -> int:
        """How many orders it is worth ringing for: those that may be launched now, on all fit switches together.

        While none is fit, as many as one might take: who launches finds out what is to become of each.
        """
        fit = [self._room(each) for each in standings if each.state is State.FIT]
        return sum(fit) if fit else max((self._room(each) for each in standings), default=0)

    def _room(self, standing: Standing) -> int:
        return max(self.setting_up_max - standing.load.setting_up, 0)


def away(standings: Collection[Standing]) -> tuple[str, ...]:
    """The switches that are away; none if no other is fit, for then nothing can be done about it."""
    if not any(each.state is State.FIT for each in standings):
        return ()
    return tuple(each.name for each in standings if each.is_away)


def _standing(name: str, row: Row[Any] | None, load: Load, now_ms: int) -> Standing:
    if row is None:
        return Standing(name, load=load)
    return Standing(
        name,
        conducted=(row.until_ms or 0) > now_ms,
        answers=row.seen_ms > now_ms - ANSWERED_WITHIN_MS,
        trusted=(row.canary_ms or 0) > now_ms - CANARY_LIVES_MS,
        draining=row.draining,
        seen_ms=row.seen_ms,
        load=load,
    )


def answered(conn: Connection, switch: str, now_ms: int) -> None:
    """Note that a switch has just answered."""
    values = {"seen_ms": now_ms, "away_ms": None}
    if change(conn, switches, {"name": switch}, values) == 0:
        conn.execute(_FIRST[conn.dialect.name], {"name": switch, "draining": False, **values})


def asked_in_vain(conn: Connection, switch: str, now_ms: int) -> int:
    """Note that a switch gave no answer; since when it has given none (ms since the epoch)."""
    conn.execute(_FIRST[conn.dialect.name], {"name": switch, "draining": False, "seen_ms": 0, "away_ms": now_ms})
    conn.execute(_AWAY_NOW, {"switch": switch, "now": now_ms})
    return int(conn.execute(_AWAY_MS, {"switch": switch}).scalar_one())


def drain(conn: Connection, switch: str, draining: bool) -> None:
    """Give a switch no new orders, or new ones again; its calls go on in either case."""
    if change(conn, switches, {"name": switch}, {"draining": draining}) == 0:
        conn.execute(_FIRST[conn.dialect.name], {"name": switch, "draining": draining, "seen_ms": 0, "away_ms": None})
