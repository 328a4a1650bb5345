"""The exchange itself: its channels, bridges, prompts and globals; what the switch does without any controller."""

import asyncio
import re
import time
import uuid
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dispatcher.switches.exchange.bridges import Bridge
from dispatcher.switches.exchange.cel import CelLog
from dispatcher.switches.exchange.channels import Channel
from dispatcher.switches.exchange.errors import AriError
from dispatcher.switches.exchange.events import Apps, Json
from dispatcher.switches.exchange.faults import Faults
from dispatcher.switches.exchange.playbacks import Playback
from dispatcher.switches.exchange.subscribers import Script

PATIENCE_S: Final = 10
"""A heartbeat of the conductor older than this means that nobody is in charge."""
MOST_SOUNDS: Final = 20
MOST_DIALS: Final = 1000
CANARY: Final = re.compile(r"Local/([0-9]+)@cordboard-canary(?:/n)?")


@dataclass(slots=True)
class Stats:
    """What tests ask: who was dialled when, saw whom calling and heard what, and how many legs were up at once."""

    requests: Counter[str] = field(default_factory=Counter)
    dials: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    seen: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, list[str]] = field(default_factory=dict)
    dialled_at: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=MOST_DIALS))
    created: int = 0
    most_live: int = 0

    def dialled(self, channel: Channel) -> None:
        """Count a subscriber who is rung."""
        self.dials[channel.id] += 1
        self.numbers[channel.digits] += 1
        self.seen.setdefault(channel.digits, []).append(channel.seen)
        self.dialled_at.append((time.time(), channel.endpoint))

    def sent(self, channel: Channel, keys: str) -> None:
        """Note the tones that a subscriber hears."""
        self.keys[channel.digits] = self.keys.get(channel.digits, "") + keys

    def played(self, channel: Channel, sound: str) -> None:
        """Note what a subscriber hears; the last of it."""
        self.sounds[channel.digits] = [*self.sounds.get(channel.digits, []), sound][-MOST_SOUNDS:]


class Exchange:
    """A switch in memory."""

    def __init__(self, loop: asyncio.AbstractEventLoop, cel_file: Path, script: Mapping[str, Any]) -> None:
        self.loop = loop
        self.cel = CelLog(cel_file)
        self.script = Script.read(script)
        self.faults = Faults()
        self.apps = Apps(self.faults)
        self.stats = Stats()
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.playbacks: dict[str, Playback] = {}
        self.globals: dict[str, str] = {}
        self.empty = asyncio.Event()
        self.empty.set()
        self.started = time.time()

    def create(self, endpoint: str, app: str, args: str, channel_id: str, variables: Mapping[str, str]) -> Channel:
        """Make a channel that rings nobody yet, and hand it to its application."""
        tech, _, address = endpoint.partition("/")
        if not tech or not address:
            raise AriError(400, "Invalid endpoint specified")
        carrier, digits = dialled(address)
        if tech != "PJSIP" or not carrier:
            raise AriError(500, "Allocation failed")
        if channel_id in self.channels:
            raise AriError(409, "Channel with given unique ID already exists")
        name = f"PJSIP/{carrier}-{self.stats.created:08x}"
        self.stats.created += 1
        channel = Channel(self, channel_id or f"{time.time():.0f}.{self.stats.created}", name, app, args)
        channel.endpoint, channel.address, channel.digits = carrier, address, digits
        self.channels[channel.id] = channel
        self.empty.clear()
        self.stats.most_live = max(self.stats.most_live, len(self.channels))
        self.log("CHAN_START", channel, channel.created)
        for variable, value in variables.items():
            channel.set_variable(variable, value)
        self.loop.call_soon(channel.enter_app)
        return channel

    def channel(self, channel_id: str) -> Channel:
        """Find a live channel."""
        if channel_id not in self.channels:
            raise AriError(404, "Channel not found")
        return self.channels[channel_id]

    def bridge(self, bridge_id: str) -> Bridge:
        """Find a bridge."""
        if bridge_id not in self.bridges:
            raise AriError(404, "Bridge not found")
        return self.bridges[bridge_id]

    def create_bridge(self, bridge_id: str, name: str) -> Bridge:
        """Make a mixing bridge."""
        if bridge_id in self.bridges:
            raise AriError(409, f"Bridge with id '{bridge_id}' already exists")
        bridge = Bridge(self, bridge_id or str(uuid.uuid4()), name)
        self.bridges[bridge.id] = bridge
        return bridge

    def hung_up(self, channel: Channel) -> None:
        """Forget a channel, and do what its hang-up handler does (`bye` in the dialplan of the Asterisk side)."""
        self.channels.pop(channel.id, None)
        if not self.channels:
            self.empty.set()
        if not channel.handlers:
            return
        ends = channel.shared.get("CB_PEERS", "").split("&")
        if channel.state == "Up" or self._nobody_in_charge():
            ends.append(channel.variables.get("CB_PEER", ""))
        for peer in ends:
            if peer in self.channels:
                self.loop.call_soon(self.channels[peer].soft_hangup)

    def log(self, event: str, channel: Channel, now: float, extra: Json | None = None, peer: str = "") -> None:
        """Write a line of the CEL file."""
        self.cel.write(event, now, (channel.id, channel.name), "", peer, extra)

    def canary(self, token: str) -> Channel:
        """Write a line that shows that the log is written."""
        name = f"Local/{token}@cordboard-canary-{self.stats.created:08x};2"
        channel = Channel(self, f"{time.time():.6f}", name, "", "")
        self.cel.write("CANARY", time.time(), (channel.id, name), "CANARY", "", {"extra": token})
        return channel

    def power_cut(self) -> None:
        """Forget everything at once, as `kill -9` does: no event, no line in the log."""
        for channel in self.channels.values():
            channel.gone = True
            channel.silence()
        self.channels.clear()
        self.empty.set()
        self.bridges.clear()
        self.playbacks.clear()
        self.globals.clear()
        self.apps.kill_sockets()
        self.apps = Apps(self.faults)

    def statistics(self) -> Json:
        """Say what tests want to know."""
        return {
            "live_channels": len(self.channels),
            "live_bridges": len(self.bridges),
            "created": self.stats.created,
            "most_live_channels": self.stats.most_live,
            "dials": sum(self.stats.dials.values()),
            "dial_requests_by_channel": dict(self.stats.requests),
            "dials_by_channel": dict(self.stats.dials),
            "dials_by_number": dict(self.stats.numbers),
            "seen_by_number": dict(self.stats.seen),
            "dialled_at": list(self.stats.dialled_at),
            "keys_by_number": dict(self.stats.keys),
            "sounds_by_number": dict(self.stats.sounds),
            "faults_left": self.faults.left(),
        }

    def _nobody_in_charge(self) -> bool:
        try:
            beat = int(self.globals.get("CB_HEARTBEAT") or 0)
        except ValueError:
            beat = 0
        return int(time.time()) - beat > PATIENCE_S


def dialled(address: str) -> tuple[str, str]:
    """Take endpoint and number out of `<endpoint>/sip:<digits>@<host>` or `<digits>@<endpoint>`."""
    endpoint, slash, uri = address.partition("/")
    digits, _, host = (uri if slash else address).removeprefix("sip:").partition("@")
    return (endpoint if slash else host), digits.lstrip("+")
