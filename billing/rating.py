"""What a leg costs: billed seconds, charge and tax under one deck row. Pure; amounts in micro-units.

The formula is the trade's own (first and next increment, connect fee). Nothing is rounded before the end: one
`charge_up` a charge, so that a leg costs the same however its price is asked for.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from kernel.money import CHARGE_STEP, MICRO, charge_up, plain

ENDLESS_S = 10**9
"""What `seconds_for` says of a row that costs nothing by the second."""
MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """One deck row as it was when the hold was made; never changes afterwards."""

    prefix: str
    destination: str
    rate: int  # micro-units a minute
    connect_fee: int
    first: int  # seconds of the first increment
    next: int  # seconds of each one after it
    currency: str
    deck: str
    row_id: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def to_json(self) -> str:
        """JSON that `from_json` reads back to an equal object."""
        return json.dumps(self.as_dict(), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`."""
        return cls(**json.loads(text))


def billed_seconds(duration_ms: int, terms: Terms) -> int:
    """Seconds to bill: 0 for 0, `first` up to `first`, then whole `next` increments. Part seconds count as whole."""
    if duration_ms < 0:
        raise ValueError("a leg can't end before it was answered")
    seconds = -(-duration_ms // 1000)
    if seconds == 0:
        return 0
    if seconds <= terms.first:
        return terms.first
    return terms.first - (terms.first - seconds) // terms.next * terms.next


def charge(billed_s: int, terms: Terms) -> int:
    """Connect fee and rate for `billed_s`, rounded up once to 0.0001, without tax; 0 for 0 seconds."""
    if billed_s == 0:
        return 0
    return charge_up(terms.connect_fee * MINUTE_S + terms.rate * billed_s, MINUTE_S)


def tax(net: int, ppm: int) -> int:
    """Tax of `ppm` millionths on a charge, rounded up like a charge."""
    return charge_up(net * ppm, MICRO)


def gross(duration_ms: int, terms: Terms, ppm: int) -> int:
    """What a leg of this length costs its user, tax included."""
    net = charge(billed_seconds(duration_ms, terms), terms)
    return net + tax(net, ppm)


def seconds_for(budget: int, terms: Terms) -> int:
    """The longest whole seconds whose charge (without tax) fits the budget; 0 if not even the first increment does."""
    affordable = budget // CHARGE_STEP * CHARGE_STEP - terms.connect_fee
    if affordable < 0:
        return 0
    if terms.rate == 0:
        return ENDLESS_S
    billable = affordable * MINUTE_S // terms.rate
    if billable < terms.first:
        return 0
    return min(terms.first + (billable - terms.first) // terms.next * terms.next, ENDLESS_S)


def explain(duration_ms: int, terms: Terms) -> str:
    """The arithmetic in one line, for people who ask why."""
    billed = billed_seconds(duration_ms, terms)
    fee = f" + {plain(terms.connect_fee)}" if terms.connect_fee else ""
    return (
        f"{duration_ms / 1000:.3f} s, billed {billed} s ({terms.first}/{terms.next}) "
        f"at {plain(terms.rate)} a minute{fee} = {plain(charge(billed, terms))} {terms.currency}"
    )
