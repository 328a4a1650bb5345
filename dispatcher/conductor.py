"""The conductor: follows one switch's events and log and carries its calls through. One active per switch.

    events of the switch ─┐
    lines of its log ─────┼─> inbox ─> one transaction (Paperwork) ─commit─> requests to the switch (Performer)
    timers ───────────────┘

All that has come in since the last transaction is written in the next one. A conductor that can't renew its lease
stops.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from dispatcher.advance import Ask, Happening
from dispatcher.lease import LeaseLost
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Performer, Waits
from dispatcher.switches.base import Driver, Kind, SwitchEvent, SwitchRefused
from kernel.clock import Clock
from kernel.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
BATCH_AT_MOST = 200
LAST_REQUESTS_S = 5.0
HEARTBEAT_S = 3.0
"""How long the switch may take over a heartbeat: less than a lease lasts, which is renewed after it."""
AWAY = (Unavailable, SwitchRefused)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the conductor does what, in seconds."""

    beat: float = 1.5
    log_poll: float = 0.02
    idle_poll: float = 0.1
    look: float = 10.0
    again: float = 0.5
    canary: float = 60.0
    wishes: float = 0.5  # read at once after an answer of the switch, but no more often than every tenth of this
    low: float = 0.5


class Conductor:
    """Runs until stopped, until the lease is lost, or until another program takes our place at the switch."""

    def __init__(
        self, papers: Paperwork, switch: Driver, waits: Waits, ring: Callable[[], object], clock: Clock,
        pace: Pace | None = None, digits_of: Callable[[str], str] = str,
    ) -> None:  # fmt: skip
        self._papers, self._switch, self._ring, self._clock = papers, switch, ring, clock
        self._pace = pace or Pace()
        self._answered = asyncio.Event()
        self._performer = Performer(switch, waits, self._happened, self._answered.set, clock, digits_of)
        self._inbox: asyncio.Queue[Happening] = asyncio.Queue()
        self._room = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="papers")

    async def run(self, stop: asyncio.Event) -> None:
        """Wait for the lease, then conduct; connect to the switch again whenever it was away."""
        async with self._switch:
            while not stop.is_set() and not await self._on_paper(self._papers.acquire):
                await _pause(stop, self._pace.beat)
            try:
                while not stop.is_set():
                    await self._conduct(stop)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._performer.rest(), LAST_REQUESTS_S)
                await self._on_paper(self._papers.give_up)
            finally:
                self._thread.shutdown()

    async def _conduct(self, stop: asyncio.Event) -> None:
        """One connection to the switch: recover, then carry on until it breaks."""
        async with contextlib.aclosing(self._switch.events()) as events:
            await self._connected(events, stop)

    async def _connected(self, events: AsyncGenerator[SwitchEvent | None], stop: asyncio.Event) -> None:
        keeping = asyncio.ensure_future(self._keep())  # to find out that a switch is mute takes longer than a lease
        try:
            await anext(events)
            await self._recover()
        except AWAY as e:
            log.warning("the switch is away", extra={"why": str(e)})
            await self._noted(self._papers.asked_in_vain)
            await _pause(stop, self._pace.beat)
            return
        finally:
            keeping.cancel()
        work = (
            self._pump(events), self._follow_log(), self._beat(), self._look(), self._batches(), self._call_in(),
            self._sing(), self._wishes(), self._low(), stop.wait(),
        )  # fmt: skip
        tasks = [asyncio.ensure_future(job) for job in work]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()  # what we did not foresee ends the process; its supervisor starts another

    async def _pump(self, events: AsyncIterator[SwitchEvent | None]) -> None:
        async for event in events:
            if event is None:
                continue
            if event.kind is Kind.REPLACED:
                raise LeaseLost("Another program took our place at the switch.")
            if event.kind is Kind.RINGS:  # nothing to be written
                self._performer.rings(event.attempt_id)
                continue
            self._happened(event)

    async def _batches(self) -> None:
        while True:
            batch = [await self._inbox.get()]
            while not self._inbox.empty() and len(batch) < BATCH_AT_MOST:
                batch.append(self._inbox.get_nowait())
            await self._carry_out(await self._written(batch))

    async def _written(self, batch: list[Happening]) -> list[Ask]:
        """What to ask for once the batch is written. A database that is busy or full is waited for."""
        while True:
            try:
                return await self._on_paper(self._papers.take, batch)
            except Unavailable as e:
                log.warning("what happened can't be written yet", extra={"why": str(e)})
                await asyncio.sleep(self._pace.again)

    async def _carry_out(self, asks: list[Ask]) -> None:
        """After the commit: ask the switch, clear away what is over, say whether there is room for more."""
        self._performer.perform(asks)
        closed, made_room = self._papers.settling.closed, self._papers.made_room
        self._papers.settling.closed, self._papers.made_room = [], False
        for call in closed:
            self._performer.clear(call)
        if closed or made_room:
            self._room.set()

    async def _call_in(self) -> None:
        """Whenever there is room for further calls: ring for orders that wait. Beside the batches, not between."""
        while True:
            await self._room.wait()
            self._room.clear()
            with contextlib.suppress(Unavailable):
                await asyncio.get_running_loop().run_in_executor(None, self._ring)

    async def _follow_log(self) -> None:
        while True:
            try:
                rows = await self._on_paper(self._papers.log_rows)
            except Unavailable as e:
                log.warning("the log can't be read yet", extra={"why": str(e)})
                rows = []
            for row in rows:
                self._happened(row)
            if not rows:
                await asyncio.sleep(self._pace.log_poll if len(self._papers.calls) else self._pace.idle_poll)

    async def _beat(self) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._switch.heartbeat(self._clock.ms())
                note = self._papers.answered
            except (*AWAY, TimeoutError):
                note = self._papers.asked_in_vain
            await self._noted(note)
            await asyncio.sleep(self._pace.beat)

    async def _keep(self) -> None:
        """Keep the lease. If it is lost, the next thing that is written finds out."""
        while True:
            await asyncio.sleep(self._pace.beat)
            with contextlib.suppress(Unavailable, LeaseLost):
                await self._on_paper(self._papers.renew)

    async def _noted(self, note: Callable[[], None]) -> None:
        """Keep the lease, and note how the switch is. LeaseLost ends us, a database that is away does not."""
        with contextlib.suppress(Unavailable):
            await self._on_paper(note)

    async def _sing(self) -> None:
        """A canary into the switch's log: while it is not seen there, nobody is rung."""
        while True:
            with contextlib.suppress(*AWAY):
                await self._switch.canary(self._clock.ms())
            await asyncio.sleep(self._pace.canary)

    async def _wishes(self) -> None:
        """A wish may have been read before its call was as far as it is now: read again when the switch answered."""
        while True:
            await self._carry_on(self._papers.wished)
            await asyncio.sleep(self._pace.wishes / 10)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.wishes):
                    await self._answered.wait()
            self._answered.clear()

    async def _low(self) -> None:
        """Calls that run low are written of by themselves: they lock accounts, which other batches do not."""
        while True:
            await asyncio.sleep(self._pace.low)
            await self._carry_on(self._papers.low)

    async def _carry_on(self, read: Callable[[], list[Happening]]) -> None:
        try:
            happenings = await self._on_paper(read)
        except Unavailable as e:
            log.warning("what is wanted of calls can't be read yet", extra={"why": str(e)})
            return
        for first in range(0, len(happenings), BATCH_AT_MOST):
            await self._carry_out(await self._written(happenings[first : first + BATCH_AT_MOST]))

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._pace.look)
            asked_ms = self._clock.ms()
            try:
                live = await self._switch.look()
            except AWAY:
                continue
            with contextlib.suppress(Unavailable):
                await self._carry_out(await self._on_paper(self._papers.looked, live, asked_ms))

    async def _recover(self) -> None:
        """The log first, then what the switch has now; both go through the same table."""
        await self._performer.rest()
        while not self._inbox.empty():
            self._inbox.get_nowait()  # from before; the log and the switch know better now
        live, bridges = await self._switch.look(), await self._switch.bridges()
        asks, stray_bridges = await self._on_paper(self._papers.recover, live, bridges, self._performer.dialled)
        for bridge in stray_bridges:
            await self._switch.unbridge(bridge)
        await self._carry_out(asks)
        self._room.set()

    def _happened(self, happening: Happening) -> None:
        self._inbox.put_nowait(happening)

    async def _on_paper(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
