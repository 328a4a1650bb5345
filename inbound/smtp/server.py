"""Runs the SMTP door: in the foreground until a signal, or in a thread beside something else."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

from inbound.smtp.door import Entrance, SmtpDoor
from kernel.errors import Misconfigured

BACKLOG = 512


def serve_smtp(
    door: SmtpDoor,
    host: str,
    port: int,
    *,
    grace_seconds: float = 20,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the mails under way for up to `grace_seconds`.

    `ready` is told the port. What is stored by then but not handled is the sweeper's. Raises Misconfigured when the
    port cannot be had.
    """

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await _run(door, host, port, stop, grace_seconds, ready or _nobody)

    asyncio.run(main())


class RunningSmtp:
    """The door in a thread of its own, as a context manager; `port` is the one it got."""

    def __init__(self, door: SmtpDoor, host: str = "127.0.0.1", port: int = 0, *, grace_seconds: float = 5) -> None:
        self.host, self.port = host, port
        self.door, self._grace_seconds = door, grace_seconds
        self._listening: Future[int] = Future()
        self._thread = threading.Thread(target=self._main, name="smtp", daemon=True)

    def start(self) -> None:
        """Return once connections are accepted."""
        self._thread.start()
        self.port = self._listening.result()

    def stop(self) -> None:
        """Finish what is under way, as `serve_smtp` does on a signal."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.stop()

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except Misconfigured as error:
            self._listening.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        ready = self._listening.set_result
        await _run(self.door, self.host, self.port, self._stop, self._grace_seconds, ready)


async def _run(
    door: SmtpDoor, host: str, port: int, stop: asyncio.Event, grace_seconds: float, ready: Callable[[int], None]
) -> None:
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(lambda: Entrance(door), host, port, backlog=BACKLOG)
    except OSError as error:
        raise Misconfigured(f"The SMTP door cannot listen on {host} port {port}: {error.strerror or error}.") from error
    ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    await _finish(door, time.monotonic() + grace_seconds)


async def _finish(door: SmtpDoor, deadline: float) -> None:
    """Let what is under way end: connections, then what they stored, then what is handled."""
    door.closing = True
    for connection in list(door.connections):
        connection.dismiss()
    late = await _wait({connection.task() for connection in door.connections}, deadline)
    for task in late:
        task.cancel()
    await _wait(late, time.monotonic() + 1)
    await _wait(set(door.storing), deadline)
    # One turn of the loop: what was stored last is handed on by a callback.
    await asyncio.sleep(0)
    await _wait({asyncio.wrap_future(handling) for handling in list(door.handling)}, deadline)


async def _wait(futures: Iterable[asyncio.Future[Any]], deadline: float) -> set[asyncio.Future[Any]]:
    """Those of them that were not done in time."""
    pending = set(futures)
    if pending:
        _, pending = await asyncio.wait(pending, timeout=max(0, deadline - time.monotonic()))
    return pending


def _nobody(_port: int) -> None:
    """Nobody wants to know the port."""
