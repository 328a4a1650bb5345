"""A leg is billed once, for what it took, never beyond the hold."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, select, update

from billing import holds, ledger
from billing.check import check
from billing.quotes import EARLY_MS, Quote, plan
from billing.receipt import receipt
from billing.settle import LONGEST_MS, Absurd, Charge, Leg, close_order, finalise
from billing.tables import cdrs, entries, transactions
from billing.tables import holds as holds_table
from kernel.db import Database
from orders.states import AttemptState, OrderState
from orders.tables import attempts, orders
from tests.unit import factory
from tests.unit.billing.test_quotes import QUOTES
from tests.unit.billing.world import DOLLAR, Held, funded, held, per_minute_quote
from tests.unit.factory import NOW


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    database = factory.database()
    yield database
    database.close()


@pytest.fixture
def conn(db: Database) -> Iterator[Connection]:
    with db.write() as connection:
        yield connection
        connection.rollback()


def settle(
    conn: Connection,
    attempt: str,
    start_ms: int,
    end_ms: int,
    first_ended_ms: int | None = None,
    second_answered_ms: int | None = None,
) -> Charge:
    leg = Leg(attempt, start_ms, end_ms, first_ended_ms=first_ended_ms, second_answered_ms=second_answered_ms)
    result = finalise(conn, leg, NOW)
    assert result is not None
    return result


def end(conn: Connection, call: Held) -> bool:
    conn.execute(update(orders).where(orders.c.id == call.order).values(state=OrderState.ENDED))
    return close_order(conn, call.order, NOW)


def test_both_legs_are_billed_from_their_own_answers(conn: Connection) -> None:
    call = held(conn)
    b = settle(conn, call.b, NOW + 15_000, NOW + 76_000)
    a = settle(conn, call.a, NOW, NOW + 76_100, second_answered_ms=NOW + 15_000)
    assert (a.billed_seconds, a.charge, a.tax) == (78, 22_100, 4_500)  # 22 100 x 0.2 = 4 420
    assert (b.billed_seconds, b.charge, b.tax) == (66, 37_000, 7_400)  # 26 950 + 10 000
    assert ledger.balance(conn, call.account) == 20 * DOLLAR - a.total - b.total
    assert end(conn, call)
    assert holds.available(conn, call.account) == ledger.balance(conn, call.account)
    assert check(conn) == []


def test_119_a_leg_told_twice_is_billed_once_with_its_first_times(conn: Connection) -> None:
    call = held(conn)
    first = settle(conn, call.a, NOW, NOW + 30_000)
    assert settle(conn, call.a, NOW, NOW + 30_000) == first
    assert settle(conn, call.a, NOW, NOW + 90_000) == first
    assert settle(conn, call.a, NOW, NOW - 1) == first
    assert ledger.balance(conn, call.account) == 20 * DOLLAR - first.total
    assert conn.scalar(select(func.count()).select_from(transactions).where(transactions.c.kind == "charge")) == 1


def test_an_unanswered_leg_has_nothing_to_bill(conn: Connection) -> None:
    call = held(conn)
    assert finalise(conn, Leg(call.b, None, NOW), NOW) is None
    assert end(conn, call)
    assert ledger.balance(conn, call.account) == 20 * DOLLAR
    assert check(conn) == []


@pytest.mark.parametrize(
    ("start", "stop"),
    [(NOW, NOW - 1), (NOW, NOW + LONGEST_MS + 1), (-5, NOW), (NOW, None), (-5, -1)],
)
def test_117_an_absurd_record_is_shunted_and_writes_nothing(conn: Connection, start: int, stop: int | None) -> None:
    call = held(conn)
    with pytest.raises(Absurd):
        finalise(conn, Leg(call.a, start, stop), NOW)
    assert conn.scalar(select(func.count()).select_from(cdrs)) == 0
    assert ledger.balance(conn, call.account) == 20 * DOLLAR


def test_a_leg_that_nobody_ordered_is_shunted(conn: Connection) -> None:
    with pytest.raises(Absurd, match="no order"):
        finalise(conn, Leg("stranger", NOW, NOW + 1), NOW)


def test_118_answer_and_end_in_one_millisecond_is_free_and_twelve_hours_are_not(conn: Connection) -> None:
    call = held(conn, 19 * DOLLAR)
    assert settle(conn, call.b, NOW, NOW).total == 0
    assert settle(conn, call.a, NOW, NOW + LONGEST_MS).billed_seconds == 12 * 3600
    assert end(conn, call)
    assert check(conn) == []


def test_the_bill_stops_at_the_hold(conn: Connection) -> None:
    call = held(conn, 5 * DOLLAR, per_minute_quote(tax_ppm=70_000))
    a = settle(conn, call.a, NOW, NOW + 180_000, second_answered_ms=NOW + 1)
    b = settle(conn, call.b, NOW, NOW + 180_000)
    assert (a.total, a.capped) == (3_210_000, False)
    assert b.capped
    assert 5 * DOLLAR - 200 <= a.total + b.total <= 5 * DOLLAR
    assert end(conn, call)
    assert check(conn) == []


@pytest.mark.parametrize(("ends_after", "waived"), [(1999, "late_b"), (2000, "")])
def test_b_answering_after_a_left_is_free_for_two_seconds(conn: Connection, ends_after: int, waived: str) -> None:
    call = held(conn)
    b = settle(conn, call.b, NOW, NOW + ends_after, first_ended_ms=NOW - 10)
    assert (b.waived, b.total == 0, b.billed_seconds == 0) == (waived, bool(waived), bool(waived))
    settle(conn, call.a, NOW - 1000, NOW - 10, second_answered_ms=NOW)
    assert end(conn, call)
    assert check(conn) == []


@pytest.mark.parametrize(
    ("charge_unjoined", "b_answered", "waived"),
    [(False, None, "unjoined"), (False, NOW + 31_000, "unjoined"), (False, NOW + 29_000, ""), (True, None, "")],
)
def test_the_plan_says_who_pays_for_a_call_that_was_never_joined(
    conn: Connection, charge_unjoined: bool, b_answered: int | None, waived: str
) -> None:
    call = held(conn, quote=per_minute_quote(charge_unjoined=charge_unjoined))
    a = finalise(conn, Leg(call.a, NOW, NOW + 30_000, second_answered_ms=b_answered), NOW)
    assert a is not None
    assert (a.waived, a.total) == (waived, 0 if waived else DOLLAR)
    assert finalise(conn, Leg(call.a, NOW, NOW + 30_000), NOW) == a
    assert check(conn) == []


def test_the_hold_stays_until_every_leg_is_ended_and_billed(conn: Connection) -> None:
    call = held(conn)
    conn.execute(update(attempts).where(attempts.c.id == call.b).values(state=AttemptState.ANSWERED, answered_ms=NOW))
    assert not close_order(conn, call.order, NOW)
    conn.execute(update(attempts).where(attempts.c.id == call.b).values(state=AttemptState.ENDED, ended_ms=NOW + 9000))
    assert not end(conn, call)
    assert [problem.split(" has ended but ")[1][:12] for problem in check(conn)] == ["10.00 is sti", "its answered"]
    settle(conn, call.b, NOW, NOW + 9000)
    assert end(conn, call)
    assert not close_order(conn, call.order, NOW)
    assert check(conn) == []


def test_the_same_call_through_two_doors_has_the_same_postings(conn: Connection) -> None:
    postings = []
    for door in ("email", "web"):
        call = held(conn)
        conn.execute(update(orders).where(orders.c.id == call.order).values(door=door))
        settle(conn, call.b, NOW + 5000, NOW + 65_001)
        lines = (
            select(entries.c.ledger, entries.c.amount).join(transactions).where(transactions.c.order_id == call.order)
        )
        postings.append(sorted((row.ledger.split(":")[0], row.amount) for row in conn.execute(lines)))
    assert postings[0] == postings[1] != []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    QUOTES, st.integers(0, 5000 * DOLLAR), st.integers(60, 5000),
    st.integers(0, EARLY_MS - 1), st.integers(0, EARLY_MS - 1), st.booleans(),
)  # fmt: skip
def test_two_legs_cut_late_at_their_limits_never_exceed_the_hold(
    db: Database, quote: Quote, budget: int, longest: int, late_a: int, late_b: int, a_first: bool
) -> None:
    made = plan(quote, budget, max_talk_s=longest)
    if made is None or made.amount == 0:
        return
    with db.write() as conn:
        call = held(conn, made.amount, quote, funded(conn, made.amount))
        legs = [(call.a, made.limit_a_ms + late_a), (call.b, made.limit_b_ms + late_b)]
        paid = [settle(conn, leg, NOW, NOW + ms) for leg, ms in (legs if a_first else legs[::-1])]
        assert not any(charge.capped for charge in paid)
        slip = receipt(conn, call.order)
        assert slip is not None
        assert slip.total == sum(leg.charge for leg in slip.legs) == sum(charge.total for charge in paid) <= made.amount
        assert slip.balance_left == made.amount - slip.total
        assert end(conn, call)
        assert check(conn) == []
        conn.rollback()


def test_the_receipt_names_legs_that_never_answered_too(conn: Connection) -> None:
    call = held(conn)
    conn.execute(update(attempts).where(attempts.c.id == call.b).values(cause=17, ended_ms=NOW + 20_000))
    a = settle(conn, call.a, NOW, NOW + 20_000)
    slip = receipt(conn, call.order)
    assert slip is not None
    assert [(leg.role, leg.answered_ms, leg.charge, leg.cause) for leg in slip.legs] == [
        ("A", NOW, a.total, None),
        ("B", None, 0, 17),
    ]
    assert (slip.total, slip.balance_left, slip.currency) == (a.total, 20 * DOLLAR - a.total, "USD")
    assert receipt(conn, "nobody's") is None


def test_check_finds_what_was_tampered_with(conn: Connection) -> None:
    call = held(conn)
    settle(conn, call.a, NOW, NOW + 30_000)
    settle(conn, call.b, NOW, NOW + 30_000)
    assert end(conn, call)
    assert check(conn) == []
    conn.execute(update(cdrs).where(cdrs.c.attempt_id == call.a).values(charge=cdrs.c.charge - 100))
    conn.execute(delete(cdrs).where(cdrs.c.attempt_id == call.b))
    found = check(conn)
    for words in ("no charge of that amount", "has no CDR", "its own deck row makes it", "its hold has spent"):
        assert any(words in problem for problem in found), words
    conn.execute(update(entries).where(entries.c.ledger == ledger.REVENUE).values(amount=entries.c.amount + 1))
    assert any("does not balance" in problem for problem in check(conn))


def test_a_quote_with_a_row_of_its_own_kind_is_read_back(conn: Connection) -> None:
    quote = replace(per_minute_quote(), ring_b_s=45, confirm_s=0)
    call = held(conn, quote=quote)
    assert conn.scalar(select(holds_table.c.quote).where(holds_table.c.order_id == call.order)) == quote.to_json()
    assert Quote.from_json(quote.to_json()) == quote
