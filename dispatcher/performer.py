"""Asks the switch for what the table decided, one call's requests in turn, different calls' side by side."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from dispatcher.advance import Ask, Failed, Happening, Quiet, Timer
from dispatcher.calls import Call
from dispatcher.progress import Action, Event
from dispatcher.switches.base import Driver, LegPlan, Opening, SwitchRefused
from dispatcher.throttle import Throttle
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.errors import CordboardError, Unavailable
from orders.states import OrderKind
from satellite.manners import manners_of

log = logging.getLogger(__name__)

TELL_AT_MOST_S = 8.0
SPEAK_AT_MOST_S = 25.0
"""Twelve seconds of sound, and a switch that is slow to begin."""
CLOCKS_APART_MS = 2_000
"""The switch's clock may be ahead of ours by so much; more, and ours was set back."""
NOT_FOUND = 404
CREATE_REFUSED = 38  # Q.850: network out of order
_ARMS = (Action.ARM_1, Action.ARM_JOINED, Action.EXTEND)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long each party may take, in seconds."""

    ring_a: int
    ring_b: int
    confirm: float


class Performer:
    """Turns asks into requests; what comes of them returns as happenings."""

    def __init__(
        self, switch: Driver, waits: Waits, happened: Callable[[Happening], None], answered: Callable[[], None],
        clock: Clock, digits_of: Callable[[str], str] = str,
    ) -> None:  # fmt: skip
        self._switch, self._waits, self._happened, self._clock = switch, waits, happened, clock
        self._digits_of = digits_of
        self._answered = answered
        self._throttle = Throttle()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._rings: set[str] = set()  # attempts of which the switch told that they ring, while their call goes on
        self.dialled: set[str] = set()  # attempts whose `dial` the switch took, while their call goes on
        self._do: dict[Action, Callable[[Call, Ask], Awaitable[None]]] = {
            Action.CREATE_1: self._create_1,
            Action.DIAL_1: lambda call, ask: self._dial(call, ask.attempt_id, call.first),
            Action.ARM_1: self._arm_1,
            Action.ASK_1: self._ask,
            Action.SPEAK: self._speak,
            Action.CREATE_2: self._create_2,
            Action.DIAL_2: self._dial_2,
            Action.RENEW_2: self._renew,
            Action.ARM_JOINED: self._arm_joined,
            Action.EXTEND: self._extend,
            Action.TELL_1: self._tell,
            Action.END_1: lambda _call, ask: self._switch.hang_up(ask.attempt_id),
            Action.END_2: lambda _call, ask: self._switch.hang_up(ask.attempt_id),
        }

    def perform(self, asks: list[Ask]) -> None:
        """Start what was decided; returns at once."""
        for ask in asks:
            if ask.again is not None:
                self._later(max(ask.at_ms - self._clock.ms(), 0) / 1000, ask.again)
                continue
            self._start(ask.call.order_id if ask.call else ask.attempt_id, self._carry_out(ask))

    def clear(self, call: Call) -> None:
        """The call is over: take its bridge away, and what is known of its legs."""
        self.dialled.difference_update(call.attempt_ids)
        self._rings.difference_update(call.attempt_ids)
        if call.second in call.legs:
            self._start(call.order_id, self._unbridge(call.order_id))

    def rings(self, attempt_id: str) -> None:
        """The switch told a sign of life of a leg that is being dialled."""
        self._rings.add(attempt_id)

    async def rest(self) -> None:
        """Wait until nothing is being asked."""
        while self._last:
            await asyncio.wait(list(self._last.values()))

    def _start(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_after(self._last.get(key), work))
        self._last[key] = task
        task.add_done_callback(lambda done: self._done(key, done))

    def _done(self, key: str, task: asyncio.Task[None]) -> None:
        if self._last.get(key) is task:
            del self._last[key]
        self._answered()

    async def _carry_out(self, ask: Ask) -> None:
        try:
            if ask.action is None or ask.call is None:
                await self._switch.hang_up(ask.attempt_id)
            else:
                crash_point(f"before.{ask.action}")
                async with self._throttle.turn(ask.carrier):
                    await self._do[ask.action](ask.call, ask)
                crash_point(f"after.{ask.action}")
        except CordboardError as e:
            log.warning("the switch did not do it", extra={"action": ask.action, "leg": ask.attempt_id, "why": str(e)})
            await self._went_wrong(ask, e)
        except Exception as e:
            log.exception("the switch could not be asked", extra={"action": ask.action, "leg": ask.attempt_id})
            await self._went_wrong(ask, e)

    async def _went_wrong(self, ask: Ask, error: Exception) -> None:
        """What is not known to be done is undone where that is safe; the rest is left to the log and the next look."""
        if ask.action is Action.TELL_1 and ask.call:
            self._happened(Timer(ask.call.order_id, Event.TOLD))
        elif ask.action is Action.SPEAK and ask.call and not _is_gone(error):  # else its end is told of anyway
            self._happened(Timer(ask.call.order_id, Event.NOT_TOLD))
        elif ask.action in (Action.CREATE_1, Action.CREATE_2) and isinstance(error, SwitchRefused):
            self._happened(Failed(ask.attempt_id, CREATE_REFUSED))
        elif ask.action in _ARMS and ask.call:
            ask.call.unarmed = True
        elif ask.action in (Action.DIAL_1, Action.DIAL_2, Action.CREATE_1, Action.CREATE_2) and not _is_up(ask):
            try:
                await self._switch.hang_up(ask.attempt_id)
            except (Unavailable, SwitchRefused):
                log.warning("nor could the leg be ended", extra={"leg": ask.attempt_id})

    async def _arm_1(self, call: Call, ask: Ask) -> None:
        await self._arm(call, ask, call.first)
        await self._extension(call, call.first)

    async def _dial(self, call: Call, attempt_id: str, role: str) -> None:
        manners = manners_of(call.legs[role].number)
        ring_s = manners.ring_s or (self._waits.ring_a if role == "A" else self._waits.ring_b)
        if role == call.second:  # the quote covers so much waiting of the first
            ring_s = max(min(ring_s, -(-(call.second_by_ms - self._clock.ms()) // 1000)), 1)
        leg = call.legs[role]
        if leg.waited:  # its limit has run all the while
            await self._switch.arm(attempt_id, leg.limit_ms)
        asked = role == call.first and call.press_1 and call.kind is OrderKind.CALL
        opening = Opening(
            call.who if asked else None, _extension(call, role), holds=role == call.second and manners.prompt
        )
        await self._switch.dial(attempt_id, ring_s, opening)
        self.dialled.add(attempt_id)
        if manners.progress_s < ring_s:
            asyncio.get_running_loop().call_later(manners.progress_s, self._look_whether_it_rings, attempt_id)

    def _look_whether_it_rings(self, attempt_id: str) -> None:
        if attempt_id in self.dialled and attempt_id not in self._rings:
            self._happened(Quiet(attempt_id))

    async def _arm(self, call: Call, ask: Ask, role: str) -> None:
        """The limit counts from the answer; one that is armed late has less of it left.

        Before the log has told of the answer, it counts from now; `Slices` sees to it if that turns out too far.

        A leg that was found up without a line in the log answered nobody knows when: it keeps the limit it has, which
        counts from before the answer, until the log has told.
        """
        leg, plan = call.legs[role], ask.plan
        assert plan is not None
        if leg.found_up and leg.answered_ms is None:
            call.unarmed = True
            return
        now_ms, answered_ms = self._clock.ms(), leg.answered_ms
        if answered_ms and now_ms < answered_ms - CLOCKS_APART_MS:
            log.warning("our clock was set back; a leg keeps its limit", extra={"leg": leg.attempt_id})
            return
        late_ms = max(now_ms - answered_ms, 0) if answered_ms else 0
        limit_ms = max(plan.limit_ms(role) - late_ms, 1)
        await self._switch.arm(leg.attempt_id, limit_ms)
        leg.armed_to_ms = None if answered_ms else now_ms + limit_ms

    async def _ask(self, call: Call, ask: Ask) -> None:
        self._later(self._waits.confirm, Timer(call.order_id, Event.NOT_PRESSED))
        await self._switch.ask(ask.attempt_id, call.who)

    async def _create_1(self, call: Call, _ask: Ask) -> None:
        leg, shown = call.legs[call.first], call.shown(call.first)
        await self._switch.create(LegPlan(leg.attempt_id, leg.carrier, leg.number, leg.limit_ms, shown))

    async def _create_2(self, call: Call, _ask: Ask) -> None:
        first, leg = call.legs[call.first], call.legs[call.second]
        if call.press_1:
            await self._switch.hush(first.attempt_id)
        shown = call.shown(call.second)
        plan = LegPlan(leg.attempt_id, leg.carrier, leg.number, leg.limit_ms, shown, first.attempt_id)
        await self._switch.create(plan)

    async def _dial_2(self, call: Call, ask: Ask) -> None:
        await self._switch.bridge(call.order_id, call.legs[call.first].attempt_id, ask.attempt_id)
        await self._dial(call, ask.attempt_id, call.second)
        if manners_of(call.legs[call.second].number).prompt:
            await self._ask_to_hold(call.legs[call.first].attempt_id)

    async def _renew(self, call: Call, ask: Ask) -> None:
        leg = call.legs[call.second]
        if leg.attempt_id == ask.attempt_id and not (leg.up_ms or leg.answered_ms or leg.gone):
            await self._switch.arm(leg.attempt_id, leg.limit_ms)

    async def _ask_to_hold(self, attempt_id: str) -> None:
        try:
            await self._switch.ask_to_hold(attempt_id)
        except CordboardError as e:  # the call goes on without these words
            log.warning("nobody was asked to hold", extra={"leg": attempt_id, "why": str(e)})

    async def _arm_joined(self, call: Call, ask: Ask) -> None:
        await self._arm(call, ask, call.second)
        if manners_of(call.legs[call.second].number).prompt:
            with contextlib.suppress(CordboardError):
                await self._switch.hold_no_more(call.legs[call.first].attempt_id)
        await self._extension(call, call.second)

    async def _extension(self, call: Call, role: str) -> None:
        if digits := _extension(call, role):
            await self._switch.tones(call.legs[role].attempt_id, digits)

    async def _extend(self, call: Call, ask: Ask) -> None:
        await self._arm(call, ask, call.first)
        await self._arm(call, ask, call.second)

    async def _tell(self, call: Call, ask: Ask) -> None:
        self._later(TELL_AT_MOST_S, Timer(call.order_id, Event.TOLD))
        await self._unbridge(call.order_id)
        await self._switch.tell(ask.attempt_id, ask.cause)

    async def _speak(self, call: Call, ask: Ask) -> None:
        self._later(SPEAK_AT_MOST_S, Timer(call.order_id, Event.NOT_TOLD))
        await self._switch.speak(ask.attempt_id, self._digits_of(call.order_id))

    async def _unbridge(self, order_id: str) -> None:
        with contextlib.suppress(CordboardError):
            await self._switch.unbridge(order_id)

    def _later(self, seconds: float, happening: Happening) -> None:
        asyncio.get_running_loop().call_later(seconds, self._happened, happening)


def _extension(call: Call, role: str) -> str:
    return str(call.telephones(role)[call.legs[role].rank][1] or "")


def _is_gone(error: Exception) -> bool:
    return isinstance(error, SwitchRefused) and error.status == NOT_FOUND


def _is_up(ask: Ask) -> bool:
    """Whether the leg answered meanwhile: what gave no answer was done after all."""
    return ask.call is not None and any(
        leg.attempt_id == ask.attempt_id and (leg.up_ms or leg.answered_ms) for leg in ask.call.legs.values()
    )


async def _after(earlier: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]) -> None:
    if earlier is not None:
        await asyncio.wait([earlier])
    await work
