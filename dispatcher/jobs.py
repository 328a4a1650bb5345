"""The one RQ job: claim an order, ask the switch for leg A's silent channel. Never spans a call.

A job may come late, twice or never. It claims by a guarded UPDATE, commits, then asks; a doubled job finds nothing to
claim. Whoever dials is the conductor, when it sees the channel.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, select

from billing.quotes import Quote
from billing.tables import holds
from dispatcher import closing, lease, switchlog
from dispatcher.calls import limits
from dispatcher.routes import NoWay, Routes, Wanted
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import LegPlan, SwitchAway, SwitchRefused, SwitchSilent
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database
from kernel.errors import Unavailable
from orders import attempts, orders, wishes
from orders.states import AttemptState, OrderState

log = logging.getLogger(__name__)

TAKEN_MS = 15_000
"""A claimed order whose channel never showed up is launched anew after this long."""
AGAIN_AFTER_MS = 2_000


@dataclass(frozen=True, slots=True)
class Launch:
    """What a claim found: the leg to create, and a channel of an earlier try to remove first."""

    plan: LegPlan
    order_id: str
    earlier: str = ""


class Once(Protocol):
    """What a worker asks of a switch."""

    def create(self, plan: LegPlan, carrier: Carrier, app: str) -> None:
        """Make the first leg; it rings nobody. SwitchRefused or SwitchAway: nothing was done; SwitchSilent: perhaps."""

    def hang_up(self, attempt_id: str) -> None:
        """End a leg if it is there, and was not dialled."""


@dataclass(frozen=True, slots=True)
class Launcher:
    """Claims and creates, on one switch."""

    db: Database
    clock: Clock
    once: Once
    switch: str
    app: str
    routes: Routes
    setting_up_max: int
    stale_ms: int

    def launch(self, order_id: str) -> bool:
        """Launch an order if it is still to be launched and may be now; whether its channel was asked for."""
        with self.db.write() as conn:
            found = self._claim(conn, order_id)
            crash_point("claim.before_commit")
        if found is None:
            return False
        crash_point("claim.after_commit")
        try:
            if found.earlier:
                self.once.hang_up(found.earlier)
            self.once.create(found.plan, self.routes.by_name[found.plan.carrier], self.app)
        except (SwitchRefused, SwitchAway) as e:
            log.warning("leg A was not created", extra={"order": order_id, "why": str(e)})
            self._put_back(found)
            return False
        except SwitchSilent as e:
            log.warning("leg A may have been created", extra={"order": order_id, "why": str(e)})
        crash_point("claim.after_create")
        return True

    def _claim(self, conn: Connection, order_id: str) -> Launch | None:
        now_ms = self.clock.ms()
        order = orders.lock(conn, order_id)
        if order is None or order.state not in (OrderState.DUE, OrderState.CLAIMED):
            return None
        dropped = wishes.is_dropped(conn, order_id)
        if dropped and order.state == OrderState.DUE:
            closing.close(conn, order, OrderState.DUE, "dropped", now_ms)
            return None
        if not lease.is_live(conn, self.switch, now_ms) or not switchlog.is_trusted(conn, self.switch, now_ms):
            orders.not_rung(conn, order_id)
            return None  # nobody would dial, or nobody would know how long they talked: it stays due
        if order.state == OrderState.CLAIMED:
            return self._claim_again(conn, order, now_ms, dropped=dropped)
        orders.keep_others_from_claiming(conn)
        if order.due_ms > now_ms or orders.setting_up(conn) >= self.setting_up_max:
            orders.not_rung(conn, order_id)
            return None
        if order.accepted_ms < now_ms - self.stale_ms:
            closing.close(conn, order, OrderState.DUE, "expired", now_ms)
            return None
        carrier = self._admit(conn, order, now_ms)
        if carrier is None:
            return None
        taken = orders.move(
            conn, order_id, OrderState.DUE, OrderState.CLAIMED, taken_until_ms=now_ms + TAKEN_MS, switch=self.switch
        )
        return Launch(self._attempt(conn, order, carrier, now_ms), order_id) if taken else None

    def _admit(self, conn: Connection, order: Row[Any], now_ms: int) -> str | None:
        """Ports for all legs at once; the first leg's carrier. None: it stays due, or was closed for want of a way."""
        held = self.routes.taken(conn, order.id, order.first)
        if held is not None:
            return held.carrier
        quote = Quote.from_json(conn.execute(select(holds.c.quote).where(holds.c.order_id == order.id)).scalar_one())
        numbers = {"A": order.number_a, "B": order.number_b}
        legs = [Wanted(order.id, role, number, quote.terms(role)) for role, number in numbers.items() if number]
        try:
            taken = self.routes.admit(conn, self.switch, legs, now_ms)
        except NoWay as e:
            log.warning("an order has no way", extra={"order": order.id, "why": str(e)})
            closing.close(conn, order, OrderState(order.state), "no_route", now_ms)
            return None
        if taken is None:
            return None
        return next(each.carrier for leg, each in zip(legs, taken, strict=True) if leg.role == order.first)

    def _claim_again(self, conn: Connection, order: Row[Any], now_ms: int, *, dropped: bool) -> Launch | None:
        """A worker claimed it and died, or the switch never answered: a new attempt, the old one can't be dialled."""
        if order.taken_until_ms > now_ms:
            return None
        earlier = [row for row in attempts.of_order(conn, order.id) if row.state != AttemptState.ENDED]
        if any(row.state != AttemptState.CLAIMED for row in earlier):
            return None
        ended = AttemptState.ENDED
        if not all(
            attempts.move(conn, row.id, AttemptState.CLAIMED, ended, end_reason="never_dialled") for row in earlier
        ):
            return None  # the conductor was quicker: it is being dialled
        if dropped or order.accepted_ms < now_ms - self.stale_ms:
            closing.close(conn, order, OrderState.CLAIMED, "dropped" if dropped else "expired", now_ms)
            return None  # its channel, if there is one, is a stray to the conductor
        carrier = self._admit(conn, order, now_ms)
        if carrier is None:
            return None
        orders.hold_on(conn, order.id, now_ms + TAKEN_MS)
        return Launch(self._attempt(conn, order, carrier, now_ms), order.id, earlier[-1].id if earlier else "")

    def _attempt(self, conn: Connection, order: Row[Any], carrier: str, now_ms: int) -> LegPlan:
        limit_ms = limits(conn.execute(select(holds).where(holds.c.order_id == order.id)).one()).limit_ms(order.first)
        number = order.number_a if order.first == "A" else order.number_b
        attempt_id = attempts.claim(
            conn, order.id, order.first, switch=self.switch, carrier=carrier, number=number,
            limit_ms=limit_ms, now_ms=now_ms,
        )  # fmt: skip
        return LegPlan(attempt_id, carrier, number, limit_ms, order.caller_id)

    def _put_back(self, found: Launch) -> None:
        """The switch definitely did nothing: the order is due again shortly."""
        now_ms = self.clock.ms()
        with self.db.write() as conn:
            never = attempts.move(
                conn, found.plan.attempt_id, AttemptState.CLAIMED, AttemptState.ENDED, end_reason="not_created"
            )
            if never:
                orders.move(conn, found.order_id, OrderState.CLAIMED, OrderState.DUE, due_ms=now_ms + AGAIN_AFTER_MS)
                self.routes.release(conn, found.order_id)


_launch: list[Callable[[str], bool]] = []


def install(launch_order: Callable[[str], bool]) -> None:
    """Give this process's job its launcher. RQ finds jobs by module name only, so this is the one global we keep."""
    _launch[:] = [launch_order]


def launch(order_id: str) -> None:
    """What RQ calls."""
    try:
        _launch[0](order_id)
    except Unavailable as e:
        log.warning("a job could not run; its order stays due", extra={"order": order_id, "why": str(e)})
