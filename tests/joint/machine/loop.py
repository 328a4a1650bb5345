"""An event loop whose time is a number: nothing is waited for, and the same steps give the same run each time."""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tests.unit.factory import NOW


class _NoWaiting(selectors.DefaultSelector):
    """Where the loop would sleep until its next timer, it is then that time."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not found:
            assert timeout is not None, "nothing is left to wait for"
            self.seconds += max(timeout, 0.0)
        return found


class SimLoop(asyncio.SelectorEventLoop):
    """Runs what is due and leaps to what is due next."""

    def __init__(self) -> None:
        self._leaps = _NoWaiting()
        super().__init__(self._leaps)
        self.set_default_executor(AtOnce())
        self.set_exception_handler(lambda _loop, _context: None)  # who dies, dies silently; the rest is looked at

    def time(self) -> float:
        """Seconds since the run began."""
        return self._leaps.seconds

    def advance(self, seconds: float) -> None:
        """Let this much time pass."""
        self.run_until_complete(asyncio.sleep(seconds))


class AtOnce(ThreadPoolExecutor):
    """A pool that does its work where it is asked to: one thing at a time, in the order of asking."""

    def __init__(self) -> None:
        super().__init__(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as e:  # noqa: BLE001 (whoever waits for it gets it)
            done.set_exception(e)
        return done


class TrueTime:
    """The world's clock, which the switch and the people who write go by."""

    def __init__(self, loop: SimLoop) -> None:
        self.loop = loop

    def seconds(self) -> float:
        return NOW / 1000 + self.loop.time()

    def ms(self) -> int:
        return int(self.seconds() * 1000)


class OurClock(TrueTime):
    """The clock of the machines that the product runs on: it may be set."""

    off_ms = 0

    def ms(self) -> int:
        return super().ms() + self.off_ms
