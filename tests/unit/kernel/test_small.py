"""Masking, clock and ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import SystemClock, at, iso
from kernel.ids import REFERENCE_LETTERS, new_id, reference
from kernel.masking import mask_address, mask_number

NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+33140001234", "+33 1..1234"),
        ("+12025550101", "+1 2..0101"),
        ("+442079460018 x512", "+44 2..0018"),
        ("+870773123456", "+870 7..3456"),
        ("+29012345", "+290 ..."),
        ("+6901234", "+690 ..."),
        ("911", "..."),
        ("", "..."),
        ("mum", "..."),
    ],
)
def test_a_number_is_known_only_by_who_knows_it(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@given(st.from_regex(r"\+(1|33|44|49|7|870|8816|91|290)[0-9]{3,11}", fullmatch=True))
def test_no_more_than_five_digits_of_the_subscriber_are_shown(number: str) -> None:
    masked = mask_number(number)
    assert number[1:] not in masked
    assert sum(char.isdigit() for char in masked.partition(" ")[2]) <= 5


@pytest.mark.parametrize(
    ("address", "masked"),
    [("ann@ship.example", "a..@ship.example"), ("?", "..@?"), ("", "..@"), ("@x.example", "..@x.example")],
)
def test_an_address(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    ids = {new_id(NOW) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(each) == 28 and set(each) <= set("0123456789abcdef") for each in ids)
    assert max(ids) < new_id(NOW + 1) < new_id(2**48 - 1)


def test_references_are_short_and_never_the_same() -> None:
    assert [reference(number) for number in (0, 1, 23, 24, 47, 48)] == ["A1", "B1", "Z1", "A2", "Z2", "A3"]
    assert not set("IO") & set(REFERENCE_LETTERS)
    assert len({reference(number) for number in range(5000)}) == 5000
    assert len(reference(10**8)) <= 8


def test_times_are_utc() -> None:
    assert iso(NOW) == "2026-09-21T14:13:20.000Z"
    assert iso(NOW + 7) == "2026-09-21T14:13:20.007Z"
    assert iso(None) is None
    assert at(NOW).utcoffset() is not None
    assert abs(at(SystemClock().ms()).timestamp() * 1000 - SystemClock().ms()) < 60_000
