"""Money that can't be, or is too much of it; the number is that of the list of bad inputs."""

from dataclasses import replace

import pytest

from billing.quotes import Quote, cost, plan
from billing.rating import billed_seconds, charge, gross, tax
from billing.settle import rate
from kernel.money import CHARGE_STEP
from tests.unit.billing.world import DOLLAR, GB, QUOTE, US


def test_120_legs_in_two_currencies_are_no_quote() -> None:
    with pytest.raises(ValueError, match="two currencies"):
        Quote(US, replace(GB, currency="EUR"), 0)


@pytest.mark.parametrize(
    ("micro_a_minute", "seconds", "charged"),
    [
        (60 * CHARGE_STEP, 1, CHARGE_STEP),
        (60 * CHARGE_STEP + 1, 1, 2 * CHARGE_STEP),  # ever so little over a step is the next one
        (30 * CHARGE_STEP, 1, CHARGE_STEP),  # a half is a whole
        (30 * CHARGE_STEP, 3, 2 * CHARGE_STEP),
        (1, 1, CHARGE_STEP),
        (0, 1, 0),
    ],
)
def test_120_a_charge_is_rounded_up_once(micro_a_minute: int, seconds: int, charged: int) -> None:
    row = replace(US, rate=micro_a_minute, first=1, next=1)
    assert charge(billed_seconds(seconds * 1000, row), row) == charged


@pytest.mark.parametrize(
    ("net", "ppm", "on_top"), [(CHARGE_STEP, 500_000, CHARGE_STEP), (0, 500_000, 0), (100, 1, 100)]
)
def test_120_so_is_its_tax(net: int, ppm: int, on_top: int) -> None:
    assert tax(net, ppm) == on_top


def test_120_a_thousand_million_seconds_are_exact() -> None:
    seconds = 10**9
    row = replace(US, rate=999_999_999_999, first=1, next=1)
    exact = -(-999_999_999_999 * seconds // 60)
    assert charge(seconds, row) == -(-exact // CHARGE_STEP) * CHARGE_STEP
    assert gross(seconds * 1000, row, 200_000) - charge(seconds, row) == tax(charge(seconds, row), 200_000)
    assert cost(QUOTE, seconds) > cost(QUOTE, seconds - 60)


def test_120_nobody_talks_longer_than_may_be_nor_pays_more_than_is_held() -> None:
    held = plan(QUOTE, 10**18, max_talk_s=7200)
    assert held is not None
    assert held.talk_s == 7200
    rated = rate(QUOTE, "B", 10**12, DOLLAR)
    assert rated.capped
    assert DOLLAR - 2 * CHARGE_STEP < rated.charge + rated.tax <= DOLLAR
