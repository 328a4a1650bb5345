"""`cordboard rate`: what a minute to a number costs, and whether and how it would be called."""

from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy import Connection

from accounts import people
from billing import decks, quotes
from billing.rating import Terms
from cordboard.about_number import About, Asker
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, exact, spaced
from kernel.errors import Refused
from kernel.money import display, plain


@dataclass(frozen=True, slots=True)
class Price:
    """Both legs' rows; `both` is a minute of the two together with tax, in micro-units."""

    number: str
    phone: str
    a: Terms
    b: Terms
    both: int


@click.command()
@click.argument("number")
@click.option("--account", help="Whose deck and phone (default: the only account's; else each deck's price).")
@click.option("--user", help="Whose phone; needed where the account has several users.")
@click.option("--country", metavar="CC", help="Where a national number is read (ISO 3166; default: the user's).")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def rate(tools: Tools, number: str, account: str | None, user: str | None, country: str | None, json_: bool) -> None:
    """What a minute to NUMBER costs, with the leg to the user's own phone.

    And what the number is, by which carriers it would leave, how long it would
    be rung, and what would refuse it. Nobody is called.
    """
    from cordboard.cli.number_page import asker_of, for_programs, look, show

    ring_s = tools.settings.calls.ring_b_s
    with tools.db.read() as conn:
        asker = asker_of(conn, account, user, any_user=False)
        told = look(tools, conn, number, country, asker)
        price, why_not = _priced(conn, asker, told, tools.clock.ms()) if asker and told.read.voice else (None, None)
    if json_:
        as_json(for_programs(told, ring_s) | _for_programs(price))
    else:
        if price:
            _show(price)
        show(told, ring_s, with_price=price is None)
    if why_not and account:
        raise why_not


def _priced(conn: Connection, asker: Asker, told: About, now_ms: int) -> tuple[Price | None, Refused | None]:
    """The price; else why there is none."""
    try:
        return _price(conn, asker, told.read.dial, now_ms), None
    except Refused as why:
        return None, why


def _price(conn: Connection, asker: Asker, e164: str, now_ms: int) -> Price:
    payer = asker.account
    phone = people.main_phone(conn, asker.user.id)
    if phone is None:
        raise Refused("no_phone", name=asker.user.name)
    a, b = (_terms(conn, payer.deck, called, now_ms) for called in (phone.e164, e164))
    quote = quotes.Quote(a, b, payer.tax_ppm, payer.charge_unjoined)
    return Price(e164, phone.e164, a, b, quotes.per_minute(quote))


def _terms(conn: Connection, deck: str, e164: str, now_ms: int) -> Terms:
    terms = decks.find_terms(conn, deck, e164, now_ms)
    if terms is None:
        raise Refused("no_rate", deck=deck, number=e164)
    return terms


def _show(price: Price) -> None:
    click.echo(f"About {display(price.both, price.b.currency)} a minute, both legs and tax:")
    for whose, called, terms in (("your phone", price.phone, price.a), ("the other", price.number, price.b)):
        fee = f" + {exact(terms.connect_fee, terms.currency)} to connect" if terms.connect_fee else ""
        click.echo(
            f"  {whose:<11} {spaced(called)}: {exact(terms.rate, terms.currency)}/min{fee}\n"
            f"  {'':<11} {terms.destination}, billed by {terms.first} s, then {terms.next} s"
        )


def _for_programs(price: Price | None) -> dict[str, Any]:
    if price is None:
        return {"per_minute": None, "currency": None, "legs": []}
    legs = [_leg("A", price.phone, price.a), _leg("B", price.number, price.b)]
    return {"per_minute": plain(price.both), "currency": price.b.currency, "legs": legs}


def _leg(role: str, number: str, terms: Terms) -> dict[str, object]:
    return {
        "role": role,
        "number": number,
        "destination": terms.destination,
        "prefix": terms.prefix,
        "rate": plain(terms.rate),
        "connect_fee": plain(terms.connect_fee),
        "first": terms.first,
        "next": terms.next,
    }
