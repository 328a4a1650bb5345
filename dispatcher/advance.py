"""What happened -> what is written -> what is asked of the switch. The sync half of the conductor.

`Advance.take` runs inside the conductor's transaction; what it returns is asked of the switch only after the commit.
"""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from billing.quotes import Plan
from dispatcher.calls import QUIET, Call, Calls, Leg, Try
from dispatcher.causes import CLEARED, TIMEOUT, UNREACHABLE, kind, word
from dispatcher.progress import PROGRESS, Action, Event, Step
from dispatcher.routes import Routes
from dispatcher.settling import Settling
from dispatcher.slices import Slices
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import FAILED, Kind, SwitchEvent
from dispatcher.tries import Tries
from kernel.clock import Clock
from orders import attempts, codes, orders
from orders.states import AttemptState, OrderKind, OrderState
from replies import outbox

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask of the switch, for a call, or for a stray channel that no call of ours wants."""

    action: Action | None
    call: Call | None
    attempt_id: str = ""
    cause: str = ""
    carrier: Carrier | None = None  # of a dial: whose calls a second are to be kept
    again: SwitchEvent | None = None  # nothing to be asked: it is to happen once more,
    at_ms: int = 0  # at this time
    plan: Plan | None = None  # what the hold paid for when this was decided, and so was committed: never armed beyond


@dataclass(frozen=True, slots=True)
class Timer:
    """A wait of ours is over, or a wish was read: `event` for the call of `order_id`."""

    order_id: str
    event: Event


@dataclass(frozen=True, slots=True)
class Failed:
    """The switch refused to make a leg: no channel, no line in its log; it ended with this cause."""

    attempt_id: str
    cause: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """Of this leg the switch told no ringing in good time."""

    attempt_id: str


Happening = SwitchEvent | Timer | Failed | Quiet | Row[Any]
"""A row is a line of the switch's log."""


def may_take(happening: Happening) -> bool:
    """Whether it may take a port or a slot: a leg is to be dialled, or ended so that another try may follow."""
    match happening:
        case SwitchEvent(kind):
            return kind is Kind.READY
        case Timer() | Quiet():
            return False
        case Failed():
            return True
        case _:
            return happening.what == "hangup" and happening.cause not in CLEARED


_TRIED = (
    frozenset({OrderState.REACHING_1, OrderState.RINGING_1}),
    frozenset({OrderState.REACHING_2, OrderState.RINGING_2}),
)
"""While the first leg, and while the second, may be tried again."""


class Advance:
    """Carries calls through the table of `progress`, in the database and in mind."""

    def __init__(
        self, calls: Calls, settling: Settling, slices: Slices, clock: Clock, switch: str, routes: Routes
    ) -> None:
        self._calls, self._settling, self._slices, self._clock = calls, settling, slices, clock
        self._routes, self._tries = routes, Tries(routes, clock, switch)

    def take(self, conn: Connection, happening: Happening) -> list[Ask]:
        """Write what follows from one happening; what to ask of the switch once that is committed."""
        match happening:
            case Timer(order_id, event):
                call = self._calls.of_order(order_id)
                if call is None or call.state is OrderState.CLAIMED:  # workers write of it until its channel is there
                    call = self._calls.load(conn, order_id)
                return self.step(conn, call, event) if call else []
            case Failed(attempt_id, cause):
                return self._never_made(conn, attempt_id, cause)
            case Quiet(attempt_id):
                return self._quiet(conn, attempt_id)
            case SwitchEvent():
                return self._live(conn, happening)
            case _:
                return self._logged(conn, happening)

    def _live(self, conn: Connection, event: SwitchEvent) -> list[Ask]:
        found = self._calls.find(conn, event.attempt_id)
        if found is not None and event.kind is Kind.READY and found[0].state is OrderState.CLAIMED:
            found = self._still_ours(conn, found[0], event.attempt_id)
        if found is None:
            return [Ask(None, None, event.attempt_id)] if event.kind in (Kind.READY, Kind.UP) else []
        call, leg = found
        match event.kind:
            case Kind.READY if call.legs.get(leg.role) is not leg or leg.state is AttemptState.ENDED:
                return [Ask(None, call, leg.attempt_id)]
            case Kind.READY if leg.state is AttemptState.CLAIMED and (slot := self._slot_to_come(conn, call, leg)):
                leg.waited = True
                return [Ask(None, call, leg.attempt_id, again=event, at_ms=slot)]
            case Kind.READY if leg.state is AttemptState.CLAIMED:
                asks = self.step(conn, call, Event.FIRST_READY if leg.role == call.first else Event.SECOND_READY)
                return asks or [Ask(None, call, leg.attempt_id)]
            case Kind.UP:
                leg.up_ms = leg.up_ms or self._clock.ms()
                return self._answered(conn, call, leg)
            case Kind.DIGIT if event.detail == "1" and leg.role == call.first:
                return self.step(conn, call, Event.PRESSED_1)
            case Kind.PLAYED if event.detail != FAILED or call.state is not OrderState.SPEAKING:
                # A code cut short by who hangs up fails, too: no code was told.
                call.was_told |= call.state is OrderState.TELLING and event.detail != FAILED
                return self.step(conn, call, Event.TOLD)
            case Kind.GONE:
                return self._ended(conn, call, leg, int(event.detail or 0))
        return []

    def _still_ours(self, conn: Connection, call: Call, attempt_id: str) -> tuple[Call, Leg] | None:
        """A claimed call as it is: a worker may have made another attempt of it meanwhile, perhaps on another switch.

        Its row is locked, so that none does so between this look and the dialling.
        """
        now, then = orders.lock(conn, call.order_id), call.row
        if now is None or (now.state, now.switch, now.taken_until_ms) != (then.state, then.switch, then.taken_until_ms):
            self._calls.forget(call)
        return self._calls.find(conn, attempt_id)

    def _slot_to_come(self, conn: Connection, call: Call, leg: Leg) -> int:
        """When it may be dialled, if that is still to come, else 0. Until then its channel waits in silence."""
        now_ms = self._clock.ms()
        if leg.not_before_ms > now_ms:
            return leg.not_before_ms
        at_ms = self._routes.slot(conn, call.order_id, leg.role, leg.attempt_id, leg.carrier, now_ms)
        return at_ms if at_ms > now_ms else 0

    def _answered(self, conn: Connection, call: Call, leg: Leg) -> list[Ask]:
        if leg.role != call.first:
            return self.step(conn, call, Event.SECOND_ANSWERED)
        if call.kind is OrderKind.CODE:
            return self.step(conn, call, Event.FIRST_LISTENS)
        return self.step(conn, call, Event.FIRST_ANSWERED if call.press_1 else Event.FIRST_TRUSTED)

    def _ended(self, conn: Connection, call: Call, leg: Leg, cause: int) -> list[Ask]:
        """A live event tells of an end. Where another try may follow, the log is waited for: it knows of an answer."""
        if leg.gone:
            return []
        leg.gone, leg.cause = True, cause
        if self._may_be_tried(call, leg) and self._tries.may(conn, call, leg, _kind(leg)):
            return []
        return self._end_taken(conn, call, leg)

    def _end_taken(self, conn: Connection, call: Call, leg: Leg) -> list[Ask]:
        if leg.end_taken or call.legs.get(leg.role) is not leg:
            return []
        leg.end_taken = True
        return self.step(conn, call, Event.FIRST_ENDED if leg.role == call.first else Event.SECOND_ENDED)

    def _over(self, conn: Connection, call: Call, leg: Leg, ended_ms: int | None, cause: int | None) -> list[Ask]:
        """An attempt is final: another try at its leg is claimed, or the call goes on from its end."""
        leg.gone, leg.cause = True, cause
        if self._may_be_tried(call, leg) and (chosen := self._tries.after(conn, call, leg, _kind(leg))):
            self._settling.settle(conn, call, leg, ended_ms, cause)
            call.chosen, leg.end_taken = chosen, True
            return self.step(conn, call, Event.FIRST_AGAIN if leg.role == call.first else Event.SECOND_AGAIN)
        asks = self._end_taken(conn, call, leg)
        self._settling.settle(conn, call, leg, ended_ms, cause)
        return asks

    def _may_be_tried(self, call: Call, leg: Leg) -> bool:
        if leg.end_taken or call.legs.get(leg.role) is not leg:
            return False
        return call.state in _TRIED[leg.role != call.first]

    def _never_made(self, conn: Connection, attempt_id: str, cause: int) -> list[Ask]:
        found = self._calls.find(conn, attempt_id)
        return self._over(conn, *found, None, cause) if found else []

    def _quiet(self, conn: Connection, attempt_id: str) -> list[Ask]:
        """It is ended, if there is another way to try; else it may ring on."""
        found = self._calls.find(conn, attempt_id)
        if found is None:
            return []
        call, leg = found
        if leg.gone or leg.up_ms or leg.state is not AttemptState.DIALLING or not self._may_be_tried(call, leg):
            return []
        leg.quiet = True
        if not self._tries.may(conn, call, leg, TIMEOUT):
            leg.quiet = False
            return []
        attempts.note(conn, attempt_id, end_reason=QUIET)
        return [Ask(None, call, attempt_id)]

    def make_anew(self, conn: Connection, call: Call, leg: Leg) -> list[Ask]:
        """Another attempt in the place of one whose channel never came to be."""
        if not attempts.move(
            conn, leg.attempt_id, AttemptState.CLAIMED, AttemptState.ENDED, end_reason="never_dialled"
        ):
            return []
        leg.state = AttemptState.ENDED
        call.chosen = Try(leg.number, leg.rank, leg.carrier, leg.not_before_ms)
        ask = self._prepare(conn, call, Action.CREATE_1 if leg.role == call.first else Action.CREATE_2)
        return [ask] if ask else []

    def _logged(self, conn: Connection, line: Row[Any]) -> list[Ask]:
        found = self._calls.find(conn, line.attempt_id)
        if found is None or found[1].state is AttemptState.ENDED:
            return self._too_late(conn, line)
        call, leg = found
        if line.what == "answer":
            self._note_answer(conn, leg, line.at_ms)
            return self._answered(conn, call, leg)
        return self._over(conn, call, leg, line.at_ms, line.cause)

    def _note_answer(self, conn: Connection, leg: Leg, at_ms: int) -> None:
        if leg.answered_ms is not None:
            return
        if leg.state is AttemptState.CLAIMED:  # the log knows more than we: a database that was put back
            self._to_dialling(conn, leg, at_ms)
        attempts.move(conn, leg.attempt_id, leg.state, AttemptState.ANSWERED, answered_ms=at_ms)
        leg.answered_ms, leg.state = at_ms, AttemptState.ANSWERED

    def _too_late(self, conn: Connection, line: Row[Any]) -> list[Ask]:
        """The log tells of a leg that is final. An answer that nobody billed is for a person to see."""
        known = attempts.by_id(conn, line.attempt_id)
        if line.what == "answer" and known is not None and known.answered_ms is None:
            told = f"Leg {line.attempt_id} was answered after it counted as ended; it is not billed. Look at the log."
            log.error("an answer of a leg that was final", extra={"leg": line.attempt_id})
            outbox.tell_operator(conn, f"late:{line.attempt_id}", told, self._clock.ms())
        return []

    def step(self, conn: Connection, call: Call, event: Event) -> list[Ask]:
        """Move the call as the table says, and write what must be on paper before the switch is asked."""
        step = PROGRESS.get((call.state, event))
        if step is None:
            return []
        outcome = _outcome(step, call)
        values: dict[str, Any] = {"outcome": outcome} if outcome else {}
        if step.to is OrderState.JOINED:
            values["joined_ms"], call.was_joined = self._clock.ms(), True
        if step.to is not call.state and not orders.move(conn, call.order_id, call.state, step.to, **values):
            log.warning("order moved under us", extra={"order": call.order_id, "event": event})
            self._calls.load(conn, call.order_id)
            return []
        if step.to is OrderState.SPEAKING:
            codes.spoken(conn, call.order_id, self._clock.ms())
        call.state, call.outcome = step.to, outcome or call.outcome
        return [ask for action in step.actions if (ask := self._prepare(conn, call, action))]

    def _prepare(self, conn: Connection, call: Call, action: Action) -> Ask | None:
        now_ms = self._clock.ms()
        match action:
            case Action.DIAL_1 | Action.DIAL_2:
                leg = call.legs[call.first if action is Action.DIAL_1 else call.second]
                if not self._to_dialling(conn, leg, now_ms):
                    return Ask(None, call, leg.attempt_id)
                carrier = self._routes.by_name.get(leg.carrier)
                return Ask(action, call, leg.attempt_id, plan=call.plan, carrier=carrier)
            case Action.CREATE_1 | Action.CREATE_2:
                role = call.first if action is Action.CREATE_1 else call.second
                chosen, call.chosen = call.chosen or self._tries.first(conn, call, role), None
                self._calls.add_leg(call, self._tries.claim(conn, call, role, chosen))
            case Action.END_1 | Action.END_2:
                gone = call.leg("first" if action is Action.END_1 else "second")
                if gone is None or gone.gone or gone.state is AttemptState.ENDED:
                    return None
                reason = "other_left" if call.outcome == "talked" else call.outcome
                attempts.note(conn, gone.attempt_id, end_reason=reason)
                if gone.role == call.first and gone.state is AttemptState.CLAIMED:
                    self._settling.settle(conn, call, gone, None, None)  # final: nobody will dial it any more
                return Ask(action, call, gone.attempt_id)
            case Action.EXTEND:
                if not self._slices.extend(conn, call):
                    return None
                for role in "AB":
                    attempts.note(conn, call.legs[role].attempt_id, limit_ms=call.plan.limit_ms(role))
            case Action.TELL_1:
                return Ask(action, call, call.legs[call.first].attempt_id, call.outcome[2:])
        role = call.second if action.value.endswith("_2") else call.first
        return Ask(action, call, call.legs[role].attempt_id, plan=call.plan)

    def _to_dialling(self, conn: Connection, leg: Leg, now_ms: int) -> bool:
        moved = attempts.move(
            conn, leg.attempt_id, AttemptState.CLAIMED, AttemptState.DIALLING, dialling_ms=now_ms, seen_ms=now_ms
        )
        if moved:
            leg.state, leg.dialled = AttemptState.DIALLING, True
        return moved


def _kind(leg: Leg) -> str:
    """Why it ended, as routing sees it."""
    return TIMEOUT if leg.quiet else kind(leg.cause)


def _outcome(step: Step, call: Call) -> str:
    if step.outcome in ("first", "second"):
        leg = call.leg(step.outcome)
        if leg is not None and leg.interrupted:
            return "interrupted"
        what = UNREACHABLE if leg is not None and leg.quiet else word(leg.cause if leg else None)
        return f"{call.role(step.outcome)}_{what}".lower()
    if step.outcome == "first_left":
        return f"{call.first}_left".lower()
    if step.outcome == "not_confirmed" and call.first == "B":
        return "b_not_confirmed"
    return step.outcome
