"""After a restart, and every 10 s: the log, the switch and the database brought in line.

It only finds out what happened; what follows from it is the table of `progress`, as with live events.
"""

import logging
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatcher import switchlog
from dispatcher.advance import Advance, Ask, Timer
from dispatcher.calls import Call, Calls, Leg
from dispatcher.progress import Action, Event
from dispatcher.settling import Settling
from dispatcher.switches.base import Kind, LiveLeg, SwitchEvent
from dispatcher.tables import log_positions
from kernel.clock import Clock
from orders import attempts
from orders.states import AttemptState, OrderState

log = logging.getLogger(__name__)

LOG_GRACE_MS = 5_000
"""How long after a leg vanished from the switch its line may still be on the way through the log."""


class Recovery:
    """Compares what should be with what is."""

    def __init__(self, calls: Calls, advance: Advance, settling: Settling, clock: Clock, switch: str) -> None:
        self._calls, self._advance, self._settling = calls, advance, settling
        self._clock, self._switch = clock, switch
        self._missing_since: dict[str, int] = {}

    def recover(self, conn: Connection, live: list[LiveLeg]) -> list[Ask]:
        """Read the log of every open attempt, then adopt its channel if the switch has it."""
        for call in self._calls.all():
            self._calls.forget(call)
        there = {leg.attempt_id: leg for leg in live}
        open_ids = [row.id for row in attempts.open_on(conn, self._switch)]
        asks: list[Ask] = []
        for line in switchlog.of_attempts(conn, open_ids) if open_ids else []:
            asks += self._advance.take(conn, line)
        for attempt_id in open_ids:
            found = self._calls.find(conn, attempt_id)
            if found and attempt_id in there:
                asks += self._adopt(conn, *found, there[attempt_id])
        asks += self._strays(conn, live)
        return asks + self._half_closed(conn)

    def _adopt(self, conn: Connection, call: Call, leg: Leg, seen: LiveLeg) -> list[Ask]:
        """A channel of ours that the switch has: what its live events would have said."""
        attempts.seen_alive(conn, [leg.attempt_id], self._clock.ms())
        if leg.state is AttemptState.CLAIMED:
            return self._advance.take(conn, SwitchEvent(Kind.READY, leg.attempt_id))
        if seen.up:
            asks = self._advance.take(conn, SwitchEvent(Kind.UP, leg.attempt_id))
            return asks or self._resume(call, leg)
        if not seen.ringing:
            # Committed to dial, and not ringing: whether `dial` was sent is not known, and it is never sent twice.
            log.warning("a leg that may not have been dialled is ended", extra={"leg": leg.attempt_id})
            return [Ask(None, call, leg.attempt_id)]
        return []

    def _resume(self, call: Call, leg: Leg) -> list[Ask]:
        """Leg A stands where our death left it: ask for what was asked before."""
        if leg.role != "A":
            return []
        b = call.legs.get("B")
        match call.state:
            case OrderState.CONFIRMING:
                return [Ask(Action.ASK_A, call, leg.attempt_id)]
            case OrderState.REACHING_B if b and b.state is AttemptState.CLAIMED and not b.gone:
                return [Ask(Action.CREATE_B, call, b.attempt_id)]
            case OrderState.TELLING:
                return [Ask(Action.TELL_A, call, leg.attempt_id, call.outcome.removeprefix("b_"))]
            case OrderState.CLOSING:
                return [Ask(Action.END_A, call, leg.attempt_id)]
        return []

    def compare(self, conn: Connection, live: list[LiveLeg], asked_ms: int) -> list[Ask]:
        """The 10-second snapshot: legs that are alive, legs that vanished, channels that nobody wants."""
        there = {leg.attempt_id for leg in live}
        attempts.seen_alive(conn, sorted(there), self._clock.ms())
        asks: list[Ask] = []
        missing = [
            row
            for row in attempts.open_on(conn, self._switch)
            if row.id not in there and row.claimed_ms < asked_ms - LOG_GRACE_MS
        ]
        self._missing_since = {row.id: self._missing_since.get(row.id, asked_ms) for row in missing}
        read_ms = self._log_read_until(conn)
        for row in missing:
            since_ms = self._missing_since[row.id]
            if asked_ms - since_ms >= LOG_GRACE_MS and read_ms > since_ms:
                asks += self._vanished(conn, row)
        return asks + self._strays(conn, live) + self._half_closed(conn)

    def _vanished(self, conn: Connection, row: Row[Any]) -> list[Ask]:
        """Neither on the switch nor ended in its log: the switch died. Billed to when it was last seen alive."""
        found = self._calls.find(conn, row.id)
        if found is None:
            return []
        call, leg = found
        asks = self._advance.take(conn, SwitchEvent(Kind.GONE, leg.attempt_id, "38"))
        ended_ms = max(leg.answered_ms, row.seen_ms or 0) if leg.answered_ms else None
        self._settling.settle(conn, call, leg, ended_ms, 38, estimated=leg.answered_ms is not None)
        return asks

    def _strays(self, conn: Connection, live: list[LiveLeg]) -> list[Ask]:
        """Channels under ids of ours that no open attempt has: ended, whatever they are."""
        return [Ask(None, None, leg.attempt_id) for leg in live if self._calls.find(conn, leg.attempt_id) is None]

    def _half_closed(self, conn: Connection) -> list[Ask]:
        """Orders whose legs are all final while the order is not: the words to A were cut short by our death."""
        asks: list[Ask] = []
        for call in self._calls.all():
            if not call.settled or call.state is OrderState.CLAIMED:
                continue
            if call.state is not OrderState.CLOSING:
                asks += self._advance.take(conn, Timer(call.order_id, Event.A_ENDED))
            if call.state is OrderState.CLOSING:
                self._settling.close(conn, call)
        return asks

    def _log_read_until(self, conn: Connection) -> int:
        query = select(log_positions.c.read_ms).where(log_positions.c.switch == self._switch)
        return conn.execute(query).scalar_one_or_none() or 0
