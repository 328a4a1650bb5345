"""The driver: events as Asterisk writes them, and what an answer, a refusal or no answer at all means."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dispatcher.routes import Routes
from dispatcher.switches import ari, ari_once
from dispatcher.switches import ari_requests as rest
from dispatcher.switches.ari import Ari, read_event
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.base import Kind, LegPlan, LiveLeg, SwitchAway, SwitchEvent, SwitchRefused, SwitchSilent
from dispatcher.switches.exchange.running import RunningExchange
from tests.unit.dispatcher.desk import APP, TRUNK

LEG, OTHER, BRIDGE = ("0" * 27 + last for last in "abc")
PLAN = LegPlan(LEG, "trunk", "+442079460018", 60_000, "+12025550100")
QUICK = {"playback_s": 0.01, "default": {"does": "answers", "post_dial_s": 0.0, "ring_s": 0.002, "press_s": None}}
NO_ONE = {"does": "no_answer", "post_dial_s": 0.0}

_MORE = {"asterisk_id": "00:00:5e:00:53:01", "application": "cb", "timestamp": "2026-11-22T16:00:00.000+0000"}
_CHANNEL = {"id": LEG, "name": "PJSIP/x-1", "caller": {"name": "", "number": ""}, "language": "en"}


def channel(kind: str, state: str = "Up", **fields: Any) -> dict[str, Any]:
    return {"type": kind, **_MORE, **fields, "channel": {**_CHANNEL, "state": state}}


DIAL = {"type": "Dial", "dialstring": "trunk/1", "peer": {"id": LEG, "state": "Down"}}
PLAYBACK = {"id": f"tell-{LEG}", "media_uri": "sound:cordboard-busy", "target_uri": f"channel:{LEG}", "state": "done"}
EVENTS: list[tuple[dict[str, Any], SwitchEvent | None]] = [
    (channel("StasisStart", "Down", args=[]), SwitchEvent(Kind.READY, LEG)),
    (channel("StasisStart", "Up", args=[]), SwitchEvent(Kind.UP, LEG)),
    (channel("ChannelStateChange", "Up"), SwitchEvent(Kind.UP, LEG)),
    (channel("ChannelStateChange", "Ringing"), SwitchEvent(Kind.RINGS, LEG)),
    (DIAL | {"dialstatus": "RINGING"}, SwitchEvent(Kind.RINGS, LEG)),
    (DIAL | {"dialstatus": "PROGRESS"}, SwitchEvent(Kind.RINGS, LEG)),
    (DIAL | {"dialstatus": ""}, None),
    (DIAL | {"dialstatus": "BUSY"}, None),
    (channel("ChannelStateChange", "Ring"), None),
    (channel("ChannelDtmfReceived", digit="1", duration_ms=120), SwitchEvent(Kind.DIGIT, LEG, "1")),
    (channel("ChannelDtmfReceived", digit="#", duration_ms=120), SwitchEvent(Kind.DIGIT, LEG, "#")),
    (channel("ChannelDestroyed", cause=17, cause_txt="User busy", tech_cause=486), SwitchEvent(Kind.GONE, LEG, "17")),
    (channel("ChannelDestroyed", cause=0, cause_txt="Unknown"), SwitchEvent(Kind.GONE, LEG, "0")),
    (channel("ChannelHangupRequest", cause=16), None),
    (channel("StasisEnd"), None),
    (channel("ChannelEnteredBridge", bridge={"id": BRIDGE}), None),
    ({"type": "PlaybackFinished", **_MORE, "playback": PLAYBACK}, SwitchEvent(Kind.PLAYED, LEG)),
    ({"type": "PlaybackFinished", **_MORE, "playback": {**PLAYBACK, "id": f"ask-{LEG}"}}, None),
    ({"type": "PlaybackStarted", **_MORE, "playback": PLAYBACK}, None),
    ({"type": "Dial", **_MORE, "dialstatus": "ANSWER", "peer": _CHANNEL}, None),
    ({"type": "BridgeDestroyed", **_MORE, "bridge": {"id": BRIDGE}}, None),
    ({"type": "ApplicationReplaced", **_MORE}, SwitchEvent(Kind.REPLACED)),
    ({"type": "SomethingNew", **_MORE}, None),
    ({}, None),
]


@pytest.mark.parametrize(("said", "meant"), EVENTS)
def test_what_an_event_means(said: dict[str, Any], meant: SwitchEvent | None) -> None:
    assert read_event(said) == meant


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    script = {**QUICK, "numbers": {"4419": NO_ONE}}
    with RunningExchange(tmp_path / "cel.csv", script) as running:
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that gives up on an answer soon."""
    monkeypatch.setattr(ari, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(ari_once, "ANSWER_SECONDS", 0.05)


def on(url: str, story: Callable[[Ari], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Ari(url, "cordboard", "cordboard", APP, Routes([TRUNK])) as switch:
            await story(switch)

    asyncio.run(main())


async def ready(switch: Ari) -> Any:
    """Its events, from the moment on when the switch counts us as its application."""
    events = switch.events()
    assert await anext(events) is None
    return events


async def until(events: Any, kind: Kind, leg: str = LEG) -> SwitchEvent:
    async with asyncio.timeout(30):
        async for found in events:
            if found and (found.kind, found.attempt_id) == (kind, leg):
                return SwitchEvent(found.kind, found.attempt_id, found.detail)
    raise AssertionError("the events ended")


def test_a_leg_from_its_creation_to_its_end(exchange: RunningExchange) -> None:
    async def story(switch: Ari) -> None:
        events = await ready(switch)
        await switch.create(PLAN)
        await switch.create(PLAN)  # 409: it is the one that we asked for
        await until(events, Kind.READY)
        assert await switch.look() == [LiveLeg(LEG, up=False, ringing=False)]
        await switch.dial(LEG, 30)
        await until(events, Kind.UP)
        assert await switch.look() == [LiveLeg(LEG, up=True, ringing=False)]
        await switch.arm(LEG, 30_000)
        await switch.ask(LEG, "ann")
        await switch.hush(LEG)
        await switch.bridge(BRIDGE, LEG)
        await switch.bridge(BRIDGE, LEG)  # 409 for the bridge: it is there
        assert await switch.bridges() == [BRIDGE]
        await switch.unbridge(BRIDGE)
        await switch.tell(LEG, "busy")
        await until(events, Kind.PLAYED)
        await switch.hang_up(LEG)
        assert (await until(events, Kind.GONE)).detail == "16"
        assert (await switch.look(), await switch.bridges()) == ([], [])

    on(exchange.url, story)
    assert exchange.stats()["dials_by_channel"] == {LEG: 1}


def test_a_channel_that_is_gone_needs_no_ending_but_can_not_be_dialled(exchange: RunningExchange) -> None:
    async def story(switch: Ari) -> None:
        await switch.hang_up(LEG)
        await switch.arm(LEG, 1_000)
        await switch.ask(LEG, "")
        await switch.hush(LEG)
        await switch.tones(LEG, "12")
        await switch.unbridge(BRIDGE)
        asked: list[Awaitable[None]] = [switch.dial(LEG, 30), switch.tell(LEG, "busy"), switch.bridge(BRIDGE, LEG)]
        for request in asked:
            with pytest.raises(SwitchRefused) as refusal:
                await request
            assert refusal.value.status in (400, 404)

    on(exchange.url, story)


def test_a_second_dial_is_refused_and_rings_nobody(exchange: RunningExchange) -> None:
    async def story(switch: Ari) -> None:
        events = await ready(switch)
        await switch.create(LegPlan(LEG, "trunk", "+4419" + "0" * 5, 60_000))
        await until(events, Kind.READY)
        await switch.dial(LEG, 30)
        with pytest.raises(SwitchRefused) as refusal:
            await switch.dial(LEG, 30)
        assert refusal.value.status == 409

    on(exchange.url, story)
    assert exchange.stats()["dials"] == 1


@pytest.mark.usefixtures("hurried")
def test_no_answer_says_nothing_about_what_was_done(exchange: RunningExchange) -> None:
    async def story(switch: Ari) -> None:
        events = await ready(switch)
        for fault, made in (("lose_requests", []), ("lose_replies", [LEG])):
            exchange.faults(**{fault: 1, "on": "channels/create"})
            with pytest.raises(SwitchSilent):
                await switch.create(PLAN)
            assert [leg.attempt_id for leg in await switch.look()] == made
        await events.aclose()

    on(exchange.url, story)


def test_a_503_is_a_definite_no(exchange: RunningExchange) -> None:
    exchange.faults(fail_requests=1)

    async def story(switch: Ari) -> None:
        with pytest.raises(SwitchRefused) as refusal:
            await switch.create(PLAN)
        assert refusal.value.status == 503

    on(exchange.url, story)


def test_a_switch_that_is_not_there_is_away() -> None:
    async def story(switch: Ari) -> None:
        with pytest.raises(SwitchAway):
            await switch.dial(LEG, 30)
        with pytest.raises(SwitchAway):
            await anext(switch.events())

    on(nowhere(), story)
    with pytest.raises(SwitchAway):
        AriOnce(nowhere(), "cordboard", "cordboard").send(rest.LIST_CHANNELS)


def test_a_wrong_password_is_no_silence(exchange: RunningExchange) -> None:
    with pytest.raises(SwitchRefused, match="401"):
        AriOnce(exchange.url, "cordboard", "wrong").send(rest.LIST_CHANNELS)


@pytest.mark.usefixtures("hurried")
def test_a_worker_asks_once(exchange: RunningExchange) -> None:
    once = AriOnce(exchange.url, "cordboard", "cordboard")
    once.hang_up(LEG)  # 404: as wished
    exchange.faults(fail_requests=1)
    with pytest.raises(SwitchRefused, match="503"):
        once.hang_up(LEG)
    with pytest.raises(SwitchRefused, match="404"):
        once.send(rest.dial(LEG, 30))
    with mute() as url, pytest.raises(SwitchSilent):
        AriOnce(url, "cordboard", "cordboard").send(rest.create(PLAN, TRUNK, APP))


def nowhere() -> str:
    """A port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def mute() -> Iterator[str]:
    """Who takes a connection and says nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"
