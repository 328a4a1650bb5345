"""A small controller for tests: speaks ARI to a running exchange, waits for events, reads the log."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from dispatcher.switches.exchange.running import RunningExchange

Event = dict[str, Any]


class Controller:
    """Speaks ARI to one exchange, and waits for events."""

    def __init__(self, exchange: RunningExchange, http: aiohttp.ClientSession) -> None:
        self.exchange, self.http = exchange, http
        self.seen: list[Event] = []
        self._news = asyncio.Event()

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        url = f"{self.exchange.url}/ari/events?app=cb&api_key={self.exchange.api_key}"
        self.socket = await self.http.ws_connect(url)
        self.reader = asyncio.create_task(self._read(self.socket))
        return self.socket

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self.seen.append(json.loads(message.data))
            self._news.set()

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> tuple[int, Any]:
        url = f"{self.exchange.url}/ari/{path}"
        async with self.http.request(method, url, params=query, json=body) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None

    async def until(self, kind: str, channel: str = "", **fields: object) -> Event:
        async with asyncio.timeout(2):
            while True:
                for event in self.seen:
                    about = event.get("channel") or event.get("peer") or {"id": ""}
                    if event["type"] == kind and channel in ("", about["id"]) and fields.items() <= event.items():
                        return event
                self._news.clear()
                await self._news.wait()

    async def create(self, channel: str, number: str, **variables: str) -> None:
        query = {"endpoint": f"PJSIP/uk/sip:{number}@uk.example", "app": "cb", "channelId": channel}
        assert (await self.ask("POST", "channels/create", {"variables": variables}, **query))[0] == 200
        await self.until("StasisStart", channel)

    async def call(self, channel: str, number: str, ring_s: str = "30", **variables: str) -> None:
        await self.create(channel, number, **variables)
        assert await self.ask("POST", f"channels/{channel}/dial", timeout=ring_s) == (204, None)

    async def up(self, channel: str, number: str, **variables: str) -> None:
        await self.call(channel, number, **variables)
        await self.until("Dial", channel, dialstatus="ANSWER")

    async def join(self, *channels: str) -> None:
        await self.ask("POST", "bridges/br", type="mixing")
        assert await self.ask("POST", "bridges/br/addChannel", channel=",".join(channels)) == (204, None)


@asynccontextmanager
async def controller(exchange: RunningExchange) -> AsyncIterator[Controller]:
    user, password = exchange.api_key.split(":")
    headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    async with aiohttp.ClientSession(headers=headers) as http:
        found = Controller(exchange, http)
        await found.connect()
        yield found
        await found.socket.close()
        await found.reader


def run(exchange: RunningExchange, story: Callable[[Controller], Awaitable[None]]) -> None:
    async def main() -> None:
        async with controller(exchange) as c:
            await story(c)

    asyncio.run(main())


def cel(exchange: RunningExchange, channel: str) -> list[tuple[str, Any]]:
    with exchange.cel_file.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[2] == channel]
    return [(row[0], json.loads(row[6]) if row[6] else None) for row in rows]


def ended(cause: int, source: str) -> tuple[str, dict[str, object]]:
    return "HANGUP", {"hangupcause": cause, "hangupsource": source, "dialstatus": ""}
