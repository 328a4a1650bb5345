"""The one RQ job: claim an order, ask a switch of the pool for its first leg's silent channel. Never spans a call.

A job may come late, twice or never. It claims by a guarded UPDATE, commits, then asks; a doubled job finds nothing to
claim. Whoever dials is the conductor, when it sees the channel.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, select

from billing.quotes import Quote
from billing.tables import holds
from dispatcher import closing
from dispatcher.admission import Admission, Admitted
from dispatcher.calls import NOT_CREATED, limits
from dispatcher.pool import Pool
from dispatcher.routes import NoWay, Routes
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
_HOLD = select(holds).where(holds.c.order_id == bindparam("order"))


class Once(Protocol):
    """What a worker asks of a switch."""

    def create(self, plan: LegPlan, carrier: Carrier, app: str) -> None:
        """Make the first leg; it rings nobody. SwitchRefused or SwitchAway: nothing was done; SwitchSilent: perhaps."""

    def hang_up(self, attempt_id: str) -> None:
        """End a leg if it is there, and was not dialled."""

    def is_there(self) -> bool:
        """Whether the switch answers at all, whatever it says."""


@dataclass(frozen=True, slots=True)
class Node:
    """A switch as a worker knows it: how to ask it for one thing, and our application's name there."""

    once: Once
    app: str


@dataclass(frozen=True, slots=True)
class Launch:
    """What a claim found: the leg to create and where, and a channel of an earlier try to remove first."""

    plan: LegPlan
    order_id: str
    switch: str
    earlier: str = ""
    earlier_switch: str = ""  # empty: not one to be asked, or nobody answers there


@dataclass(frozen=True, slots=True)
class Launcher:
    """Claims, and creates on the switch that the pool chooses; on another one if that did nothing."""

    db: Database
    clock: Clock
    pool: Pool
    nodes: Mapping[str, Node]
    routes: Routes
    stale_ms: int

    def launch(self, order_id: str) -> bool:
        """Launch an order if it is still to be launched and may be now; whether its channel was asked for."""
        tried: tuple[str, ...] = ()
        while found := self._claimed(order_id, tried):
            tried += (found.switch,)
            if self._created(found, tried):
                crash_point("claim.after_create")
                return True
        return False

    def _claimed(self, order_id: str, tried: tuple[str, ...]) -> Launch | None:
        with self.db.write() as conn:
            found = self._claim(conn, order_id, tried)
            crash_point("claim.before_commit")
        if found is not None:
            crash_point("claim.after_commit")
        return found

    def _created(self, found: Launch, tried: tuple[str, ...]) -> bool:
        """Whether the channel is there, for all we know. If not, nothing was done, and the order is due again."""
        node, told = self.nodes[found.switch], {"order": found.order_id, "on": found.switch}
        try:
            self._remove_earlier(found)
            node.once.create(found.plan, self.routes.by_name[found.plan.carrier], node.app)
        except (SwitchRefused, SwitchAway) as e:
            log.warning("the first leg was not created", extra={**told, "why": str(e)})
            self._put_back(found, tried, NOT_CREATED if isinstance(e, SwitchRefused) else "not_reached")
            return False
        except SwitchSilent as e:
            log.warning("the first leg may have been created", extra={**told, "why": str(e)})
        return True

    def _remove_earlier(self, found: Launch) -> None:
        """An attempt that is final is never dialled; its channel, where it can't be removed, is a stray there."""
        if not found.earlier_switch:
            return
        if found.earlier_switch == found.switch:
            self.nodes[found.switch].once.hang_up(found.earlier)
        elif elsewhere := self.nodes.get(found.earlier_switch):
            with suppress(SwitchAway, SwitchRefused, SwitchSilent):
                elsewhere.once.hang_up(found.earlier)

    def _claim(self, conn: Connection, order_id: str, tried: tuple[str, ...]) -> Launch | None:
        now_ms = self.clock.ms()
        order = orders.lock(conn, order_id)
        if order is None or order.state not in (OrderState.DUE, OrderState.CLAIMED):
            return None
        dropped = wishes.is_dropped(conn, order_id)
        if dropped and order.state == OrderState.DUE:
            closing.close(conn, order, OrderState.DUE, "dropped", now_ms)
            return None
        if order.state == OrderState.CLAIMED:
            return self._claim_again(conn, order, now_ms, dropped=dropped)
        orders.keep_others_from_claiming(conn)
        switches = self.pool.fit(conn, now_ms, tried)
        if order.due_ms > now_ms or not switches:
            orders.not_rung(conn, order_id)
            return None  # nobody would dial, or nobody would know how long they talked, or it is full: it stays due
        if order.accepted_ms < now_ms - self.stale_ms:
            closing.close(conn, order, OrderState.DUE, "expired", now_ms)
            return None
        hold = conn.execute(_HOLD, {"order": order_id}).one()
        admitted = self._admit(conn, order, hold, switches, now_ms)
        if admitted is None:
            return None
        taken = orders.move(
            conn, order_id, OrderState.DUE, OrderState.CLAIMED, taken_until_ms=now_ms + TAKEN_MS, switch=admitted.switch
        )
        return Launch(self._attempt(conn, order, hold, admitted, now_ms), order_id, admitted.switch) if taken else None

    def _admit(
        self, conn: Connection, order: Row[Any], hold: Row[Any], switches: Sequence[str], now_ms: int
    ) -> Admitted | None:
        """A switch, and ports for all legs there at once. None: it stays due, or was closed for want of any way."""
        try:
            return Admission(self.pool, self.routes).admit(conn, order, Quote.from_json(hold.quote), switches, now_ms)
        except NoWay as e:
            log.warning("an order has no way", extra={"order": order.id, "why": str(e)})
            closing.close(conn, order, OrderState(order.state), "no_route", now_ms)
            return None

    def _claim_again(self, conn: Connection, order: Row[Any], now_ms: int, *, dropped: bool) -> Launch | None:
        """Claimed, and not dialled yet: its worker died, its switch never answered, or is away now.

        A new attempt is made only after the old one was ended by a guarded UPDATE: that one can't be dialled any more.
        """
        standings = {each.name: each for each in self.pool.standings(conn, now_ms)}
        was = standings.get(order.switch)
        away = was is None or was.is_away
        if order.taken_until_ms > now_ms and not away:
            return None
        over = "dropped" if dropped else "expired" if order.accepted_ms < now_ms - self.stale_ms else ""
        orders.keep_others_from_claiming(conn)
        switches = self.pool.fit(conn, now_ms) or ([] if away else [order.switch])
        if not switches and not over:
            orders.not_rung(conn, order.id)
            return None
        earlier = [row for row in attempts.of_order(conn, order.id) if row.state != AttemptState.ENDED]
        if any(row.state != AttemptState.CLAIMED for row in earlier):
            return None
        ended = AttemptState.ENDED
        if not all(
            attempts.move(conn, row.id, AttemptState.CLAIMED, ended, end_reason="never_dialled") for row in earlier
        ):
            return None  # the conductor was quicker: it is being dialled
        if over:
            closing.close(conn, order, OrderState.CLAIMED, over, now_ms)
            return None  # its channel, if there is one, is a stray to the conductor
        hold = conn.execute(_HOLD, {"order": order.id}).one()
        admitted = self._admit(conn, order, hold, switches, now_ms)
        if admitted is None:  # unless it is closed by now
            orders.move(conn, order.id, OrderState.CLAIMED, OrderState.DUE, due_ms=now_ms + AGAIN_AFTER_MS, switch="")
            return None
        orders.hold_on(conn, order.id, now_ms + TAKEN_MS, admitted.switch)
        plan = self._attempt(conn, order, hold, admitted, now_ms)
        if not earlier:
            return Launch(plan, order.id, admitted.switch)
        return Launch(plan, order.id, admitted.switch, earlier[-1].id, "" if away else earlier[-1].switch)

    def _attempt(self, conn: Connection, order: Row[Any], hold: Row[Any], admitted: Admitted, now_ms: int) -> LegPlan:
        limit_ms = limits(hold).limit_ms(order.first)
        number, carrier = order.number_a if order.first == "A" else order.number_b, admitted.carrier
        attempt_id = attempts.claim(
            conn, order.id, order.first, switch=admitted.switch, carrier=carrier, number=number, limit_ms=limit_ms,
            now_ms=now_ms,
        )  # fmt: skip
        shown = order.shown_a if order.first == "A" else order.shown_b
        return LegPlan(attempt_id, carrier, number, limit_ms, shown)

    def _put_back(self, found: Launch, tried: tuple[str, ...], why: str) -> None:
        """The switch definitely did nothing: the order is due again, at once if another can take it, else shortly."""
        now_ms = self.clock.ms()
        with self.db.write() as conn:
            never = attempts.move(conn, found.plan.attempt_id, AttemptState.CLAIMED, AttemptState.ENDED, end_reason=why)
            if never:
                later = 0 if self.pool.fit(conn, now_ms, tried) else AGAIN_AFTER_MS
                values = {"due_ms": now_ms + later, "switch": ""}
                orders.move(conn, found.order_id, OrderState.CLAIMED, OrderState.DUE, **values)
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
