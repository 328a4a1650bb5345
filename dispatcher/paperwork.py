"""The conductor's half that writes: every transaction of it, each begun by renewing the lease."""

import logging
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from dispatcher import closing, lease, pool, switchlog
from dispatcher.advance import Advance, Ask, Happening, Timer, may_take
from dispatcher.calls import Call, Calls
from dispatcher.lease import LeaseLost
from dispatcher.progress import PROGRESS, Action, Event
from dispatcher.recovery import Recovery
from dispatcher.routes import Routes
from dispatcher.settling import Settling
from dispatcher.slices import Slices, Slicing
from dispatcher.switches.base import LiveLeg
from dispatcher.tables import switch_log
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database
from kernel.errors import Unavailable
from orders import orders, wishes
from orders.states import OrderState

log = logging.getLogger(__name__)

_PAST_SETTING_UP = (Action.ARM_JOINED, Action.TELL_1, Action.SPEAK)
_NOT_LIVE = (OrderState.DUE, OrderState.ENDED)
_CAN_BE_DROPPED = {state for state, event in PROGRESS if event is Event.DROP}


@dataclass(frozen=True, slots=True)
class Doubt:
    """What was decided in a transaction whose COMMIT gave no answer; if it was kept, it is still to be done."""

    until_ms: int  # what that transaction wrote into the lease: each writes another time
    asks: list[Ask]
    closed: list[Call]


class Paperwork:
    """What one conductor knows and writes of one switch. Used from one thread."""

    def __init__(
        self, db: Database, clock: Clock, *, switch: str, routes: Routes, holder: str, lease_ms: int,
        longest_ring_s: int = 90, slicing: Slicing | None = None, lost_ms: int = 30_000,
    ) -> None:  # fmt: skip
        self._db, self._clock, self._switch = db, clock, switch
        self._holder, self._lease_ms, self._lost_ms = holder, lease_ms, lost_ms
        self._routes = routes
        self.calls = Calls()
        self.settling = Settling(self.calls, clock)
        self._slices = Slices(clock, slicing or Slicing())
        self._advance = Advance(self.calls, self.settling, self._slices, clock, switch, routes)
        self._recovery = Recovery(self.calls, self._advance, self.settling, clock, switch, longest_ring_s)
        self._epoch = self._until_ms = 0
        self._doubt: Doubt | None = None
        self._owed: list[Ask] = []
        self._log_id = 0
        self.made_room = False  # a call got past its setting up: the next order may be launched

    def acquire(self) -> bool:
        """Try for the lease."""
        with self._db.write() as conn:
            now_ms = self._clock.ms()
            epoch = lease.acquire(conn, self._switch, self._holder, now_ms, self._lease_ms)
        self._epoch, self._until_ms = epoch or 0, now_ms + self._lease_ms
        return epoch is not None

    def renew(self) -> None:
        """Keep the lease, or LeaseLost."""
        with self._ours():
            pass

    def answered(self) -> None:
        """Keep the lease, or LeaseLost; and note that the switch has just answered."""
        with self._ours() as conn:
            pool.answered(conn, self._switch, self._clock.ms())

    def asked_in_vain(self) -> None:
        """Keep the lease, or LeaseLost; and note that the switch gave no answer.

        Of one that has given none for `lost_ms`, every call is ended here, though nobody can look: what was dialled is
        billed to when it was last seen alive, and never dialled again.
        """
        with self._ours() as conn:
            now_ms = self._clock.ms()
            if pool.asked_in_vain(conn, self._switch, now_ms) > now_ms - self._lost_ms:
                return
            self._routes.keep_others_from_taking(conn)
            if gone := self._recovery.lost(conn):
                log.error("the switch is lost, its calls are ended", extra={"switch": self._switch, "calls": gone})
        self._start_over()

    def give_up(self) -> None:
        """Let another conductor in at once."""
        with self._db.write() as conn:
            lease.give_up(conn, self._switch, self._epoch)

    def take(self, batch: list[Happening]) -> list[Ask]:
        """Write what follows from a batch of happenings, in one transaction.

        Unavailable if that can't be written now, or nobody knows whether it was; it is to be tried again, and what was
        decided the first time is not lost. If one happening can't be carried out, the others are, each by itself: one
        call's fault is not another's.
        """
        try:
            asks = self._written(batch)
        except (Unavailable, LeaseLost):
            self._start_over()
            raise
        except Exception:
            log.exception("a batch could not be carried out; each of it is tried by itself")
            self._start_over()
            asks = [ask for happening in batch for ask in self._alone(happening)]
        asks = self._with_what_is_owed(asks)
        self.made_room |= any(ask.action in _PAST_SETTING_UP for ask in asks)
        return asks

    def _written(self, batch: list[Happening]) -> list[Ask]:
        asks: list[Ask] = []
        with self._ours(asks) as conn:
            if any(may_take(happening) for happening in batch):
                self._routes.keep_others_from_taking(conn)
            asks += [ask for happening in batch for ask in self._advance.take(conn, happening)]
            extends = any(ask.action is Action.EXTEND for ask in asks)
            crash_point("extend.before_commit" if extends else "batch.before_commit")
        crash_point("extend.after_commit" if extends else "batch.after_commit")
        return asks

    def _alone(self, happening: Happening) -> list[Ask]:
        try:
            return self._written([happening])
        except (Unavailable, LeaseLost):
            raise
        except Exception as e:
            log.exception("a call is set aside", extra={"happening": str(happening)})
            self._start_over()
            with self._ours() as conn:
                return self._recovery.set_aside(conn, happening, f"{type(e).__name__}: {e}")

    def _start_over(self) -> None:
        """What is in mind may be ahead of what was written."""
        self.calls.forget_all()
        self.settling.closed = []

    def log_rows(self) -> list[Row[Any]]:
        """Lines of the switch's log that were not read yet."""
        with self._db.read() as conn:
            rows = switchlog.since(conn, self._switch, self._log_id)
        if rows:
            self._log_id = rows[-1].id
        return rows

    def low(self) -> list[Happening]:
        """Joined calls that want a larger hold, or limits as large as theirs; an account's calls one after the other.

        Their order keeps two conductors from waiting for each other's account.
        """
        wanting = sorted((call for call in self.calls.all() if self._slices.wants(call)), key=lambda x: x.account_id)
        return [Timer(call.order_id, Event.LOW) for call in wanting]

    def wished(self) -> list[Happening]:
        """What somebody wishes of live calls. What nobody claimed yet is ended here; what is over is noted as done."""
        with self._db.read() as conn:
            waiting = wishes.waiting(conn, self._switch)
        if any(wish.state in _NOT_LIVE for wish in waiting):
            with self._ours() as conn:
                for wish in waiting:
                    self._off_the_switch(conn, wish)
        return [Timer(wish.order_id, Event.DROP) for wish in waiting if wish.state in _CAN_BE_DROPPED]

    def _off_the_switch(self, conn: Connection, wish: Row[Any]) -> None:
        now_ms = self._clock.ms()
        if wish.state == OrderState.DUE and (order := orders.by_id(conn, wish.order_id)):
            closing.close(conn, order, OrderState.DUE, "dropped", now_ms)  # else a worker was quicker
        elif wish.state == OrderState.ENDED:
            wishes.done(conn, wish.id, "dropped" if wish.outcome == "dropped" else "over", now_ms)

    def recover(
        self, live: list[LiveLeg], bridges: list[str], dialled: Set[str] = frozenset()
    ) -> tuple[list[Ask], list[str]]:
        """Bring every open order in line with the log and with what the switch has; stray bridges to remove."""
        with self._ours() as conn:
            self._routes.keep_others_from_taking(conn)
            newest = select(func.max(switch_log.c.id)).where(switch_log.c.switch == self._switch)
            self._log_id = conn.execute(newest).scalar_one() or 0
            self._owed = []  # the switch is looked at anew
            pool.answered(conn, self._switch, self._clock.ms())
            asks = self._recovery.recover(conn, live, dialled)
            return asks, [bridge for bridge in bridges if self.calls.of_order(bridge) is None]

    def looked(self, live: list[LiveLeg], asked_ms: int) -> list[Ask]:
        """A snapshot of the switch: note who is alive, settle who vanished, end who is not ours."""
        asks: list[Ask] = []
        try:
            with self._ours(asks) as conn:
                self._routes.keep_others_from_taking(conn)
                asks += self._recovery.compare(conn, live, asked_ms)
        except Unavailable:
            self._start_over()
            raise
        return self._with_what_is_owed(asks)

    @contextmanager
    def _ours(self, asks: list[Ask] | None = None) -> Iterator[Connection]:
        """A transaction under our lease. `asks`, filled by then, are owed if its COMMIT was done and never answered."""
        until_ms = 0
        try:
            with self._db.write() as conn:
                self._find_out(conn)
                now_ms = self._clock.ms()
                now_ms += now_ms + self._lease_ms == self._until_ms
                lease.renew(conn, self._switch, self._epoch, now_ms, self._lease_ms)
                yield conn
                until_ms = now_ms + self._lease_ms
        except Unavailable:
            if until_ms:
                self._doubt = Doubt(until_ms, asks or [], self.settling.closed if asks is not None else [])
            raise
        self._until_ms = until_ms

    def _find_out(self, conn: Connection) -> None:
        """Whether what is in doubt was kept."""
        if self._doubt is None:
            return
        self._until_ms = lease.until_ms(conn, self._switch, self._epoch)
        if self._until_ms == self._doubt.until_ms:
            self._owed += self._doubt.asks
            self.settling.closed += self._doubt.closed
        self._doubt = None

    def _with_what_is_owed(self, asks: list[Ask]) -> list[Ask]:
        owed, self._owed = self._owed, []
        return owed + asks
