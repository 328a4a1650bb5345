"""DNS for evidence: answers are kept for their time to live, and one message gets only so many, for only so long.

Whoever writes us a mail chooses what we look up for it.
"""

import time
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

MOST_KEPT: Final = 10_000
TRY_S: Final = 1.0
AWAY_S: Final = 20.0
"""A name whose servers did not answer is not asked for again so soon; but when a mail that waits is looked at again."""


class DnsAway(Exception):
    """No answer: nothing is known of that name. Says why in a word or two."""


class DnsSilent(DnsAway):
    """For now: asked later there may be one."""


class Nameservers:
    """Asks the servers of `addresses` (`192.0.2.1` or `192.0.2.1:53`), or those of the machine. For any thread."""

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        self._resolver = _resolver(addresses)
        self._away: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def ask(self, name: str, kind: str, seconds: float) -> list[Any]:
        """The records; none if there is no such name. Raises DnsAway."""
        key = (name.lower(), kind)
        if self._is_away(key):
            raise DnsSilent("no answer lately")
        try:
            answer = self._resolver.resolve(name, kind, lifetime=seconds, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.Timeout, dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration) as e:
            self._note(key)
            raise DnsSilent("timeout" if isinstance(e, dns.exception.Timeout) else "server failure") from e
        except (dns.exception.DNSException, OSError, ValueError) as e:  # a name that is none, an answer that is none
            raise DnsAway("bad name or answer") from e
        return list(answer.rrset or ())

    def _is_away(self, key: tuple[str, str]) -> bool:
        with self._lock:
            return self._away.get(key, 0.0) > time.monotonic()

    def _note(self, key: tuple[str, str]) -> None:
        with self._lock:
            if len(self._away) >= MOST_KEPT:
                self._away.clear()
            self._away[key] = time.monotonic() + AWAY_S


class Lookups:
    """Those of one message: at most `most`, within `seconds` in all. `missed`: later there may be more answers."""

    def __init__(self, servers: Nameservers, seconds: float = 3.0, most: int = 20) -> None:
        self._servers, self._left = servers, most
        self._until = time.monotonic() + seconds
        self.missed = False

    def hurry(self, seconds: float) -> None:
        """From now on no longer than this."""
        self._until = min(self._until, time.monotonic() + seconds)

    def records(self, name: str, kind: str) -> list[Any]:
        """As `Nameservers.ask`."""
        seconds = self._until - time.monotonic()
        self._left -= 1
        if self._left < 0:
            raise DnsAway("too many lookups")
        if seconds <= 0:
            self.missed = True
            raise DnsSilent("too slow")
        try:
            return self._servers.ask(name, kind, seconds)
        except DnsSilent:
            self.missed = True
            raise

    def texts(self, name: str) -> list[bytes]:
        """TXT records, each with its strings joined."""
        return [b"".join(record.strings) for record in self.records(name, "TXT")]


def _resolver(addresses: Sequence[str]) -> dns.resolver.Resolver:
    try:
        resolver = dns.resolver.Resolver(configure=not addresses)
    except dns.resolver.NoResolverConfiguration:  # no resolv.conf: every question goes unanswered
        resolver = dns.resolver.Resolver(configure=False)
    if addresses:
        resolver.nameservers = [_server(address) for address in addresses]
    resolver.cache = dns.resolver.LRUCache(MOST_KEPT)
    resolver.timeout = TRY_S
    return resolver


def _server(address: str) -> dns.nameserver.Do53Nameserver:
    host, _, port = address.rpartition(":") if address.count(":") == 1 else (address, "", "53")
    return dns.nameserver.Do53Nameserver(host, int(port))
