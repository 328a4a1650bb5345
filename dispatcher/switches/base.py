"""What a driver works with: the legs it is asked for, the events and answers it gives."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.errors import CordboardError, Unavailable


class SwitchRefused(CordboardError):
    """The switch answered with a definite no; nothing was done."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"The switch said {status}: {said}")
        self.status = status


class SwitchAway(Unavailable):
    """The switch could not be reached; nothing was done."""


class SwitchSilent(Unavailable):
    """The request was sent and no answer came: it may or may not have been done. Look before trying again."""


@dataclass(frozen=True, slots=True)
class LegPlan:
    """A leg as the switch is asked for it. When the first leg leaves, the switch itself ends this one."""

    attempt_id: str
    carrier: str
    number: str
    limit_ms: int
    caller_id: str = ""  # the number that this leg sees, or WITHHELD
    first_leg: str = ""  # the id of the leg that was rung first, for every further leg


class Kind(StrEnum):
    """What a switch can tell us of a leg."""

    READY = "ready"  # the channel is in our application and was not dialled
    RINGS = "rings"  # a sign of life of a leg that is being dialled
    UP = "up"  # answered
    DIGIT = "digit"
    PLAYED = "played"
    GONE = "gone"
    REPLACED = "replaced"  # another program took our place at the switch


FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SwitchEvent:
    """Something the switch told us. `detail` is the digit of a DIGIT, the Q.850 cause of a GONE, FAILED of a PLAYED
    that nobody heard.
    """

    kind: Kind
    attempt_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LiveLeg:
    """A channel that the switch has now."""

    attempt_id: str
    up: bool
    ringing: bool
