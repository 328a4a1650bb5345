"""From the end of a leg in the log to its bill, and from the last leg's to the receipt."""

import logging

from sqlalchemy import Connection

from billing.settle import Absurd, finalise
from billing.settle import Leg as BilledLeg
from dispatcher import closing
from dispatcher.calls import Call, Calls, Leg
from dispatcher.causes import CLEARED
from kernel.clock import Clock
from orders import attempts, orders
from orders.states import AttemptState, OrderState
from replies import outbox

log = logging.getLogger(__name__)

AGAIN_AFTER_MS = 1_000
TOGETHER_MS = 500
"""By its own log the switch ends a ringing B so soon with its A. Words that tell A why B can't be had take longer."""


class Settling:
    """Bills attempts as they end and closes orders whose attempts all have."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls, self._clock = calls, clock
        self.closed: list[Call] = []  # those ended since the conductor last looked

    def settle(
        self, conn: Connection, call: Call, leg: Leg, ended_ms: int | None, cause: int | None, estimated: bool = False
    ) -> None:
        """Make one attempt final, once: its end, its charge and CDR; then the order's, if it was the last."""
        if leg.state is AttemptState.ENDED:
            return
        was = leg.state
        moved = attempts.move(
            conn, leg.attempt_id, was, AttemptState.ENDED, answered_ms=leg.answered_ms, ended_ms=ended_ms, cause=cause
        )
        if not moved:
            self._calls.load(conn, call.order_id)
            return
        leg.state, leg.gone, leg.cause, leg.ended_ms = AttemptState.ENDED, True, cause, ended_ms
        self._bill(conn, call, leg, ended_ms, estimated=estimated)
        if was is AttemptState.CLAIMED and leg.role == call.first and call.state is OrderState.CLAIMED:
            self._once_more(conn, call)
        elif call.settled and call.state is OrderState.CLOSING:
            self.close(conn, call)

    def _bill(self, conn: Connection, call: Call, leg: Leg, ended_ms: int | None, *, estimated: bool) -> None:
        other = call.legs.get("B" if leg.role == "A" else "A")
        a_left_ms = other.ended_ms if other and leg.role == "B" else None
        dropped = call.outcome == "dropped" and not call.was_joined  # whoever answers now, answers too late
        if dropped or (a_left_ms is None and call.outcome == "a_left"):
            a_left_ms = leg.answered_ms  # the table saw A leave first, its line is still to come
        told = BilledLeg(
            leg.attempt_id,
            leg.answered_ms,
            ended_ms,
            cause=leg.cause,
            estimated=estimated,
            a_ended_ms=a_left_ms if leg.role == "B" else None,
            b_answered_ms=other.answered_ms if other and leg.role == "A" and not dropped else None,
        )
        try:
            finalise(conn, told, self._clock.ms())
        except Absurd as e:
            log.error("a record of the switch is absurd, nothing was billed", extra={"attempt": leg.attempt_id})  # noqa: TRY400
            attempts.note(conn, leg.attempt_id, end_reason="absurd_record")
            outbox.tell_operator(conn, f"absurd:{leg.attempt_id}", f"{call.ref}: {e}", self._clock.ms())

    def _once_more(self, conn: Connection, call: Call) -> None:
        """Nobody was rung for this order yet: it is simply due again, a little later."""
        now_ms = self._clock.ms()
        orders.move(
            conn, call.order_id, OrderState.CLAIMED, OrderState.DUE, due_ms=now_ms + AGAIN_AFTER_MS, taken_until_ms=0
        )
        self._calls.forget(call)

    def close(self, conn: Connection, call: Call) -> None:
        """All legs are final: end the order."""
        if _b_went_with_a(call):
            call.outcome = "a_left"
        if closing.close(conn, call.row, call.state, call.outcome, self._clock.ms()):
            call.state = OrderState.ENDED
            self.closed.append(call)
        self._calls.forget(call)


def _b_went_with_a(call: Call) -> bool:
    """Whether B, which had not answered, could not be had only since A left: the switch then ends B itself.

    Whose end is told of first is chance, and B's made it seem that B was the one who could not be had. Decided by the
    log's times and causes, so that it is the same live and after a restart.
    """
    a, b = call.legs.get("A"), call.legs.get("B")
    if call.was_told or not call.outcome.startswith("b_") or a is None or b is None:
        return False
    if b.answered_ms is not None or a.ended_ms is None or b.ended_ms is None:
        return False
    return abs(a.ended_ms - b.ended_ms) <= TOGETHER_MS and (b.cause in CLEARED or not b.dialled)
