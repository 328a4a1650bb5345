"""A switch and the telephones on it, as small as they can be: channels, limits, hang-up handlers, the log, the truth.

It answers the requests of `dispatcher.switches.ari_requests` and tells ARI's events. What truly happened on each leg is
kept apart, for whoever checks the bills.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dispatcher.switches.ari_requests import Request
from dispatcher.switches.exchange.cel import CelLog
from tests.joint.machine.loop import TrueTime

CUT_LATE_S, PROMPT_S, PATIENCE_S = 0.003, 2.0, 10
LIMIT = "TIMEOUT(absolute)"
PEERS = "SHARED(CB_PEERS,"
Told = dict[str, Any]
Answer = tuple[int, Any]
DONE: Answer = (204, None)


@dataclass(frozen=True, slots=True)
class Habit:
    """What somebody does when their telephone rings; seconds, None for never."""

    alert_s: float = 0.4  # from `dial` until the telephone rings: so long nobody sees that it was dialled
    ring_s: float | None = 3.0  # from `dial` until it is answered
    cause: int = 0  # with which it ends instead of being answered
    press_s: float | None = 4.0
    leaves_s: float | None = 60.0  # after the own answer


@dataclass
class Truth:
    """One channel as it was."""

    number: str
    dialled_ms: int | None = None
    answered_ms: int | None = None
    ended_ms: int | None = None


@dataclass
class Line:
    """A channel that is there."""

    id: str
    digits: str
    carrier: str = ""
    state: str = "Down"
    dialled: bool = False
    peer: str = ""
    peers: list[str] = field(default_factory=list)
    bridge: str = ""
    cause: int = 0
    limit: asyncio.TimerHandle | None = None


class Street:
    """The switch. `tell` is where its events go while somebody listens."""

    def __init__(self, loop: asyncio.AbstractEventLoop, time: TrueTime, log: CelLog) -> None:
        self._loop, self._time, self._log = loop, time, log
        self.lines: dict[str, Line] = {}
        self.bridges: set[str] = set()
        self.truth: dict[str, Truth] = {}
        self.dials: Counter[str] = Counter()
        self.habits: dict[str, Habit] = {}
        self.down: dict[str, int] = {}  # carriers that take no call, with the cause that they say so by
        self.tell: Callable[[Told], None] | None = None
        self._heartbeat_s = 0.0
        self._playing: dict[str, str] = {}

    # -- what is asked of it -----------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """Status and JSON."""
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["channels"]:
                return 200, [{"id": line.id, "state": line.state} for line in self.lines.values()]
            case "GET", ["bridges"]:
                return 200, [{"id": bridge} for bridge in sorted(self.bridges)]
            case "POST", ["channels", "create"]:
                assert request.body is not None
                return self._create(request.query["channelId"], request.query["endpoint"], request.body["variables"])
            case "POST", ["channels"]:
                return self._canary(request.query["endpoint"])
            case "POST", ["asterisk", "variable"]:
                self._heartbeat_s = self._time.seconds()
                return DONE
            case "PUT", ["applications", *_]:
                return DONE
            case "DELETE", ["playbacks", playback]:
                return DONE if self._playing.pop(playback, None) else (404, None)
            case method, ["bridges", bridge, *rest]:
                return self._bridge(method, bridge, rest, request.query)
            case method, ["channels", channel, *rest] if channel in self.lines:
                return self._channel(method, self.lines[channel], rest, request.query)
            case method, ["channels", channel, *rest]:
                self.dials[channel] += rest == ["dial"]
                return 404, None
        raise AssertionError(request)

    def _create(self, channel: str, endpoint: str, variables: dict[str, str]) -> Answer:
        if channel in self.lines:
            return 409, None
        digits = endpoint.partition("sip:")[2].partition("@")[0]
        line = self.lines[channel] = Line(channel, digits, endpoint.split("/")[1])
        self.truth[channel] = Truth("+" + digits)
        self._arm(line, variables[LIMIT])
        line.peer = variables.get("CB_PEER", "")
        if line.peer in self.lines:
            self.lines[line.peer].peers += variables[f"{PEERS}{line.peer})"].split("&")
        if self.tell is None:
            self._loop.call_soon(self.end, channel, 21)  # its application is not there
        self._told("StasisStart", line)
        return 200, {"id": channel}

    def _channel(self, method: str, line: Line, rest: list[str], query: dict[str, str]) -> Answer:
        match method, rest:
            case "DELETE", []:
                self.end(line.id, 16)
            case "POST", ["dial"]:
                return self._dial(line, float(query["timeout"]))
            case "POST", ["variable"]:
                self._arm(line, query["value"])
            case "POST", ["play", playback]:
                if line.state != "Up":
                    return 412, None
                self._playing[playback] = line.id
                self._loop.call_later(PROMPT_S, self._played, playback)
            case "POST", ["dtmf"]:
                return DONE if line.state == "Up" else (412, None)
            case _:
                raise AssertionError(rest)
        return DONE

    def _dial(self, line: Line, ring_s: float) -> Answer:
        self.dials[line.id] += 1
        if line.dialled:
            return 409, None
        line.dialled = True
        self.truth[line.id].dialled_ms = self._time.ms()
        habit = self.habits.get(line.digits, Habit())
        if line.carrier in self.down:
            habit = Habit(ring_s=0.3, cause=self.down[line.carrier])
        self._loop.call_later(habit.alert_s, self._rings, line)
        self._loop.call_later(ring_s, self._rang_out, line)
        if habit.ring_s is not None:
            self._loop.call_later(habit.ring_s, self._picked_up, line, habit)
        return DONE

    def _bridge(self, method: str, bridge: str, rest: list[str], query: dict[str, str]) -> Answer:
        if method == "DELETE":
            if bridge not in self.bridges:
                return 404, None
            self.bridges.discard(bridge)
            for line in self.lines.values():
                line.bridge = "" if line.bridge == bridge else line.bridge
        elif not rest:
            self.bridges.add(bridge)
        else:
            joining = query["channel"].split(",")
            if bridge not in self.bridges or not all(channel in self.lines for channel in joining):
                return 400, None
            for channel in joining:
                self.lines[channel].bridge = bridge
        return DONE

    def _canary(self, endpoint: str) -> Answer:
        said = endpoint.removeprefix("Local/").partition("@")[0]
        self._log.write("CANARY", self._time.seconds(), ("1.1", endpoint), "CANARY", "", {"extra": said})
        return 200, {}

    def _arm(self, line: Line, value: str) -> None:
        if line.limit is not None:
            line.limit.cancel()
        line.limit = self._loop.call_later(float(value) + CUT_LATE_S, self.end, line.id, 16)

    # -- what people do ----------------------------------------------------------------------------------------------

    def _rings(self, line: Line) -> None:
        if line.state == "Down":
            line.state = "Ringing"
            if self.tell:
                self.tell({"type": "Dial", "dialstatus": "RINGING", "peer": {"id": line.id}})

    def _picked_up(self, line: Line, habit: Habit) -> None:
        if line.id not in self.lines:
            return
        if habit.cause:
            self.end(line.id, habit.cause)
            return
        line.state = "Up"
        self.truth[line.id].answered_ms = self._logged("ANSWER", line)
        self._told("ChannelStateChange", line)
        if habit.press_s is not None:
            self._loop.call_later(habit.press_s, self._press, line)
        if habit.leaves_s is not None:
            self._loop.call_later(habit.leaves_s, self.end, line.id, 16)

    def _press(self, line: Line) -> None:
        if line.id in self.lines and not line.bridge:
            self._told("ChannelDtmfReceived", line, digit="1")

    def _rang_out(self, line: Line) -> None:
        if line.state != "Up":
            self.end(line.id, 19)

    def _played(self, playback: str) -> None:
        channel = self._playing.pop(playback, None)
        if channel in self.lines and self.tell:
            self.tell({"type": "PlaybackFinished", "playback": {"id": playback}})

    # -- how a leg ends ----------------------------------------------------------------------------------------------

    def end(self, channel: str, cause: int) -> None:
        """Take it down; the first leg takes the others along, and so does another that was answered."""
        line = self.lines.pop(channel, None)
        if line is None:
            return
        was, line.state = line.state, "Gone"
        if line.limit is not None:
            line.limit.cancel()
        for peer in line.peers:
            self.end(peer, 16)
        alone = self._time.seconds() - self._heartbeat_s > PATIENCE_S
        if line.peer and (was == "Up" or alone):
            self.end(line.peer, 16)
        cause = cause if line.dialled else 21
        self.truth[channel].ended_ms = self._logged("HANGUP", line, {"hangupcause": cause, "dialstatus": ""})
        self._told("ChannelDestroyed", line, cause=cause)

    def _logged(self, what: str, line: Line, extra: Told | None = None) -> int:
        """The time of the line, in whole milliseconds as anybody reads it from there."""
        now = self._time.seconds()
        self._log.write(what, now, (line.id, f"PJSIP/{line.digits}"), "", "", extra)
        return int(Decimal(f"{now:.6f}") * 1000)

    def _told(self, kind: str, line: Line, **more: Any) -> None:
        if self.tell:
            self.tell({"type": kind, "channel": {"id": line.id, "state": line.state}, **more})
