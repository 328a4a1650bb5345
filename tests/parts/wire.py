"""A wire that things get lost on: a port in front of a server, where what passes goes wrong as a test orders it.

Only what a client asks is looked into, unit by unit (a command, a statement, a mail); `Talk` tells them apart.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from cordboard.lab.ports import HOST

What = Literal["lose_reply", "lose_request", "cut_midway", "late", "slow"]
"""lose_reply: done, never answered. lose_request: not done, never answered. cut_midway: half of it came. late: never
answered, and done only when the asker has long known that it broke. slow: done and answered, later. All but the last
end the connection."""
BLOCK = 1 << 16
DONE_WITHIN_S = 30.0


@dataclass(slots=True)
class Fault:
    """What is to go wrong with the next units that have all of these words in them."""

    what: What
    on: tuple[str, ...]
    times: int = 1
    seconds: float = 0.5


class Talk(Protocol):
    """One connection's side of the asker."""

    def units(self, data: bytes) -> Iterator[tuple[bytes, str]]:
        """The units that are complete with this data, and what each of them says."""


@dataclass(slots=True)
class Wire:
    """A port that leads to another, or to a socket's file. Use as a context manager."""

    talk: Callable[[], Talk]
    to: int | Path
    port: int = 0
    faults: list[Fault] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _lines: set[asyncio.Task[None]] = field(default_factory=set)

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="wire", daemon=True)
        self._thread.start()
        assert ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)

    def order(self, *faults: Fault) -> None:
        """These are to come next; what was ordered before and never came is forgotten."""
        self.faults = list(faults)

    def left(self) -> int:
        """How many of the faults ordered are still to come."""
        return sum(fault.times for fault in self.faults)

    def next_fault(self, said: str) -> Fault | None:
        """Use up one fault for this unit, if there is one for it."""
        for fault in self.faults:
            if fault.times > 0 and all(word in said for word in fault.on):
                fault.times -= 1
                return fault
        return None

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._came, HOST, self.port))
        self.port = server.sockets[0].getsockname()[1]
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)  # each line's own, and who waits for it to close both its ends
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _ended(writer), self._upstream() as (answers, server):
            line = _Line(self, self.talk(), reader, writer, answers, server)
            task = asyncio.create_task(line.carry())
            self._lines.add(task)
            task.add_done_callback(self._lines.discard)
            await asyncio.wait([task])

    @contextlib.asynccontextmanager
    async def _upstream(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reach: Coroutine[Any, Any, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.open_unix_connection(self.to)
            if isinstance(self.to, Path)
            else asyncio.open_connection(HOST, self.to)
        )
        reader, writer = await reach
        async with _ended(writer):
            yield reader, writer


@dataclass(slots=True)
class _Line:
    """One connection."""

    wire: Wire
    talk: Talk
    asks: asyncio.StreamReader
    client: asyncio.StreamWriter
    answers: asyncio.StreamReader
    server: asyncio.StreamWriter
    deaf: bool = False

    async def carry(self) -> None:
        """Until one of the two ends it, or a fault does."""
        forth, back = asyncio.create_task(self._forth()), asyncio.create_task(self._back())
        with contextlib.suppress(OSError):
            done, _ = await asyncio.wait((forth, back), return_when=asyncio.FIRST_COMPLETED)
            if forth in done and (late := forth.result()):
                self.client.transport.abort()
                await self._do_late(*late, back)
        for task in (forth, back):
            task.cancel()
        await asyncio.gather(forth, back, return_exceptions=True)

    async def _forth(self) -> tuple[float, bytes] | None:
        """Carry what is asked; what is to be done late, and how late."""
        while data := await self.asks.read(BLOCK):
            for unit, said in self.talk.units(data):
                fault = self.wire.next_fault(said)
                match fault.what if fault else "":
                    case "lose_request":
                        return None
                    case "cut_midway":
                        await self._pass_on(unit[: len(unit) // 2])
                        return None
                    case "late":
                        assert fault is not None
                        return fault.seconds, unit
                    case "lose_reply":
                        self.deaf = True
                    case "slow":
                        assert fault is not None
                        await asyncio.sleep(fault.seconds)
                await self._pass_on(unit)
        return None

    async def _pass_on(self, unit: bytes) -> None:
        self.server.write(unit)
        await self.server.drain()

    async def _back(self) -> None:
        while data := await self.answers.read(BLOCK):
            if self.deaf:
                self.client.transport.abort()
                return
            self.client.write(data)
            await self.client.drain()

    async def _do_late(self, seconds: float, unit: bytes, back: asyncio.Task[None]) -> None:
        self.deaf = True
        await asyncio.sleep(seconds)
        await self._pass_on(unit)
        await asyncio.wait([back], timeout=DONE_WITHIN_S)  # its answer says that it is done, however slow the server is


@contextlib.asynccontextmanager
async def _ended(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Ended at the end, with nothing told of how the other side left."""
    try:
        yield
    except OSError:
        writer.transport.abort()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
