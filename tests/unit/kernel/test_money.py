"""Money: whole micro-units inside, one rounding up for charges, nothing absurd let in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Refused
from kernel.money import CHARGE_STEP, MAX_MICRO, as_decimal, charge_up, display, parse_amount, plain

AMOUNTS = st.integers(-MAX_MICRO, MAX_MICRO)


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("1.25", 1_250_000), ("0", 0), ("0.000001", 1), ("-3.5", -3_500_000), ("+2", 2_000_000), (" 7. ", 7_000_000),
        (".5", 500_000), ("1.2500000000", 1_250_000), ("1000000000", MAX_MICRO), ("007", 7_000_000),
    ],
)  # fmt: skip
def test_reads_a_decimal(text: str, micro: int) -> None:
    assert parse_amount(text) == micro


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x", "NaN", "sNaN", "Infinity", "-inf", "1e3", "1e400", "1e999999", "1e-7", "0.0000001", "1,25", "$5",
        "1_000", "\uff11\uff12", "\u0663", "1000000000.000001", "-1000000001", "9" * 400, "1." + "0" * 30 + "1",
        ".", "+", "- 1", "1 2", "0x10", "1\n2", "1.000000000000000001",
    ],
)  # fmt: skip
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_amount(text)
    assert (refused.value.key, refused.value.fields) == ("not_an_amount", {"text": text[:20]})


@given(AMOUNTS)
def test_what_is_written_plainly_is_read_back(micro: int) -> None:
    assert parse_amount(plain(micro)) == micro
    assert as_decimal(micro) == Decimal(plain(micro))


@given(st.integers(0, MAX_MICRO * 60), st.integers(1, 10**6))
def test_a_charge_is_the_next_whole_step(numerator: int, denominator: int) -> None:
    charged = charge_up(numerator, denominator)
    assert charged % CHARGE_STEP == 0
    assert charged * denominator >= numerator > (charged - CHARGE_STEP) * denominator


@pytest.mark.parametrize(("micro", "charged"), [(0, 0), (1, 100), (100, 100), (101, 200), (99_999, 100_000)])
def test_charges_are_rounded_up_once(micro: int, charged: int) -> None:
    assert charge_up(micro) == charged


@pytest.mark.parametrize(
    ("micro", "currency", "shown"),
    [
        (0, "USD", "$0.00"), (40_000, "USD", "$0.04"), (45_000, "USD", "$0.05"), (-1_500_000, "USD", "-$1.50"),
        (100, "USD", "$0.0001"), (9_900, "USD", "$0.0099"), (10_000, "USD", "$0.01"), (1_200_000, "EUR", "EUR 1.20"),
        (1_000_000, "XOF", "XOF 1.00"), (MAX_MICRO, "GBP", "GBP 1000000000.00"),
    ],
)  # fmt: skip
def test_shown_to_people(micro: int, currency: str, shown: str) -> None:
    assert display(micro, currency) == shown


@given(st.integers(1, MAX_MICRO // CHARGE_STEP))
def test_no_charge_reads_as_nothing(steps: int) -> None:
    assert any(digit in "123456789" for digit in display(steps * CHARGE_STEP, "USD"))


@pytest.mark.parametrize(("micro", "text"), [(42_500, "0.0425"), (0, "0.00"), (1_000_000, "1.00"), (-1, "-0.000001")])
def test_plainly(micro: int, text: str) -> None:
    assert plain(micro) == text
