"""Money is whole micro-units (a millionth of the currency's unit) in an int; Decimal only at the edges.

There is one rounding for charges: up to the next 0.0001 (`charge_up`). Minor units appear on display alone.
"""

import re
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

from kernel.errors import Refused

MICRO = 1_000_000
CHARGE_STEP = 100
"""Charges are whole multiples of 0.0001."""
MAX_MICRO = 10**15
"""Nothing we handle is worth more than a milliard; more is a mistake or an attack."""

_WRITTEN: Final = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")

SYMBOLS = {"USD": "$", "EUR": "EUR ", "GBP": "GBP "}


def charge_up(numerator: int, denominator: int = 1) -> int:
    """`numerator/denominator` micro-units rounded up to the next whole 0.0001, in micro-units."""
    return -(-numerator // (denominator * CHARGE_STEP)) * CHARGE_STEP


def parse_amount(text: str) -> int:
    """Micro-units of a decimal like `1.25`, in ASCII digits. Refuses more than six decimals and absurd sizes."""
    written = text.strip()
    if not _WRITTEN.fullmatch(written):
        raise Refused("not_an_amount", text=text[:20])
    value = Decimal(written)
    micro = int(value * MICRO)
    if as_decimal(micro) != value or abs(micro) > MAX_MICRO:
        raise Refused("not_an_amount", text=text[:20])
    return micro


def as_decimal(micro: int) -> Decimal:
    """The exact Decimal of `micro` micro-units."""
    return Decimal(micro) / MICRO


def plain(micro: int) -> str:
    """Exact, at least two and at most six decimals, for programs and receipts: `0.0425`, `-1.50`."""
    text = f"{as_decimal(micro):.6f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


class Amount(str):
    """An amount as people read it in English, with what it takes to write it in another language."""

    __slots__ = ("currency", "number")
    number: Decimal
    currency: str


def display(micro: int, currency: str) -> Amount:
    """For people: `$0.04`, `EUR 1.20`; what is under a cent keeps four decimals, so that it never reads as nothing."""
    return _shown(micro, currency, "0.0001" if 0 < abs(micro) < MICRO // 100 else "0.01", ROUND_HALF_UP)


def display_held(micro: int, currency: str) -> Amount:
    """A balance for people: `$19.94`, never more than there is."""
    return _shown(micro, currency, "0.01", ROUND_FLOOR)


def display_exact(micro: int, currency: str) -> Amount:
    """A charge for people, to the 0.0001 that charges are made in: `$0.0300`."""
    return _shown(micro, currency, "0.0001", ROUND_HALF_UP)


def display_price(micro: int, currency: str) -> Amount:
    """A price for people, exact to the 0.0001 that charges are made in: `$6.50`, `$0.017`."""
    cents = micro % (MICRO // 100) == 0
    tenths = micro % (MICRO // 1000) == 0
    return _shown(micro, currency, "0.01" if cents else "0.001" if tenths else "0.0001", ROUND_HALF_UP)


def _shown(micro: int, currency: str, step: str, rounding: str) -> Amount:
    amount = as_decimal(micro).quantize(Decimal(step), rounding=rounding)
    shown = Amount(f"{'-' if amount < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{abs(amount)}")
    shown.number, shown.currency = amount, currency
    return shown
