"""A plan never costs more than it holds, wherever and however late the switch cuts."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.quotes import EARLY_MS, Ceiling, Quote, cost, next_plan, per_minute, plan
from billing.rating import Terms, gross
from tests.unit.billing.test_rating import TERMS
from tests.unit.billing.world import DOLLAR, GB, QUOTE, US, per_minute_quote

QUOTES = st.builds(
    Quote,
    a=TERMS,
    b=TERMS,
    tax_ppm=st.sampled_from([0, 1, 77_777, 200_000, 1_000_000]),
    ring_b_s=st.integers(0, 90),
    confirm_s=st.sampled_from([0, 20]),
    first=st.sampled_from("AB"),
    also=st.lists(TERMS, max_size=2).map(tuple),
)
BUDGETS = st.integers(0, 5_000_000_000)


@given(QUOTES, BUDGETS, st.integers(1, 20_000), st.integers(1, 600))
def test_the_plan_fits_and_one_second_more_would_not(quote: Quote, budget: int, longest: int, least: int) -> None:
    made = plan(quote, budget, max_talk_s=longest, min_talk_s=least)
    if made is None:
        assert cost(quote, min(least, longest)) > budget
        return
    assert made.amount <= budget
    assert min(least, longest) <= made.talk_s <= longest
    assert made.talk_s == longest or cost(quote, made.talk_s + 1) > budget


@given(QUOTES, BUDGETS, st.integers(60, 20_000), st.integers(0, EARLY_MS - 1), st.integers(0, EARLY_MS - 1))
def test_a_late_cut_at_both_limits_costs_no_more_than_the_hold(
    quote: Quote, budget: int, longest: int, late_a: int, late_b: int
) -> None:
    made = plan(quote, budget, max_talk_s=longest)
    if made is not None:
        paid_a = gross(made.limit_a_ms + late_a, quote.a, quote.tax_ppm)
        for of_b in quote.of("B"):  # one of its telephones answers
            assert paid_a + gross(made.limit_b_ms + late_b, of_b, quote.tax_ppm) <= made.amount


def test_who_is_rung_first_waits() -> None:
    made = plan(replace(per_minute_quote(), first="B"), 10 * DOLLAR, max_talk_s=7200)
    assert made is not None
    assert (made.limit_a_ms, made.limit_b_ms) == (239_500, 319_500)


def test_of_several_telephones_the_dearest_is_held_for_and_each_is_billed_by_its_own_row() -> None:
    quote = replace(QUOTE, also=(replace(GB, rate=10 * GB.rate), US))
    assert cost(quote, 60) == cost(replace(QUOTE, b=quote.also[0]), 60)
    assert [quote.terms("B", rank) for rank in range(3)] == [GB, quote.also[0], US]
    assert Quote.from_json(quote.to_json()) == quote
    with pytest.raises(ValueError, match="no such leg B"):
        quote.terms("B", 3)
    with pytest.raises(ValueError, match="two currencies"):
        replace(QUOTE, also=(replace(GB, currency="EUR"),))


def test_a_quote_of_before_there_were_orders_of_ringing_is_read_as_it_was_meant() -> None:
    kept = json.loads(QUOTE.to_json())
    del kept["first"], kept["also"]
    assert Quote.from_json(json.dumps(kept)) == QUOTE


def test_a_plan_in_round_numbers() -> None:
    made = plan(
        per_minute_quote(), 10 * DOLLAR, max_talk_s=7200
    )  # A: 20 + 60 s to wait, so it pays six minutes, B four
    assert made is not None
    assert (made.amount, made.talk_s) == (10 * DOLLAR, 240)
    assert (made.limit_a_ms, made.limit_b_ms) == (319_500, 239_500)


def test_a_budget_under_the_shortest_talk_makes_no_plan() -> None:
    needed = cost(QUOTE, 60)
    assert plan(QUOTE, needed - 1, max_talk_s=7200) is None
    assert plan(QUOTE, needed, max_talk_s=7200) is not None
    assert plan(QUOTE, DOLLAR, max_talk_s=0) is None


def test_the_price_of_a_minute_is_both_legs_with_tax() -> None:
    assert per_minute(QUOTE) == 49_800


def test_two_currencies_make_no_quote() -> None:
    euros = Terms.from_json(GB.to_json().replace("USD", "EUR"))
    with pytest.raises(ValueError, match="USD and EUR"):
        Quote(US, euros, 0)


@given(QUOTES)
def test_a_quote_survives_json(quote: Quote) -> None:
    assert Quote.from_json(quote.to_json()) == quote


@given(
    QUOTES, BUDGETS, BUDGETS, st.integers(-5, 2_000_000), st.integers(1, 20_000), st.integers(1, 600),
    st.integers(1, 600),
)  # fmt: skip
def test_the_next_plan_is_within_ceiling_and_funds_and_a_slice_at_most(
    quote: Quote, budget: int, most: int, free: int, longest: int, least: int, slice_s: int
) -> None:
    now = plan(quote, min(budget, most), max_talk_s=min(least, longest), min_talk_s=1)
    if now is None:
        return
    held, ceiling = now.amount, Ceiling(most, longest)
    pays_for = plan(quote, held, max_talk_s=longest, min_talk_s=1)  # increments may pay for more than was planned
    assert pays_for is not None
    made = next_plan(quote, held, free, ceiling, slice_s)
    budget = min(held + max(free, 0), most)
    if made is None:
        assert pays_for.talk_s == longest or cost(quote, pays_for.talk_s + 1) > budget
        return
    assert held < made.amount <= budget
    assert pays_for.talk_s < made.talk_s <= min(longest, pays_for.talk_s + slice_s)
    assert made.talk_s == min(longest, pays_for.talk_s + slice_s) or cost(quote, made.talk_s + 1) > budget


def test_slice_by_slice_a_hold_comes_to_what_the_whole_call_would_have_held() -> None:
    whole = plan(QUOTE, DOLLAR, max_talk_s=7200)
    held = plan(QUOTE, DOLLAR, max_talk_s=60)
    assert whole is not None
    assert held is not None
    slices = [held]
    while made := next_plan(QUOTE, slices[-1].amount, DOLLAR - slices[-1].amount, Ceiling(DOLLAR), 180):
        slices.append(made)
    assert slices[-1] == whole
    assert [made.talk_s for made in slices[:3]] == [60, 240, 420]
