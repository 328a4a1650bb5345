"""Live calls as the conductor has them in mind: what the database says, read once and kept in step."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from accounts.tables import users
from billing.holds import ceiling_of
from billing.quotes import Ceiling, Plan, Quote, plan
from billing.tables import holds
from orders.attempts import of_order
from orders.orders import also_at
from orders.states import AttemptState, OrderKind, OrderState
from orders.tables import attempts, orders

INTERRUPTED = "interrupted"
"""Why we ended a leg of which nobody knows whether it was dialled."""
QUIET = "no_progress"
"""Why we ended a leg of which the switch told no ringing in good time."""
NOT_CREATED = "not_created"
"""The switch refused to make a first leg's channel: it may lack what its carrier is reached by."""
_ORDER_OF = select(attempts.c.order_id).where(
    attempts.c.id == bindparam("attempt"), attempts.c.state != AttemptState.ENDED
)
_ORDER = (
    select(
        orders, holds.c.amount, holds.c.most, holds.c.most_talk_s, holds.c.quote, users.c.name.label("user_name")
    )
    .join(holds, holds.c.order_id == orders.c.id)
    .join(users, users.c.id == orders.c.user_id)
    .where(orders.c.id == bindparam("order"))
)  # fmt: skip


@dataclass(slots=True)
class Leg:
    """One attempt. `gone` is that a live event or the log said it ended; ENDED is that it was settled."""

    attempt_id: str
    role: str
    number: str
    carrier: str
    state: AttemptState
    limit_ms: int
    rank: int = 0
    not_before_ms: int = 0  # it is dialled no earlier
    dialled: bool = False  # or about to be: it is on paper before it is asked for
    answered_ms: int | None = None
    ended_ms: int | None = None
    up_ms: int | None = None  # when a live event said that it was answered, by our clock
    armed_to_ms: int | None = None  # by our clock; if it was armed before the log had told of its answer
    found_up: bool = False  # it was up when we came: only the log knows since when
    seen_ms: int | None = None
    waited: bool = False  # its channel was there for a while before it was dialled
    gone: bool = False
    quiet: bool = False  # we ended it, since the switch told of no ringing in good time
    end_taken: bool = False  # the call has gone on from its end
    interrupted: bool = False  # we ended it, since nobody knows whether it was dialled
    cause: int | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One more attempt at a leg: which telephone, by whom, dialled no earlier than when."""

    number: str
    rank: int
    carrier: str
    not_before_ms: int = 0


@dataclass(slots=True)
class Call:
    """One order on the switch."""

    order_id: str
    ref: str
    account_id: str
    state: OrderState
    press_1: bool
    kind: OrderKind
    first: str  # who is rung first, "A" or "B"
    number_b: str
    outcome: str
    quote: Quote
    plan: Plan  # what its hold pays for
    ceiling: Ceiling  # and may come to pay for
    who: str  # whose call it is, as it can be spelled out
    row: Row[Any]
    was_joined: bool = False
    was_told: bool = False  # the first heard to the end why the second could not be had
    unarmed: bool = False  # its legs' limits may be shorter than what the hold pays for
    extend_after_ms: int = 0  # there was nothing to be had for it: not asked again before
    chosen: Try | None = None  # the next attempt, between its choice and its claim in one transaction
    also: tuple[tuple[str, str], ...] = ()  # B's further telephones, each with its extension
    second_by_ms: int = 0  # until then the second may take to answer, by what the quote covers; 0: not tried yet
    legs: dict[str, Leg] = field(default_factory=dict)
    attempt_ids: list[str] = field(default_factory=list)

    def shown(self, role: str) -> str:
        """Which number this leg sees: E.164, or WITHHELD."""
        number: str = self.row.shown_a if role == "A" else self.row.shown_b
        return number

    @property
    def second(self) -> str:
        """Who is rung when the first has answered."""
        return "B" if self.first == "A" else "A"

    def role(self, place: str) -> str:
        """The role of who is "first" or "second"."""
        return self.first if place == "first" else self.second

    def leg(self, place: str) -> Leg | None:
        """The attempt that counts of who is "first" or "second"."""
        return self.legs.get(self.role(place))

    def telephones(self, role: str) -> tuple[tuple[str, str], ...]:
        """Number and extension of each telephone of a leg, by rank."""
        if role == "A":
            return ((self.row.number_a, self.row.extension_a),)
        return ((self.row.number_b, self.row.extension_b), *self.also)

    @property
    def settled(self) -> bool:
        """Whether every attempt is final."""
        return all(leg.state is AttemptState.ENDED for leg in self.legs.values())


class Calls:
    """Every call on this switch that is not over, found by its attempts' ids."""

    def __init__(self) -> None:
        self._by_attempt: dict[str, tuple[Call, Leg]] = {}
        self._by_order: dict[str, Call] = {}

    def __len__(self) -> int:
        return len(self._by_order)

    def find(self, conn: Connection, attempt_id: str) -> tuple[Call, Leg] | None:
        """The call and leg of an attempt, read from the database the first time; None if it is final or unknown."""
        found = self._by_attempt.get(attempt_id)
        if found:
            return found
        order_id = conn.execute(_ORDER_OF, {"attempt": attempt_id}).scalar_one_or_none()
        if order_id is None:
            return None
        self.load(conn, order_id)
        return self._by_attempt.get(attempt_id)

    def forget_all(self) -> None:
        """What is in mind may not be what was written: read it all again when it is asked for."""
        self._by_order.clear()
        self._by_attempt.clear()

    def of_order(self, order_id: str) -> Call | None:
        """The call of an order, if it is in mind."""
        return self._by_order.get(order_id)

    def all(self) -> list[Call]:
        """All calls in mind."""
        return list(self._by_order.values())

    def load(self, conn: Connection, order_id: str) -> Call | None:
        """Read (again) one order with its hold and attempts."""
        known = self._by_order.get(order_id)
        if known:
            self.forget(known)
        row = conn.execute(_ORDER, {"order": order_id}).one_or_none()
        if row is None or row.state == OrderState.ENDED:
            return None
        call = _call(row)
        if call.quote.also:
            call.also = tuple((each.number, each.extension) for each in also_at(conn, order_id))
        for attempt in of_order(conn, order_id):
            self.add_leg(call, _leg(attempt))
            if attempt.role == call.second and not call.second_by_ms:
                call.second_by_ms = attempt.claimed_ms + call.quote.ring_b_s * 1000
        self._by_order[order_id] = call
        return call

    def add_leg(self, call: Call, leg: Leg) -> None:
        """Give a call a leg; the newest attempt of a role is the one that counts."""
        known = call.legs.get(leg.role)
        if known is None or known.state is AttemptState.ENDED:
            call.legs[leg.role] = leg
        call.attempt_ids.append(leg.attempt_id)
        self._by_attempt[leg.attempt_id] = (call, leg)

    def forget(self, call: Call) -> None:
        """It is over."""
        self._by_order.pop(call.order_id, None)
        for attempt_id in call.attempt_ids:
            self._by_attempt.pop(attempt_id, None)


def limits(hold: Row[Any]) -> Plan:
    """Where the legs of an order are cut: all the talk that its hold (a row with its columns) pays for."""
    paid = plan(Quote.from_json(hold.quote), hold.amount, max_talk_s=ceiling_of(hold).talk_s, min_talk_s=1)
    if paid is None:
        raise ValueError("a hold that does not pay for a second of talk")
    return paid


def spelled(name: str) -> str:
    """The first word of a name in the letters that a switch can spell: `Ann-Marie Smith` is `annmarie`."""
    plain = unicodedata.normalize("NFKD", name.split(maxsplit=1)[0] if name.split() else "").lower()
    return "".join(c for c in plain if c in "abcdefghijklmnopqrstuvwxyz0123456789")[:12]


def _call(row: Row[Any]) -> Call:
    return Call(
        order_id=row.id,
        ref=row.ref,
        account_id=row.account_id,
        state=OrderState(row.state),
        press_1=row.press_1 or row.first == "B",  # B did not ask for the call, whatever the sender's device is let
        kind=OrderKind(row.kind),
        first=row.first,
        number_b=row.number_b,
        outcome=row.outcome,
        quote=Quote.from_json(row.quote),
        plan=limits(row),
        ceiling=ceiling_of(row),
        who=spelled(row.user_name),
        row=row,
        was_joined=row.joined_ms is not None,
        unarmed=row.state == OrderState.JOINED,  # who armed it last may have died before the larger hold was told
    )


def _leg(row: Row[Any]) -> Leg:
    return Leg(
        attempt_id=row.id,
        role=row.role,
        number=row.number,
        carrier=row.carrier,
        state=AttemptState(row.state),
        limit_ms=row.limit_ms,
        not_before_ms=row.not_before_ms,
        quiet=row.end_reason == QUIET,
        interrupted=row.end_reason == INTERRUPTED,
        rank=row.rank,
        dialled=row.dialling_ms is not None,
        answered_ms=row.answered_ms,
        ended_ms=row.ended_ms,
        seen_ms=row.seen_ms,
        cause=row.cause,
    )
