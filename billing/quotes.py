"""What a call of two legs, or of one, may cost, and how long it may last on a budget. Pure; amounts in micro-units.

Each leg is paid from its own answer. So a plan for `talk_s` of talk covers the leg that is rung first for the confirm
window, the other's longest ringing and the talk, and the other for the talk. The legs are cut where the plan ends: half
a second early, since a cut comes late and must not start an increment. A call begins on a plan for its shortest talk
and goes on by one slice of talk after the other.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

from billing.rating import Terms, gross, tax
from kernel.money import charge_up

CONFIRM_S = 20
RING_B_S = 60
MIN_TALK_S = 60
EARLY_MS = 500
LONGEST_TALK_S = 700 * 60
"""With both waits it stays under 12 h, beyond which a leg's record is not believed."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The frozen terms of one order: its legs' deck rows, the tax, who pays for an unjoined call, the longest waits.

    `b` is None for an order of one leg; `also` are the rows of B's further telephones. `first` is who is rung first,
    `ring_b_s` how long the other may take to answer.
    """

    a: Terms
    b: Terms | None
    tax_ppm: int
    charge_unjoined: bool = True
    ring_b_s: int = RING_B_S
    confirm_s: int = CONFIRM_S
    first: str = "A"
    also: tuple[Terms, ...] = ()

    def __post_init__(self) -> None:
        for terms in self._of_b:
            if self.a.currency != terms.currency:
                raise ValueError(f"legs in two currencies: {self.a.currency} and {terms.currency}")

    @property
    def currency(self) -> str:
        """The one currency of both legs."""
        return self.a.currency

    @property
    def second(self) -> str:
        """Who is rung when the first has answered."""
        return "B" if self.first == "A" else "A"

    def terms(self, role: str, rank: int = 0) -> Terms:
        """The deck row of leg "A", or of leg "B" at its telephone of this rank. ValueError if the order has none."""
        if role == "A":
            return self.a
        if rank >= len(self._of_b):
            raise ValueError("the order has no such leg B")
        return self._of_b[rank]

    def of(self, role: str) -> tuple[Terms, ...]:
        """Every row that a leg may be billed by."""
        return (self.a,) if role == "A" else self._of_b

    @property
    def _of_b(self) -> tuple[Terms, ...]:
        return () if self.b is None else (self.b, *self.also)

    def to_json(self) -> str:
        """JSON that `from_json` reads back to an equal object."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`."""
        values = json.loads(text)
        values["a"], values["b"] = Terms(**values["a"]), values["b"] and Terms(**values["b"])
        values["also"] = tuple(Terms(**row) for row in values.get("also", ()))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to hold and where the switch must cut: milliseconds from each leg's own answer."""

    amount: int
    limit_a_ms: int
    limit_b_ms: int
    talk_s: int

    def limit_ms(self, role: str) -> int:
        """The limit of leg "A" or "B"."""
        return self.limit_a_ms if role == "A" else self.limit_b_ms


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a hold may grow to: an amount, and the talk that it may pay for."""

    amount: int
    talk_s: int = LONGEST_TALK_S


def cost(quote: Quote, talk_s: int) -> int:
    """The most that a call with `talk_s` seconds of talk can cost, tax included. Never falls as `talk_s` grows.

    Of several telephones of B the dearest counts: only the one that answers is billed.
    """
    waiting_s = quote.confirm_s + quote.ring_b_s
    return _dearest(quote, quote.first, waiting_s + talk_s) + _dearest(quote, quote.second, talk_s)


def _dearest(quote: Quote, role: str, seconds: int) -> int:
    return max((gross(seconds * 1000, terms, quote.tax_ppm) for terms in quote.of(role)), default=0)


def plan(quote: Quote, budget: int, *, max_talk_s: int, min_talk_s: int = MIN_TALK_S) -> Plan | None:
    """The longest call up to `max_talk_s` that the budget pays for; None if it can't pay for `min_talk_s`."""
    low, high = min(min_talk_s, max_talk_s), max_talk_s
    if low <= 0 or cost(quote, low) > budget:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if cost(quote, middle) <= budget:
            low = middle
        else:
            high = middle - 1
    waiting_ms = (quote.confirm_s + quote.ring_b_s) * 1000
    talk_ms = low * 1000 - EARLY_MS
    limits = {quote.first: waiting_ms + talk_ms, quote.second: talk_ms}
    return Plan(cost(quote, low), limits["A"], limits["B"], low)


def next_plan(quote: Quote, held: int, free: int, ceiling: Ceiling, slice_s: int) -> Plan | None:
    """What a hold of `held` grows to when `free` could be had: a slice of talk more, or as much of one as there is.

    None if nothing of it pays for another whole second of talk below the ceiling.
    """
    now = plan(quote, held, max_talk_s=ceiling.talk_s, min_talk_s=1)
    if now is None:
        return None
    budget, talk_s = min(held + max(free, 0), ceiling.amount), min(now.talk_s + slice_s, ceiling.talk_s)
    made = plan(quote, budget, max_talk_s=talk_s, min_talk_s=1)
    return made if made is not None and made.talk_s > now.talk_s else None


def leg_minute(terms: Terms, tax_ppm: int) -> int:
    """A leg's price of one minute as it is billed, tax included, connect fee and increments left out."""
    net = charge_up(terms.rate)
    return net + tax(net, tax_ppm)


def per_minute(quote: Quote) -> int:
    """Its legs' price of one minute, tax included, connect fees and increments left out; of several, the dearest."""
    return sum(leg_minute(dearest(quote, role), quote.tax_ppm) for role in "AB" if quote.of(role))


def dearest(quote: Quote, role: str) -> Terms:
    """Of the rows that a leg may be billed by, that of the dearest minute. ValueError if the order has no such leg."""
    return max(quote.of(role), key=lambda terms: terms.rate)


def connect(quote: Quote) -> int:
    """What it costs at most to be put through, tax included."""
    fee = charge_up(sum(max((terms.connect_fee for terms in quote.of(role)), default=0) for role in "AB"))
    return fee + tax(fee, quote.tax_ppm)


def dearness(quote: Quote) -> int:
    """What is held against an agreed price: a minute, or the fee to be put through if that is more."""
    return max(per_minute(quote), connect(quote))
