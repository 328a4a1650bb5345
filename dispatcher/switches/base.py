"""What a driver is: what is asked of it, the legs it is asked for, the events and answers it gives."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

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


@dataclass(frozen=True, slots=True)
class Opening:
    """What a leg hears as soon as it answers, for a switch that must know before it rings.

    `asks` is whose call it is, if a 1 is to be pressed ("" if the name can't be spelled); None if not. `tones` is an
    extension. `holds`: of a further leg, that the first is asked to hold while it is rung.
    """

    asks: str | None = None
    tones: str = ""
    holds: bool = False


class Driver(Protocol):
    """What the conductor asks of a switch. Any of it raises SwitchRefused, SwitchAway or SwitchSilent."""

    async def __aenter__(self) -> "Driver":
        """Open what it asks by."""

    async def __aexit__(self, *_: object) -> None:
        """Close it."""

    async def create(self, plan: LegPlan) -> None:
        """Make a leg; READY follows."""

    async def dial(self, attempt_id: str, ring_s: int, opening: Opening = Opening()) -> None:
        """Ring it, once."""

    async def arm(self, attempt_id: str, limit_ms: int) -> None:
        """Set its limit anew, from now."""

    async def ask(self, attempt_id: str, who: str) -> None:
        """Ask for a 1; DIGIT follows."""

    async def hush(self, attempt_id: str) -> None:
        """Stop asking."""

    async def ask_to_hold(self, attempt_id: str) -> None:
        """Say that it may take a while until the other party is rung."""

    async def hold_no_more(self, attempt_id: str) -> None:
        """Stop saying so."""

    async def tell(self, attempt_id: str, cause: str) -> None:
        """Say why the other party can't be had; PLAYED follows."""

    async def speak(self, attempt_id: str, digits: str) -> None:
        """Say a code twice; PLAYED follows."""

    async def tones(self, attempt_id: str, digits: str) -> None:
        """Send an extension, unless the leg's opening had it."""

    async def bridge(self, bridge_id: str, *attempt_ids: str) -> None:
        """Put legs together."""

    async def unbridge(self, bridge_id: str) -> None:
        """Part them."""

    async def hang_up(self, attempt_id: str) -> None:
        """End a leg if it is there."""

    async def heartbeat(self, now_ms: int) -> None:
        """Tell the switch that a conductor is there."""

    async def canary(self, now_ms: int) -> None:
        """See to it that the switch's log is seen to be written."""

    async def look(self) -> list[LiveLeg]:
        """Every leg of ours that the switch has now."""

    async def bridges(self) -> list[str]:
        """Ids of its bridges."""

    def events(self) -> AsyncGenerator[SwitchEvent | None]:
        """First None, once it would tell us; then what happens, until the connection ends."""
