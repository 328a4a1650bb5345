"""The versions of a deck's prices: where a new line goes among those that are there. Pure.

Per prefix, versions follow one another in time; each ends where the next begins. What is in effect, or was, keeps
its price for ever; what is not in effect yet may still be given another.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from billing.deckfile import Line, Wrong
from kernel.money import plain

NEW, KEPT, CHANGED, ENDED = "new", "kept", "changed", "ended"


@dataclass(slots=True)
class Version:
    """A price of a prefix over a time. `id` is the stored row's, "" where it is new."""

    prefix: str
    destination: str
    rate: int
    connect_fee: int
    first: int
    next: int
    from_ms: int
    to_ms: int | None = None
    id: str = ""
    fate: str = KEPT

    @property
    def price(self) -> tuple[str, int, int, int, int]:
        """All but when."""
        return self.destination, self.rate, self.connect_fee, self.first, self.next


class Versions:
    """All versions of a deck's rows, and a place for each line of a file."""

    def __init__(self, stored: Iterable[Version], now_ms: int) -> None:
        self._now_ms = now_ms
        self._named: set[tuple[str, int]] = set()
        self.of_prefix: dict[str, list[Version]] = defaultdict(list)
        for version in stored:
            self.of_prefix[version.prefix].append(version)

    def place(self, line: Line) -> str:
        """Put the line in its place; a sentence if it is worth a warning. Wrong if it can't be placed."""
        from_ms = self._now_ms if line.from_ms is None else line.from_ms
        if (line.prefix, from_ms) in self._named:
            raise Wrong(f"the prefix {line.prefix} is given twice for the same time")
        self._named.add((line.prefix, from_ms))
        versions = self.of_prefix[line.prefix]
        same = self._same(versions, line, from_ms)
        if same is not None and same.price == line.price:
            self._end(same, line.to_ms)
            return ""
        before = max((v for v in versions if v.from_ms < from_ms), key=lambda v: v.from_ms, default=None)
        if same is not None and from_ms > self._now_ms:
            _, same.rate, same.connect_fee, same.first, same.next = line.price
            same.destination, same.to_ms, same.fate = line.destination, line.to_ms, CHANGED
        elif from_ms < self._now_ms and any(v.id for v in versions):
            raise Wrong(f"the prefix {line.prefix} already has prices; a new one can't begin in the past")
        elif same is not None:
            raise Wrong(f"the prefix {line.prefix} has a price in effect; a new one must begin later")
        else:
            versions.append(Version(line.prefix, *line.price, from_ms, line.to_ms, fate=NEW))
        return _worth_a_look(before, line)

    def settle(self) -> None:
        """End each version where the next one of its prefix begins."""
        for versions in self.of_prefix.values():
            versions.sort(key=lambda v: v.from_ms)
            for version, after in pairwise(versions):
                if version.to_ms is None or version.to_ms > after.from_ms:
                    version.to_ms = after.from_ms
                    version.fate = ENDED if version.fate == KEPT else version.fate

    def _same(self, versions: list[Version], line: Line, from_ms: int) -> Version | None:
        """The version that the line means: of the same beginning, or, where it names none, the one in effect."""
        for version in versions:
            in_effect = version.from_ms <= self._now_ms and (version.to_ms is None or version.to_ms > self._now_ms)
            if version.from_ms == from_ms:
                return version
            if line.from_ms is None and in_effect and version.price == line.price:
                return version
        return None

    def _end(self, version: Version, to_ms: int | None) -> None:
        if to_ms is None or to_ms == version.to_ms:
            return
        if to_ms < self._now_ms or (version.to_ms is not None and version.to_ms < self._now_ms):
            raise Wrong(f"the prefix {version.prefix} had this price already; its end can't be moved in the past")
        version.to_ms = to_ms
        version.fate = ENDED if version.fate == KEPT else version.fate


def _worth_a_look(before: Version | None, line: Line) -> str:
    if line.rate == 0:
        return f"the prefix {line.prefix} costs nothing"
    if before is not None and abs(line.rate - before.rate) * 2 > before.rate:
        return f"the rate of {line.prefix} changes by more than half: {plain(before.rate)} to {plain(line.rate)}"
    return ""
