"""RATE: what a minute to somebody costs, leg by leg."""

from sqlalchemy import Connection

from accounts.people import phones_of
from billing.quotes import Quote, dearest, per_minute
from billing.rating import Terms
from inbound.given import Given, Ordered
from inbound.placing import leg_a
from inbound.pricing import price
from kernel.errors import Refused
from kernel.masking import mask_number
from kernel.money import MICRO, Amount, charge_up, display, display_exact
from parsers.results import RateCommand
from parsers.targets import NamedNumber, number_of
from replies.language import Words
from replies.lists import shortened

RATE = Words("{name}: {price}/min with you at {phone}. {theirs}/min ({b}) for them, {yours}/min ({a}) for you{fee}.")
FEE = Words(", {fee} to connect")


def rate(conn: Connection, given: Given, command: RateCommand) -> Ordered:
    """The price, tax included, with each leg's increments: of how many seconds the first is, and each one after it."""
    to = number_of(command.to)
    try:
        a = leg_a(given, tuple(phones_of(conn, given.user.id)))
        quote = price(conn, given, a, command.to)
    except Refused as why:
        return given.not_done("rate", why)
    of_a, of_b = quote.terms("A"), dearest(quote, "B")
    fee = _with_tax(of_a.connect_fee + of_b.connect_fee, quote)
    return given.done(
        "rate",
        RATE,
        name=shortened(command.to.name) if isinstance(command.to, NamedNumber) else mask_number(to.e164),
        price=display(per_minute(quote), quote.currency),
        phone=mask_number(a.e164),
        theirs=_exact(of_b, quote),
        b=_increments(of_b),
        yours=_exact(of_a, quote),
        a=_increments(of_a),
        fee=given.say(FEE, fee=display(fee, quote.currency)) if fee else "",
    )


def _exact(terms: Terms, quote: Quote) -> Amount:
    return display_exact(_with_tax(terms.rate, quote), quote.currency)


def _with_tax(micro: int, quote: Quote) -> int:
    return charge_up(micro * (MICRO + quote.tax_ppm), MICRO)


def _increments(terms: Terms) -> str:
    return f"{terms.first}/{terms.next} s"
