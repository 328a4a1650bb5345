"""Orders that wait: rung for again when nobody took them, ended when they waited too long."""

import logging
from dataclasses import dataclass

from dispatcher import closing, pool, ports
from dispatcher.pool import Pool
from dispatcher.routes import Routes
from kernel.clock import Clock
from kernel.db import Database
from kernel.doorbell import Doorbell
from orders import orders
from orders.states import OrderState

log = logging.getLogger(__name__)

NOT_TAKEN_MS = 5_000
MOST_STUCK = 100
"""Claimed orders whose worker died have their place among those set up already."""

NO_ROUTES = Routes(())


@dataclass(frozen=True, slots=True)
class Due:
    """Rings for orders that are due. Safe to run anywhere, any number of times."""

    db: Database
    clock: Clock
    doorbell: Doorbell
    pool: Pool
    stale_ms: int
    routes: Routes = NO_ROUTES

    def ring(self) -> int:
        """Ring for as many waiting orders as may be set up now; how many that was. Ends those too old to launch.

        None whose bell was rung in the last 5 s: its job is probably on the way. What was claimed for a switch that
        is away waits for nothing else. Who waits for a port is rung for when one is free, and keeps nobody waiting.
        """
        now_ms = self.clock.ms()
        not_rung_ms = now_ms - NOT_TAKEN_MS
        with self.db.read() as conn:
            standings = self.pool.standings(conn, now_ms)
            room, away = self.pool.room(standings), pool.away(standings)
            waiting = orders.stranded(conn, away, not_rung_ms, MOST_STUCK) if away else []
            stuck = orders.waiting(conn, now_ms, not_rung_ms, OrderState.CLAIMED, MOST_STUCK)
            queue = self.routes.queue(conn, now_ms, not_rung_ms, room)
            left = room - len(queue)
            others = orders.waiting(conn, now_ms, not_rung_ms, OrderState.DUE, max(left, 0), besides=ports.QUEUED)
            waiting = list(dict.fromkeys(waiting + stuck + queue + others))
            stale = orders.stale(conn, now_ms - self.stale_ms)
        for order_id in stale:
            self._expire(order_id)
        rung = [order_id for order_id in waiting if order_id not in stale and self.doorbell.ring(order_id)]
        if rung:
            with self.db.write() as conn:
                orders.rang(conn, rung, now_ms)
        return len(rung)

    def _expire(self, order_id: str) -> None:
        with self.db.write() as conn:
            order = orders.by_id(conn, order_id)
            if order is not None and closing.close(conn, order, OrderState.DUE, "expired", self.clock.ms()):
                log.warning("an order waited too long", extra={"order": order_id})
