"""What a call costs by the deck as it is now: the terms that its sender is asked to agree to, and is billed by."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from accounts.people import Account
from billing.decks import find_terms
from billing.quotes import CONFIRM_S, RING_B_S, Quote
from billing.rating import Terms
from kernel.errors import Refused
from parsers.numbers import Number
from satellite.manners import first_leg, waits_s


def quote_of(
    conn: Connection, account: Account, a: Number, b: Number | None, now_ms: int, *,
    ring_b_s: int = RING_B_S, confirm_s: int = CONFIRM_S, also: Sequence[Number] = (),
) -> Quote:  # fmt: skip
    """The quote of a call of these legs; `also` are further telephones of B's. Refused: no_rate."""
    legs = [_terms(conn, account, number, now_ms) for number in (a, b) if number]
    quote = Quote(
        legs[0], legs[1] if b else None, account.tax_ppm,
        account.charge_unjoined or b is None,  # with nobody to be joined to it costs what it takes
        ring_b_s=ring_b_s, confirm_s=confirm_s, also=tuple(_terms(conn, account, each, now_ms) for each in also),
    )  # fmt: skip
    if b is None:
        return quote
    first = first_leg(a.e164, b.e164)
    second = [number.e164 for number in ((b, *also) if first == "A" else (a,))]
    return replace(quote, first=first, ring_b_s=waits_s(second, ring_b_s))


def is_of(quote: Quote, telephones: Sequence[Number]) -> bool:
    """Whether it has a row for each of B's telephones, in their order: which of them may be called may have changed.

    A single one, too: else the other number of a name would be called at the price of the one that was quoted.
    """
    rows = quote.of("B")
    pairs = zip(rows, telephones, strict=False)
    return len(rows) == len(telephones) and all(number.e164[1:].startswith(row.prefix) for row, number in pairs)


def fingerprint(quote: Quote) -> str:
    """Another one as soon as anything is another that a bill comes from: rates, fees, increments, tax."""
    rows = (*quote.of("A"), *quote.of("B"))
    legs = [(row.rate, row.connect_fee, row.first, row.next, row.currency) for row in rows]
    said = json.dumps([legs, quote.tax_ppm, quote.charge_unjoined])
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def _terms(conn: Connection, account: Account, number: Number, now_ms: int) -> Terms:
    """No row, no call."""
    terms = find_terms(conn, account.deck, number.e164, now_ms)
    if terms is None or terms.currency != account.currency:
        raise Refused("no_rate", number=number.original)
    return terms
