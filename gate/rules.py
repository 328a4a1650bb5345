"""The gate's rules, in the order in which they are asked. Each passes, or refuses with its one reason.

Numbers that are no numbers, and emergency numbers, never get this far: parsers/numbers.py refuses them by the same
keys. Rules may fill in what they found out (terms, plan) for those after them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from accounts.people import Account, Phone, User
from accounts.systems import Caps
from billing.holds import available
from billing.quotes import Plan, Quote, plan
from gate.asking import Consent, asked_back, consent
from gate.highcost import HIGH_COST
from gate.quoting import is_of, quote_of
from gate.spending import at_once, satellite, spending
from gate.sureness import Sure, sureness
from kernel.errors import Refused
from kernel.money import display
from parsers.numbers import DEAR, Kind, Number
from satellite.numbering import why_silent

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """The installation's own limits, in seconds and milliseconds."""

    confirm_s: int
    ring_b_s: int
    min_talk_s: int
    max_talk_s: int
    stale_ms: int
    oldest_ms: int = 2 * DAY_MS


@dataclass(slots=True)
class Asked:
    """An order before the gate, and what the rules find out about it."""

    account: Account
    user: User
    proof: str  # by which the sender is known: gate/sureness.py has them all
    a: Number
    b: Number | None  # None: A alone is rung, to hear a code that shows whose number it is
    also: tuple[Number, ...] = field(default=(), kw_only=True)  # B's further telephones, in order of preference
    phones: tuple[Phone, ...]
    service_numbers: frozenset[str]
    has_route: Callable[[str], bool]
    sent_ms: int  # by the message's own date, if that is not later than it came
    now_ms: int
    limits: Limits
    answerable: bool = True  # whether a question would reach the sender
    most: int | None = None  # micro-units that this call may cost, by the order, its door or device
    has_max: bool = False  # whether the order itself says a most, in money or minutes
    agreed: Quote | None = None  # what its sender was asked about, and said OK to
    consent: Consent | None = None  # or what a minute may cost, by the order itself
    in_place: bool = False  # whether the order itself consents to a price, as no OK to a question would get here
    systems: dict[str, Caps] = field(default_factory=dict)  # satellite systems of its legs
    bounds: list[int] = field(default_factory=list)  # micro-units that caps leave for it
    quote: Quote | None = None
    plan: Plan | None = None

    @property
    def parties(self) -> tuple[Number, ...]:
        """Who would be rung."""
        return (self.a, *self.telephones)

    @property
    def telephones(self) -> tuple[Number, ...]:
        """The other party's, in order of preference."""
        return () if self.b is None else (self.b, *self.also)

    @property
    def called(self) -> Number:
        """Who is to be reached."""
        return self.b or self.a

    @property
    def cap(self) -> int:
        """What this call may cost: what the account says, or less."""
        mosts = [self.account.cap_call, *self.bounds]
        return min(mosts if self.most is None else [*mosts, self.most])


def enrolled(asked: Asked, _conn: Connection) -> None:
    """User and account are there and open."""
    if not asked.account.active or not asked.user.active:
        raise Refused("account_closed")


def proven(asked: Asked, _conn: Connection) -> None:
    """A signature, a secret alias, a token or the right PIN: anybody can write any From."""
    if sureness(asked.proof) == Sure.NOT:
        raise Refused("not_proven")


def fresh(asked: Asked, _conn: Connection) -> None:
    """What was sent days ago is not even asked about; of minutes: `asked_back`."""
    if asked.now_ms - asked.sent_ms > asked.limits.oldest_ms:
        raise Refused("too_old")


def own_phone(asked: Asked, _conn: Connection) -> None:
    """Leg A is a number that was verified for this user, unless the account lets it be any, or it is to be verified.

    One that can't speak is told so instead: it could not be verified either.
    """
    if asked.b is None:
        return
    if not asked.account.allow_any_phone and all(phone.e164 != asked.a.e164 for phone in asked.phones):
        if silent := why_silent(asked.a.e164):
            raise Refused(silent, number=asked.a.original)
        raise Refused("phone_not_yours", number=asked.a.original)


def two_parties(asked: Asked, _conn: Connection) -> None:
    """Two different numbers, neither of them ours: a call to ourselves would ring in a circle."""
    for number in asked.parties[1:]:
        if asked.a.e164 == number.e164:
            raise Refused("same_number", number=number.original)
    for number in asked.parties:
        if number.e164 in asked.service_numbers:
            raise Refused("our_own_number", number=number.original)


def premium(asked: Asked, _conn: Connection) -> None:
    """Numbers that cost by who answers them, not by where they are."""
    for number in asked.parties:
        if number.kind in DEAR and not asked.account.allow_premium:
            raise Refused("premium", number=number.original)


def zone(asked: Asked, _conn: Connection) -> None:
    """Countries are switched on one by one, ranges known for fraud one account at a time."""
    for number in asked.parties:
        if number.kind is Kind.SATELLITE:
            continue
        if number.region not in asked.account.zones:
            raise Refused("zone", number=number.original, region=number.region)
        if not asked.account.allow_high_cost and number.e164[1:].startswith(HIGH_COST):
            raise Refused("high_cost", number=number.original)


def rate_known(asked: Asked, conn: Connection) -> None:
    """No row, no call. What was agreed on is the price, whatever the deck has come to say meanwhile."""
    limits = asked.limits
    if asked.agreed is not None and not is_of(asked.agreed, asked.telephones):
        raise Refused("terminals_changed")
    asked.quote = asked.agreed or quote_of(
        conn, asked.account, asked.a, asked.b, asked.now_ms,
        ring_b_s=limits.ring_b_s, confirm_s=limits.confirm_s, also=asked.also,
    )  # fmt: skip


def route(asked: Asked, _conn: Connection) -> None:
    """A carrier takes it."""
    for number in asked.parties:
        if not asked.has_route(number.e164):
            raise Refused("no_route", number=number.original)


def call_cap(asked: Asked, _conn: Connection) -> None:
    """What one call may cost pays for at least the shortest talk worth setting up."""
    assert asked.quote is not None
    limits = asked.limits
    cap = asked.cap
    asked.plan = plan(asked.quote, cap, max_talk_s=limits.max_talk_s, min_talk_s=limits.min_talk_s)
    if asked.plan is None:
        raise Refused("over_call_cap", cap=display(cap, asked.account.currency))


def funds(asked: Asked, conn: Connection) -> None:
    """What is left after all open holds pays for the shortest talk. The account's row was locked before the sum.

    No more is held yet: what a longer talk costs is added while it goes on.
    """
    assert asked.quote is not None
    assert asked.plan is not None
    budget = min(available(conn, asked.account.id), asked.plan.amount)
    limits = asked.limits
    first_s = min(limits.min_talk_s, limits.max_talk_s)
    asked.plan = plan(asked.quote, budget, max_talk_s=first_s, min_talk_s=first_s)
    if asked.plan is None:
        raise Refused("no_funds", balance=display(max(budget, 0), asked.account.currency))


Rule = Callable[[Asked, Connection], None]

RULES: tuple[tuple[str, Rule], ...] = (
    ("enrolled", enrolled),
    ("proven", proven),
    ("fresh", fresh),
    ("own phone", own_phone),
    ("two parties", two_parties),
    ("premium", premium),
    ("satellite", satellite),
    ("zone", zone),
    ("rate known", rate_known),
    ("route", route),
    ("at once", at_once),
    ("cap per call", call_cap),
    ("caps", spending),
    ("funds", funds),
    ("consent", consent),
    ("asked back", asked_back),
)
