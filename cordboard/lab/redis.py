"""A Redis of nobody's own, for several machines, or to be taken away: a socket in a folder that goes with it."""

import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from cordboard import embedded_redis
from kernel.errors import Unavailable

_BOOT_SECONDS = 60


class RedisServer:
    """One running server, which keeps nothing when it ends. Use as a context manager."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="cordboard-redis-")
        self.socket = Path(self._folder.name) / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As the settings have it."""
        return f"unix://{self.socket}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    def start(self) -> None:
        """Start it, or let one go on that is frozen, and wait until it answers. Unavailable if it never does."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)
        else:
            self._process = embedded_redis.start(self.socket)
        until = time.monotonic() + _BOOT_SECONDS
        while not embedded_redis.is_up(self.socket):
            if time.monotonic() > until:
                raise Unavailable("Redis did not start.")
            time.sleep(0.02)

    def freeze(self) -> None:
        """Connections stay, and are not answered."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End it at once, and with it all it holds."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait(30)
