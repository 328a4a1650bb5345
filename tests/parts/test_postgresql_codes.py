"""Spoken codes on a real PostgreSQL: many tries at once are as many as they are, and one phone is added once."""

import pytest

from accounts.people import phones_of
from kernel.db import Database
from orders import codes
from orders.tables import codes as codes_table
from tests.crowd import together
from tests.unit.inbound.house import SECRETS, House, enrolled

pytestmark = pytest.mark.parts

CROWD = 8


@pytest.fixture
def house(pg: Database) -> House:
    user, alias = enrolled(pg)
    return House(pg, user, f"{alias}@door.test")


def spoken(house: House) -> str:
    """A code that was ordered and heard."""
    house.send(house.mail("VERIFY +442079460777"), house.alias)
    (order,) = house.orders
    with house.db.write() as conn:
        codes.spoken(conn, order.id, house.clock.ms())
    return codes.digits_of(SECRETS, order.id)


def phones(house: House) -> list[str]:
    with house.db.read() as conn:
        return [phone.number for phone in phones_of(conn, house.user)]


def test_a_crowd_of_guesses_gets_three_tries(house: House) -> None:
    digits = spoken(house)
    guesses = [house.mail(f"CODE {(int(digits) + 1 + number) % 10_000:04d}") for number in range(CROWD)]
    together(CROWD, lambda number: house.send(guesses[number], house.alias))
    assert [row.tries for row in house.rows(codes_table)] == [codes.MOST_TRIES]
    house.send(house.mail(f"CODE {digits}"), house.alias)
    assert phones(house) == ["+12025550101"]


def test_the_right_code_many_times_at_once_adds_one_phone(house: House) -> None:
    digits = spoken(house)
    mails = [house.mail(f"CODE {digits}") for _ in range(CROWD)]
    together(CROWD, lambda number: house.send(mails[number], house.alias))
    assert phones(house) == ["+12025550101", "+442079460777"]


def test_one_number_asked_for_at_once_is_rung_once(house: House) -> None:
    mails = [house.mail("VERIFY +442079460777") for _ in range(CROWD)]
    together(CROWD, lambda number: house.send(mails[number], house.alias))
    assert len(house.orders) == len(house.rows(codes_table)) == 1
