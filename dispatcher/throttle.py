"""Keeps one conductor's dials of a carrier apart, also those whose slots passed while it was held up.

The slots in the database keep all conductors to the pace; but several may be late together, and then go at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dispatcher.switches.ari_requests import Carrier


@dataclass(slots=True)
class _Lately:
    """When a carrier's last dials were done, by the loop's clock."""

    done: deque[float]
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Throttle:
    """In any second as many dials of a carrier as it takes calls; of one that takes less than one, one in its time."""

    _by_name: dict[str, _Lately] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, carrier: Carrier | None) -> AsyncGenerator[None]:
        """Wait until another may be dialled; the dial is made inside, and is the carrier's only one meanwhile.

        None is a carrier that takes any number.
        """
        if carrier is None or not carrier.cps:
            yield
            return
        many, clock = max(int(carrier.cps), 1), asyncio.get_running_loop().time
        lately = self._by_name.setdefault(carrier.name, _Lately(deque(maxlen=many)))
        async with lately.alone:
            if len(lately.done) == many:
                await asyncio.sleep(max(lately.done[0] + many / carrier.cps - clock(), 0))
            try:
                yield
            finally:
                lately.done.append(clock())
