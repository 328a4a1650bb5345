"""One leg on the exchange: Down, Ringing, Up, gone; its timers, its variables, its end."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from dispatcher.switches.exchange.causes import SIP_STATUS, cause_text
from dispatcher.switches.exchange.errors import AriError
from dispatcher.switches.exchange.events import Json, timestamp

if TYPE_CHECKING:
    from dispatcher.switches.exchange.bridges import Bridge
    from dispatcher.switches.exchange.exchange import Exchange
    from dispatcher.switches.exchange.playbacks import Playback
    from dispatcher.switches.exchange.subscribers import Behaviour

LIMIT: Final = "TIMEOUT(absolute)"
CUT_LATE_S: Final = 0.002
"""A limit cuts this late, never early: Asterisk was seen to take 2 to 8 ms."""
_SECONDS: Final = re.compile(r"\s*([+-]?\d{1,29})(\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)?")


def limit_seconds(value: str) -> float:
    """Read a limit as Asterisk does (`sscanf "%ld%lf"`): seconds, then a fraction; anything bad is 0, no limit."""
    found = _SECONDS.match(value)
    if found is None or int(found[1]) < 0:
        return 0.0
    return int(found[1]) + float(found[2] or 0)


class Channel:
    """A leg. Its methods are the only ways to change its state."""

    def __init__(self, exchange: "Exchange", channel_id: str, name: str, app: str, args: str) -> None:
        self.exchange = exchange
        self.id = channel_id
        self.name = name
        self.app = app
        self.args = args
        self.created = time.time()
        self.endpoint = ""
        self.digits = ""
        self.address = ""
        self.state = "Down"
        self.in_app = False
        self.gone = False
        self.dialled = False
        self.cause = 0
        self.source = ""
        self.variables: dict[str, str] = {}
        self.shared: dict[str, str] = {}
        self.handlers: list[str] = []
        self.withheld = False
        self.party = {"caller": {"name": "", "number": ""}, "connected": {"name": "", "number": ""}}
        self.bridge: Bridge | None = None
        self.playing: list[Playback] = []
        self.limit: asyncio.TimerHandle | None = None
        self.ring_limit: asyncio.TimerHandle | None = None
        self.subscriber: Behaviour | None = None
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def seen(self) -> str:
        """Whom the subscriber sees calling: a number, "withheld", or "" where nobody was named."""
        return "withheld" if self.withheld else self.party["connected"]["number"]

    def json(self) -> Json:
        """Show the channel as ARI does."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": f"{self.id}@exchange",
            "caller": self.party["caller"],
            "connected": self.party["connected"],
            "accountcode": "",
            "dialplan": {
                "context": "cordboard-refuse",
                "exten": "s",
                "priority": 1,
                "app_name": "Stasis" if self.in_app else "",
                "app_data": (f"{self.app},{self.args}" if self.args else self.app) if self.in_app else "",
            },
            "creationtime": timestamp(self.created),
            "language": "en",
        }

    def emit(self, kind: str, now: float | None = None, **fields: object) -> None:
        """Tell the application of this channel."""
        apps = self.exchange.apps
        if apps.active(self.app):
            when = timestamp(time.time() if now is None else now)
            apps.emit(self.app, {"type": kind, "timestamp": when, **fields, "channel": self.json()})

    def later(self, delay: float | None, act: Callable[..., None], *args: Any) -> None:
        """Do something in a while, unless the channel is gone by then."""
        if delay is not None:
            self._timers.append(self.exchange.loop.call_later(delay, act, *args))

    def enter_app(self) -> None:
        """Hand the new channel to its application; without one connected, Asterisk ends it."""
        if self.gone:
            return
        if not self.exchange.apps.active(self.app):
            self.end()
            return
        self.in_app = True
        self.emit("StasisStart", args=self.args.split(",") if self.args else [])

    def dial(self, timeout: float) -> None:
        """Ring the subscriber, once."""
        self.exchange.stats.requests[self.id] += 1
        if self.dialled:
            raise AriError(409, "Channel is not in the 'Down' state")
        self.dialled = True
        self.exchange.stats.dialled(self)
        self.subscriber = self.exchange.script.behaviour(self.endpoint, self.digits)
        self._emit_dial("", self.address)
        if timeout > 0:
            wait = timeout / self.exchange.script.speed
            self.ring_limit = self.exchange.loop.call_later(wait, self.soft_hangup, 19)
        self.later(self.subscriber.post_dial_s, self._alert, self.subscriber)

    def _alert(self, who: "Behaviour") -> None:
        if who.early:
            if who.early == "RINGING":
                self._state("Ringing")
            self._emit_dial(who.early)
        self.later(who.ring_s, self._fail if who.cause else self._answer, who)

    def _fail(self, who: "Behaviour") -> None:
        self.cause = who.cause
        self.far_end_hangs_up(cause=who.cause, **self._tech_cause())

    def _tech_cause(self) -> dict[str, int]:
        """Give the SIP status that goes with the cause, where the end was not a normal one."""
        return {"tech_cause": SIP_STATUS[self.cause]} if self.cause in SIP_STATUS else {}

    def _answer(self, who: "Behaviour") -> None:
        if self.ring_limit is not None:
            self.ring_limit.cancel()
        self.cause = 16
        now = time.time()
        self._state("Up", now)
        self.exchange.log("ANSWER", self, now)
        self._emit_dial("ANSWER")
        for turn, key in enumerate(who.press, start=1):
            self.later(None if who.press_s is None else who.press_s * turn, self.press, key)
        self.later(who.leaves_s, self.far_end_hangs_up)
        if self.bridge is not None:
            self.bridge.conversation()

    def _state(self, state: str, now: float | None = None) -> None:
        self.state = state
        self.emit("ChannelStateChange", now)

    def _emit_dial(self, status: str, dialstring: str = "") -> None:
        apps = self.exchange.apps
        if apps.active(self.app):
            event = {"type": "Dial", "timestamp": timestamp(time.time()), "dialstatus": status}
            apps.emit(self.app, {**event, "forward": "", "dialstring": dialstring, "peer": self.json()})

    def press(self, key: str) -> None:
        """The subscriber presses a key, if there still is somebody who asks for it."""
        if self.bridge is None:
            self.emit("ChannelDtmfReceived", digit=key, duration_ms=100)

    def converse(self) -> None:
        """Another answered party is on the line: the subscriber begins to talk, for as long as scripted."""
        if self.subscriber is not None and self.subscriber.talk_s is not None:
            self.later(self.subscriber.talk_s, self.far_end_hangs_up)
            self.subscriber = None

    def far_end_hangs_up(self, **causes: int) -> None:
        """The subscriber's side ends the leg; a single other party in the bridge is told who it was."""
        others = [other for other in self.bridge.channels if other is not self] if self.bridge else []
        for told in (self, *others) if len(others) == 1 else (self,):
            told.source = told.source or self.name
        self.emit("ChannelHangupRequest", **causes)
        self.end()

    def soft_hangup(self, cause: int | None = None) -> None:
        """The switch ends the leg: a DELETE or the ring timeout (with a cause), or a hang-up handler."""
        if self.gone:
            return
        if cause is not None:
            self.cause = cause
        self.emit("ChannelHangupRequest", soft=True, cause=32)
        self.end()

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable, or one of the functions the exchange knows."""
        if name.upper() == LIMIT.upper():
            self._arm(limit_seconds(value))
        elif name == "CHANNEL(hangup_handler_push)":
            self.handlers.append(value)
        elif name.startswith("SHARED("):
            shared, _, owner = name.removeprefix("SHARED(").rstrip(")").partition(",")
            if channel := self.exchange.channels.get(owner or self.id):
                channel.shared[shared] = value
        elif name == "CONNECTEDLINE(num-pres)":
            self.withheld = value.startswith("prohib")
        elif found := re.fullmatch(r"(CALLERID|CONNECTEDLINE)\((name|num)(?:,i)?\)", name):
            party = "caller" if found[1] == "CALLERID" else "connected"
            self.party[party]["name" if found[2] == "name" else "number"] = value
        else:
            self.variables[name] = value

    def _arm(self, seconds: float) -> None:
        if self.limit is not None:
            self.limit.cancel()
        later = self.exchange.loop.call_later
        self.limit = later(seconds + CUT_LATE_S, self.end) if seconds > 0 else None

    def limit_left(self) -> float:
        """Give the seconds that the limit leaves."""
        return self.limit.when() - CUT_LATE_S - self.exchange.loop.time() if self.limit else 0.0

    def end(self) -> None:
        """Take the channel down: out of the bridge, out of the application, hang-up handlers, log, gone."""
        if self.gone:
            return
        self.gone = True
        self.silence()
        for playback in tuple(self.playing):
            playback.finish("failed")
        if self.bridge is not None:
            self.bridge.leave(self)
        if self.in_app:
            self.emit("StasisEnd")
        self.exchange.hung_up(self)
        tech = self._tech_cause()
        if not self.dialled:
            self.cause, tech, self.source = self.cause or 21, {"tech_cause": 603}, self.name
            self.emit("ChannelHangupRequest", cause=self.cause, **tech)
        self.cause = self.cause or 16
        now = time.time()
        self.exchange.log(
            "HANGUP", self, now, {"hangupcause": self.cause, "hangupsource": self.source, "dialstatus": ""}
        )
        self.exchange.log("CHAN_END", self, now)
        self.emit("ChannelDestroyed", now, cause=self.cause, cause_txt=cause_text(self.cause), **tech)

    def silence(self) -> None:
        """Stop every timer."""
        for timer in (*self._timers, self.limit, self.ring_limit):
            if timer is not None:
                timer.cancel()
        self._timers.clear()
