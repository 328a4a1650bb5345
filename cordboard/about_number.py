"""What there is to know of a telephone number before it is called, for `cordboard route` and `cordboard rate`.

It only reads. What stands behind the number, what would refuse it, what a minute costs and by which carriers it would
leave: by the same functions that an order goes through.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from accounts.people import Account, User
from billing import decks
from billing.rating import Terms
from dispatcher.routes import Routes
from dispatcher.ways import Way
from gate.rules import RULES, Asked, Limits
from inbound.rewritten import CODES, SEAS
from kernel.errors import Refused
from parsers.numbers import Number, behind_prefix, parse_number
from satellite.families import CODE_DIGITS, OCEAN_REGIONS, Family
from satellite.manners import Manners, manners_of
from satellite.numbering import classify, today

OF_A_NUMBER: Final = ("premium", "satellite", "zone", "rate known", "route")
"""The gate's rules that look at nothing but the number and what the account may call."""


@dataclass(frozen=True, slots=True)
class Against:
    """A rule that refuses the number; `rule` "number": there is none such."""

    rule: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class Read:
    """A number as it was written, and as it would be dialled; `number` is None for an old code that nothing stands for.

    `ocean` is the region that the old code named, "" if it was none.
    """

    written: str
    dial: str
    number: Number | None
    family: Family | None
    ocean: str
    why_not: Refused | None = None

    @property
    def voice(self) -> bool:
        """Whether a telephone may answer there."""
        return self.number is not None and (self.family is None or self.family.voice)

    @property
    def old_code(self) -> str:
        """What was left out for +870, in words; "" if nothing was."""
        return f"+{CODES[self.ocean]} named the {SEAS[self.ocean]} ({self.ocean})" if self.ocean else ""


@dataclass(frozen=True, slots=True)
class About:
    """All of it. `prices` are the rows of the account's deck, or of every deck where none was asked about."""

    read: Read
    manners: Manners
    prices: tuple[Terms, ...]
    ways: tuple[Way, ...]
    against: tuple[Against, ...]
    account: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who would call: an account and one of its users."""

    account: Account
    user: User


def read(text: str, country: str | None) -> Read:
    """The number. Refused if it is none; a satellite number of an old code that can't speak is told, not refused."""
    try:
        number = parse_number(text, country)
    except Refused as why:
        if old := _old(text, country, why):
            return old
        raise
    return Read(text, number.e164, number, classify(number.e164), number.ocean)


def _old(text: str, country: str | None, why: Refused) -> Read | None:
    digits = re.sub("[^0-9]", "", text)
    abroad = digits if "+" in text else behind_prefix(digits, country)
    if (region := OCEAN_REGIONS.get(abroad[:CODE_DIGITS])) is None:
        return None
    return Read(text, "+" + today(abroad), None, classify(today(abroad)), region, why)


def about(
    conn: Connection, found: Read, routes: Routes, asker: Asker | None, limits: Limits, now_ms: int
) -> About:  # fmt: skip
    """What there is to know of the number, for that account or for any."""
    manners, account = manners_of(found.dial), asker.account.name if asker else ""
    if found.number is None:
        against = (Against("number", found.why_not or Refused("number_old_satellite", number=found.written)),)
        return About(found, manners, (), (), against, account)
    prices = tuple(_prices(conn, found.dial, routes, asker, now_ms)) if found.voice else ()
    charged = prices[0] if asker and prices else None
    ways = routes.ways(conn, found.dial, charged, now_ms)
    refusals = _of_account(conn, found.number, routes, asker, limits, now_ms) if asker else _of_any(found, ways)
    return About(found, manners, prices, ways, tuple(refusals), account)


def _prices(conn: Connection, e164: str, routes: Routes, asker: Asker | None, now_ms: int) -> Iterator[Terms]:
    """The account's price, else that of each deck that is not what a carrier costs us."""
    costs = {carrier.deck for carrier in routes.by_name.values()}
    for deck in decks.list_decks(conn, now_ms):
        asked = asker and (deck.name, deck.currency) == (asker.account.deck, asker.account.currency)
        if asked or (asker is None and deck.name not in costs):
            row = decks.find_terms(conn, deck.name, e164, now_ms)
            if row is not None:
                yield row


def _of_any(found: Read, ways: tuple[Way, ...]) -> Iterator[Against]:
    """What refuses the number to whomever."""
    assert found.number is not None
    if found.family and found.family.why_not:
        yield Against("satellite", Refused(found.family.why_not, number=found.written))
    if all(way.refused for way in ways):
        yield Against("route", Refused("no_route", number=found.written))


def _of_account(
    conn: Connection, number: Number, routes: Routes, asker: Asker, limits: Limits, now_ms: int
) -> Iterator[Against]:
    """Each rule on its own: all that would have to be changed is told at once."""
    for name, rule in RULES:
        if name in OF_A_NUMBER:
            asked = Asked(
                account=asker.account, user=asker.user, proof="", a=number, b=None, phones=(),
                service_numbers=frozenset(), has_route=routes.has, sent_ms=now_ms, now_ms=now_ms, limits=limits,
            )  # fmt: skip
            try:
                rule(asked, conn)
            except Refused as refused:
                yield Against(name, refused)
