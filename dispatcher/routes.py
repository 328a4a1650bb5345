"""Which carrier a leg leaves by: of those that may carry it, the first in order that has a port free.

The rules and the order are in `dispatcher.ways`, ports and calls a second in `dispatcher.ports`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sqlalchemy import Connection

from billing import decks
from billing.rating import Terms
from dispatcher import ports, ways
from dispatcher.health import Doctor, HealthRules
from dispatcher.ports import Room, Taken
from dispatcher.switches.ari_requests import Carrier
from dispatcher.ways import Order, Way
from kernel.errors import CordboardError
from orders import orders
from satellite.numbering import classify


class NoWay(CordboardError):
    """No carrier may ever carry a leg of an order, however long it waits."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A leg that is to be dialled, and what the account is charged for it."""

    order_id: str
    role: str
    number: str
    charged: Terms


class Routes:
    """The carriers, by number."""

    def __init__(self, carriers: Iterable[Carrier], order: Order = "cost", health: HealthRules | None = None) -> None:
        self.by_name: Mapping[str, Carrier] = {carrier.name: carrier for carrier in carriers}
        self.rules = health or HealthRules()
        self._order: Order = order
        self._doctor = Doctor(self.rules)

    def has(self, e164: str) -> bool:
        """Whether a carrier takes this number, whatever it costs and however much it carries now."""
        return any(not way.refused for way in self._static(e164))

    def admit(self, conn: Connection, switch: str, legs: Sequence[Wanted], now_ms: int) -> tuple[Taken, ...] | None:
        """Take the ports of all legs of an order at once, each by the first of its ways that has room.

        None if there is no room now: the order then waits in the queue of what it found full, and stays due. NoWay if
        there never will be.
        """
        order_id, open_ways = legs[0].order_id, [self._open(conn, switch, leg, now_ms) for leg in legs]
        limited = {way.line for row in open_ways for way in row if way.line.ports or way.line.cps}
        chosen = [row[0] for row in open_ways]
        if limited:
            ports.keep_others_from_taking(conn)
            room = Room(conn, limited, now_ms)
            fitting = _first_fit(open_ways, room)
            if fitting is None:
                _check_sizes(open_ways)
                full = [each.name for each in limited if not room.left(each)] or [each.name for each in limited]
                ports.queue(conn, order_id, full, now_ms)
                orders.not_rung(conn, order_id)
                return None
            chosen = fitting
            ports.leave_queue(conn, order_id)
        ports.take(conn, order_id, [(leg.role, way.line) for leg, way in zip(legs, chosen, strict=True)], now_ms)
        return tuple(Taken(way.name) for way in chosen)

    def taken(self, conn: Connection, order_id: str, role: str) -> Taken | None:
        """The port that a leg has, by whose carrier it is to be dialled."""
        return ports.of_leg(conn, order_id, role)

    def next(self, conn: Connection, switch: str, leg: Wanted, tried: Collection[str], now_ms: int) -> Taken | None:
        """Another way for a leg whose carrier failed it, or for its next number; the port that it had comes free.

        None if no way is left that has room; it is not waited for, since somebody holds the line. A carrier whose calls
        a second are used up by the orders that wait has room for it all the same, seconds later.
        """
        ports.release(conn, leg.order_id, leg.role)
        try:
            open_ways = [way for way in self._open(conn, switch, leg, now_ms) if way.name not in tried]
        except NoWay:
            return None
        ports.keep_others_from_taking(conn)
        fitting = _first_fit([open_ways], Room(conn, [way.line for way in open_ways], now_ms, ports.AHEAD_AGAIN_MS))
        if fitting is None:
            return None
        ports.take(conn, leg.order_id, [(leg.role, fitting[0].line)], now_ms)
        return Taken(fitting[0].name)

    def keep_others_from_taking(self, conn: Connection) -> None:
        """Who may take a port or a slot, and writes of other things too, does so first, or two wait for each other."""
        if any(each.ports or each.cps for each in self.by_name.values()):
            ports.keep_others_from_taking(conn)

    def slot(self, conn: Connection, order_id: str, role: str, attempt_id: str, carrier: str, now_ms: int) -> int:
        """When (ms) an attempt may be dialled, by its carrier's calls a second. Now or before: at once."""
        known = self.by_name.get(carrier)
        return ports.slot(conn, order_id, role, attempt_id, known, now_ms) if known else 0

    def release(self, conn: Connection, order_id: str, role: str = "") -> None:
        """Let the port of a leg go, or without a role all of the order's."""
        ports.release(conn, order_id, role)

    def queue(self, conn: Connection, now_ms: int, rung_before_ms: int, limit: int) -> list[str]:
        """Orders that waited for a port and may have one now."""
        return ports.next_in_queue(conn, self.by_name, now_ms, rung_before_ms, limit)

    def ways(
        self, conn: Connection, e164: str, charged: Terms | None, now_ms: int, switch: str = ""
    ) -> tuple[Way, ...]:
        """Every carrier with the reason of its place: those to be tried, in order, then those that are not."""
        every = [self._priced(conn, way, e164, charged, now_ms) for way in self._static(e164, switch)]
        seen = [self._seen(conn, way, now_ms) for way in every if not way.refused]
        room = Room(conn, [way.line for way in seen], now_ms)
        told = [way if room.left(way.line) else replace(way, note="full now") for way in seen]
        return (*ways.in_order(told, self._order), *(way for way in every if way.refused))

    def _static(self, e164: str, switch: str = "") -> list[Way]:
        digits, satellite = e164.removeprefix("+"), classify(e164) is not None
        found = []
        for carrier in self.by_name.values():
            prefix = ways.prefix_of(carrier, digits)
            refused = ways.closed(carrier, prefix, satellite=satellite)
            if not refused and switch and carrier.switches and switch not in carrier.switches:
                refused = f"the switch {switch} does not reach it"
            found.append(Way(carrier, prefix or "", refused=refused))
        return found

    def _priced(self, conn: Connection, way: Way, e164: str, charged: Terms | None, now_ms: int) -> Way:
        if way.refused or not way.line.deck:
            return way
        cost = decks.find_terms(conn, way.line.deck, e164, now_ms)
        return replace(way, cost=cost, refused=ways.too_dear(way.line, cost, charged))

    def _seen(self, conn: Connection, way: Way, now_ms: int) -> Way:
        health = self._doctor.of(conn, way.name, now_ms)
        return replace(way, health=health, ill=health.is_ill(self.rules))

    def _open(self, conn: Connection, switch: str, leg: Wanted, now_ms: int) -> list[Way]:
        """The ways of a leg, best first. NoWay if it has none. How those do is looked at where there is a choice."""
        every = [
            self._priced(conn, way, leg.number, leg.charged, now_ms)
            for way in self._static(leg.number, switch)
            if not way.refused
        ]
        found = [way for way in every if not way.refused]
        if not found:
            raise NoWay(f"leg {leg.role}: " + ("; ".join(f"{w.name}: {w.refused}" for w in every) or "no carrier"))
        return ways.in_order([self._seen(conn, way, now_ms) for way in found], self._order) if found[1:] else found


def _combinations(open_ways: list[list[Way]]) -> list[list[Way]]:
    """One way for each leg, those nearest to the top of their lists first."""
    every = product(*(enumerate(row) for row in open_ways))
    return [[way for _, way in each] for each in sorted(every, key=lambda each: sum(place for place, _ in each))]


def _first_fit(open_ways: list[list[Way]], room: Room) -> list[Way] | None:
    """The first ways that have room for all legs together."""
    fitting = (each for each in _combinations(open_ways) if room.fits([way.line for way in each]))
    return next(fitting, None)


def _check_sizes(open_ways: list[list[Way]]) -> None:
    """NoWay if all legs together are more than their carriers ever carry at once."""
    for chosen in _combinations(open_ways):
        legs = Counter(way.line for way in chosen)
        if all(count <= carrier.ports or not carrier.ports for carrier, count in legs.items()):
            return
    raise NoWay("its carriers have fewer ports than it has legs")
