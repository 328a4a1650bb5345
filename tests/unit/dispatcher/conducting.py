"""A conductor and a follower of the log at work on a running exchange, and ways to wait for what they do."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from dispatcher import switchlog
from dispatcher.advance import Ask, Happening
from dispatcher.calls import limits
from dispatcher.conductor import Conductor, Pace
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Waits
from dispatcher.slices import Slicing
from dispatcher.switches.ari import Ari
from dispatcher.switches.base import SwitchEvent
from dispatcher.switches.exchange.running import RunningExchange
from dispatcher.switchlog import Follower
from orders import attempts
from tests.unit.dispatcher.desk import APP, LEASE_MS, SWITCH, Desk

PACE = Pace(beat=0.02, log_poll=0.005, idle_poll=0.005, look=0.1, wishes=0.05, low=0.02)
Tell = Callable[[], None]


class WatchedSwitch(Ari):
    """Tells when it is connected and when it has asked; a test may then step in."""

    def __init__(self, exchange: RunningExchange, desk: Desk, tell: Tell) -> None:
        super().__init__(exchange.url, "cordboard", "cordboard", APP, desk.routes)
        self._tell, self._desk = tell, desk
        self.connections = self.arms = 0
        self.armed: list[tuple[str, int, int, int]] = []  # leg, limit, talk that is paid for, what the limit may be
        self.then: dict[str, Callable[[], object]] = {}

    async def events(self) -> AsyncGenerator[SwitchEvent | None]:
        async for event in super().events():
            if event is None:
                self.connections += 1
                self._tell()
            yield event

    async def ask(self, attempt_id: str, who: str) -> None:
        await super().ask(attempt_id, who)
        await self._step_in("ask")

    async def arm(self, attempt_id: str, limit_ms: int) -> None:
        self.armed.append((attempt_id, limit_ms, *self._committed(attempt_id, self._desk.clock.ms())))
        await super().arm(attempt_id, limit_ms)
        self.arms += 1
        self._tell()
        await self._step_in(f"arm {self.arms}")

    def _committed(self, attempt_id: str, now_ms: int) -> tuple[int, int]:
        """What the leg's hold pays for as anybody else sees it now, and what of that is still to come."""
        with self._desk.db.read() as conn:
            order = attempts.by_id(conn, attempt_id)
            assert order is not None
            paid = limits(self._desk.hold(order.order_id))
        limit_ms = paid.limit_a_ms if order.role == "A" else paid.limit_b_ms
        used_ms = now_ms - order.answered_ms if order.answered_ms else 0
        return paid.talk_s, limit_ms - used_ms

    async def _step_in(self, asked: str) -> None:
        step = self.then.pop(asked, None)
        if step is not None:
            await asyncio.get_running_loop().run_in_executor(None, step)


class ToldPapers(Paperwork):
    """Tells when a batch was written."""

    tell: Tell

    def take(self, batch: list[Happening]) -> list[Ask]:
        asks = super().take(batch)
        self.tell()
        return asks


class ToldFollower(Follower):
    """Tells when it has read something."""

    tell: Tell

    def read_on(self) -> int:
        found = super().read_on()
        if found:
            self.tell()
        return found


class Conducting:
    """What a test of the conductor speaks to."""

    def __init__(self, desk: Desk, exchange: RunningExchange, confirm_s: float, slicing: Slicing | None = None) -> None:
        loop, self.news = asyncio.get_running_loop(), asyncio.Event()
        self.desk, self.exchange, self._stop = desk, exchange, threading.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(self.news.set)

        self.papers = ToldPapers(
            desk.db,
            desk.clock,
            switch=SWITCH,
            routes=desk.routes,
            holder="one",
            lease_ms=LEASE_MS,
            slicing=slicing,
        )
        self.follower = ToldFollower(desk.db, desk.clock, SWITCH, exchange.cel_file)
        self.papers.tell = self.follower.tell = tell
        self.switch = WatchedSwitch(exchange, desk, self.news.set)
        waits = Waits(5, 5, confirm_s)
        self.conductor = Conductor(
            self.papers, self.switch, waits, lambda: None, desk.clock, PACE, digits_of=lambda order: order[-4:]
        )
        self._reads = threading.Thread(target=self.follower.follow, args=(self._stop,), name="follower")
        self.stop = asyncio.Event()

    async def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something holds; looked at again whenever there is news."""
        async with asyncio.timeout(seconds):
            while not holds():
                await self.news.wait()
                self.news.clear()

    async def is_ready(self) -> None:
        """The switch has our application, and its log was seen to be read."""
        await self.until(lambda: self.switch.connections > 0 and self._trusted())

    def _trusted(self) -> bool:
        with self.desk.db.read() as conn:
            return switchlog.is_trusted(conn, SWITCH, self.desk.clock.ms())

    async def launch(self, **columns: Any) -> str:
        """An order that a worker launches now."""
        order = self.desk.order(**columns)
        launcher = self.desk.launcher_on(self.exchange)
        assert await asyncio.get_running_loop().run_in_executor(None, launcher.launch, order)
        return order

    async def over(self, order: str) -> str:
        """The outcome of an order, once it has ended and nothing is left of it on the switch."""
        await self.until(lambda: bool(self.desk.row(order).state == "ended"))
        return str(self.desk.row(order).outcome)

    def start(self) -> None:
        self._reads.start()
        self.run = asyncio.create_task(self.conductor.run(self.stop))

    def end(self) -> None:
        self._stop.set()
        self._reads.join()


@asynccontextmanager
async def conducting(
    desk: Desk, exchange: RunningExchange, confirm_s: float = 2.0, slicing: Slicing | None = None
) -> AsyncIterator[Conducting]:
    """A conductor that is connected; stopped at the end, or ended by itself with what the block expects."""
    at_work = Conducting(desk, exchange, confirm_s, slicing)
    at_work.start()
    try:
        await at_work.is_ready()
        yield at_work
        at_work.stop.set()
        await at_work.run
    finally:
        at_work.run.cancel()
        await asyncio.gather(at_work.run, return_exceptions=True)
        at_work.end()
