"""SPF (RFC 7208), by pyspf with lookups of ours. It tells which host a mail came by, and never more than that.

On a shared host it says "pass" to whoever sends from there, so it is shown to who asks and proves nothing.
"""

import ipaddress
from typing import Any

import spf

from inbound.evidence.lookups import DnsAway, Lookups


class _Query(spf.query):  # type: ignore[misc] # pyspf has no types
    """A check whose lookups are counted and timed with the message's others."""

    def __init__(self, lookups: Lookups, peer: str, sender: str, helo: str) -> None:
        super().__init__(i=peer, s=sender, h=helo, timeout=1, querytime=0)
        self._lookups = lookups

    def dns(self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        """As pyspf's own; resolvers follow CNAMEs by themselves."""
        del cnames
        try:
            found = [_as_pyspf(record, qtype) for record in self._lookups.records(str(name).rstrip("."), qtype)]
        except DnsAway as e:
            raise spf.TempError(f"DNS {e}") from e
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("void lookups")
        return found


def spf_result(peer: str, sender: str, lookups: Lookups) -> str:
    """RFC 7208's word for it, or "" where there is nothing to say: a host of our own handed it over. Never raises."""
    domain = sender.rpartition("@")[2]
    if not domain or not _is_from_outside(peer):
        return ""
    try:
        return str(_Query(lookups, peer, sender, domain).check()[0])
    except Exception:  # noqa: BLE001 - pyspf raises whatever it meets in a bad record
        return "permerror"


def _is_from_outside(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_global
    except ValueError:
        return False


def _as_pyspf(record: Any, kind: str) -> Any:
    if kind in ("A", "AAAA"):
        return record.address
    if kind == "MX":
        return (record.preference, record.exchange.to_text(True))
    if kind == "PTR":
        return record.target.to_text(True)
    return tuple(record.strings)
