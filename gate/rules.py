"""The gate's rules, in the order in which they are asked. Each passes, or refuses with its one reason.

Numbers that are no numbers, and emergency numbers, never get this far: parsers/numbers.py refuses them by the same
keys. Rules may fill in what they found out (terms, plan) for those after them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from accounts.people import Account, Phone, User
from billing.decks import find_terms
from billing.holds import available
from billing.quotes import Plan, Quote, plan
from billing.rating import Terms
from gate.asking import asked_back, consent
from gate.highcost import HIGH_COST
from gate.sureness import Sure, sureness
from kernel.errors import Refused
from kernel.money import display
from parsers.numbers import DEAR, Kind, Number
from satellite.manners import first_leg, waits_s
from satellite.numbering import classify

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
    terms: dict[str, Terms] = field(default_factory=dict)
    quote: Quote | None = None
    plan: Plan | None = None

    @property
    def parties(self) -> tuple[Number, ...]:
        """Who would be rung."""
        return (self.a,) if self.b is None else (self.a, self.b)

    @property
    def called(self) -> Number:
        """Who is to be reached."""
        return self.b or self.a

    @property
    def cap(self) -> int:
        """What this call may cost: the account's own, or less."""
        return self.account.cap_call if self.most is None else min(self.account.cap_call, self.most)


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
    """Leg A is a number that was verified for this user, unless the account lets it be any, or it is to be verified."""
    if asked.b is None:
        return
    if not asked.account.allow_any_phone and all(phone.e164 != asked.a.e164 for phone in asked.phones):
        raise Refused("phone_not_yours", number=asked.a.original)


def two_parties(asked: Asked, _conn: Connection) -> None:
    """Two different numbers, neither of them ours: a call to ourselves would ring in a circle."""
    if asked.b is not None and asked.a.e164 == asked.b.e164:
        raise Refused("same_number", number=asked.b.original)
    for number in asked.parties:
        if number.e164 in asked.service_numbers:
            raise Refused("our_own_number", number=number.original)


def premium(asked: Asked, _conn: Connection) -> None:
    """Numbers that cost by who answers them, not by where they are."""
    for number in asked.parties:
        if number.kind in DEAR and not asked.account.allow_premium:
            raise Refused("premium", number=number.original)


def satellite(asked: Asked, _conn: Connection) -> None:
    """Voice only, and only where the account allows satellite legs."""
    for number in asked.parties:
        family = classify(number.e164)
        if family is None:
            continue
        if not family.voice:
            raise Refused("satellite_no_voice", number=number.original, system=f"{family.system} {family.family}")
        if not asked.account.allow_satellite:
            raise Refused("satellite_off", number=number.original, system=family.system)


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
    """No row, no call."""
    for role, number in zip("AB", asked.parties, strict=False):
        terms = find_terms(conn, asked.account.deck, number.e164, asked.now_ms)
        if terms is None or terms.currency != asked.account.currency:
            raise Refused("no_rate", number=number.original)
        asked.terms[role] = terms
    asked.quote = Quote(
        asked.terms["A"], asked.terms.get("B"), asked.account.tax_ppm,
        asked.account.charge_unjoined or asked.b is None,  # with nobody to be joined to it costs what it takes
        ring_b_s=asked.limits.ring_b_s, confirm_s=asked.limits.confirm_s,
    )  # fmt: skip
    if asked.b is not None:
        first = first_leg(asked.a.e164, asked.b.e164)
        second = asked.b if first == "A" else asked.a
        asked.quote = replace(asked.quote, first=first, ring_b_s=waits_s([second.e164], asked.limits.ring_b_s))


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
    ("cap per call", call_cap),
    ("funds", funds),
    ("consent", consent),
    ("asked back", asked_back),
)
