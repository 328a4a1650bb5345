"""Telephones as real processes: SIPp, one per behaviour, each serving any number of calls on a port of its own.

    with phones("presses_1", "busy") as set_of:
        with Asterisk(install(), [phone.carrier for phone in set_of.values()]) as switch:
            ...  # dial set_of["busy"].endpoint("442079460000")

All that answer talk, and none sends back what it hears: two echoes on one call would go round and round.
"""

import csv
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self, get_args

from cordboard.lab.child import Child
from cordboard.lab.ear import Ear
from cordboard.lab.ports import HOST, free_port, udp_is_bound
from cordboard.lab.tone import write_tone
from dispatcher.switches.asterisk import Carrier
from kernel.errors import Unavailable

Kind = Literal[
    "answers", "presses_1", "voicemail", "busy", "declines", "no_answer", "slow", "unavailable", "hangs_up_after",
    "unallocated", "redirects", "presses_1_and_leaves", "answers_late", "listens", "hotel",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

_TALKERS = ("answers", "presses_1", "voicemail", "slow", "hangs_up_after", "presses_1_and_leaves", "hotel")
_EARS = ("listens", "hotel")
_LOOP_SECONDS = 10
_AFTER = {"presses_1": 1000, "slow": 3000, "hangs_up_after": 2000, "presses_1_and_leaves": 2000, "hotel": 6000}
"""Milliseconds that pass before the key is pressed, the call answered, or left, where nothing else is said."""
_READY_SECONDS = 60


def why_not() -> str:
    """Say in a sentence what keeps telephones from being had here; empty when nothing does."""
    if not shutil.which("sipp"):
        return "SIPp, which plays the telephones, is not installed (Debian: sip-tester)."
    if os.geteuid() != 0:
        return "The telephones need root: SIPp plays captured sound through raw sockets."
    return ""


class Phone:
    """One behaviour on one port. `after` is in milliseconds; without `talk` it sends next to no sound."""

    def __init__(
        self, kind: Kind, *, after: int | None = None, talk: bool = True, trace: bool = False, port: int = 0
    ) -> None:
        self.kind = kind
        self.port = port or free_port(socket.SOCK_DGRAM)
        self.folder = Path(tempfile.mkdtemp(prefix=f"cordboard-{kind}-"))
        self._after = _AFTER.get(kind, 1000) if after is None else after
        self._talk = talk
        self._trace = trace
        self._ear = Ear() if kind in _EARS else None
        self._child: Child | None = None

    @property
    def carrier(self) -> Carrier:
        """What the switch must know to reach it: a carrier with the name of the behaviour, `_` written as `-`."""
        return Carrier(self.kind.replace("_", "-"), HOST, self.port)

    def endpoint(self, digits: str = "12125550100") -> str:
        """Give what Asterisk dials to ring it as a number."""
        return f"PJSIP/{self.carrier.name}/sip:{digits}@{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start it and wait until it listens."""
        if reason := why_not():
            raise Unavailable(reason)
        if self._ear:
            self._ear.open()
        child = self._child = Child(self._command(), self.folder, self.folder / "screen")
        if not child.comes_up(lambda: udp_is_bound(self.port), _READY_SECONDS):
            said = child.said()[-300:]
            self.close()
            raise Unavailable(f"The telephone {self.kind} did not start: {said}")

    def close(self) -> None:
        """End it as if its battery were taken out, and remove its files."""
        child, self._child = self._child, None
        if child:
            child.end()
        if self._ear:
            self._ear.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def rung(self) -> list[str]:
        """Give the numbers it was rung as, in order, repeats of one call left out (needs `trace`)."""
        return list(self._calls().values())

    def messages(self, number: str) -> list[str]:
        """Give all SIP messages, both ways, of the calls in which it was rung as this number (needs `trace`)."""
        calls = self._calls()
        return [text for call, text in self._traced() if calls.get(call) == number]

    def _calls(self) -> dict[str, str]:
        calls: dict[str, str] = {}
        for call, message in self._traced():
            line = re.search(r"^INVITE sip:([^@\s]+)@", message, re.MULTILINE)
            if line:
                calls.setdefault(call, line[1])
        return calls

    def _traced(self) -> list[tuple[str, str]]:
        log = self.folder / "messages.log"
        text = log.read_text("utf-8", "replace") if log.exists() else ""
        found = [
            (re.search(r"^Call-ID:\s*(\S+)", message, re.MULTILINE), message) for message in re.split(r"\n-{20,}", text)
        ]
        return [(call[1], message) for call, message in found if call]

    def heard(self) -> list[str]:
        """Give the keys that were sent to it, by stream of sound (of one that listens)."""
        return self._ear.heard() if self._ear else []

    def served(self) -> dict[str, int]:
        """Give its cumulative counts (IncomingCall, SuccessfulCall, FailedCall, ...), at most a second old."""
        file = self.folder / "stat.csv"
        rows = list(csv.DictReader(file.read_text("ascii").splitlines(), delimiter=";")) if file.exists() else []
        counts = rows[-1] if rows else {}
        return {k.removesuffix("(C)"): int(v) for k, v in counts.items() if k and k.endswith("(C)") and v.isdigit()}

    def _command(self) -> list[str]:
        text = (files(__package__ or "cordboard.lab") / "scenarios" / f"{self.kind}.xml").read_text("utf-8")
        values = {"after": str(self._after), "talk": str(_LOOP_SECONDS * 1000)}
        if self._ear:
            values["ear"] = str(self._ear.port)
        if self.kind in _TALKERS:
            values["tone"] = str(write_tone(self.folder / "tone.pcap", _LOOP_SECONDS if self._talk else 0.02))
        scenario = self.folder / f"{self.kind}.xml"
        scenario.write_text(re.sub(r"@(\w+)@", lambda hole: values[hole[1]], text), "utf-8")
        words = ["sipp", "-sf", str(scenario), "-i", HOST, "-mi", HOST, "-p", str(self.port), "-nostdin"]
        words += ["-mp", str(free_port(socket.SOCK_DGRAM)), "-cp", str(free_port(socket.SOCK_DGRAM))]
        words += ["-trace_stat", "-stf", str(self.folder / "stat.csv"), "-fd", "1"]
        return words + (["-trace_msg", "-message_file", str(self.folder / "messages.log")] if self._trace else [])


@contextmanager
def phones(*kinds: Kind, trace: bool = False, talk: bool = True) -> Iterator[dict[Kind, Phone]]:
    """Start one telephone of each kind (of all kinds, if none is named), and end them all."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(Phone(kind, trace=trace, talk=talk)) for kind in kinds or KINDS}
