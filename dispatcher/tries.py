"""What is tried after an end of a leg that nobody answered: another route, another telephone, once more, nothing.

By cause: what a carrier or its network is to blame for goes to the next route; what the party's own telephone says does
not, and goes to the next telephone. Then, by the manners of the system, once more after a while. What was tried is
read from the leg's attempts, so that it is the same live and after a restart. After an answer nothing is tried. Never
two at once: the next attempt is claimed in the transaction that makes the one before it final.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row

from dispatcher import causes
from dispatcher.calls import QUIET, Call, Leg, Try
from dispatcher.causes import CLEARED
from dispatcher.routes import Routes, Wanted
from kernel.clock import Clock
from kernel.errors import Misconfigured
from orders import attempts
from orders.states import AttemptState
from satellite.manners import manners_of, waits_s

LEAST_RING_MS = 10_000
"""A try that would ring for less is not worth it; nor for an eighth of all the waiting, where that is short."""
GROUND_S = 60
"""How long a leg that is rung first, and that nobody waits for, may take by the ground."""


class Then(StrEnum):
    """What may be tried next, in the order of the table."""

    ROUTE = "route"
    TERMINAL = "terminal"
    AGAIN = "again"


POLICY: dict[str, tuple[Then, ...]] = {
    causes.CONGESTION: (Then.ROUTE, Then.TERMINAL, Then.AGAIN),
    causes.TIMEOUT: (Then.ROUTE, Then.TERMINAL, Then.AGAIN),
    causes.FAULT: (Then.ROUTE, Then.TERMINAL, Then.AGAIN),
    causes.UNREACHABLE: (Then.TERMINAL, Then.AGAIN),
    causes.BUSY: (Then.TERMINAL, Then.AGAIN),
    causes.NO_ANSWER: (Then.TERMINAL,),
    causes.REJECTED: (Then.TERMINAL,),
    causes.BAD_NUMBER: (Then.TERMINAL,),
}
"""By the word of the cause (`causes.kind`). What we ended ourselves is no cause for anything further. How often
AGAIN is, and how soon: `satellite.manners`, busy soon, the rest later.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """The attempts at one leg, as they are kept, with how the last one ended."""

    rows: Sequence[Row[Any]]
    last: Leg

    def at(self, rank: int) -> Counter[str]:
        """How often each carrier was tried for one telephone."""
        return Counter(row.carrier for row in self.rows if row.rank == rank)

    def in_this_round(self, rank: int) -> set[str]:
        """Carriers that were tried for a telephone since it was last begun anew."""
        tried = self.at(rank)
        return {carrier for carrier, times in tried.items() if times == max(tried.values())}

    def rounds(self, rank: int) -> int:
        """How often a telephone was begun."""
        return max(self.at(rank).values(), default=0)

    def ends(self, kind: str) -> dict[int, str]:
        """How each telephone ended last, by its rank; the last attempt is of this kind."""
        found = {row.rank: causes.TIMEOUT if row.end_reason == QUIET else causes.kind(row.cause) for row in self.rows}
        return dict(sorted((found | {self.last.rank: kind}).items()))


class Tries:
    """Chooses and claims attempts of one switch."""

    def __init__(self, routes: Routes, clock: Clock, switch: str) -> None:
        self._routes, self._clock, self._switch = routes, clock, switch

    def may(self, conn: Connection, call: Call, leg: Leg, kind: str) -> bool:
        """Whether an end of this kind may lead to another try; nothing is taken for it yet."""
        return next(self._steps(conn, call, self._tried(conn, call, leg), kind), None) is not None

    def after(self, conn: Connection, call: Call, leg: Leg, kind: str) -> Try | None:
        """The next try after an end of this kind, its port taken; None if there is none."""
        tried = self._tried(conn, call, leg)
        for step, rank, after_s in self._steps(conn, call, tried, kind):
            used = tried.in_this_round(rank) if step is Then.ROUTE else set()
            if found := self._take(conn, call, leg.role, rank, used, after_s):
                return found
        return None

    def first(self, conn: Connection, call: Call, role: str) -> Try:
        """The first try at a leg, by whom its order was admitted; an order of before there were ports takes one now."""
        taken = self._routes.taken(conn, call.order_id, role)
        if taken is not None:
            return Try(call.telephones(role)[0][0], 0, taken.carrier)
        found = self._take(conn, call, role, 0, set(), 0)
        if found is None:
            raise Misconfigured(f"No carrier takes the number of leg {role}.")
        return found

    def claim(self, conn: Connection, call: Call, role: str, chosen: Try) -> Leg:
        """Write down an attempt before the switch hears of it."""
        limit_ms, now_ms = call.plan.limit_ms(role), self._clock.ms()
        attempt_id = attempts.claim(
            conn, call.order_id, role, switch=self._switch, carrier=chosen.carrier, number=chosen.number,
            limit_ms=limit_ms, now_ms=now_ms, rank=chosen.rank, not_before_ms=chosen.not_before_ms,
        )  # fmt: skip
        if role == call.second:
            call.second_by_ms = call.second_by_ms or now_ms + call.quote.ring_b_s * 1000
        return Leg(
            attempt_id, role, chosen.number, chosen.carrier, AttemptState.CLAIMED, limit_ms,
            rank=chosen.rank, not_before_ms=chosen.not_before_ms,
        )  # fmt: skip

    def _tried(self, conn: Connection, call: Call, leg: Leg) -> Tried:
        rows = [row for row in attempts.of_order(conn, call.order_id) if row.role == leg.role]
        return Tried([row for row in rows if row.dialling_ms or row.cause or row.id == leg.attempt_id], leg)

    def _steps(self, conn: Connection, call: Call, tried: Tried, kind: str) -> Iterator[tuple[Then, int, int]]:
        """What the table lets be tried, best first: the step, the rank of the telephone, after how many seconds."""
        leg = tried.last
        if any(row.answered_ms for row in tried.rows) or leg.answered_ms or leg.interrupted:
            return
        if leg.cause in CLEARED and not leg.quiet:
            return
        for step in POLICY[kind]:
            if step is Then.ROUTE and self._in_time(call, tried, 0) and self._has_routes(conn, call, tried):
                yield step, leg.rank, 0
            elif step is Then.TERMINAL and self._in_time(call, tried, 0):
                yield from ((step, rank, 0) for rank in range(leg.rank + 1, len(call.quote.of(leg.role))))
            elif step is Then.AGAIN:
                yield from self._again(call, tried, kind)

    def _has_routes(self, conn: Connection, call: Call, tried: Tried) -> bool:
        leg = tried.last
        charged = call.quote.terms(leg.role, leg.rank)
        ways = self._routes.ways(conn, leg.number, charged, self._clock.ms(), self._switch)
        return bool({way.name for way in ways if not way.refused} - tried.in_this_round(leg.rank))

    def _again(self, call: Call, tried: Tried, kind: str) -> Iterator[tuple[Then, int, int]]:
        """Telephones that may be tried once more, each by how it ended last."""
        for rank, ended in tried.ends(kind).items():
            manners = manners_of(call.telephones(tried.last.role)[rank][0])
            retry = manners.busy if ended == causes.BUSY else manners.unreachable
            again = Then.AGAIN in POLICY[ended] and tried.rounds(rank) <= retry.times
            if again and self._in_time(call, tried, retry.after_s):
                yield Then.AGAIN, rank, retry.after_s

    def _in_time(self, call: Call, tried: Tried, after_s: int) -> bool:
        """Whether it would ring for a while yet, within the waiting that the quote covers."""
        least_ms = LEAST_RING_MS
        if tried.last.role == call.second:
            by_ms, least_ms = call.second_by_ms, min(least_ms, call.quote.ring_b_s * 1000 // 8)
        else:
            numbers = [number for number, _ in call.telephones(call.first)]
            by_ms = min((row.claimed_ms for row in tried.rows), default=0) + waits_s(numbers, GROUND_S) * 1000
        return self._clock.ms() + after_s * 1000 + least_ms <= by_ms

    def _take(
        self, conn: Connection, call: Call, role: str, rank: int, used: set[str], after_s: int
    ) -> Try | None:  # fmt: skip
        number, now_ms = call.telephones(role)[rank][0], self._clock.ms()
        wanted = Wanted(call.order_id, role, number, call.quote.terms(role, rank))
        taken = self._routes.next(conn, self._switch, wanted, used, now_ms)
        return Try(number, rank, taken.carrier, now_ms + after_s * 1000 if after_s else 0) if taken else None
