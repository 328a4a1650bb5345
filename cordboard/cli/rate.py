"""`cordboard rate`: what a minute to a number costs."""

from dataclasses import dataclass

import click
from sqlalchemy import Connection

from accounts import people
from billing import decks, quotes
from billing.rating import Terms
from cordboard.cli.choices import account_by, user_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, exact, spaced
from kernel.errors import Refused
from kernel.money import display, plain
from parsers.numbers import Number, parse_number


@dataclass(frozen=True, slots=True)
class Price:
    """Both legs' rows; `both` is a minute of the two together with tax, in micro-units."""

    number: Number
    phone: str
    a: Terms
    b: Terms
    both: int


@click.command()
@click.argument("number")
@click.option("--account", required=True, help="Whose deck and phone.")
@click.option("--user", help="Whose phone; needed where the account has several users.")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def rate(tools: Tools, number: str, account: str, user: str | None, json_: bool) -> None:
    """What a minute to NUMBER costs, with the leg to the user's own phone."""
    with tools.db.read() as conn:
        price = _price(conn, number, account, user, tools.clock.ms())
    if json_:
        as_json(
            {
                "number": price.number.e164,
                "per_minute": plain(price.both),
                "currency": price.b.currency,
                "legs": [_leg("A", price.phone, price.a), _leg("B", price.number.e164, price.b)],
            }
        )
        return
    click.echo(f"About {display(price.both, price.b.currency)} a minute, both legs and tax:")
    for whose, called, terms in (("your phone", price.phone, price.a), ("the other", price.number.e164, price.b)):
        fee = f" + {exact(terms.connect_fee, terms.currency)} to connect" if terms.connect_fee else ""
        click.echo(
            f"  {whose:<11} {spaced(called)}: {exact(terms.rate, terms.currency)}/min{fee}\n"
            f"  {'':<11} {terms.destination}, billed by {terms.first} s, then {terms.next} s"
        )


def _price(conn: Connection, text: str, account: str, user: str | None, now_ms: int) -> Price:
    payer = account_by(conn, account)
    who = user_by(conn, payer, user)
    number = parse_number(text, who.country)
    phone = people.main_phone(conn, who.id)
    if phone is None:
        raise Refused("no_phone", name=who.name)
    legs = [decks.find_terms(conn, payer.deck, e164, now_ms) for e164 in (phone.e164, number.e164)]
    for terms, called in zip(legs, (phone.e164, number.e164), strict=True):
        if terms is None:
            raise Refused("no_rate", deck=payer.deck, number=called)
    a, b = legs
    assert a is not None
    assert b is not None
    quote = quotes.Quote(a, b, payer.tax_ppm, payer.charge_unjoined)
    return Price(number, phone.e164, a, b, quotes.per_minute(quote))


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
