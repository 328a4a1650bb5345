"""A process of somebody else's program, which ends with the process that started it, even when that is killed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

# Reads one line: an empty one means that whoever held the other end is dead, or gone without a word.
_GUARD = 'read -r word; [ -n "$word" ] || kill -9 "$0" 2>/dev/null'


class Child:
    """One running program; what it says goes to the end of `screen`."""

    def __init__(self, words: Sequence[str], folder: Path, screen: Path) -> None:
        self.screen = screen
        with screen.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 our own words
                list(words), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self._guard = subprocess.Popen(  # noqa: S603 our own words
            ["/bin/sh", "-c", _GUARD, str(self._process.pid)], stdin=subprocess.PIPE, start_new_session=True
        )

    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def said(self) -> str:
        """All that it wrote so far."""
        return self.screen.read_text("utf-8", "replace")

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        self._guard.communicate(b"done\n")
