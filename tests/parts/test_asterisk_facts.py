"""The facts of the real switch that our promises stand on. When one of these fails, the design is in question."""

import time
from collections.abc import Callable

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.bare import Bare
from cordboard.lab.phones import Kind
from dispatcher.recovery import LOG_GRACE_MS
from tests.parts.stories import (
    LIMIT,
    STALE,
    Handsets,
    answered,
    gone,
    hangup,
    heard,
    logged,
    names,
    parted,
    ring,
    run,
    two_legs,
    until,
)  # fmt: skip

pytestmark = pytest.mark.parts


def test_a_channel_is_armed_when_it_is_created(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        a, _, _ = names()
        assert await bare.create(a, handsets["no_answer"].endpoint(), **{LIMIT: "3"}) == 200
        _, left = await bare.ask("GET", f"channels/{a}/variable", variable=LIMIT)
        assert 0 < float(left["value"]) <= 3
        assert await bare.dial(a) == 204
        await bare.leave()
        await gone(bare, a)
        await logged(switch, a)
        times = {line[0]: float(line[1]) for line in switch.cel() if line[2] == a}
        assert 3 <= times["HANGUP"] - times["CHAN_START"] < 5

    run(switch, story)


def test_a_created_channel_rings_nobody(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        created, dialled, _ = names()
        assert await bare.create(created, handsets["busy"].endpoint("12125550111")) == 200
        await ring(bare, dialled, handsets["busy"].endpoint("12125550112"))
        await bare.seen(dialled, "ChannelDestroyed")
        assert await bare.hang_up(created) == 204
        await bare.seen(created, "ChannelDestroyed")
        assert await bare.dial(created) == 404
        rung = handsets["busy"].rung()
        assert "12125550112" in rung
        assert "12125550111" not in rung
        await logged(switch, created)
        assert switch.record(created) == ["CHAN_START", "HANGUP", "CHAN_END"]

    run(switch, story)


def test_an_id_lives_once(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        a, _, _ = names()
        endpoint = handsets["busy"].endpoint()
        assert await bare.create(a, endpoint) == 200
        assert await bare.create(a, endpoint) == 409
        await bare.hang_up(a)
        await bare.seen(a, "ChannelDestroyed")
        assert (await bare.ask("GET", f"channels/{a}"))[0] == 404

    run(switch, story)


@pytest.mark.parametrize("heartbeat", [time.time, lambda: STALE], ids=["conductor", "no conductor"])
def test_a_first_leg_that_leaves_ends_one_that_rings(
    switch: Asterisk, handsets: Handsets, heartbeat: Callable[[], float]
) -> None:
    async def story(bare: Bare) -> None:
        await bare.heartbeat(heartbeat())
        a, b = await two_legs(bare, handsets, "answers", "no_answer")
        await bare.seen(b, "ChannelStateChange", state="Ringing")
        await bare.leave()
        await bare.hang_up(a)
        await gone(bare, a, b)
        await logged(switch, a, b)
        assert parted(switch, a, b) < 2
        assert "ANSWER" not in switch.record(b)

    run(switch, story)


@pytest.mark.parametrize("leaver", ["first", "further"])
def test_with_no_conductor_either_end_ends_both(switch: Asterisk, handsets: Handsets, leaver: str) -> None:
    kinds: tuple[Kind, Kind] = ("hangs_up_after", "answers") if leaver == "first" else ("answers", "hangs_up_after")

    async def story(bare: Bare) -> None:
        await bare.heartbeat(STALE)
        a, b = await two_legs(bare, handsets, *kinds)
        await bare.seen(b, "ChannelStateChange", state="Up")
        await bare.leave()
        await gone(bare, a, b)
        await logged(switch, a, b)
        assert parted(switch, a, b) < 2

    run(switch, story)


def test_a_busy_party_leaves_the_first_leg_to_the_conductor(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        await bare.heartbeat(time.time())
        a, b = await two_legs(bare, handsets, "answers", "busy")
        end = await bare.seen(b, "ChannelDestroyed")
        assert (end["cause"], end["tech_cause"]) == (17, 486)
        assert await bare.live() & {a, b} == {a}
        await bare.hang_up(a)
        await bare.seen(a, "ChannelDestroyed")

    run(switch, story)


def test_a_busy_party_ends_the_first_leg_when_no_conductor_is_left(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        await bare.heartbeat(time.time() - 60)
        a, b = await two_legs(bare, handsets, "answers", "busy")
        await bare.leave()
        await gone(bare, a, b)
        await logged(switch, a, b)
        assert parted(switch, a, b) < 2

    run(switch, story)


def test_the_switch_cuts_at_the_limit_by_itself(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        await bare.heartbeat(STALE)
        a, b = await two_legs(bare, handsets, "answers", "answers")
        await bare.seen(b, "ChannelStateChange", state="Up")
        asked = time.time()
        await bare.ask("POST", f"channels/{b}/variable", variable=LIMIT, value="1")
        armed = time.time()
        await bare.leave()
        await gone(bare, a, b)
        await logged(switch, a, b)
        ends = [float(line[1]) for line in switch.cel() if line[0] == "HANGUP" and line[2] in (a, b)]
        assert all(asked + 0.9 < end < armed + 3 for end in ends)
        assert hangup(switch, b)["hangupcause"] == 16

    run(switch, story)


@pytest.mark.parametrize("bad", ["0", "-5", "", "abc", "NaN"])
def test_a_bad_limit_silently_removes_it(switch: Asterisk, handsets: Handsets, bad: str) -> None:
    async def story(bare: Bare) -> None:
        a, _, _ = names()
        assert await bare.create(a, handsets["answers"].endpoint(), **{LIMIT: "30"}) == 200
        assert (await bare.ask("POST", f"channels/{a}/variable", variable=LIMIT, value=bad))[0] == 204
        assert (await bare.ask("GET", f"channels/{a}/variable", variable=LIMIT))[1]["value"] == "0"
        await bare.hang_up(a)
        await bare.seen(a, "ChannelDestroyed")

    run(switch, story)


CAUSES: list[tuple[Kind, int]] = [
    ("busy", 17), ("declines", 21), ("unavailable", 34), ("unallocated", 1), ("redirects", 23), ("no_answer", 19),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cause"), CAUSES)
def test_causes_are_in_the_log(switch: Asterisk, handsets: Handsets, kind: Kind, cause: int) -> None:
    async def story(bare: Bare) -> None:
        a, _, _ = names()
        assert await bare.create(a, handsets[kind].endpoint()) == 200
        assert await bare.dial(a, 1) == 204
        end = await bare.seen(a, "ChannelDestroyed")
        assert end["cause"] == cause
        await logged(switch, a)
        assert switch.record(a) == ["CHAN_START", "HANGUP", "CHAN_END"]
        assert hangup(switch, a)["hangupcause"] == cause

    run(switch, story)


def test_the_log_follows_the_event_at_once(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        legs = [names()[0] for _ in range(20)]
        for leg in legs:
            await answered(bare, leg, handsets["answers"].endpoint())
            await bare.hang_up(leg)
            end = await bare.seen(leg, "ChannelDestroyed")
            await logged(switch, leg, seconds=LOG_GRACE_MS / 1000)
            lines = [line for line in switch.cel() if line[2] == leg]
            assert {len(line) for line in lines} == {7}
            assert [line[0] for line in lines] == ["CHAN_START", "ANSWER", "RTP", "HANGUP", "CHAN_END"]
            assert abs(time.time() - float(lines[-1][1])) < 10  # the same clock
            assert end["cause"] == 16

    run(switch, story)


def test_a_pressed_1_arrives_and_silence_does_not(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        a, b, _ = names()
        await answered(bare, b, handsets["voicemail"].endpoint())
        await answered(bare, a, handsets["presses_1"].endpoint())
        status, _ = await bare.ask("POST", f"channels/{a}/play", media="sound:cordboard-for")
        assert status == 201
        pressed = await bare.seen(a, "ChannelDtmfReceived")
        assert pressed["digit"] == "1"
        digits = [event["channel"]["id"] for event in bare.events if event["type"] == "ChannelDtmfReceived"]
        assert digits == [a]
        for leg in (a, b):
            await bare.hang_up(leg)
            await bare.seen(leg, "ChannelDestroyed")

    run(switch, story)


def test_sound_runs_both_ways_on_both_legs(switch: Asterisk, handsets: Handsets) -> None:
    async def story(bare: Bare) -> None:
        a, b = await two_legs(bare, handsets, "answers", "answers")
        await bare.seen(b, "ChannelStateChange", state="Up")
        for leg in (a, b):
            await heard(bare, leg, packets=25)
        await bare.hang_up(a)
        await bare.seen(b, "ChannelDestroyed")
        await bare.seen(a, "ChannelDestroyed")
        await logged(switch, a, b)
        for leg in (a, b):
            assert switch.sound()[leg].received >= 25
            assert switch.sound()[leg].sent >= 25

    run(switch, story)


def test_the_canary_sings_in_the_log(switch: Asterisk) -> None:
    async def story(bare: Bare) -> None:
        token = str(time.time_ns())
        body = {"endpoint": f"Local/{token}@cordboard-canary/n", "app": bare.app}
        assert (await bare.ask("POST", "channels", body))[0] == 200
        await until(lambda: any(line[0] == "CANARY" and token in line[6] for line in switch.cel()))

    run(switch, story)
