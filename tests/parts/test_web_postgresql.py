"""The web door on PostgreSQL, where many write at once: one key, one order; one balance, one call."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from billing.tables import balances, holds
from kernel.db import Database
from orders.tables import messages
from tests.joint.inbound.texting import live as texting_live
from tests.joint.inbound.web import Web, live
from tests.unit.inbound.house import DOLLAR, House, enrolled

pytestmark = pytest.mark.parts


@pytest.fixture
def house(pg: Database) -> House:
    user, alias = enrolled(pg)
    return House(pg, user, f"{alias}@door.test")


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found


def test_five_at_once_under_one_key_are_one_order(house: House, web: Web) -> None:
    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(lambda _: web.order("k1", to="mum"), range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.body for answer in answers}) == 1
    assert len(house.orders) == len(house.rows(holds)) == 1
    other = web.order("k1", to="+442079460019")
    assert (other.status, web.order("k1", to="mum").status) == (409, 200)


def test_ten_different_calls_on_money_for_one(house: House, web: Web) -> None:
    house.change(balances, amount=DOLLAR // 10)
    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(lambda n: web.order(to=f"+4420794600{n}"), range(20, 30)))
    assert sorted(answer.status for answer in answers) == [201, *[402] * 9]
    assert len(house.orders) == 1


def test_100_an_id_that_the_database_has_no_letters_for_is_nobodys(web: Web) -> None:
    for odd in ("0" * 27 + "%00", "%00" * 28, "0" * 27 + "%F0%9F%98%80", "0" * 27 + "'"):
        assert web.show(odd).status == 404


def test_a_nul_in_what_was_written_is_kept_as_an_odd_character(house: House) -> None:
    """Some gateways fill a text up with them."""
    with texting_live(house) as texting:
        assert texting.kannel(b"CALL mum\0\0").body.startswith("Not called: I don't know ")
        assert texting.text("CALL \0").texts[0].startswith("Not called: I don't know ")
    assert [message.kept.count("\ufffd") for message in house.rows(messages)] == [2, 1]
