"""Billed seconds and charges: the trade's vectors, then what must hold for any row."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating import ENDLESS_S, Terms, billed_seconds, charge, explain, gross, seconds_for, tax
from tests.unit.billing.world import GB, US

INCREMENTS = st.one_of(st.sampled_from([1, 6, 20, 30, 60]), st.integers(1, 3600))
TERMS = st.builds(
    Terms,
    prefix=st.just("44"),
    destination=st.just("Somewhere"),
    rate=st.integers(0, 8_000_000),
    connect_fee=st.integers(0, 5_000_000),
    first=INCREMENTS,
    next=INCREMENTS,
    currency=st.just("USD"),
    deck=st.just("retail"),
    row_id=st.just("row"),
)


@pytest.mark.parametrize(
    ("seconds", "first", "following", "billed"),
    [
        (37, 6, 6, 42), (37, 30, 6, 42), (37, 60, 60, 60), (37, 60, 1, 60), (37, 20, 20, 40), (37, 30, 15, 45),
        (61, 6, 6, 66), (61, 30, 6, 66), (61, 60, 60, 120), (61, 60, 1, 61), (61, 20, 20, 80), (61, 30, 15, 75),
        (31, 30, 20, 50),  # the next increment counts from the end of the first, not over the whole
        (0, 60, 60, 0), (1, 60, 60, 60), (60, 60, 60, 60), (10**9, 60, 60, 10**9 + 20),
    ],
)  # fmt: skip
def test_the_trades_vectors(seconds: int, first: int, following: int, billed: int) -> None:
    assert billed_seconds(seconds * 1000, replace(US, first=first, next=following)) == billed


@pytest.mark.parametrize(("ms", "billed"), [(0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (43_200_000, 43_200)])
def test_part_seconds_count_as_whole_ones_and_a_call_of_no_time_is_free(ms: int, billed: int) -> None:
    assert billed_seconds(ms, replace(US, first=1, next=1)) == billed


def test_a_leg_that_ends_before_its_answer_is_not_rated() -> None:
    with pytest.raises(ValueError, match="before"):
        billed_seconds(-1, US)


@pytest.mark.parametrize(
    ("billed", "rate", "fee", "expected"),
    [
        (35, 82_200, 0, 48_000),  # 35 x 0.00137 = 0.04795, up to 0.0480
        (60, 100, 0, 100),
        (60, 101, 0, 200),  # a hair over a step is the next step
        (60, 50, 50, 100),  # fee and rate are rounded together, once
        (0, 100, 500, 0),
        (1, 0, 500, 500),
    ],
)
def test_a_charge_is_rounded_up_once(billed: int, rate: int, fee: int, expected: int) -> None:
    assert charge(billed, replace(US, rate=rate, connect_fee=fee)) == expected


def test_tax_is_rounded_up_like_a_charge() -> None:
    assert [tax(100, 200_000), tax(1000, 200_000), tax(1000, 0), tax(0, 200_000)] == [100, 200, 0, 0]


def test_the_arithmetic_in_words() -> None:
    assert explain(37_250, GB) == "37.250 s, billed 42 s (30/6) at 0.0245 a minute + 0.01 = 0.0272 USD"


@given(TERMS, st.integers(0, 50_000_000), st.integers(0, 50_000_000), st.integers(0, 1_000_000))
def test_a_longer_leg_never_costs_less(terms: Terms, one: int, other: int, ppm: int) -> None:
    short, long = sorted((one, other))
    assert gross(short, terms, ppm) <= gross(long, terms, ppm)


@given(TERMS, st.integers(1, 50_000_000))
def test_billed_time_covers_the_leg_by_less_than_an_increment(terms: Terms, ms: int) -> None:
    billed = billed_seconds(ms, terms)
    assert billed * 1000 >= ms
    assert billed == terms.first or (billed - terms.next) * 1000 < ms
    assert (billed - terms.first) % terms.next == 0


@given(TERMS, st.integers(0, 100_000_000))
def test_seconds_for_is_the_last_second_that_fits(terms: Terms, budget: int) -> None:
    seconds = seconds_for(budget, terms)
    assert charge(billed_seconds(seconds * 1000, terms), terms) <= budget
    if seconds < ENDLESS_S:
        assert charge(billed_seconds((seconds + 1) * 1000, terms), terms) > budget


def test_a_free_row_lasts_for_ever_if_its_fee_is_paid() -> None:
    free = replace(US, rate=0, connect_fee=100)
    assert [seconds_for(99, free), seconds_for(100, free), seconds_for(-1, free)] == [0, ENDLESS_S, 0]


@given(TERMS)
def test_terms_survive_json(terms: Terms) -> None:
    assert Terms.from_json(terms.to_json()) == terms
