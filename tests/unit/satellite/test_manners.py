"""Who of two is rung first, and for how long."""

import pytest

from satellite.families import shipped
from satellite.manners import BY_SYSTEM, GROUND, ORBIT, first_leg, manners_of, two_satellites, waits_s

HOME, SHIP, RIG = "+442079460018", "+870776123456", "+881612345678"


@pytest.mark.parametrize(
    ("a", "b", "first"), [(HOME, SHIP, "A"), (HOME, HOME, "A"), (SHIP, HOME, "B"), (SHIP, RIG, "A"), (SHIP, "", "A")]
)
def test_the_dear_leg_is_rung_last_and_a_code_is_spoken_to_whoever_it_is(a: str, b: str, first: str) -> None:
    assert first_leg(a, b) == first


def test_two_satellites() -> None:
    assert two_satellites(SHIP, RIG)
    assert not any(two_satellites(*pair) for pair in ((SHIP, HOME), (HOME, SHIP), (HOME, HOME)))


def test_each_system_that_can_speak_has_its_row() -> None:
    assert {family.system for family in shipped() if family.voice} <= set(BY_SYSTEM)
    assert (manners_of(HOME), manners_of(SHIP)) == (GROUND, ORBIT)
    assert manners_of("+870300000000") == ORBIT


def test_each_telephone_is_waited_for_in_turn() -> None:
    assert waits_s([HOME], 60) == 60
    assert waits_s([SHIP, HOME], 45) == ORBIT.ring_s + 45
