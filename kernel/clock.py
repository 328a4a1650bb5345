"""Time comes from here and is passed in; nothing else asks the machine what time it is."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Milliseconds since the epoch, UTC."""

    def ms(self) -> int:
        """Now, in whole milliseconds since 1970-01-01T00:00Z."""
        ...


class SystemClock:
    """The machine's clock."""

    def ms(self) -> int:
        """Now, floored to milliseconds."""
        return time.time_ns() // 1_000_000


def at(ms: int) -> datetime:
    """The aware UTC datetime of `ms`."""
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def iso(ms: int | None) -> str | None:
    """ISO 8601 with milliseconds and Z, or None for None."""
    if ms is None:
        return None
    return at(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
