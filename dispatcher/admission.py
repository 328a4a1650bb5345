"""Where an order is called from: a switch that is fit, and on it a port for each of its legs, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from billing.quotes import Quote
from dispatcher import ports
from dispatcher.pool import Pool
from dispatcher.routes import NoWay, Routes, Wanted
from orders import orders


@dataclass(frozen=True, slots=True)
class Admitted:
    """A switch, and by which carrier the leg leaves it that is rung first."""

    switch: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Admission:
    """Admits orders. Carriers need not be within reach of every switch (`switches` of a carrier)."""

    pool: Pool
    routes: Routes

    def admit(
        self, conn: Connection, order: Row[Any], quote: Quote, switches: Sequence[str], now_ms: int
    ) -> Admitted | None:
        """The first of these switches that has ports for all legs now; the order's own goes on with what it took.

        None: not now, the order is to stay due. NoWay: on no switch of the pool it ever will.
        """
        held = self.routes.taken(conn, order.id, order.first)
        if held is not None and switches[0] == order.switch:
            return Admitted(order.switch, held.carrier)
        if held is not None:
            self.routes.release(conn, order.id)
        legs, queued, why = _legs(order, quote), False, ""
        for switch in switches:
            try:
                taken = self.routes.admit(conn, switch, legs, now_ms)
            except NoWay as e:
                why = str(e)
                continue
            if taken is None:
                queued = True
                continue
            if queued:
                ports.leave_queue(conn, order.id)
            first = next(each for leg, each in zip(legs, taken, strict=True) if leg.role == order.first)
            return Admitted(switch, first.carrier)
        if not queued and not self._reached_from_elsewhere(conn, legs, switches, now_ms):
            raise NoWay(why)
        orders.not_rung(conn, order.id)
        return None

    def _reached_from_elsewhere(
        self, conn: Connection, legs: Sequence[Wanted], switches: Sequence[str], now_ms: int
    ) -> bool:
        """Whether another switch, which is not fit now, has a way for each leg."""
        others = [name for name in self.pool.names if name not in switches]
        return any(all(self._has_way(conn, leg, switch, now_ms) for leg in legs) for switch in others)

    def _has_way(self, conn: Connection, leg: Wanted, switch: str, now_ms: int) -> bool:
        return any(not way.refused for way in self.routes.ways(conn, leg.number, leg.charged, now_ms, switch))


def _legs(order: Row[Any], quote: Quote) -> list[Wanted]:
    numbers = {"A": order.number_a, "B": order.number_b}
    return [Wanted(order.id, role, number, quote.terms(role)) for role, number in numbers.items() if number]
