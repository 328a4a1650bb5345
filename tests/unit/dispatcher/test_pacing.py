"""So many calls a second: arithmetic alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.pacing import SECOND_US, after_us, calls_within, interval_us, slot_us


@pytest.mark.parametrize(("cps", "us"), [(0, 0), (1, SECOND_US), (5, 200_000), (3, 333_334), (0.5, 2 * SECOND_US)])
def test_the_interval_never_lets_more_through_than_the_limit(cps: float, us: int) -> None:
    assert interval_us(cps) == us


def test_calls_at_once_get_a_slot_each_and_idle_time_is_not_saved_up() -> None:
    due, slots = 0, []
    for now in (0, 0, 0, 150_000, 5_000_000, 5_000_000):
        slots.append(slot_us(due, now))
        due = after_us(due, now, 200_000)
    assert slots == [0, 200_000, 400_000, 600_000, 5_000_000, 5_200_000]


@pytest.mark.parametrize(
    ("due", "tolerance", "calls"),
    [(0, 0, 1), (1, 0, 0), (0, 200_000, 2), (0, 199_999, 1), (100_000, 200_000, 1), (200_001, 200_000, 0)],
)
def test_how_many_calls_are_no_more_than_so_much_early(due: int, tolerance: int, calls: int) -> None:
    assert calls_within(due, 0, 200_000, tolerance) == calls


@given(st.floats(0.1, 200), st.lists(st.integers(0, 3_000_000), min_size=1, max_size=80))
def test_whenever_calls_come_no_second_has_more_of_them_than_the_limit(cps: float, gaps: list[int]) -> None:
    now, due, slots = 0, 0, []
    for gap in gaps:
        now += gap // 10
        slots.append(slot_us(due, now))
        due = after_us(due, now, interval_us(cps))
    assert all(later - earlier >= SECOND_US / cps for earlier, later in pairwise(slots))
    assert all(slot >= 0 for slot in slots)
