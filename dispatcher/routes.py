"""Which carrier a leg leaves by: the longest matching prefix, then the lowest priority number."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from billing.rating import Terms
from dispatcher.switches.ari_requests import Carrier
from kernel.errors import Misconfigured
from orders import orders


@dataclass(frozen=True, slots=True)
class Wanted:
    """A leg that is to leave: whose it is, to where, and what the account pays for it."""

    order_id: str
    role: str
    number: str
    charged: Terms


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier that a leg leaves by; it is dialled no earlier than `not_before_ms`."""

    carrier: str
    not_before_ms: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """One route to a number, and why it stands where it does, or is refused."""

    carrier: str
    why: str


class Routes:
    """The carriers of one switch, by number."""

    def __init__(self, carriers: Iterable[Carrier]) -> None:
        self.by_name = {carrier.name: carrier for carrier in carriers}
        self._rows = sorted(
            ((prefix.lstrip("+"), carrier) for carrier in self.by_name.values() for prefix in carrier.prefixes),
            key=lambda row: (-len(row[0]), row[1].priority, row[1].name),
        )

    def has(self, e164: str) -> bool:
        """Whether a carrier takes this number."""
        return bool(self._carriers(e164))

    def carrier_for(self, e164: str) -> Carrier:
        """The carrier to dial this number by. Misconfigured if none takes it."""
        for carrier in self._carriers(e164):
            return carrier
        raise Misconfigured("No carrier takes this number: give one an empty prefix in the settings.")

    def admit(self, _conn: Connection, _switch: str, legs: Sequence[Wanted], _now_ms: int) -> tuple[Taken, ...] | None:
        """A route for each leg of an order at once, or None: then it stays due."""
        return tuple(Taken(self.carrier_for(leg.number).name) for leg in legs)

    def taken(self, conn: Connection, order_id: str, role: str) -> Taken | None:
        """What `admit` or `next` took for this leg."""
        order = orders.by_id(conn, order_id)
        if order is None:
            return None
        return Taken(self.carrier_for(order.number_a if role == "A" else order.number_b).name)

    def next(self, _conn: Connection, _switch: str, leg: Wanted, tried: Collection[str], _now_ms: int) -> Taken | None:
        """Another route for the leg than those that were tried; it takes the place of the present one."""
        return next((Taken(row.name) for row in self._carriers(leg.number) if row.name not in tried), None)

    def release(self, _conn: Connection, _order_id: str, _role: str = "") -> None:
        """Free what was taken for a leg, or with no role for all of the order's."""

    def ways(self, _conn: Connection, e164: str, _charged: Terms | None, _now_ms: int) -> tuple[Way, ...]:
        """Every route to a number, in the order in which they are tried."""
        return tuple(Way(carrier.name, f"priority {carrier.priority}") for carrier in self._carriers(e164))

    def _carriers(self, e164: str) -> list[Carrier]:
        found = [carrier for prefix, carrier in self._rows if e164[1:].startswith(prefix)]
        return list(dict.fromkeys(found))
