"""Dials that were held up together are still made apart."""

import asyncio

import pytest

from dispatcher.switches.ari_requests import Carrier
from dispatcher.throttle import Throttle
from tests.joint.machine.loop import SimLoop


def dials(cps: float, takes_s: list[float]) -> list[tuple[float, float]]:
    """When each of so many dials was begun and done, all of them wanted at one moment."""
    loop, throttle, made = SimLoop(), Throttle(), []
    carrier = Carrier("x", "PJSIP/{digits}", cps=cps)

    async def dial(seconds: float) -> None:
        async with throttle.turn(carrier):
            begun = loop.time()
            await asyncio.sleep(seconds)
            made.append((round(begun, 3), round(loop.time(), 3)))

    async def all_of_them() -> None:
        await asyncio.gather(*(dial(seconds) for seconds in takes_s))

    loop.run_until_complete(all_of_them())
    loop.close()
    return made


@pytest.mark.parametrize(("cps", "many", "window_s"), [(5, 5, 1), (1, 1, 1), (0.5, 1, 2), (2.5, 2, 0.8)])
def test_no_window_has_more_dials_than_the_carrier_takes(cps: float, many: int, window_s: float) -> None:
    made = dials(cps, [0.01, 0.3, 0.0, 0.02] * 6)
    assert len(made) == 24
    for (_, done), (begun, _) in zip(made, made[many:], strict=False):
        assert begun >= done + window_s - 0.001


def test_a_carrier_without_a_limit_is_not_waited_for() -> None:
    assert dials(0, [1.0] * 50) == [(0.0, 1.0)] * 50


def test_a_dial_that_fails_lets_the_next_one_be_made() -> None:
    async def story() -> None:
        throttle, carrier = Throttle(), Carrier("x", "PJSIP/{digits}", cps=1000)
        for _ in range(3):
            with pytest.raises(OSError, match="away"):
                async with throttle.turn(carrier):
                    raise OSError("away")

    loop = SimLoop()
    loop.run_until_complete(story())
    loop.close()
