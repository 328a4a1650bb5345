"""The barest controller of an Asterisk: requests, events, no care for anything. For tests of the switch and the bench.

async with Bare(switch) as bare:
    await bare.create("leg-1", phone.endpoint())
    await bare.dial("leg-1")
    await bare.seen("leg-1", "ChannelStateChange", state="Up")
"""

import asyncio
from collections import defaultdict
from typing import Any, Self

import aiohttp

from cordboard.lab.asterisk import Asterisk
from dispatcher.switches.asterisk import HANDLER, HEARTBEAT

Event = dict[str, Any]
NOISE = {"disallowed": [{"type": "ChannelVarset"}, {"type": "ChannelDialplan"}]}
"""Each step of a hang-up handler is an event, about 20 a leg; the filter must be set after every connect."""


class Bare:
    """One ARI application and its events since it connected."""

    def __init__(self, switch: Asterisk, app: str = "bare") -> None:
        self.app = app
        self.events: list[Event] = []
        self._switch = switch
        self._told: defaultdict[str, _Told] = defaultdict(_Told)

    async def __aenter__(self) -> Self:
        keys = aiohttp.encode_basic_auth(self._switch.ari_user, self._switch.ari_password)
        self._http = aiohttp.ClientSession(headers={"Authorization": keys})
        self._socket = await self._http.ws_connect(f"{self._switch.ari_url}/events", params={"app": self.app})
        self._reader = asyncio.create_task(self._read())
        await self.ask("PUT", f"applications/{self.app}/eventFilter", NOISE)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()
        await self._http.close()

    async def leave(self) -> None:
        """Let the event socket go, as a controller that dies; requests can still be made."""
        await self._socket.close()
        await self._reader

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Make a request; give its status and what came back."""
        async with self._http.request(method, f"{self._switch.ari_url}/{path}", params=query, json=body) as answer:
            text = await answer.text()
            return answer.status, await answer.json() if text else None

    async def create(self, leg: str, endpoint: str, first: str = "", **more: str) -> int:
        """Create a channel that rings nobody, armed with the hang-up handler; `first` is the leg it belongs to."""
        variables = {"CHANNEL(hangup_handler_push)": HANDLER, **more}
        if first:
            variables |= {"CB_PEER": first, f"SHARED(CB_PEERS,{first})": leg}
        body = {"endpoint": endpoint, "app": self.app, "channelId": leg, "variables": variables}
        status, _ = await self.ask("POST", "channels/create", body)
        if status == 200:
            await self.seen(leg, "StasisStart")
        return status

    async def dial(self, leg: str, seconds: int = 30) -> int:
        """Ring the party of a created channel, for so many seconds."""
        return (await self.ask("POST", f"channels/{leg}/dial", timeout=str(seconds)))[0]

    async def bridge(self, name: str, *legs: str) -> None:
        """Join channels in a bridge, made if it is not there."""
        await self.ask("POST", f"bridges/{name}", type="mixing")
        await self.ask("POST", f"bridges/{name}/addChannel", channel=",".join(legs))

    async def hang_up(self, leg: str) -> int:
        """End a channel."""
        return (await self.ask("DELETE", f"channels/{leg}"))[0]

    async def heartbeat(self, epoch: float) -> None:
        """Say when the conductor last lived."""
        await self.ask("POST", "asterisk/variable", variable=HEARTBEAT, value=str(int(epoch)))

    async def live(self) -> set[str]:
        """Give the ids of all channels."""
        return {channel["id"] for channel in (await self.ask("GET", "channels"))[1]}

    async def seen(self, leg: str, kind: str, seconds: float = 60, **fields: str) -> Event:
        """Wait until an event of this kind, with these fields of its channel, has come for a leg; give it."""

        def match(event: Event) -> bool:
            channel = event.get("channel") or {}
            wanted = {"id": leg, **fields}
            return event["type"] == kind and all(channel.get(name) == value for name, value in wanted.items())

        told = self._told[leg]
        async with asyncio.timeout(seconds):
            while (found := next(filter(match, told.events), None)) is None:
                told.news.clear()
                await told.news.wait()
        return found

    async def _read(self) -> None:
        async for message in self._socket:
            event = message.json()
            self.events.append(event)
            told = self._told[(event.get("channel") or event.get("peer") or {}).get("id", "")]
            told.events.append(event)
            told.news.set()


class _Told:
    """What was told of one leg, and whether there is more since somebody looked."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.news = asyncio.Event()
