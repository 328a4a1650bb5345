"""A process of somebody else's program, which ends with the process that started it, even when that is killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

# Reads one line: an empty one means that whoever held the other end is dead, or gone without a word.
_GUARD: Final = 'read -r word; [ -n "$word" ] || kill -9 "$0" 2>/dev/null'
_GENTLE_GUARD: Final = """read -r word; [ -n "$word" ] && exit
kill -"$1" "$0" 2>/dev/null
while kill -0 "$0" 2>/dev/null; do sleep 0.1; done
rm -rf "$2"
"""
NOWHERE: Final = Path(os.devnull)


class Child:
    """One running program; what it says goes to the end of `screen`.

    One that has children of its own is told to go by the signal `orphaned` when nobody is left who started it, and its
    folder removed once it has; any other is killed.
    """

    def __init__(
        self, words: Sequence[str], folder: Path, screen: Path, *, orphaned: signal.Signals | None = None
    ) -> None:
        self.screen = screen
        with screen.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 our own words
                list(words), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        pid = str(self._process.pid)
        guard = [_GENTLE_GUARD, pid, str(orphaned.value), str(folder)] if orphaned else [_GUARD, pid]
        self._guard = subprocess.Popen(  # noqa: S603 our own words
            ["/bin/sh", "-c", *guard], stdin=subprocess.PIPE, start_new_session=True
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def comes_up(self, is_up: Callable[[], bool], seconds: float) -> bool:
        """Wait until it is up; False if it ended before that, or needs longer."""
        until = time.monotonic() + seconds
        while not is_up():
            if not self.is_running() or time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def said(self) -> str:
        """All that it wrote so far."""
        return self.screen.read_text("utf-8", "replace")

    def end(self, how: signal.Signals = signal.SIGKILL, seconds: float = 30) -> None:
        """End it by this signal, and if it takes longer at once, with all that it started."""
        self._process.send_signal(how)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._guard.communicate(b"done\n")
