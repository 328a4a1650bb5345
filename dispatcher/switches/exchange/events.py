"""Fans events out to the applications: one WebSocket each, the newest wins; without one, events are dropped."""

import asyncio
import json
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from aiohttp import web

from dispatcher.switches.exchange.faults import Faults

NODE_ID: Final = "00:00:5e:00:53:01"
"""The `asterisk_id` of every event (a MAC address reserved for documentation, RFC 7042)."""

Json = dict[str, Any]
_JSON: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def timestamp(now: float) -> str:
    """Write a time as ARI does: UTC, milliseconds."""
    whole, milli = divmod(int(now * 1000), 1000)
    return f"{_second(whole)}.{milli:03d}+0000"


@lru_cache(maxsize=16)
def _second(whole: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))


def encode(message: object) -> str:
    """Write JSON as Asterisk does: no spaces, no characters beyond ASCII escaped."""
    return _JSON.encode(message)


class Socket:
    """One WebSocket: `send` never waits, one `pump` writes in order."""

    def __init__(self, stream: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.stream = stream
        self._transport = transport
        self._waiting: list[str] = []
        self._wake = asyncio.Event()

    def send(self, text: str) -> None:
        """Put a message in the way out."""
        self._waiting.append(text)
        self._wake.set()

    async def pump(self) -> None:
        """Write messages until the far end is gone."""
        while not self.stream.closed:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            for text in batch:
                await self.stream.send_str(text)

    def kill(self) -> None:
        """Cut the connection without a word."""
        if self._transport is not None:
            self._transport.abort()


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which types of events an application wants."""

    allowed: frozenset[str] = frozenset()
    disallowed: frozenset[str] = frozenset()

    def passes(self, kind: str) -> bool:
        """Say whether this type is wanted; an empty list of allowed types allows all."""
        return kind not in self.disallowed and (not self.allowed or kind in self.allowed)


NO_FILTER: Final = EventFilter()


class Apps:
    """The applications that are known, and the socket of each that is connected."""

    def __init__(self, faults: Faults) -> None:
        self._socket_of: dict[str, Socket | None] = {}
        self._filters: dict[str, EventFilter] = {}
        self._faults = faults

    def connect(self, names: list[str], socket: Socket) -> None:
        """Give these applications to a new socket; an older one is told, and stays open."""
        for name in names:
            if self._socket_of.get(name) is not None:
                self.emit(name, {"type": "ApplicationReplaced", "timestamp": timestamp(time.time())})
            self._socket_of[name] = socket

    def disconnect(self, socket: Socket, busy: set[str]) -> None:
        """Forget the applications of a socket that is gone; those that have channels are kept, inactive."""
        for name in [name for name, held in self._socket_of.items() if held is socket]:
            self._socket_of[name] = None
            if name not in busy:
                del self._socket_of[name]
                self._filters.pop(name, None)

    def set_filter(self, name: str, wanted: EventFilter) -> None:
        """Send an application only what it wants."""
        self._filters[name] = wanted

    def filter_of(self, name: str) -> EventFilter:
        """Give the filter of an application."""
        return self._filters.get(name, NO_FILTER)

    def known(self, name: str) -> bool:
        """Say whether this application was ever connected."""
        return name in self._socket_of

    def active(self, name: str) -> bool:
        """Say whether this application is connected."""
        return self._socket_of.get(name) is not None

    def kill_sockets(self) -> int:
        """Cut every connection; say how many there were."""
        sockets = {id(s): s for s in self._socket_of.values() if s is not None}
        for socket in sockets.values():
            socket.kill()
        return len(sockets)

    def emit(self, name: str, event: Json) -> None:
        """Send an event to an application, or drop it when nobody is connected."""
        socket = self._socket_of.get(name)
        if socket is None or not self.filter_of(name).passes(event["type"]):
            return
        event["asterisk_id"] = NODE_ID
        event["application"] = name
        self._faults.pass_event(event["type"], encode(event), socket.send)
