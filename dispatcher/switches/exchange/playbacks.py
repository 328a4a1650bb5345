"""Prompts: one plays at a time on a channel, each for as long as the script says."""

import time
from typing import TYPE_CHECKING

from dispatcher.switches.exchange.events import Json, timestamp

if TYPE_CHECKING:
    from dispatcher.switches.exchange.channels import Channel


class Playback:
    """One prompt on one channel."""

    def __init__(self, playback_id: str, channel: "Channel", media: str) -> None:
        self.id = playback_id
        self.channel = channel
        self.media = media.split(",")
        self.state = "queued"

    def json(self) -> Json:
        """Show the playback as ARI does."""
        return {
            "id": self.id,
            "media_uri": self.media[0],
            **({"next_media_uri": self.media[1]} if len(self.media) > 1 else {}),
            "target_uri": f"channel:{self.channel.id}",
            "language": "en",
            "state": self.state,
        }

    def queue(self) -> None:
        """Play after what already plays."""
        self.channel.exchange.playbacks[self.id] = self
        self.channel.playing.append(self)
        if len(self.channel.playing) == 1:
            self._start()

    def finish(self, state: str = "done") -> None:
        """End the prompt, and let the next one begin."""
        if self not in self.channel.playing:
            return
        self.channel.playing.remove(self)
        self.channel.exchange.playbacks.pop(self.id, None)
        if self.state != "queued":
            self.state = state
            self._emit("PlaybackFinished")
        if self.channel.playing and not self.channel.gone and self.channel.playing[0].state == "queued":
            self.channel.playing[0]._start()

    def _start(self) -> None:
        self.state = "playing"
        self.channel.exchange.stats.played(self.channel, self.media[0])
        self._emit("PlaybackStarted")
        self.channel.later(self.channel.exchange.script.playback_s, self._sound_over)

    def _sound_over(self) -> None:
        if len(self.media) == 1:
            self.finish()
        elif self in self.channel.playing:
            self.state = "continuing"
            self._emit("PlaybackContinuing")
            self.media = self.media[1:]
            self._start()

    def _emit(self, kind: str) -> None:
        event = {"type": kind, "timestamp": timestamp(time.time()), "playback": self.json()}
        self.channel.exchange.apps.emit(self.channel.app, event)
