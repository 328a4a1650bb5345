"""One switch's desk on a database file: funded orders, a conductor's papers, the log, and a clock that is a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, update

from billing import holds, ledger
from billing.check import check
from billing.quotes import Ceiling, Quote
from billing.tables import cdrs
from billing.tables import holds as holds_table
from dispatcher import pool, ports
from dispatcher.advance import Ask, Happening
from dispatcher.jobs import Launcher, Node
from dispatcher.paperwork import Paperwork
from dispatcher.pool import Pool
from dispatcher.progress import Action
from dispatcher.routes import Routes
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind, LiveLeg, SwitchEvent
from dispatcher.switches.exchange.running import RunningExchange
from dispatcher.tables import log_positions, switch_log
from kernel.clock import Clock
from kernel.db import Database
from orders import attempts, wishes
from orders.states import AttemptState, OrderState
from orders.tables import attempts as attempts_table
from orders.tables import orders
from orders.tables import wishes as wishes_table
from replies.tables import outbox
from tests.unit import factory
from tests.unit.billing.world import DOLLAR, QUOTE
from tests.unit.factory import NOW

SWITCH, APP, HOLD = "main", "cb", 5 * DOLLAR
STALE_MS, LEASE_MS = 600_000, 6_000
TRUNK = Carrier("trunk", "PJSIP/trunk/sip:{digits}@trunk.example")
UPLINK = Carrier("uplink", "PJSIP/uplink/sip:{digits}@sky.example", uplink=True)
_key = count(1)


class Now:
    """A clock that stands until it is set."""

    def __init__(self, now_ms: int = NOW) -> None:
        self.now_ms = now_ms

    def ms(self) -> int:
        return self.now_ms

    def later(self, ms: int) -> int:
        self.now_ms += ms
        return self.now_ms


@dataclass(frozen=True, slots=True)
class Ann:
    """Who orders, with 10 000 dollars."""

    account: str
    user: str


def enrolled(db: Database) -> Ann:
    with db.write() as conn:
        account = factory.account(conn)
        ledger.open_balance(conn, account, "USD")
        ledger.top_up(conn, account, 10_000 * DOLLAR, "USD", account, "card", NOW)
        return Ann(account, factory.user(conn, account))


class Desk:
    """Ann's orders from +1 202 555 0101 to +44 20 7946 0018, and what became of them."""

    def __init__(self, where: Path | Database, ann: Ann, clock: Clock | None = None) -> None:
        self.db = where if isinstance(where, Database) else Database(f"sqlite:///{where}")
        self.now = Now()
        self.clock: Clock = clock or self.now
        self.routes = Routes([TRUNK, UPLINK])
        self.account, self.user = ann.account, ann.user

    # -- what is there beforehand ----------------------------------------------------------------------------------

    def order(
        self, state: OrderState = OrderState.DUE, *, held: int = HOLD, ceiling: Ceiling | None = None,
        quote: Quote = QUOTE, **columns: Any,
    ) -> str:  # fmt: skip
        """An order with 5 dollars held for it, or what is `held`."""
        now_ms = self.clock.ms()
        switch = "" if state is OrderState.DUE else SWITCH
        terms = {"state": state, "accepted_ms": now_ms, "due_ms": now_ms, "answer_to": "sealed", "id": _id()}
        terms |= {"switch": switch}
        with self.db.write() as conn:
            order = factory.order(conn, self.account, self.user, **{**terms, **columns})
            holds.open_hold(conn, order, self.account, held, quote, now_ms, ceiling)
        return order

    def attempt(self, order: str, role: str = "A", state: AttemptState = AttemptState.CLAIMED, **columns: Any) -> str:
        when = {"claimed_ms": self.clock.ms(), "seen_ms": None}
        with self.db.write() as conn:
            return factory.attempt(
                conn, order, role, **{"id": _id(), "state": state, "switch": SWITCH, **when, **columns}
            )

    def claimed(self, **columns: Any) -> tuple[str, str]:
        """An order that a worker has just claimed, and its leg A."""
        order = self.order(OrderState.CLAIMED, **columns)
        return order, self.attempt(order)

    def log(self, *lines: tuple[str, str, int, int | None]) -> None:
        """Lines (leg, what, at_ms, cause) that the follower has read by now."""
        with self.db.write() as conn:
            for leg, what, at_ms, cause in lines:
                row = {"switch": SWITCH, "attempt_id": leg, "what": what, "at_ms": at_ms, "cause": cause}
                conn.execute(insert(switch_log).values(row))

    def log_was_read(self) -> None:
        """The follower has read to the end of the file, now, and seen the canary there."""
        with self.db.write() as conn:
            values = {"inode": 1, "offset": 0, "read_ms": self.clock.ms(), "canary_ms": self.clock.ms()}
            if conn.execute(update(log_positions).values(values)).rowcount == 0:
                conn.execute(insert(log_positions).values(switch=SWITCH, **values))

    def switch_answers(self, switch: str = SWITCH) -> None:
        """Its conductor had an answer from it, now."""
        with self.db.write() as conn:
            pool.answered(conn, switch, self.clock.ms())

    # -- the product's parts -----------------------------------------------------------------------------------------

    def idle_papers(self, holder: str = "one") -> Paperwork:
        return Paperwork(self.db, self.clock, switch=SWITCH, routes=self.routes, holder=holder, lease_ms=LEASE_MS)

    def papers(self, holder: str = "one") -> Paperwork:
        """A conductor's papers, the lease in hand; its switch has just answered."""
        papers = self.idle_papers(holder)
        assert papers.acquire()
        self.switch_answers()
        return papers

    def launcher(self, url: str, setting_up_max: int = 20) -> Launcher:
        once = AriOnce(url, "cordboard", "cordboard")
        return Launcher(
            self.db, self.clock, Pool((SWITCH,), setting_up_max), {SWITCH: Node(once, APP)}, self.routes, STALE_MS
        )

    def launcher_on(self, exchange: RunningExchange, setting_up_max: int = 20) -> Launcher:
        return self.launcher(exchange.url, setting_up_max)

    # -- what became of it -------------------------------------------------------------------------------------------

    def row(self, order: str) -> Row[Any]:
        with self.db.read() as conn:
            return conn.execute(select(orders).where(orders.c.id == order)).one()

    def state(self, order: str) -> tuple[str, str]:
        row = self.row(order)
        return row.state, row.outcome

    def legs(self, order: str) -> list[Row[Any]]:
        with self.db.read() as conn:
            return attempts.of_order(conn, order)

    def leg(self, attempt: str) -> Row[Any]:
        with self.db.read() as conn:
            return conn.execute(select(attempts_table).where(attempts_table.c.id == attempt)).one()

    def leg_b(self, order: str) -> str:
        """The one attempt at leg B."""
        (found,) = [row.id for row in self.legs(order) if row.role == "B"]
        return str(found)

    def bills(self, order: str) -> dict[str, tuple[int, int]]:
        """Answer and end of each attempt that was billed."""
        with self.db.read() as conn:
            rows = conn.execute(select(cdrs).where(cdrs.c.order_id == order))
            return {row.attempt_id: (row.answered_ms, row.ended_ms) for row in rows}

    def hold(self, order: str) -> Row[Any]:
        with self.db.read() as conn:
            return conn.execute(select(holds_table).where(holds_table.c.order_id == order)).one()

    def held(self, order: str) -> bool:
        return bool(self.hold(order).open)

    def wish(self, order: str) -> Row[Any]:
        """The one wish that somebody had of this order."""
        with self.db.read() as conn:
            return conn.execute(select(wishes_table).where(wishes_table.c.order_id == order)).one()

    def drop(self, order: str) -> None:
        with self.db.write() as conn:
            assert wishes.drop(conn, order, self.clock.ms())

    def receipts(self, order: str) -> int:
        with self.db.read() as conn:
            return len(conn.execute(select(outbox).where(outbox.c.key == f"receipt:{order}")).all())

    def problems(self) -> list[str]:
        with self.db.read() as conn:
            return check(conn) + ports.leaked(conn)

    def is_over(self, order: str, outcome: str) -> None:
        """Ended with this outcome, nothing held, one receipt, the books in order."""
        assert self.state(order) == (OrderState.ENDED, outcome)
        assert (self.held(order), self.receipts(order), self.problems()) == (False, 1, [])


def _id() -> str:
    return f"{next(_key):028x}"


def event(kind: Kind, leg: str, detail: str = "") -> SwitchEvent:
    return SwitchEvent(kind, leg, detail)


def live(leg: str, state: str) -> LiveLeg:
    """A channel of the switch that is "down", "ringing" or "up"."""
    return LiveLeg(leg, state == "up", state == "ringing")


def lines(papers: Paperwork) -> list[Happening]:
    """What the log has that these papers did not see yet."""
    return list(papers.log_rows())


def asked(asks: Iterable[Ask]) -> list[tuple[Action | None, str]]:
    return [(ask.action, ask.attempt_id) for ask in asks]


def actions(asks: Iterable[Ask]) -> list[Action | None]:
    return [ask.action for ask in asks]
