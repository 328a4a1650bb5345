"""The exchange's server, HTTP and WebSocket: ARI under /ari; scripts, faults and statistics under /exchange."""

import asyncio
import base64
import contextlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from aiohttp import WSMsgType, web

from dispatcher.switches.exchange.events import NODE_ID, Json, Socket, encode, timestamp
from dispatcher.switches.exchange.exchange import Exchange
from dispatcher.switches.exchange.requests import Answer
from dispatcher.switches.exchange.routes import answer
from dispatcher.switches.exchange.subscribers import DEMO_SCRIPT, Script

LOST_REPLY_S: Final = 60.0
"""How long a request whose reply is lost stays open."""


@dataclass(frozen=True, slots=True)
class ExchangeConfig:
    """Where the exchange listens, who may speak to it, where it logs, and how its subscribers behave."""

    cel_file: Path
    host: str = "127.0.0.1"
    port: int = 8088
    user: str = "cordboard"
    password: str = "cordboard"  # noqa: S105 - a stand-in on the loopback; settings give the real one
    script: Mapping[str, Any] = field(default_factory=lambda: DEMO_SCRIPT)


class Server:
    """Answers requests for one exchange."""

    def __init__(self, config: ExchangeConfig) -> None:
        self.config = config
        self.exchange = Exchange(asyncio.get_running_loop(), config.cel_file, config.script)
        self.port = config.port
        self._key = f"{config.user}:{config.password}"
        self._basic = "Basic " + base64.b64encode(self._key.encode()).decode()
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.2)

    async def start(self) -> None:
        """Listen; `port` then says where."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.config.host, self.config.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; what was up is gone."""
        self.exchange.power_cut()
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        path = unquote(path)
        args = _args(query)
        if path.startswith("/exchange/"):
            return await self._private(request, path.removeprefix("/exchange/"))
        if not self._allowed(request, args):
            refusal = {"message": "Authentication required"}
            return _reply((401, refusal), {"WWW-Authenticate": 'Basic realm="Asterisk REST Interface"'})
        path = path.removeprefix("/ari/")
        if path == "events" and request.method == "GET":
            return await self._websocket(request, args)
        body = await _body(request) if request.body_exists else {}
        if body is None:
            return _reply((400, {"message": "Request body could not be parsed"}))
        done = self._carry_out(request.method, path, args, body)
        if done is None:
            await asyncio.sleep(LOST_REPLY_S)
            return _reply((503, None))
        return _reply(done)

    def _allowed(self, request: web.BaseRequest, args: Mapping[str, str]) -> bool:
        given = request.headers.get("Authorization", "")
        if given:
            return secrets.compare_digest(given.encode(), self._basic.encode())
        return secrets.compare_digest(args.get("api_key", "").encode(), self._key.encode())

    def _carry_out(self, method: str, path: str, args: dict[str, str], body: Json) -> Answer | None:
        """Answer a request, or None where a fault loses the reply."""
        faults, name = self.exchange.faults, f"{method} {path}"
        if faults.take("lose_requests", name):
            return None
        if faults.take("fail_requests", name):
            return 503, {"message": "Service Unavailable"}
        args |= {key: str(value) for key, value in body.items() if not isinstance(value, dict | list)}
        done = answer(self.exchange, method, path, args, body)
        return None if faults.take("lose_replies", name) else done

    async def _websocket(self, request: web.BaseRequest, args: Mapping[str, str]) -> web.StreamResponse:
        names = [name for name in args.get("app", "").split(",") if name]
        if not names:
            return _reply((400, {"message": "HTTP request is missing param: [app]"}))
        stream = web.WebSocketResponse(compress=False)
        await stream.prepare(request)
        socket = Socket(stream, request.transport)
        self.exchange.apps.connect(names, socket)
        pump = asyncio.create_task(socket.pump())
        try:
            async for message in stream:
                if message.type is WSMsgType.TEXT:
                    self._over_websocket(socket, message.data)
        finally:
            self.exchange.apps.disconnect(socket, {channel.app for channel in self.exchange.channels.values()})
            pump.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await pump
        return stream

    def _over_websocket(self, socket: Socket, text: str) -> None:
        """Answer a RESTRequest (Asterisk 22.4 and later) by a RESTResponse."""
        try:
            wanted = json.loads(text)
        except ValueError:
            return
        if not isinstance(wanted, dict):
            return
        uri, _, query = str(wanted.get("uri") or "").partition("?")
        done = self._rest(wanted, uri, query)
        if done is None:
            return
        status, message = done
        response = {
            "type": "RESTResponse",
            "transaction_id": wanted.get("transaction_id", ""),
            "request_id": wanted.get("request_id", ""),
            "status_code": status,
            "reason_phrase": web.Response(status=status).reason,
            "uri": uri,
        }
        if message is not None:
            response |= {"content_type": "application/json", "message_body": encode(message)}
        socket.send(encode(response | {"timestamp": timestamp(time.time()), "asterisk_id": NODE_ID}))

    def _rest(self, wanted: Json, uri: str, query: str) -> Answer | None:
        if wanted.get("type") != "RESTRequest":
            return 400, {"message": "Unknown request type."}
        if not uri:
            return 400, {"message": "Empty or missing 'uri' property."}
        args = _args(query)
        args |= {pair["name"]: pair["value"] for pair in wanted.get("query_strings", [])}
        try:
            body = json.loads(wanted.get("message_body") or "{}")
        except ValueError:
            return 400, {"message": "Unable to parse 'message_body' as 'application/json'."}
        path = unquote(uri).removeprefix("/").removeprefix("ari/")
        return self._carry_out(str(wanted.get("method", "")), path, args, body)

    async def _private(self, request: web.BaseRequest, what: str) -> web.Response:
        """Answer the exchange's own requests: statistics, scripts, faults."""
        if (request.method, what) == ("GET", "stats"):
            return _reply((200, self.exchange.statistics()))
        if request.method != "PUT" or what not in ("script", "faults"):
            return _reply((404, {"message": "Resource not found"}))
        body = await _body(request)
        if body is None:
            return _reply((400, {"message": "a JSON object is wanted"}))
        try:
            return _reply((200, self.set_script(body) if what == "script" else self.set_faults(body)))
        except (ValueError, TypeError) as error:
            return _reply((400, {"message": str(error)}))

    def set_script(self, script: Mapping[str, Any]) -> Json:
        """Let subscribers dialled from now on follow another script."""
        self.exchange.script = Script.read(script)
        return {}

    def set_faults(self, wanted: Mapping[str, Any]) -> Json:
        """Let things go wrong: counted faults, or at once `kill_sockets` and `power_cut`."""
        faults = dict(wanted)
        killed = self.exchange.apps.kill_sockets() if faults.pop("kill_sockets", False) else 0
        if faults.pop("power_cut", False):
            self.exchange.power_cut()
        self.exchange.faults.order(faults)
        return {"killed_sockets": killed}


def _args(query: str) -> dict[str, str]:
    """Read a query string; what is named twice is a list, joined by commas."""
    args: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        args[name] = f"{args[name]},{value}" if name in args else value
    return args


async def _body(request: web.BaseRequest) -> Json | None:
    raw = await request.read()
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _reply(done: Answer, headers: Mapping[str, str] | None = None) -> web.Response:
    status, message = done
    if message is None:
        return web.Response(status=status, headers=headers)
    body = encode(message).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def _serve(config: ExchangeConfig) -> None:
    server = Server(config)
    await server.start()
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


def serve_exchange(config: ExchangeConfig) -> None:
    """Run the exchange until the process is told to end."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(config))
