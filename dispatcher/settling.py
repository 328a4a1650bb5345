"""From the end of a leg in the log to its bill, and from the last leg's to the receipt."""

import logging

from sqlalchemy import Connection

from billing.settle import Absurd, finalise
from billing.settle import Leg as BilledLeg
from dispatcher import closing, ports
from dispatcher.calls import Call, Calls, Leg
from dispatcher.causes import CLEARED
from kernel.clock import Clock
from orders import attempts, orders
from orders.states import AttemptState, OrderState
from replies import outbox

log = logging.getLogger(__name__)

AGAIN_AFTER_MS = 1_000
TOGETHER_MS = 500
"""By its own log the switch ends a ringing second so soon with its first. Words that tell why it can't be had take
longer."""


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
        if call.state is OrderState.CLOSING and not call.settled and call.legs.get(leg.role) is leg:
            ports.release(conn, call.order_id, leg.role)  # nobody will dial it any more
        if was is AttemptState.CLAIMED and leg.role == call.first and call.state is OrderState.CLAIMED:
            self._once_more(conn, call)
        elif call.settled and call.state is OrderState.CLOSING:
            self.close(conn, call)

    def _bill(self, conn: Connection, call: Call, leg: Leg, ended_ms: int | None, *, estimated: bool) -> None:
        is_first = leg.role == call.first
        other = call.leg("second" if is_first else "first")
        left_ms = other.ended_ms if other and not is_first else None
        dropped = call.outcome == "dropped" and not call.was_joined  # whoever answers now, answers too late
        if dropped or (left_ms is None and call.outcome == f"{call.first}_left".lower()):
            left_ms = leg.answered_ms  # the table saw the first leave before, its line is still to come
        told = BilledLeg(
            leg.attempt_id,
            leg.answered_ms,
            ended_ms,
            cause=leg.cause,
            estimated=estimated,
            first_ended_ms=None if is_first else left_ms,
            second_answered_ms=other.answered_ms if other and is_first and not dropped else None,
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
            conn, call.order_id, OrderState.CLAIMED, OrderState.DUE, due_ms=now_ms + AGAIN_AFTER_MS, taken_until_ms=0,
            switch="",
        )  # fmt: skip
        ports.release(conn, call.order_id)
        self._calls.forget(call)

    def close(self, conn: Connection, call: Call) -> None:
        """All legs are final: end the order."""
        if _second_went_with_first(call):
            call.outcome = f"{call.first}_left".lower()
        if closing.close(conn, call.row, call.state, call.outcome, self._clock.ms()):
            call.state = OrderState.ENDED
            self.closed.append(call)
        self._calls.forget(call)


def _second_went_with_first(call: Call) -> bool:
    """Whether the second, which had not answered, could not be had only since the first left: the switch then ends it.

    Whose end is told of first is chance, and the second's made it seem that it could not be had. Decided by the log's
    times and causes, so that it is the same live and after a restart.
    """
    first, second = call.leg("first"), call.leg("second")
    if call.was_told or not call.outcome.startswith(f"{call.second}_".lower()) or first is None or second is None:
        return False
    if second.answered_ms is not None or first.ended_ms is None or second.ended_ms is None:
        return False
    together = abs(first.ended_ms - second.ended_ms) <= TOGETHER_MS
    return together and (second.cause in CLEARED or not second.dialled)
