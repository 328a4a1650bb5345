"""Labelled points at which a test may have this process die, as by a power cut.

A test names one point in the file that CORDBOARD_CRASH_FILE names; the first process that comes there takes the file
away and kills itself. Without that variable a point is one look at a variable. A test that holds several parts in one
process says itself what is to happen at each point.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

_FILE = os.environ.get("CORDBOARD_CRASH_FILE", "")

POINTS = (
    "accept.before_commit",
    "accept.after_commit",
    "handle.taken",
    "handle.before_commit",
    "handle.after_commit",
    "handle.after_ring",
    "claim.before_commit",
    "claim.after_commit",
    "claim.after_create",
    "batch.before_commit",
    "batch.after_commit",
    "extend.before_commit",
    "extend.after_commit",
    "before.create_1",
    "after.create_1",
    "before.dial_1",
    "after.dial_1",
    "before.arm_1",
    "after.arm_1",
    "before.ask_1",
    "after.ask_1",
    "before.create_2",
    "after.create_2",
    "before.dial_2",
    "after.dial_2",
    "before.arm_joined",
    "after.arm_joined",
    "before.extend",
    "after.extend",
    "before.speak",
    "after.speak",
    "before.tell_1",
    "after.tell_1",
    "before.end_1",
    "after.end_1",
    "log.before_commit",
    "log.after_commit",
    "send.taken",
    "send.handed_over",
    "send.after_commit",
)
"""Before and after every commit, ring, request to the switch, and hand-over of an answer."""

AT_THE_DOOR = ("reply.ready", "reply.out", "reply.noted")
"""Around an answer that a door gives itself: before it is written, after that, and when it is noted as said."""
OF_TWILIO = (
    "voice.before_create", "voice.after_create", "voice.status", "voice.wait", "voice.gather", "voice.given",
    "voice.dialled", "voice.told",
)  # fmt: skip
"""Around the request for a call, and behind each request of Twilio's, before it is answered."""
OF_MAILBOXES = ("imap.fetched", "imap.accepted", "imap.before_move", "imap.after_move")
"""Those of the IMAP door's own, which no other mail comes by."""


def crash_point(label: str) -> None:
    """Die here, if a test asks for it."""
    if _here:
        _here(label)


def at_each_point(here: Callable[[str], None] | None) -> None:
    """Call this at every point from now on, in place of looking at the file."""
    global _here  # noqa: PLW0603 (a point is reached from everywhere, and asks nobody for anything)
    _here = here


def _die_if_named(label: str) -> None:
    path = Path(_FILE)
    try:
        if path.read_text(encoding="ascii") != label:
            return
        path.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


_here: Callable[[str], None] | None = _die_if_named if _FILE else None
