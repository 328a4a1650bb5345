"""On PostgreSQL: codes and PINs guessed at once, and an OK said twice at once."""

import re

import pytest

from accounts import guesses
from accounts.guesses import MOST
from accounts.tables import accounts
from billing.tables import holds
from kernel.db import Database
from orders.questions import MOST_TRIES
from orders.tables import questions
from tests.crowd import together
from tests.unit.factory import NOW
from tests.unit.inbound.house import ANN, DOLLAR, PIN, House, enrolled

pytestmark = pytest.mark.parts


@pytest.fixture
def house(pg: Database) -> House:
    user, alias = enrolled(pg)
    return House(pg, user, f"{alias}@door.test")


def handle(house: House, ids: list[str]) -> None:
    for message_id in ids:
        house.intake.handle(message_id)


def asked(house: House) -> int:
    house.change(accounts, ask_new=True)
    house.send(house.mail(f"CALL +442079460019 PIN {PIN}"))
    found = re.search(r"OK A1 (\d{4})", house.said()[0][1])
    assert found
    return int(found[1])


def test_an_ok_said_eight_times_at_once_calls_once(house: House) -> None:
    right = asked(house)
    ids = [house.accept(house.mail(f"OK A1 {right:04}")) for _ in range(8)]
    together(8, lambda number: handle(house, ids[number::8]))
    assert len(house.orders) == len(house.rows(holds)) == 1
    assert {house.message(message_id).state for message_id in ids} == {"handled"}


def test_what_a_cap_leaves_no_two_orders_spend(house: House) -> None:
    """Eight orders at once, and room for two of them: what is under way counts with all that it may yet cost."""
    house.change(accounts, cap_call=5 * DOLLAR, cap_day=9 * DOLLAR)
    house.signed.add(ANN)
    ids = [house.accept(house.mail(f"CALL +44207946001{digit}")) for digit in range(8)]
    together(8, lambda number: handle(house, ids[number::8]))
    assert sorted(hold.most for hold in house.rows(holds)) == [4 * DOLLAR, 5 * DOLLAR]
    assert {house.message(message_id).state for message_id in ids} == {"handled"}


def test_a_crowd_of_wrong_codes_gets_three_tries(house: House) -> None:
    right = asked(house)
    ids = [house.accept(house.mail(f"OK A1 {(right + 1 + at) % 10_000:04}")) for at in range(16)]
    together(8, lambda number: handle(house, ids[number::8]))
    (question,) = house.rows(questions)
    assert (question.state, question.tries) == ("shut", MOST_TRIES)
    assert house.orders == []


def test_guesses_at_once_are_counted_one_by_one(pg: Database) -> None:
    def guess(number: int) -> bool:
        with pg.write() as conn:
            return guesses.count(conn, f"eve{number}", "acc", NOW) is None

    assert sum(together(MOST["account"] + 8, guess)) == MOST["account"]
