"""So many calls a second and no more: the arithmetic of GCRA, in whole microseconds. Pure.

A carrier has one number, the earliest time at which its next call is due (the theoretical arrival time of ITU-T I.371,
annex A). Each call moves it on by one interval; time that nobody used is not saved up.
"""

import math

SECOND_US = 1_000_000


def interval_us(cps: float) -> int:
    """The least time between two calls at so many a second, rounded up: the limit is never exceeded. 0 for no limit."""
    return math.ceil(SECOND_US / cps) if cps else 0


def slot_us(due_us: int, now_us: int) -> int:
    """When the next call may be: now, or when it is due."""
    return max(due_us, now_us)


def calls_within(due_us: int, now_us: int, interval: int, tolerance_us: int) -> int:
    """How many calls that come now are each no more than so much ahead of their time."""
    return max((tolerance_us - (slot_us(due_us, now_us) - now_us)) // interval + 1, 0)


def after_us(due_us: int, now_us: int, interval: int, calls: int = 1) -> int:
    """When the next call is due, after these."""
    return slot_us(due_us, now_us) + interval * calls
