"""Waiting for what another process does: it has no event for us, so it is asked until it is so."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
