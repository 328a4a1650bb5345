"""The floor of a call: an asyncio loop that creates, bridges and dials over ARI and cares for nothing else."""

import asyncio
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import aiohttp

SETTING_UP = 20
"""Calls between create and answer at once, as many as the product allows itself."""
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """A switch and what to dial on it."""

    url: str  # http://host:port/ari
    user: str
    password: str
    endpoint_a: str
    endpoint_b: str


@dataclass
class BareLoop:
    """One run of so many calls."""

    target: Target
    http: aiohttp.ClientSession
    happened: defaultdict[tuple[str, str], asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SETTING_UP))
    last_bridged: float = 0.0

    async def read(self, events: aiohttp.ClientWebSocketResponse) -> None:
        async for message in events:
            event = message.json()
            channel = event.get("channel") or {}
            kind = event["type"]
            if kind == "ChannelStateChange" and channel["state"] == "Up":
                kind = "Up"
            self.happened[channel.get("id", ""), kind].set()

    async def seen(self, leg: str, kind: str) -> None:
        async with asyncio.timeout(SECONDS):
            await self.happened[leg, kind].wait()

    async def ask(self, method: str, path: str, **query: str) -> None:
        async with self.http.request(method, f"{self.target.url}/{path}", params=query) as answer:
            said = await answer.read()
            if answer.status >= 400 and method != "DELETE":
                raise RuntimeError(f"{method} {path}: {answer.status} {said.decode()}")

    async def create(self, leg: str, endpoint: str) -> None:
        await self.ask("POST", "channels/create", endpoint=endpoint, app="bench", channelId=leg)
        await self.seen(leg, "StasisStart")

    async def dial(self, leg: str) -> None:
        await self.ask("POST", f"channels/{leg}/dial", timeout="30")
        await self.seen(leg, "Up")

    async def call(self, name: str) -> None:
        a, b, bridge = f"{name}-a", f"{name}-b", f"{name}-bridge"
        async with self.room:
            await self.create(a, self.target.endpoint_a)
            await self.dial(a)
            await self.create(b, self.target.endpoint_b)
            await self.ask("POST", f"bridges/{bridge}", type="mixing")
            await self.ask("POST", f"bridges/{bridge}/addChannel", channel=f"{a},{b}")
            await self.dial(b)
            self.last_bridged = time.monotonic()
        await self.seen(b, "ChannelDestroyed")
        await self.ask("DELETE", f"channels/{a}")
        await self.ask("DELETE", f"bridges/{bridge}")
        await self.seen(a, "ChannelDestroyed")


async def calls_a_second(target: Target, calls: int) -> float:
    """Make so many two-leg calls; the rate from the first request to the last answer in a bridge."""
    auth = {"Authorization": aiohttp.encode_basic_auth(target.user, target.password)}
    async with aiohttp.ClientSession(headers=auth, connector=aiohttp.TCPConnector(limit=64)) as http:
        events = await http.ws_connect(f"{target.url}/events", params={"app": "bench"})
        loop = BareLoop(target, http)
        reader = asyncio.create_task(loop.read(events))
        quiet: list[dict[str, Any]] = [{"type": kind} for kind in ("ChannelVarset", "ChannelDialplan", "RTPStat")]
        async with http.put(f"{target.url}/applications/bench/eventFilter", json={"disallowed": quiet}) as done:
            await done.read()
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(calls):
                group.create_task(loop.call(f"bare{os.urandom(6).hex()}{number:05d}"))
        await events.close()
        await reader
    return calls / (loop.last_bridged - began)
