"""How a system of telephones wants to be rung: timers, tries again, and who of two parties is rung first. Pure.

Source of the timers: facts of setting up (docs/numbering.md): a call to a ship takes 8 to 30 s to ring, 45 s at worst;
a carrier gives up at 180 s (RFC 3261, Timer C). So 45 s without a sign of life, 90 s until it counts as not answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from satellite.numbering import classify


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a leg is tried again after an end of this kind, and how long after it, in seconds."""

    times: int = 0
    after_s: int = 0


@dataclass(frozen=True, slots=True)
class Manners:
    """How one system is rung.

    `progress_s`: no ringing within so many seconds is a route that does not work. `ring_s`: as long it may take until
    somebody answers, 0 for what the installation's settings say. `prompt`: who waits is told that it takes a while.
    """

    progress_s: int
    ring_s: int
    busy: Retry
    unreachable: Retry
    prompt: bool


GROUND = Manners(30, 0, Retry(), Retry(), prompt=False)
ORBIT = Manners(45, 90, Retry(1, 10), Retry(1, 20), prompt=True)
CELL = Manners(45, 60, Retry(1, 10), Retry(1, 20), prompt=True)
"""A telephone cell aboard: its radio is near, what is behind it goes by satellite."""

BY_SYSTEM: dict[str, Manners] = {
    "Inmarsat": ORBIT,
    "Iridium": ORBIT,
    "Globalstar": ORBIT,
    "Thuraya": ORBIT,
    "EMSAT": ORBIT,
    "cellular at sea": CELL,
    "cellular in the air": CELL,
}


def manners_of(e164: str) -> Manners:
    """How this number is rung; `GROUND` for what is no satellite's, `ORBIT` for a system of no row."""
    family = classify(e164)
    return GROUND if family is None else BY_SYSTEM.get(family.system, ORBIT)


def waits_s(numbers: Iterable[str], ground_s: int) -> int:
    """How long a leg may take to answer at the longest, each of its telephones rung once; tries again fit into it."""
    return sum(manners_of(number).ring_s or ground_s for number in numbers)


def first_leg(a: str, b: str) -> str:
    """Who is rung first, "A" or "B": the dear leg is dialled last. B is where A alone is a satellite's."""
    return "B" if b and _is_satellite(a) and not _is_satellite(b) else "A"


def two_satellites(a: str, b: str) -> bool:
    """Whether both go by satellite: each word takes a quarter of a second up and down, twice."""
    return _is_satellite(a) and _is_satellite(b)


def _is_satellite(e164: str) -> bool:
    return classify(e164) is not None
