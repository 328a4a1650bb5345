"""How many texts a minute: of each telephone that is enrolled, and of all strangers together.

Each process counts by itself. Strangers have their own measure, so that they can not use up that of others.
"""

from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
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
        """Whether another one is within bounds."""
        return self._limiter.test(*self._of(number, known=known))

    def count(self, number: str, *, known: bool) -> None:
        """One was taken. What was not is not counted: a gateway asks for it again and again while we are away."""
        self._limiter.hit(*self._of(number, known=known))

    def _of(self, number: str, *, known: bool) -> tuple[RateLimitItem, *tuple[str, ...]]:
        return (self._each, "from", number) if known else (self._strangers, _STRANGERS)

    def may_be_told(self, number: str) -> bool:
        """Whether this one was not told within this minute that it sends too many."""
        return self._limiter.hit(self._told, "told", number)
