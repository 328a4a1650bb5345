"""Driver for Asterisk 22 (and the built-in exchange, which speaks the same): REST requests out, events in."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp

from dispatcher.routes import Routes
from dispatcher.switches import ari_requests as rest
from dispatcher.switches.ari_requests import Request
from dispatcher.switches.base import (
    FAILED,
    Kind,
    LegPlan,
    LiveLeg,
    Opening,
    SwitchAway,
    SwitchEvent,
    SwitchRefused,
    SwitchSilent,
)

ANSWER_SECONDS = 5.0
GONE, CONFLICT = 404, 409
ASK_FOR, ASK_PRESS = "sound:cordboard-for", "sound:cordboard-press1"
ASK_FOR_YOU = "sound:one-moment-please"
CODE_IS, CODE_AGAIN = "sound:cordboard-code", "sound:cordboard-again"
GOODBYE = "sound:cordboard-goodbye"
HOLD = "sound:cordboard-satellite"
WORDS = {
    "busy": "sound:cordboard-busy",
    "no_answer": "sound:cordboard-noanswer",
}
SIGNS_OF_LIFE = ("RINGING", "PROGRESS")
OTHER_WORDS = "sound:cordboard-unreachable"


class Ari:
    """One Asterisk, over one HTTP connection pool and one WebSocket of events."""

    def __init__(self, url: str, user: str, password: str, app: str, routes: Routes) -> None:
        self._url = url.rstrip("/") + "/ari"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._app = app
        self._routes = routes
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Ari":
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=2.0, sock_read=ANSWER_SECONDS)
        self._session = aiohttp.ClientSession(
            headers=self._headers, timeout=timeout, connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=30)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    # -- what a call asks for ------------------------------------------------------------------------------------

    async def create(self, plan: LegPlan) -> None:
        """Make the leg's channel, armed; a channel of that id that is there already is it (409)."""
        await self._send(rest.create(plan, self._routes.by_name[plan.carrier], self._app), fine=CONFLICT)

    async def dial(self, attempt_id: str, ring_s: int, opening: Opening = Opening()) -> None:  # noqa: B008 (frozen)
        """Ring the leg. 404: the channel is gone; 409: it was dialled before."""
        del opening  # it is asked for when the leg has answered
        await self._send(rest.dial(attempt_id, ring_s))

    async def arm(self, attempt_id: str, limit_ms: int) -> None:
        """Set the leg's limit anew, from now."""
        await self._send(rest.arm(attempt_id, limit_ms), fine=GONE)

    async def ask(self, attempt_id: str, who: str) -> None:
        """Say whose call it is, the name spelled out, and that a 1 is wanted."""
        media = ",".join([ASK_FOR, f"characters:{who}", ASK_PRESS] if who else [ASK_FOR_YOU, ASK_PRESS])
        await self._send(rest.play(attempt_id, f"ask-{attempt_id}", media), fine=GONE)

    async def tones(self, attempt_id: str, digits: str) -> None:
        """Send an extension's digits."""
        await self._send(rest.tones(attempt_id, digits), fine=GONE)

    async def hush(self, attempt_id: str) -> None:
        """Stop the question; it may be over already."""
        await self._send(rest.stop_playing(f"ask-{attempt_id}"), fine=GONE)

    async def ask_to_hold(self, attempt_id: str) -> None:
        """Say that a satellite call is being set up; the leg may be in a bridge by now."""
        await self._send(rest.play(attempt_id, f"hold-{attempt_id}", HOLD), fine=GONE)

    async def hold_no_more(self, attempt_id: str) -> None:
        """Stop saying so; it may be over already."""
        await self._send(rest.stop_playing(f"hold-{attempt_id}"), fine=GONE)

    async def tell(self, attempt_id: str, cause: str) -> None:
        """Say in words why the other party can't be had; PLAYED follows."""
        await self._send(rest.play(attempt_id, f"tell-{attempt_id}", WORDS.get(cause, OTHER_WORDS)))

    async def speak(self, attempt_id: str, digits: str) -> None:
        """Say a code twice; PLAYED follows. If it is being said already (409), it goes on."""
        media = [CODE_IS, f"digits:{digits}", CODE_AGAIN, f"digits:{digits}", GOODBYE]
        await self._send(rest.play(attempt_id, f"tell-{attempt_id}", ",".join(media)), fine=CONFLICT)

    async def bridge(self, bridge_id: str, *attempt_ids: str) -> None:
        """Put legs together under this id."""
        await self._send(rest.make_bridge(bridge_id), fine=CONFLICT)
        await self._send(rest.join(bridge_id, *attempt_ids))

    async def unbridge(self, bridge_id: str) -> None:
        """Remove the bridge."""
        await self._send(rest.end_bridge(bridge_id), fine=GONE)

    async def hang_up(self, attempt_id: str) -> None:
        """End the leg if it is there."""
        await self._send(rest.hang_up(attempt_id), fine=GONE)

    async def heartbeat(self, now_ms: int) -> None:
        """Tell the switch that a conductor is there."""
        await self._send(rest.heartbeat(now_ms))

    async def canary(self, now_ms: int) -> None:
        """Have a line with this time written into the switch's log."""
        await self._send(rest.canary(now_ms, self._app))

    # -- what is there -------------------------------------------------------------------------------------------

    async def look(self) -> list[LiveLeg]:
        """Every channel of ours that the switch has now."""
        channels = await self._send(rest.LIST_CHANNELS)
        return [
            LiveLeg(c["id"], c["state"] == "Up", c["state"] in ("Ring", "Ringing"))
            for c in channels
            if rest.CHANNEL_ID.fullmatch(c["id"])
        ]

    async def bridges(self) -> list[str]:
        """Ids of every bridge of ours."""
        return [b["id"] for b in await self._send(rest.LIST_BRIDGES) if rest.CHANNEL_ID.fullmatch(b["id"])]

    async def events(self) -> AsyncGenerator[SwitchEvent | None]:
        """First None, once the switch counts us as its application; then events, until the connection ends."""
        assert self._session is not None
        try:
            socket = await self._session.ws_connect(
                f"{self._url}/events", params={"app": self._app}, heartbeat=10, max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_receive=None),
            )  # fmt: skip
        except (aiohttp.ClientError, TimeoutError) as e:
            raise SwitchAway("The switch's events can't be had.") from e
        async with socket:
            await self._send(rest.quiet(self._app), fine=GONE)
            yield None
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    event = read_event(json.loads(message.data))
                    if event:
                        yield event

    async def _send(self, request: Request, fine: int = 0) -> Any:
        assert self._session is not None
        try:
            async with self._session.request(
                request.method, self._url + request.path, params=request.query, json=request.body
            ) as answer:
                said = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as e:
            raise SwitchAway("The switch can't be reached.") from e
        except (aiohttp.ClientError, TimeoutError, OSError) as e:
            raise SwitchSilent(f"The switch gave no answer to {request.method} {request.path}.") from e
        if answer.status >= 400 and answer.status != fine:
            raise SwitchRefused(answer.status, said.decode("utf-8", "replace")[:200])
        return json.loads(said) if said else None


def read_event(event: dict[str, Any]) -> SwitchEvent | None:
    """One of Asterisk's events as ours; None for those that we do not need."""
    channel = event.get("channel", {})
    match event.get("type"):
        case "StasisStart":
            kind = Kind.UP if channel.get("state") == "Up" else Kind.READY
            return SwitchEvent(kind, channel["id"])
        case "ChannelStateChange" if channel.get("state") == "Up":
            return SwitchEvent(Kind.UP, channel["id"])
        case "ChannelStateChange" if channel.get("state") == "Ringing":
            return SwitchEvent(Kind.RINGS, channel["id"])
        case "Dial" if event.get("dialstatus") in SIGNS_OF_LIFE:
            return SwitchEvent(Kind.RINGS, event["peer"]["id"])
        case "ChannelDtmfReceived":
            return SwitchEvent(Kind.DIGIT, channel["id"], event.get("digit", ""))
        case "ChannelDestroyed":
            return SwitchEvent(Kind.GONE, channel["id"], str(event.get("cause", 0)))
        case "PlaybackFinished" if str(event["playback"]["id"]).startswith("tell-"):
            playback = event["playback"]
            failed = FAILED if playback.get("state") == FAILED else ""
            return SwitchEvent(Kind.PLAYED, playback["id"].removeprefix("tell-"), failed)
        case "ApplicationReplaced":
            return SwitchEvent(Kind.REPLACED)
    return None
