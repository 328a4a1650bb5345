"""After a restart, and every 10 s: the log, the switch and the database brought in line.

It only finds out what happened; what follows from it is the table of `progress`, as with live events.
"""

import logging
from collections.abc import Set
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatcher import switchlog
from dispatcher.advance import Advance, Ask, Happening, Timer
from dispatcher.calls import INTERRUPTED, Call, Calls, Leg
from dispatcher.progress import Action, Event
from dispatcher.settling import Settling
from dispatcher.switches.base import Kind, LiveLeg, SwitchEvent
from dispatcher.tables import log_positions
from kernel.clock import Clock
from kernel.errors import Unavailable
from orders import attempts, orders
from orders.states import AttemptState, OrderState
from replies import outbox
from satellite.manners import manners_of

log = logging.getLogger(__name__)

LOG_GRACE_MS = 5_000
"""How long after a leg vanished from the switch its line may still be on the way through the log."""
SWITCH_DIED = 38  # Q.850: network out of order


class Recovery:
    """Compares what should be with what is."""

    def __init__(
        self, calls: Calls, advance: Advance, settling: Settling, clock: Clock, switch: str, longest_ring_s: int
    ) -> None:
        self._calls, self._advance, self._settling = calls, advance, settling
        self._clock, self._switch = clock, switch
        self._longest_ring_s = longest_ring_s
        self._missing_since: dict[str, int] = {}

    def recover(self, conn: Connection, live: list[LiveLeg], dialled: Set[str]) -> list[Ask]:
        """Read the log of every open attempt, then adopt its channel if the switch has it.

        `dialled`: attempts whose `dial` this process saw the switch take.
        """
        self._calls.forget_all()
        there = {leg.attempt_id: leg for leg in live}
        open_ids = [row.id for row in attempts.open_on(conn, self._switch)]
        asks: list[Ask] = []
        for line in switchlog.of_attempts(conn, open_ids) if open_ids else []:
            asks += self._take(conn, line)
        for attempt_id in open_ids:
            found = self._calls.find(conn, attempt_id)
            if found and attempt_id not in there:
                asks += self._never_came(conn, *found)
            elif found:
                asks += self._adopt(conn, *found, there[attempt_id], known=attempt_id in dialled)
        return asks + self._strays(conn, live) + self._half_closed(conn)

    def compare(self, conn: Connection, live: list[LiveLeg], asked_ms: int) -> list[Ask]:
        """The 10-second snapshot: legs alive, legs that vanished, legs that should be gone, channels nobody wants."""
        there = {leg.attempt_id: leg for leg in live}
        attempts.seen_alive(conn, sorted(there), asked_ms)
        asks: list[Ask] = []
        missing = []
        for row in attempts.open_on(conn, self._switch):
            if row.id in there:
                asks += self._overdue(conn, row, there[row.id], asked_ms)
            elif row.claimed_ms < asked_ms - LOG_GRACE_MS:
                missing.append(row)
        self._missing_since = {row.id: self._missing_since.get(row.id, asked_ms) for row in missing}
        read_ms = self._log_read_until(conn)
        for row in missing:
            since_ms = self._missing_since[row.id]
            if asked_ms - since_ms >= LOG_GRACE_MS and read_ms > since_ms:
                asks += self._vanished(conn, row)
        return asks + self._strays(conn, live) + self._half_closed(conn)

    def lost(self, conn: Connection) -> int:
        """The switch stays away: end on paper every call that it had; how many that were.

        By its log as far as that was read, else when each was last seen alive. What was not dialled yet is due again.
        """
        left = attempts.open_on(conn, self._switch)
        for line in switchlog.of_attempts(conn, [row.id for row in left]) if left else []:
            self._take(conn, line)
        calls = orders.dialled_on(conn, self._switch)
        for order_id in calls:
            self._take(conn, Timer(order_id, Event.LOST))
        for row in attempts.open_on(conn, self._switch):  # with those that the log's lines asked for
            self._by_itself(conn, row)
        self._half_closed(conn)
        return len(calls)

    def _by_itself(self, conn: Connection, row: Row[Any]) -> None:
        """A leg whose end can't be written does not keep the others from theirs."""
        try:
            with conn.begin_nested():
                self._vanished(conn, row)
        except Unavailable:
            raise
        except Exception as e:
            log.exception("a call is set aside", extra={"leg": row.id})
            self._calls.forget_all()
            self.set_aside(conn, Timer(row.order_id, Event.LOST), f"{type(e).__name__}: {e}")

    def set_aside(self, conn: Connection, happening: Happening, why: str) -> list[Ask]:
        """A call that can't be carried on: its legs are ended, a person is told; the log still bills what it ran."""
        attempt_id = getattr(happening, "attempt_id", "")
        order_id = getattr(happening, "order_id", "")
        found = self._calls.find(conn, attempt_id) if attempt_id else None
        call = found[0] if found else self._calls.load(conn, order_id) if order_id else None
        if call is None:
            return []
        told = f"Call {call.ref} could not be carried on ({why}). Its legs are ended; its order is {call.order_id}."
        outbox.tell_operator(conn, f"aside:{call.order_id}", told, self._clock.ms())
        return [Ask(None, call, leg.attempt_id) for leg in call.legs.values() if leg.state is not AttemptState.ENDED]

    def _take(self, conn: Connection, happening: Happening) -> list[Ask]:
        """As a live happening; what can't be carried out does not keep the rest from being recovered."""
        try:
            with conn.begin_nested():
                return self._advance.take(conn, happening)
        except Unavailable:
            raise
        except Exception as e:
            log.exception("a call is set aside", extra={"happening": str(happening)})
            self._calls.forget_all()
            return self.set_aside(conn, happening, f"{type(e).__name__}: {e}")

    def _never_came(self, conn: Connection, call: Call, leg: Leg) -> list[Ask]:
        """A leg was to be made when we died, and is not there: made anew, never under the id it had."""
        if leg.state is not AttemptState.CLAIMED or call.legs.get(leg.role) is not leg:
            return []
        first = call.leg("first")
        if call.state is OrderState.REACHING_2 and leg.role == call.second and first and not first.gone:
            return self._advance.make_anew(conn, call, leg)
        return self._advance.make_anew(conn, call, leg) if call.state is OrderState.REACHING_1 else []

    def _adopt(self, conn: Connection, call: Call, leg: Leg, seen: LiveLeg, known: bool) -> list[Ask]:
        """A channel of ours that the switch has: what its live events would have said."""
        attempts.seen_alive(conn, [leg.attempt_id], self._clock.ms())
        if leg.state is AttemptState.CLAIMED:
            return self._take(conn, SwitchEvent(Kind.READY, leg.attempt_id))
        if seen.up:
            leg.found_up = leg.answered_ms is None
            asks = self._take(conn, SwitchEvent(Kind.UP, leg.attempt_id))
            return asks or self._resume(call, leg)
        if call.state is OrderState.CLOSING:
            return [Ask(None, call, leg.attempt_id)]  # we died before its end was asked for
        if not (seen.ringing or known):
            # Committed to dial, and not ringing: whether `dial` was sent is not known, and it is never sent twice.
            log.warning("a leg that may not have been dialled is ended", extra={"leg": leg.attempt_id})
            attempts.note(conn, leg.attempt_id, end_reason=INTERRUPTED)
            leg.interrupted = True
            return [Ask(None, call, leg.attempt_id)]
        return []

    def _resume(self, call: Call, leg: Leg) -> list[Ask]:
        """The first leg stands where our death left it: ask for what was asked before."""
        if leg.role != call.first:
            return []
        match call.state:
            case OrderState.CONFIRMING:
                return [Ask(Action.ASK_1, call, leg.attempt_id)]
            case OrderState.SPEAKING:
                return [Ask(Action.SPEAK, call, leg.attempt_id)]
            case OrderState.TELLING:
                return [Ask(Action.TELL_1, call, leg.attempt_id, call.outcome[2:])]
            case OrderState.CLOSING:
                return [Ask(Action.END_1, call, leg.attempt_id)]
        return []

    def _overdue(self, conn: Connection, row: Row[Any], seen: LiveLeg, asked_ms: int) -> list[Ask]:
        """What an event or a request that got lost has left standing on the switch."""
        found = self._calls.find(conn, row.id)
        if found is None:
            return []
        call, leg = found
        if leg.state is AttemptState.CLAIMED and row.claimed_ms < asked_ms - LOG_GRACE_MS:
            return self._take(conn, SwitchEvent(Kind.READY, leg.attempt_id))
        rang_out = (
            leg.state is AttemptState.DIALLING
            and not seen.up
            and row.dialling_ms < asked_ms - self._stuck_ms(row.number)
        )
        if rang_out or call.state is OrderState.CLOSING or call.legs.get(leg.role) is not leg:
            return [Ask(None, call, leg.attempt_id)]
        if call.state is OrderState.RINGING_2 and leg.role == call.second and not seen.up:
            # Its limit is what the hold pays for if it answers now; a ship rings longer than that.
            return [Ask(Action.RENEW_2, call, leg.attempt_id)]
        return []

    def _stuck_ms(self, number: str) -> int:
        """How long after its dialling a leg that still rings is one that nobody ended."""
        return max(self._longest_ring_s, manners_of(number).ring_s) * 1000 + 10_000

    def _vanished(self, conn: Connection, row: Row[Any]) -> list[Ask]:
        """Neither on the switch nor ended in its log: the switch died. Billed to when it was last seen alive."""
        found = self._calls.find(conn, row.id)
        if found is None:
            return []
        call, leg = found
        leg.interrupted = True
        leg.gone = leg.end_taken  # its event may have come, and its line, which was waited for, never
        asks = self._take(conn, SwitchEvent(Kind.GONE, leg.attempt_id, str(SWITCH_DIED)))
        if leg.answered_ms is None and leg.up_ms is not None:
            told = f"Call {call.ref}: leg {leg.role} was up, and the switch's log has no line of it. Look at that log."
            outbox.tell_operator(conn, f"unlogged:{leg.attempt_id}", told, self._clock.ms())
            leg.answered_ms = leg.up_ms
        ended_ms = max(leg.answered_ms, row.seen_ms or 0) if leg.answered_ms else None
        self._settling.settle(conn, call, leg, ended_ms, SWITCH_DIED, estimated=leg.answered_ms is not None)
        return asks

    def _strays(self, conn: Connection, live: list[LiveLeg]) -> list[Ask]:
        """Channels under ids of ours that no open attempt has: ended, whatever they are."""
        found = {leg.attempt_id: self._calls.find(conn, leg.attempt_id) for leg in live}
        return [
            Ask(None, None, attempt_id)
            for attempt_id, wanted in found.items()
            if wanted is None or wanted[1].state is AttemptState.ENDED
        ]

    def _half_closed(self, conn: Connection) -> list[Ask]:
        """Orders whose legs are all final while the order is not: the words to A were cut short by our death."""
        asks: list[Ask] = []
        for call in self._calls.all():
            if not call.settled or call.state is OrderState.CLAIMED:
                continue
            if call.state is not OrderState.CLOSING:
                asks += self._take(conn, Timer(call.order_id, Event.FIRST_ENDED))
            if call.state is OrderState.CLOSING:
                self._settling.close(conn, call)
        return asks

    def _log_read_until(self, conn: Connection) -> int:
        query = select(log_positions.c.read_ms).where(log_positions.c.switch == self._switch)
        return conn.execute(query).scalar_one_or_none() or 0
