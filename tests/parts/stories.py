"""What the stories about the real switch are told with."""

import asyncio
import itertools
import json
from collections.abc import Callable, Coroutine
from typing import Any

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.bare import Bare
from cordboard.lab.phones import Kind, Phone

Handsets = dict[Kind, Phone]
LIMIT = "TIMEOUT(absolute)"
STALE = 0.0
_numbers = itertools.count(1)


def run(switch: Asterisk, story: Callable[[Bare], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        async with Bare(switch) as bare:
            await story(bare)

    asyncio.run(whole())


def names() -> tuple[str, str, str]:
    number = next(_numbers)
    return f"a-{number}", f"b-{number}", f"bridge-{number}"


async def ring(bare: Bare, leg: str, endpoint: str, first: str = "", **variables: str) -> None:
    assert await bare.create(leg, endpoint, first, **variables) == 200
    assert await bare.dial(leg) == 204


async def answered(bare: Bare, leg: str, endpoint: str, **variables: str) -> None:
    await ring(bare, leg, endpoint, **variables)
    await bare.seen(leg, "ChannelStateChange", state="Up")


async def two_legs(bare: Bare, handsets: Handsets, first: Kind, further: Kind) -> tuple[str, str]:
    """A first leg that was answered, bridged to a further leg that rings."""
    a, b, bridge = names()
    await answered(bare, a, handsets[first].endpoint())
    await bare.bridge(bridge, a)
    assert await bare.create(b, handsets[further].endpoint("442079460000"), a) == 200
    await bare.bridge(bridge, b)
    assert await bare.dial(b) == 204
    return a, b


async def gone(bare: Bare, *legs: str, seconds: float = 25) -> None:
    """Wait, without any event, until these channels are no more: sooner than a party that is rung is given up."""
    async with asyncio.timeout(seconds):
        while await bare.live() & set(legs):  # noqa: ASYNC110 another process has no Event for us
            await asyncio.sleep(0.005)


def parted(switch: Asterisk, *legs: str) -> float:
    """How many seconds lie between the ends of these legs, by the switch's own clock."""
    ends = [float(line[1]) for line in switch.cel() if line[0] == "HANGUP" and line[2] in legs]
    assert len(ends) == len(legs)
    return max(ends) - min(ends)


def hangup(switch: Asterisk, leg: str) -> dict[str, Any]:
    line = next(line for line in switch.cel() if line[2] == leg and line[0] == "HANGUP")
    found: dict[str, Any] = json.loads(line[6])
    return found


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for what only a file can tell."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 another process has no Event for us
            await asyncio.sleep(0.002)


async def logged(switch: Asterisk, *legs: str, seconds: float = 30) -> None:
    """Wait until the call log tells the end of these legs: it may be some milliseconds behind the event."""
    await until(lambda: all("CHAN_END" in switch.record(leg) for leg in legs), seconds)


async def heard(bare: Bare, leg: str, packets: int) -> None:
    """Wait until so much sound went both ways on a live leg."""
    async with asyncio.timeout(60):
        for way in ("rx", "tx"):
            while await _count(bare, leg, way) < packets:  # noqa: ASYNC110 another process has no Event for us
                await asyncio.sleep(0.05)


async def _count(bare: Bare, leg: str, way: str) -> int:
    _, said = await bare.ask("GET", f"channels/{leg}/variable", variable=f"CHANNEL(rtcp,{way}count)")
    return int(said["value"])
