"""How a carrier does: what became of its last attempts. An ill one is tried after the others, until it is well again.

Nobody makes it well: it gets few calls, its failures grow older than the window, and it is tried again.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select

from dispatcher.calls import NOT_CREATED, QUIET
from dispatcher.causes import CONGESTION, FAULT, TIMEOUT, kind
from orders.states import AttemptState
from orders.tables import attempts

MOST = 200
"""Of the attempts in the window the last ones count, so that a look costs little however many there are."""
KNOWN_FOR_MS = 5_000

_ITS_FAULT = frozenset({CONGESTION, TIMEOUT, FAULT})
_LAST = (
    select(attempts.c.state, attempts.c.dialling_ms, attempts.c.answered_ms, attempts.c.cause, attempts.c.end_reason)
    .where(attempts.c.carrier == bindparam("name"), attempts.c.claimed_ms > bindparam("since"))
    .order_by(attempts.c.claimed_ms.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class HealthRules:
    """What makes a carrier ill, as per cents of its seizures of the last minutes."""

    minutes: int = 15
    least: int = 10  # seizures, below which nothing is concluded
    failed: int = 50  # so many failed in the network
    answered: int = 5  # or no more than so many were answered


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of attempts. A seizure is one that was dialled and that nobody of ours ended before it was answered.

    `failed` are those for which its network is to blame, also by not even ringing in good time; and those for which
    the switch could not make a channel.
    """

    seizures: int = 0
    answered: int = 0
    failed: int = 0

    @property
    def asr(self) -> int | None:
        """The answer-seizure ratio in per cent; None without a seizure."""
        return self.answered * 100 // self.seizures if self.seizures else None

    def is_ill(self, rules: HealthRules) -> bool:
        """Whether others are to be tried before it."""
        if self.seizures < rules.least:
            return False
        return self.failed * 100 >= rules.failed * self.seizures or self.answered * 100 < rules.answered * self.seizures


def look(conn: Connection, carrier: str, now_ms: int, rules: HealthRules) -> Health:
    """Count what became of a carrier's attempts in the window."""
    rows = conn.execute(_LAST, {"name": carrier, "since": now_ms - rules.minutes * 60_000}).all()
    answered = sum(row.answered_ms is not None for row in rows)
    ended = [row for row in rows if row.state == AttemptState.ENDED and row.answered_ms is None]
    dialled = [row for row in ended if row.dialling_ms or row.end_reason == NOT_CREATED]
    by_itself = [row for row in dialled if row.end_reason in ("", QUIET, NOT_CREATED)]
    failed = sum(row.end_reason != "" or kind(row.cause) in _ITS_FAULT for row in by_itself)
    return Health(answered + len(by_itself), answered, failed)


@dataclass(slots=True)
class Doctor:
    """Remembers for a few seconds what it saw. One for each process."""

    rules: HealthRules
    _seen: dict[str, tuple[int, Health]] = field(default_factory=dict)

    def of(self, conn: Connection, carrier: str, now_ms: int) -> Health:
        """How it does, or did some seconds ago."""
        at_ms, seen = self._seen.get(carrier, (-KNOWN_FOR_MS, Health()))
        if not 0 <= now_ms - at_ms < KNOWN_FOR_MS:
            seen = look(conn, carrier, now_ms, self.rules)
            self._seen[carrier] = (now_ms, seen)
        return seen
