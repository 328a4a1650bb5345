"""Mixing bridges: who is in, who hears whom, and when a conversation begins."""

import time
from typing import TYPE_CHECKING

from dispatcher.switches.exchange.events import Json, timestamp

if TYPE_CHECKING:
    from dispatcher.switches.exchange.channels import Channel
    from dispatcher.switches.exchange.exchange import Exchange


class Bridge:
    """A mixing bridge."""

    def __init__(self, exchange: "Exchange", bridge_id: str, name: str) -> None:
        self.exchange = exchange
        self.id = bridge_id
        self.name = name
        self.created = time.time()
        self.channels: list[Channel] = []
        self.apps: set[str] = set()
        self._talking = False

    def json(self) -> Json:
        """Show the bridge as ARI does."""
        return {
            "id": self.id,
            "technology": self.technology,
            "bridge_type": "mixing",
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": self.name,
            "channels": [channel.id for channel in self.channels],
            "creationtime": timestamp(self.created),
            "video_mode": "talker",
        }

    @property
    def technology(self) -> str:
        """Name what mixes: two channels are simply joined."""
        return "softmix" if len(self.channels) > 2 else "simple_bridge"

    def enter(self, channel: "Channel") -> None:
        """Take a channel in, out of the bridge it was in."""
        if channel.bridge is self:
            return
        if channel.bridge is not None:
            channel.bridge.leave(channel)
        self.channels.append(channel)
        channel.bridge = self
        self.apps.add(channel.app)
        self._moved("ChannelEnteredBridge", "BRIDGE_ENTER", channel)
        self.conversation()

    def leave(self, channel: "Channel") -> None:
        """Let a channel out."""
        self.channels.remove(channel)
        channel.bridge = None
        self._moved("ChannelLeftBridge", "BRIDGE_EXIT", channel)

    def conversation(self) -> None:
        """Let the answered parties talk, once two of them are here; the one who answered last hangs up first."""
        parties = [channel for channel in self.channels if channel.state == "Up"]
        if len(parties) > 1:
            for channel in reversed(parties):
                channel.converse()

    def destroy(self) -> None:
        """Let everybody out, and close."""
        for channel in tuple(self.channels):
            self.leave(channel)
        event = {"type": "BridgeDestroyed", "timestamp": timestamp(time.time()), "bridge": self.json()}
        for app in self.apps:
            self.exchange.apps.emit(app, dict(event))

    def _moved(self, kind: str, entry: str, channel: "Channel") -> None:
        now = time.time()
        extra = {"bridge_id": self.id, "bridge_technology": self.technology}
        peers = ",".join(other.name for other in self.channels if other is not channel)
        self.exchange.log(entry, channel, now, extra, peers)
        channel.emit(kind, now, bridge=self.json())
