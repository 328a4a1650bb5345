"""Scripted subscribers: what a dialled number does, looked up in a script.

A script is a mapping (JSON or TOML)::

    speed = 1                  # every duration of the script, and the ring timeout of `dial`, is divided by this
    playback_s = 0.5           # how long every prompt lasts
    default = "answers"
    [numbers]
    442079460017 = "busy"      # the digits of the number
    "870*" = "satellite"       # a beginning
    "*86" = "voicemail"        # an ending
    "backup/*" = "congestion"  # with the name of the carrier's endpoint in front
    "*55" = {does = "answers", ring_s = 0.2, talk_s = 3}
    "*56" = ["busy", "answers"]  # first dial, second dial; the last one stays

The most exact key wins: the whole number, then the longest pattern.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One subscriber; durations in seconds, None for never."""

    post_dial_s: float = 0.2
    """From `dial` to the first sign of life."""
    early: str = "RINGING"
    """The sign: RINGING, PROGRESS (early audio without ringing) or "" for none."""
    ring_s: float | None = 1.0
    """From there to the answer, or to the failure if there is a cause."""
    cause: int = 0
    """The Q.850 cause with which the call fails; 0 answers."""
    press: str = "1"
    """The keys pressed while in no bridge: a switch that asks is answered, a person on the line is not."""
    press_s: float | None = 1.0
    """From the answer to the first key; the others follow at the same pace."""
    talk_s: float | None = None
    """Hangs up this long after the conversation began (another answered party in the bridge)."""
    leaves_s: float | None = None
    """Hangs up this long after the own answer, whatever happens."""

    def at(self, speed: float) -> "Behaviour":
        """Give the same subscriber with every duration divided by `speed`."""
        timed = {f.name: getattr(self, f.name) for f in fields(self) if f.name.endswith("_s")}
        faster: dict[str, Any] = {name: None if s is None else s / speed for name, s in timed.items()}
        return replace(self, **faster)


def _fails(cause: int, after_s: float = 0.0, early: str = "") -> Behaviour:
    return Behaviour(early=early, ring_s=after_s, cause=cause)


KINDS: Final[Mapping[str, Behaviour]] = {
    "answers": Behaviour(),
    "voicemail": Behaviour(press="", press_s=None),
    "satellite": Behaviour(post_dial_s=12.0, early="PROGRESS", ring_s=8.0),
    "no_answer": Behaviour(ring_s=None),
    "silence": Behaviour(early="", ring_s=None),
    "busy": _fails(17),
    "declines": _fails(21, 0.6, "RINGING"),
    "unallocated": _fails(1),
    "congestion": _fails(34),
    "unreachable": _fails(20),
    "redirects": _fails(23),
}
"""What a script can name in `does`."""

DEMO_SCRIPT: Final[Mapping[str, Any]] = {
    "speed": 1,
    "playback_s": 0.5,
    "default": {"does": "answers", "post_dial_s": 0.1, "ring_s": 0.4, "press_s": 0.5, "talk_s": 3},
    "numbers": {
        "*0117": "busy",
        "*0119": "no_answer",
        "*0121": "declines",
        "*0101": "unallocated",
        "*0134": "congestion",
        "*0123": "redirects",
        "*0186": {"does": "voicemail", "ring_s": 0.4},
        "870*": {"does": "satellite", "post_dial_s": 1.2, "ring_s": 0.8, "talk_s": 4},
        "881*": {"does": "satellite", "post_dial_s": 1.0, "ring_s": 0.8, "talk_s": 4},
    },
}
"""The script of the demo: numbers ending in 01 and a cause (0117 busy, 0119 no answer, ...) fail with that cause,
0186 is a voicemail, satellite numbers are slow, everybody else answers, presses 1, and talks for three seconds."""


@dataclass(slots=True)
class Script:
    """Looks up behaviours; knows how often each key was used, for keys that change from dial to dial."""

    speed: float = 1.0
    playback_s: float = 0.5
    default: list[Behaviour] = field(default_factory=lambda: [KINDS["answers"]])
    numbers: dict[str, list[Behaviour]] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, source: Mapping[str, Any]) -> Self:
        """Check and read a script; ValueError says what is wrong with it."""
        unknown = set(source) - {"speed", "playback_s", "default", "numbers"}
        if unknown:
            raise ValueError(f"a script has no {sorted(unknown)}")
        speed = float(source.get("speed", 1.0))
        if not speed > 0:
            raise ValueError("the speed of a script is above 0")
        return cls(
            speed=speed,
            playback_s=float(source.get("playback_s", 0.5)) / speed,
            default=_behaviours(source.get("default", "answers"), speed),
            numbers={key.lstrip("+"): _behaviours(value, speed) for key, value in source.get("numbers", {}).items()},
        )

    def behaviour(self, endpoint: str, digits: str) -> Behaviour:
        """Say what the subscriber does at this dial."""
        key, steps = self._find(endpoint, digits)
        turn = self.used[key]
        self.used[key] += 1
        return steps[min(turn, len(steps) - 1)]

    def _find(self, endpoint: str, digits: str) -> tuple[str, list[Behaviour]]:
        for name in (f"{endpoint}/{digits}", digits):
            if name in self.numbers:
                return name, self.numbers[name]
        fitting = [key for key in self.numbers if "*" in key and _fits(key, endpoint, digits)]
        if not fitting:
            return "", self.default
        best = max(fitting, key=len)
        return best, self.numbers[best]


def _fits(pattern: str, endpoint: str, digits: str) -> bool:
    name = f"{endpoint}/{digits}" if "/" in pattern else digits
    head, _, tail = pattern.partition("*")
    return name.startswith(head) and name.endswith(tail)


def _behaviours(value: object, speed: float) -> list[Behaviour]:
    steps = value if isinstance(value, list) else [value]
    if not steps:
        raise ValueError("a list of behaviours is not empty")
    return [_behaviour(step).at(speed) for step in steps]


def _behaviour(step: object) -> Behaviour:
    wanted: dict[str, Any] = dict(step) if isinstance(step, Mapping) else {"does": step}
    kind = wanted.pop("does", "answers")
    if kind not in KINDS:
        raise ValueError(f"no subscriber does {kind!r}; known are {', '.join(KINDS)}")
    unknown = set(wanted) - {f.name for f in fields(Behaviour)}
    if unknown:
        raise ValueError(f"a subscriber has no {sorted(unknown)}")
    return replace(KINDS[kind], **wanted)
