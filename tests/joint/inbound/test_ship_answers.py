"""The first answer to who calls from a ship: who is rung first, and that two satellites make one wait for words."""

import pytest

from accounts import systems
from accounts.tables import accounts, phones
from billing.quotes import Quote
from billing.tables import balances, holds
from satellite.manners import ORBIT
from tests.unit.inbound.house import ANN, DOLLAR, House

OWN, SHIP, HOME = "+870773111444", "+870773111222", "+442079460018"


@pytest.fixture
def sea(house: House) -> House:
    """Ann's phone is a satellite's, dear calls need no OK."""
    with house.db.write() as conn:
        account = next(row.id for row in house.rows(accounts) if row.name == "Ship")
        systems.allow(conn, account, "Inmarsat")
    house.change(accounts, cap_call=50 * DOLLAR, quote_above=50 * DOLLAR, ask_above=50 * DOLLAR)
    house.change(phones, number=OWN)
    house.change(balances, amount=90 * DOLLAR)
    house.signed.add(ANN)
    return house


def said(house: House, text: str) -> str:
    house.send(house.mail(text))
    return house.said()[-1][1]


def test_from_a_ship_the_other_party_is_rung_first_and_the_quote_waits_for_the_ship(sea: House) -> None:
    assert said(sea, f"CALL {HOME}").startswith("A1 Ringing +44 2..0018 first, then your phone +870 7..1444. About $")
    (order,), (hold,) = sea.orders, sea.rows(holds)
    quote = Quote.from_json(hold.quote)
    assert (order.first, quote.first, quote.ring_b_s) == ("B", "B", ORBIT.ring_s)


def test_from_a_ship_to_a_ship_the_first_answer_warns_of_the_delay(sea: House) -> None:
    told = said(sea, f"CALL {SHIP}")
    assert told.startswith("A1 Ringing +870 7..1444. Press 1, then +870 7..1222.")
    assert told.endswith(" Both by satellite: expect a delay of a second.")
    assert len(told) <= 160
    assert sea.orders[0].first == "A"
