"""Holds that grow while the call goes on: which calls run low, and how much more is set aside for one.

The switch cuts a call where its hold ends. So before that a slice of talk is added: first to the hold, committed, and
only then to the limits on the switch. If nothing can be had it is tried again, since the account may be topped up.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from billing.holds import grow
from billing.quotes import Quote, next_plan
from dispatcher.calls import Call
from kernel.clock import Clock
from orders.states import OrderState

NEVER_MS = 1 << 62
HEARD_LATE_MS = 100
"""A live event is this late at most without harm: limits are armed half a second early."""


@dataclass(frozen=True, slots=True)
class Slicing:
    """How holds grow: by `slice_s` of talk when less than `low_s` of it is left; tried again after `again_s`."""

    slice_s: int = 180
    low_s: int = 50
    again_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Slices:
    """Watches joined calls, and sets more aside for those that run low."""

    clock: Clock
    slicing: Slicing

    def wants(self, call: Call) -> bool:
        """Whether something is to be done for the call: its hold runs low, or its legs are not armed to it."""
        return _both_talk(call) and (call.unarmed or _armed_too_far(call) or self._runs_low(call))

    def extend(self, conn: Connection, call: Call) -> bool:
        """Set a slice more aside if the call runs low; whether its legs are to be armed anew, to `call.plan`.

        Asked for twice it is done once: with a slice more the call no longer runs low.
        """
        if not _both_talk(call):
            return False
        to_arm, call.unarmed = call.unarmed or _armed_too_far(call), False
        return self._grown(conn, call) or to_arm

    def _grown(self, conn: Connection, call: Call) -> bool:
        if not self._runs_low(call):
            return False
        now_ms = self.clock.ms()
        made = grow(conn, call.order_id, call.account_id, self.slicing.slice_s, now_ms)
        if made is None:
            call.extend_after_ms = NEVER_MS if self._is_whole(call) else now_ms + round(self.slicing.again_s * 1000)
            return False
        call.plan = made
        return True

    def _is_whole(self, call: Call) -> bool:
        """Whether its hold has all that it may ever have: the cap of the call does not pay for a second more."""
        quote, most = Quote.from_json(call.row.quote), call.ceiling.amount
        return next_plan(quote, call.plan.amount, most, call.ceiling, self.slicing.slice_s) is None

    def _runs_low(self, call: Call) -> bool:
        now_ms, plan = self.clock.ms(), call.plan
        if plan.talk_s >= call.ceiling.talk_s or now_ms < call.extend_after_ms:
            return False
        ends_ms = min((call.legs[role].answered_ms or 0) + plan.limit_ms(role) for role in "AB")
        return ends_ms - now_ms < self.slicing.low_s * 1000


def _armed_too_far(call: Call) -> bool:
    """Whether a leg was armed from when we heard of its answer, and by its log line that was too late to count from."""
    return any(
        leg.armed_to_ms is not None
        and leg.answered_ms is not None
        and leg.armed_to_ms > leg.answered_ms + call.plan.limit_ms(role) + HEARD_LATE_MS
        for role, leg in call.legs.items()
    )


def _both_talk(call: Call) -> bool:
    """Joined, and the log has told when each answered: limits count from there."""
    if call.state is not OrderState.JOINED:
        return False
    return all((leg := call.legs.get(role)) and leg.answered_ms and not leg.gone for role in "AB")
