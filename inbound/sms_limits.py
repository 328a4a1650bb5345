"""How many texts a minute: of each telephone that is enrolled, and of all strangers together.

Each process counts by itself. Strangers have their own measure, so that they can not use up that of others.
"""

from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

_STRANGERS: Final = "strangers"


class TextLimits:
    """Counts. `each` and `strangers` are texts a minute."""

    def __init__(self, each: int, strangers: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._each, self._strangers = RateLimitItemPerMinute(each), RateLimitItemPerMinute(strangers)
        self._told = RateLimitItemPerMinute(1)

    def may_send(self, number: str, *, known: bool) -> bool:
        """Count one more; whether that is still within bounds."""
        if known:
            return self._limiter.hit(self._each, "from", number)
        return self._limiter.hit(self._strangers, _STRANGERS)

    def may_be_told(self, number: str) -> bool:
        """Whether this one was not told within this minute that it sends too many."""
        return self._limiter.hit(self._told, "told", number)
