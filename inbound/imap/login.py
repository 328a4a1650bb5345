"""How a mailbox is logged into: a password or an OAuth token, read anew for each connection since a token expires."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from kernel.errors import Unavailable

Secret = Callable[[], str]
COMMAND_SECONDS = 30.0


def from_file(path: Path) -> Secret:
    """The file's text without its line end. Raises Unavailable when it can't be read, or is empty."""

    def read() -> str:
        try:
            return _something(path.read_text(encoding="utf-8").strip(), f"the file {path}")
        except (OSError, UnicodeDecodeError) as e:
            raise Unavailable(f"The file {path} can't be read ({type(e).__name__}).") from None

    return read


def from_command(words: Sequence[str]) -> Secret:
    """What a command prints. Raises Unavailable if it fails, prints nothing, or takes over half a minute.

    Neither what it prints nor what it complains of is told: either may hold the token.
    """

    def run() -> str:
        try:
            done = subprocess.run(  # noqa: S603 (the operator's own words, no shell)
                list(words), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
                timeout=COMMAND_SECONDS,
            )  # fmt: skip
        except subprocess.CalledProcessError as e:
            raise Unavailable(f"The command {words[0]} ended with status {e.returncode}.") from None
        except (OSError, ValueError, subprocess.TimeoutExpired) as e:
            raise Unavailable(f"The command {words[0]} gave no token ({type(e).__name__}).") from None
        return _something(done.stdout.strip(), f"the command {words[0]}")

    return run


def _something(secret: str, where: str) -> str:
    if not secret:
        raise Unavailable(f"There is no password or token in what {where} gave.")
    return secret
