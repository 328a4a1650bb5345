"""Entries balance, happen once, and keep the running balance."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select, update

from billing import check, holds, ledger
from billing.settle import close_order
from billing.tables import balances, entries, transactions
from kernel.errors import Refused
from orders.states import OrderState
from orders.tables import orders
from tests.unit import factory
from tests.unit.billing.world import DOLLAR, QUOTE, funded, held
from tests.unit.factory import NOW


@pytest.fixture
def conn() -> Iterator[Connection]:
    db = factory.database()
    with db.write() as connection:
        yield connection
    db.close()


def test_a_payment_counts_once(conn: Connection) -> None:
    account = funded(conn, 0)
    assert ledger.top_up(conn, account, DOLLAR, "USD", "stripe-1", "card", NOW)
    assert not ledger.top_up(conn, account, DOLLAR, "USD", "stripe-1", "card", NOW)
    assert ledger.balance(conn, account) == DOLLAR
    assert conn.scalar(select(func.count()).select_from(entries)) == 2
    assert check.check(conn) == []


def test_lines_that_do_not_balance_are_refused(conn: Connection) -> None:
    account = funded(conn, 0)
    with pytest.raises(ValueError, match="balance"):
        ledger.post(conn, "k", "x", account, None, {ledger.customer(account): 5, ledger.CASH: -4}, "USD", NOW)
    with pytest.raises(ValueError, match="another customer"):
        ledger.post(conn, "k", "x", account, None, {"customer:other": 5, ledger.CASH: -5}, "USD", NOW)
    assert conn.scalar(select(func.count()).select_from(transactions)) == 0


def test_another_currency_than_the_accounts_is_refused(conn: Connection) -> None:
    account = funded(conn, 0)
    with pytest.raises(Refused, match="no_balance_in_currency"):
        ledger.top_up(conn, account, DOLLAR, "EUR", "k", "", NOW)
    with pytest.raises(Refused, match="no_balance_in_currency"):
        ledger.correct(conn, account, DOLLAR, "EUR", "k", "", NOW)
    with pytest.raises(Refused, match="amount_not_positive"):
        ledger.top_up(conn, account, -1, "USD", "k", "", NOW)


def test_a_reference_that_could_not_be_kept_is_refused(conn: Connection) -> None:
    account = funded(conn, 0)
    assert ledger.top_up(conn, account, DOLLAR, "USD", "k" * 64, "", NOW)
    for book in (ledger.top_up, ledger.correct):
        with pytest.raises(Refused, match="reference_too_long"):
            book(conn, account, DOLLAR, "USD", "k" * 65, "", NOW)


def test_a_correction_is_an_entry_of_its_own_and_takes_nothing_that_is_held(conn: Connection) -> None:
    call = held(conn, 15 * DOLLAR)
    with pytest.raises(Refused, match="not_enough_funds"):
        ledger.correct(conn, call.account, -6 * DOLLAR, "USD", "c1", "too much", NOW)
    assert ledger.correct(conn, call.account, -5 * DOLLAR, "USD", "c1", "card charged back", NOW + 1)
    assert holds.available(conn, call.account) == 0
    latest, first = ledger.statement(conn, call.account, 10)
    assert (latest.kind, latest.amount, latest.memo) == ("correction", -5 * DOLLAR, "card charged back")
    assert (first.kind, first.amount) == ("topup", 20 * DOLLAR)
    assert check.check(conn) == []


def test_a_hold_keeps_its_amount_from_other_orders_until_released(conn: Connection) -> None:
    call = held(conn, 15 * DOLLAR)
    assert holds.available(conn, call.account) == 5 * DOLLAR
    conn.execute(update(orders).where(orders.c.id == call.order).values(state=OrderState.ENDED))
    assert close_order(conn, call.order, NOW)
    assert not close_order(conn, call.order, NOW)
    assert holds.available(conn, call.account) == 20 * DOLLAR
    with pytest.raises(ValueError, match="something"):
        holds.open_hold(conn, call.order, call.account, 0, QUOTE, NOW)


def test_the_sum_of_open_holds_reads_the_small_index_alone(conn: Connection) -> None:
    if conn.dialect.name != "sqlite":
        pytest.skip("how SQLite plans")
    statement = holds._AVAILABLE.compile(conn.engine)
    plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (0, "acc", "acc"))
    assert any("USING COVERING INDEX ix_holds_open" in row[3] for row in plan)


def test_an_edited_balance_is_found(conn: Connection) -> None:
    account = funded(conn)
    conn.execute(update(balances).values(amount=balances.c.amount - 1))
    assert check.check(conn) == [f"customer:{account}: entries less running balance is 0.000001 USD, not 0"]
