"""The ways that a number may leave by: which are open, in which order, and why, in words. Pure.

What a way costs is what a typical call costs on it (`TYPICAL_MS`, connect fee and increments and all), so that a cheap
minute with a dear fee is seen for what it is. The same figure is compared with what the account is charged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from billing.rating import Terms, billed_seconds, charge
from dispatcher.health import Health
from dispatcher.switches.ari_requests import Carrier
from kernel.money import plain

Order = Literal["cost", "priority"]
TYPICAL_MS = 185_000
"""Three minutes and a little, so that who bills by whole minutes is seen to."""


_UNSEEN = Health()


@dataclass(frozen=True, slots=True)
class Way:
    """One carrier for one number. `refused` says why it is not used; empty where it may be."""

    line: Carrier
    prefix: str = ""  # the longest of its prefixes that the number begins with
    cost: Terms | None = None  # None: not known
    health: Health = _UNSEEN
    ill: bool = False
    refused: str = ""
    note: str = ""  # what there is to say of one that may be used

    @property
    def name(self) -> str:
        """The carrier's name."""
        return self.line.name

    @property
    def why(self) -> str:
        """The reason of its place or of its refusal, in a few words."""
        if self.refused:
            return self.refused
        price = f"costs {told(self.cost)}" if self.cost else "its cost is not known"
        said = [price, f"priority {self.line.priority}"]
        if self.prefix:
            said.append(f"prefix {self.prefix}")
        if self.ill:
            seen = self.health
            said.append(f"ill: of {seen.seizures} calls {seen.answered} answered, {seen.failed} failed")
        return ", ".join([*said, self.note] if self.note else said)


def told(terms: Terms) -> str:
    """`0.03 USD a minute`, with the fee if there is one."""
    fee = f" and {plain(terms.connect_fee)} to connect" if terms.connect_fee else ""
    return f"{plain(terms.rate)} {terms.currency} a minute{fee}"


def prefix_of(carrier: Carrier, digits: str) -> str | None:
    """The longest of a carrier's prefixes that these digits begin with; None if there is none."""
    fitting = [prefix.lstrip("+") for prefix in carrier.prefixes if digits.startswith(prefix.lstrip("+"))]
    return max(fitting, key=len, default=None)


def closed(carrier: Carrier, prefix: str | None, *, satellite: bool) -> str:
    """Why a carrier does not take a number whatever it costs, "" if it does.

    Satellite legs leave by uplinks only. An uplink takes others only by a prefix that names them.
    """
    if prefix is None:
        return "none of its prefixes fits"
    if satellite and not carrier.uplink:
        return "it is no uplink, and satellite numbers leave by uplinks only"
    if carrier.uplink and not satellite and not prefix:
        return "it is an uplink, for satellite numbers"
    return ""


def too_dear(carrier: Carrier, cost: Terms | None, charged: Terms | None) -> str:
    """Why a carrier would lose money on a number, "" if it would not, or may. One without a cost deck is believed."""
    if not carrier.deck or carrier.allow_loss:
        return ""
    if cost is None:
        return f"its cost deck {carrier.deck} has no row for the number"
    if charged is None:
        return ""
    if cost.currency != charged.currency:
        return f"it costs {cost.currency} and the call is charged in {charged.currency}"
    if typical(cost) > typical(charged):
        return f"it costs {told(cost)}, more than the {told(charged)} that are charged"
    return ""


def typical(terms: Terms) -> int:
    """What a typical call costs, in micro-units."""
    return charge(billed_seconds(TYPICAL_MS, terms), terms)


def in_order(ways: Iterable[Way], order: Order) -> list[Way]:
    """Those that are well, then those that are ill, each by the rule of `order`.

    "cost": those whose cost is known first, by what a typical call costs, then by the minute's price; what costs the
    same by longest prefix, then priority, then name. "priority": by longest prefix, then priority, then name.
    """
    return sorted(ways, key=_by_cost if order == "cost" else _by_priority)


def _by_priority(way: Way) -> tuple[bool, int, int, str]:
    return way.ill, -len(way.prefix), way.line.priority, way.name


def _by_cost(way: Way) -> tuple[bool, bool, int, int, int, int, str]:
    of_a_call, a_minute = (typical(way.cost), way.cost.rate) if way.cost else (0, 0)
    return way.ill, way.cost is None, of_a_call, a_minute, -len(way.prefix), way.line.priority, way.name
