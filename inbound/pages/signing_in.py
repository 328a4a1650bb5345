"""Signing in: a handle and its PIN. An unknown name, a wrong PIN and a locked one read alike and take alike."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from accounts.handles import Holder, by_handle
from accounts.people import User
from accounts.pins import LONGEST_PIN, Locked, check_pin
from kernel.db import Database
from kernel.secrets import Secrets

log = logging.getLogger(__name__)

NOBODY: Final = "0" * 28
EVERYBODY: Final = "everybody"


class TooMany(Exception):
    """Too many wrong sign-ins from one address, or from everywhere, in this minute."""


@dataclass(frozen=True, slots=True)
class Brakes:
    """So many wrong sign-ins a minute: from one address, and in all. Who signs in rightly is not counted."""

    of_address: RateLimitItem
    of_all: RateLimitItem
    counted: FixedWindowRateLimiter = field(default_factory=lambda: FixedWindowRateLimiter(MemoryStorage()))

    @classmethod
    def of(cls, address: int, everybody: int) -> "Brakes":
        """By these numbers."""
        return cls(RateLimitItemPerMinute(address), RateLimitItemPerMinute(everybody))

    def are_off(self, address: str) -> bool:
        """Whether another one may be tried."""
        return self.counted.test(self.of_address, address) and self.counted.test(self.of_all, EVERYBODY)

    def wrong(self, address: str) -> None:
        """Count one."""
        self.counted.hit(self.of_address, address)
        self.counted.hit(self.of_all, EVERYBODY)


@dataclass(frozen=True)
class SigningIn:
    """Checks who signs in. `tell_of_lock` is for those who should know that somebody guesses."""

    db: Database
    secrets: Secrets
    brakes: Brakes
    tell_of_lock: Callable[[User, Locked], None]

    def check(self, handle: str, pin: str, address: str, now_ms: int) -> Holder | None:
        """Who that is; None if it is nobody. Raises TooMany."""
        if not self.brakes.are_off(address):
            raise TooMany
        with self.db.read() as conn:
            found = by_handle(conn, self.secrets, handle)
        known = found is not None and bool(found.generation)
        pin = pin if len(pin) <= 4 * LONGEST_PIN else ""
        right = check_pin(self.db, self.secrets, found.user.id if found and known else NOBODY, pin, now_ms)
        if right:
            return found
        if not known or isinstance(right, Locked):  # it was not looked at: it takes as long as if it had been
            self.secrets.is_pin(self._some_hash, pin)
        if found and isinstance(right, Locked):
            log.warning("PIN locked", extra={"user": found.user.id, "by": right.kind})
            self.tell_of_lock(found.user, right)
        self.brakes.wrong(address)
        return None

    @cached_property
    def _some_hash(self) -> str:
        return self.secrets.hash_pin(NOBODY)
