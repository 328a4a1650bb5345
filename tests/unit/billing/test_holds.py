"""A hold grows by slices: never beyond its ceiling, never beyond what the account has free."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert, select, update

from accounts.tables import accounts
from billing import holds, ledger
from billing.check import check
from billing.quotes import Ceiling, cost
from billing.settle import close_order
from billing.tables import hold_slices
from billing.tables import holds as holds_table
from dispatcher.calls import limits
from orders.states import OrderState
from orders.tables import orders
from tests.unit import factory
from tests.unit.billing.world import DOLLAR, QUOTE, funded
from tests.unit.factory import NOW

SLICE_S = 180
FIRST = cost(QUOTE, 60)


@pytest.fixture
def conn() -> Iterator[Connection]:
    db = factory.database()
    with db.write() as connection:
        yield connection
    db.close()


def begun(conn: Connection, balance: int, ceiling: Ceiling) -> tuple[str, str]:
    """An account and its order, with a minute of talk held."""
    account = funded(conn, balance)
    order = factory.order(conn, account, factory.user(conn, account))
    holds.open_hold(conn, order, account, FIRST, QUOTE, NOW, ceiling)
    return account, order


def amount(conn: Connection, order: str) -> int:
    return int(conn.execute(select(holds_table.c.amount).where(holds_table.c.order_id == order)).scalar_one())


def test_a_slice_is_added_and_noted(conn: Connection) -> None:
    account, order = begun(conn, DOLLAR, Ceiling(DOLLAR))
    made = holds.grow(conn, order, account, SLICE_S, NOW + 5)
    assert made is not None
    assert amount(conn, order) == made.amount == cost(QUOTE, made.talk_s)
    assert holds.available(conn, account) == DOLLAR - made.amount
    (row,) = conn.execute(select(hold_slices))
    assert (row.order_id, row.talk_s, row.more, row.at_ms) == (order, made.talk_s, made.amount - FIRST, NOW + 5)
    assert check(conn) == []


def test_what_is_left_is_taken_and_after_it_nothing_until_there_is_more(conn: Connection) -> None:
    account, order = begun(conn, FIRST + 30_000, Ceiling(DOLLAR))
    assert holds.grow(conn, order, account, SLICE_S, NOW) is not None
    assert 0 <= holds.available(conn, account) < 10_000
    before = amount(conn, order)
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None
    assert ledger.top_up(conn, account, DOLLAR, "USD", "more", "", NOW)
    assert holds.grow(conn, order, account, SLICE_S, NOW) is not None
    assert amount(conn, order) > before
    assert check(conn) == []


@pytest.mark.parametrize("ceiling", [Ceiling(FIRST + 20_000), Ceiling(DOLLAR, 75)])
def test_it_grows_to_its_ceiling_and_no_further(conn: Connection, ceiling: Ceiling) -> None:
    account, order = begun(conn, 20 * DOLLAR, ceiling)
    made = holds.grow(conn, order, account, SLICE_S, NOW)
    assert made is not None
    assert made.amount <= ceiling.amount
    assert made.talk_s <= ceiling.talk_s
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None
    assert check(conn) == []


def test_without_a_ceiling_or_when_let_go_it_stays_as_it_is(conn: Connection) -> None:
    account = funded(conn)
    order = factory.order(conn, account, factory.user(conn, account))
    holds.open_hold(conn, order, account, FIRST, QUOTE, NOW)
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None
    account, order = begun(conn, 20 * DOLLAR, Ceiling(DOLLAR))
    conn.execute(update(orders).where(orders.c.id == order).values(state=OrderState.ENDED))
    assert close_order(conn, order, NOW)
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None
    assert holds.grow(conn, "nobody's", account, SLICE_S, NOW) is None


def test_another_orders_hold_is_not_there_to_be_had(conn: Connection) -> None:
    account, order = begun(conn, 3 * FIRST, Ceiling(DOLLAR))
    other = factory.order(conn, account, factory.user(conn, account))
    holds.open_hold(conn, other, account, 2 * FIRST, QUOTE, NOW)
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None


def test_check_finds_a_hold_beyond_its_ceiling_and_slices_that_can_not_be(conn: Connection) -> None:
    _, order = begun(conn, 20 * DOLLAR, Ceiling(DOLLAR))
    conn.execute(update(holds_table).values(most=FIRST - 1))
    assert any("more than the" in problem for problem in check(conn))
    conn.execute(update(holds_table).values(most=DOLLAR))
    conn.execute(insert(hold_slices).values(order_id=order, talk_s=99, more=FIRST, at_ms=NOW))
    assert any("was added to it" in problem for problem in check(conn))


def test_a_closed_accounts_live_call_gets_nothing_more(conn: Connection) -> None:
    account, order = begun(conn, DOLLAR, Ceiling(DOLLAR))
    conn.execute(update(accounts).values(active=False))
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None
    assert amount(conn, order) == FIRST


def test_a_hold_of_a_door_that_knew_no_slices_stays_as_it_is_and_is_none_too_large(conn: Connection) -> None:
    account, order = begun(conn, DOLLAR, Ceiling(DOLLAR))
    conn.execute(update(holds_table).values(most=0, most_talk_s=0))
    assert limits(conn.execute(select(holds_table)).one()).talk_s == 60
    assert holds.grow(conn, order, account, SLICE_S, NOW) is None
    assert check(conn) == []
