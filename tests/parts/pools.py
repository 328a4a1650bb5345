"""A Cordboard on two real Asterisks that stand in for one another, with telephones by the first digits of a number."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cordboard.lab.asterisk import Asterisk, install
from cordboard.lab.house import Enrolled, House, on_asterisks
from cordboard.lab.phones import Kind, phones
from dispatcher.pool import Standing
from orders.tables import attempts
from tests.parts.places import QUICK_CALLS, Place

NEW_YORK, TORONTO = "newyork", "toronto"
RINGS, ANSWERS = "+3315", "+3314"
"""Leg A's telephones: one that only rings, one that answers."""
B_RINGS, B_STAYS, B_TALKS = "+44207901", "+44207902", "+44207903"
KINDS: dict[str, Kind] = {
    RINGS: "no_answer", ANSWERS: "answers", B_RINGS: "no_answer", B_STAYS: "answers", B_TALKS: "hangs_up_after",
}  # fmt: skip
CALLS = {
    "ring_a_s": 240, "ring_b_s": 240, "min_talk_s": 60, "slice_s": 180, "low_s": 50, "lease_s": 6,
    "setting_up_max": 60, "switch_lost_s": 10,
}  # fmt: skip


@dataclass
class Pooled:
    """The house on its two switches, and how often each number was rung."""

    place: Place
    switches: dict[str, Asterisk]
    rung: Callable[[], Counter[str]]

    def __post_init__(self) -> None:
        self._ordered = 0

    @property
    def house(self) -> House:
        return self.place.house

    def order(self, who: Enrolled, b: str) -> None:
        """A mail that orders a call to a number of its own."""
        self._ordered += 1
        self.place.mail(who, f"CALL {b}{self._ordered:04d}")

    def somebody(self, a: str = ANSWERS) -> Enrolled:
        """A user with money, whose telephone is of this kind."""
        self._ordered += 1
        return self.place.somebody(press_1=False, balance=500_000_000, phone=f"{a}{self._ordered:07d}"[:12])

    def on(self, switch: str, *states: str) -> list[Any]:
        """The orders that this switch has, in these states or in any."""
        found = [order for order in self.house.orders() if order.switch == switch]
        return [order for order in found if not states or order.state in states]

    def legs(self) -> list[Any]:
        """Every attempt."""
        with self.house.parts.db.read() as conn:
            return list(conn.execute(select(attempts)))

    def standing(self, switch: str) -> Standing:
        """How a switch is, as everybody sees it."""
        with self.house.parts.db.read() as conn:
            found = self.house.parts.pool.standings(conn, self.house.parts.clock.ms())
        return next(each for each in found if each.name == switch)


@contextmanager
def pooled(folder: Path, calls: dict[str, Any] | None = None) -> Iterator[Pooled]:
    """All of it, up."""
    kinds = sorted(set(KINDS.values()))
    with phones(*kinds, trace=True, talk=False) as handsets:
        carriers = [replace(phone.carrier, rtp_timeout=900) for phone in handsets.values()]  # who does not talk stays
        with Asterisk(install(), carriers) as new_york, Asterisk(install(), carriers) as toronto:
            switches = {NEW_YORK: new_york, TORONTO: toronto}
            prefixes: dict[Kind, list[str]] = {}
            for number, kind in KINDS.items():
                prefixes.setdefault(kind, []).append(number[1:])
            by_prefix = {",".join(digits): handsets[kind] for kind, digits in prefixes.items()}
            config = on_asterisks(switches, by_prefix)
            config |= {"calls": QUICK_CALLS | CALLS | (calls or {}), "log": {"level": "warning"}}
            with House(folder, config) as house:
                house.start()

                def rung() -> Counter[str]:
                    return Counter(f"+{digits}" for phone in handsets.values() for digits in phone.rung())

                yield Pooled(Place(house, lambda number: rung()[number]), switches, rung)
