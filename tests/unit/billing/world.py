"""An account with money, its deck rows, and held orders ready to be settled."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from billing import holds, ledger
from billing.quotes import Quote
from billing.rating import Terms
from tests.unit import factory
from tests.unit.factory import NOW

US = Terms("1", "United States", 17_000, 0, 6, 6, "USD", "retail", "row-us")
GB = Terms("44", "United Kingdom", 24_500, 10_000, 30, 6, "USD", "retail", "row-gb")
QUOTE = Quote(US, GB, 200_000)
DOLLAR = 1_000_000


def per_minute_quote(tax_ppm: int = 0, *, charge_unjoined: bool = True) -> Quote:
    """A quote of whole minutes at a dollar a leg: sums one can do in the head."""
    row = replace(US, rate=DOLLAR, first=60, next=60)
    return Quote(row, row, tax_ppm, charge_unjoined=charge_unjoined)


@dataclass(frozen=True, slots=True)
class Held:
    """An order with a hold and one attempt a leg."""

    account: str
    order: str
    a: str
    b: str


def funded(conn: Connection, amount: int = 20 * DOLLAR) -> str:
    """An account with this balance."""
    account = factory.account(conn)
    ledger.open_balance(conn, account, "USD")
    if amount:
        ledger.top_up(conn, account, amount, "USD", account, "card", NOW)
    return account


def held(conn: Connection, amount: int = 10 * DOLLAR, quote: Quote = QUOTE, account: str | None = None) -> Held:
    """An order of an account with 20 dollars, `amount` of it held."""
    account = account or funded(conn)
    order = factory.order(conn, account, factory.user(conn, account))
    holds.open_hold(conn, order, account, amount, quote, NOW)
    return Held(account, order, factory.attempt(conn, order, "A"), factory.attempt(conn, order, "B"))
