"""An exchange in a background thread, for tests and demonstrations: a free port, its own loop, a `with` block."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from dispatcher.switches.exchange.events import Json
from dispatcher.switches.exchange.server import ExchangeConfig, Server

T = TypeVar("T")


class RunningExchange:
    """`with RunningExchange(cel_file, script) as exchange:` runs one, and knows its `url`."""

    def __init__(self, cel_file: Path, script: Mapping[str, Any] | None = None, port: int = 0) -> None:
        config = ExchangeConfig(cel_file=cel_file, port=port)
        self.config = config if script is None else replace(config, script=script)
        self.cel_file = cel_file
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)
        self._started: Future[None] = Future()
        self._server: Server

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result(timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    @property
    def url(self) -> str:
        """The root of the server, to which /ari is added."""
        return f"http://{self.config.host}:{self._server.port}"

    @property
    def api_key(self) -> str:
        """The key to speak to it: user:password."""
        return f"{self.config.user}:{self.config.password}"

    def stats(self) -> Json:
        """Say what /exchange/stats says."""
        return self._ask(self._server.exchange.statistics)

    def set_script(self, script: Mapping[str, Any]) -> None:
        """Change the script for what is dialled from now on."""
        self._ask(lambda: self._server.set_script(script))

    def faults(self, **wanted: Any) -> Json:
        """Order faults, see `faults.Faults`; also kill_sockets=True and power_cut=True."""
        return self._ask(lambda: self._server.set_faults(wanted))

    def wait_until_empty(self, seconds: float = 5.0) -> None:
        """Wait until no leg is left; TimeoutError if it takes longer."""
        left = asyncio.run_coroutine_threadsafe(self._server.exchange.empty.wait(), self._loop)
        left.result(timeout=seconds)

    def globals(self) -> dict[str, str]:
        """Give the variables of the switch."""
        return self._ask(lambda: dict(self._server.exchange.globals))

    def _ask(self, question: Callable[[], T]) -> T:
        answer: Future[T] = Future()

        def reply() -> None:
            try:
                answer.set_result(question())
            except Exception as error:  # noqa: BLE001 - carried over to the thread that asked
                answer.set_exception(error)

        self._loop.call_soon_threadsafe(reply)
        return answer.result(timeout=10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._server = Server(self.config)
        try:
            await self._server.start()
        except OSError as error:
            self._started.set_exception(error)
            return
        self._started.set_result(None)
        await self._stop.wait()
        await self._server.stop()
