"""What one peer, and all of them together, may ask of the SMTP door."""

import ssl
from collections import Counter
from dataclasses import dataclass

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True)
class SmtpLimits:
    """The door's settings. Sizes are octets, times seconds; a limit crossed is answered with its own reply code."""

    hostname: str = "localhost"
    """Our name in the banner and after EHLO."""
    tls: ssl.SSLContext | None = None
    """Offers STARTTLS when given."""
    message_octets: int = 512 * 1024
    line_octets: int = 1000
    """With its CRLF, without the dot added for transparency (RFC 5321, 4.5.3.1.6)."""
    command_octets: int = 512
    recipients: int = 10
    messages: int = 100
    commands: int = 100
    """In a row without a message accepted: a relay that delivers may stay, one that only talks may not."""
    errors: int = 20
    """Replies 5xx on one connection."""
    connections: int = 400
    connections_per_address: int = 20
    unlimited_addresses: frozenset[str] = LOOPBACK
    """Relays of our own, held to the total number of connections only."""
    idle_seconds: float = 60
    """From the end of one command to the end of the next: bytes that trickle in do not prolong it."""
    message_seconds: float = 120
    """From DATA to the final dot, however steadily the bytes come."""
    connection_seconds: float = 600
    """After this no further command is taken; a message under way is finished."""
    accept_seconds: float = 60
    """How long the store may take before the sender is asked to try again."""
    linger_seconds: float = 1
    """How long we still read after our last reply, so that a reset does not wipe it out."""


class Callers:
    """Who is connected now, in total and by address."""

    def __init__(self, limits: SmtpLimits) -> None:
        self._limits = limits
        self._by_address: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count one more connection; False, uncounted, if that is one too many."""
        if self._by_address.total() >= self._limits.connections:
            return False
        limited = address not in self._limits.unlimited_addresses
        if limited and self._by_address[address] >= self._limits.connections_per_address:
            return False
        self._by_address[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Forget one connection that `enter` counted."""
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]
