"""The built-in exchange answers, tells and logs as Asterisk 22 was seen to (docs/asterisk.md)."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from dispatcher.switches.exchange.running import RunningExchange
from tests.unit.dispatcher.ari_controller import Controller, cel, ended, run

QUICK = {"post_dial_s": 0.002, "ring_s": 0.005, "press_s": 0.005}
SCRIPT = {
    "playback_s": 0.01,
    "default": {"does": "answers", **QUICK},
    "numbers": {
        "1000": {"does": "voicemail", "post_dial_s": 0.002, "ring_s": 0.005},
        "1016": {"does": "answers", **QUICK, "talk_s": 0.02},
        "1019": {"does": "no_answer", "post_dial_s": 0.002},
        **{f"10{c:02}": {"does": kind, **QUICK} for c, kind in {17: "busy", 21: "declines", 1: "unallocated"}.items()},
        **{f"10{c:02}": {"does": kind, **QUICK} for c, kind in {34: "congestion", 23: "redirects"}.items()},
    },
}
HANDLER = {"CHANNEL(hangup_handler_push)": "cordboard-hangup,bye,1"}


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", SCRIPT) as running:
        yield running


def test_a_call_of_two_parties(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        await c.up("a", "1000")
        await c.join("a")
        await c.call("b", "1016", **HANDLER, **{"CB_PEER": "a", "SHARED(CB_PEERS,a)": "b"})
        await c.join("b")
        destroyed = await c.until("ChannelDestroyed", "b")
        await c.until("ChannelDestroyed", "a")
        assert (destroyed["cause"], destroyed["cause_txt"], "tech_cause" in destroyed) == (16, "Normal Clearing", False)

    run(exchange, story)
    b = "PJSIP/uk-00000001"
    bridge = {"bridge_id": "br", "bridge_technology": "simple_bridge"}
    begun = [("CHAN_START", None), ("ANSWER", None), ("BRIDGE_ENTER", bridge)]
    assert cel(exchange, "a") == [*begun, ("BRIDGE_EXIT", bridge), ended(16, b), ("CHAN_END", None)]
    assert cel(exchange, "b")[-2:] == [ended(16, b), ("CHAN_END", None)]
    first = exchange.cel_file.read_text().splitlines()[0].split(",")
    assert (first[0], first[2:]) == ('"CHAN_START"', ['"a"', '""', '"PJSIP/uk-00000000"', '""', '""'])
    assert abs(float(first[1].strip('"')) - time.time()) < 5


def test_a_party_presses_1_after_the_answer(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        await c.call("a", "2000")
        await c.until("ChannelDtmfReceived", "a", digit="1")

    run(exchange, story)


@pytest.mark.parametrize(("cause", "sip"), [(17, 486), (21, 603), (1, 404), (34, 503), (23, 302)])
def test_failing_legs(exchange: RunningExchange, cause: int, sip: int) -> None:
    async def story(c: Controller) -> None:
        await c.call("a", f"10{cause:02}")
        await c.until("ChannelHangupRequest", "a", cause=cause, tech_cause=sip)
        await c.until("ChannelDestroyed", "a", cause=cause, tech_cause=sip)

    run(exchange, story)
    assert [event for event, _ in cel(exchange, "a")] == ["CHAN_START", "HANGUP", "CHAN_END"]


def test_no_answer_ends_at_the_ring_timeout_and_nobody_is_dialled_twice(exchange: RunningExchange) -> None:
    exchange.set_script({**SCRIPT, "speed": 50})

    async def story(c: Controller) -> None:
        await c.call("a", "1019", ring_s="1")
        assert (await c.ask("POST", "channels/a/dial"))[0] == 409
        await c.until("ChannelDestroyed", "a", cause=19, tech_cause=480)
        assert (await c.ask("POST", "channels/a/dial"))[0] == 404

    run(exchange, story)
    assert cel(exchange, "a")[1] == ended(19, "")
    stats = exchange.stats()
    assert (stats["dials_by_channel"], stats["dials_by_number"]) == ({"a": 1}, {"1019": 1})
    assert stats["dial_requests_by_channel"] == {"a": 2}


def test_refusals(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        await c.create("a", "1000")
        same = {"endpoint": "PJSIP/1000@uk", "app": "cb", "channelId": "a"}
        refused: dict[tuple[str, str], tuple[int, dict[str, str]]] = {
            ("POST", "channels/create"): (409, same),
            ("POST", "channels/a/play"): (412, {"media": "sound:x"}),
            ("DELETE", "channels/a"): (400, {"reason": "nonsense"}),
            ("POST", "bridges/none/addChannel"): (404, {"channel": "a"}),
            ("DELETE", "channels/none"): (404, {}),
            ("PUT", "channels"): (405, {}),
            ("GET", "nothing"): (404, {}),
        }
        for (method, path), (status, query) in refused.items():
            assert (await c.ask(method, path, **query))[0] == status, path
        assert await c.ask("DELETE", "channels/a") == (204, None)
        await c.until("ChannelDestroyed", "a", cause=16, tech_cause=603)
        assert (await c.ask("POST", "channels/create", **same))[0] == 200
        async with aiohttp.ClientSession() as stranger, stranger.get(f"{c.exchange.url}/ari/channels") as answer:
            assert answer.status == 401

    run(exchange, story)


def test_the_limit_cuts_and_the_other_leg_follows_with_no_controller(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        await c.up("a", "1000", **HANDLER, **{"TIMEOUT(absolute)": "30"})
        await c.up("b", "1000", **HANDLER, **{"CB_PEER": "a", "SHARED(CB_PEERS,a)": "b", "TIMEOUT(absolute)": "0.5"})
        await c.join("a", "b")
        await c.ask("POST", "channels/b/variable", variable="TIMEOUT(absolute)", value="abc")
        assert await c.ask("GET", "channels/b/variable", variable="TIMEOUT(absolute)") == (200, {"value": "0"})
        await c.ask("POST", "channels/a/variable", variable="TIMEOUT(absolute)", value="0.05")
        await c.socket.close()
        assert (await c.ask("POST", "channels/create", endpoint="PJSIP/1@uk", app="cb", channelId="late"))[0] == 200
        c.exchange.wait_until_empty()

    run(exchange, story)
    assert cel(exchange, "a")[-2:] == cel(exchange, "b")[-2:] == [ended(16, ""), ("CHAN_END", None)]
    assert cel(exchange, "late")[1] == ended(21, "PJSIP/uk-00000002")


@pytest.mark.parametrize(("beat", "stays"), [(0, False), (1, True)])
def test_a_busy_party_ends_the_first_only_when_nobody_is_in_charge(
    exchange: RunningExchange, beat: int, stays: bool
) -> None:
    async def story(c: Controller) -> None:
        await c.ask("POST", "asterisk/variable", variable="CB_HEARTBEAT", value=str(int(time.time()) * beat))
        await c.up("a", "1000", **HANDLER)
        await c.call("b", "1017", **HANDLER, **{"CB_PEER": "a", "SHARED(CB_PEERS,a)": "b"})
        await c.until("ChannelDestroyed", "b", cause=17)
        if not stays:
            await c.until("ChannelDestroyed", "a", cause=16)
        assert len((await c.ask("GET", "channels"))[1]) == int(stays)

    run(exchange, story)


def test_a_second_controller_takes_over_and_the_first_may_still_command(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        old, reader = c.socket, c.reader
        await c.connect()
        await c.until("ApplicationReplaced", application="cb")
        pair = [{"name": "variable", "value": "X"}, {"name": "value", "value": "1"}]
        wanted = {"type": "RESTRequest", "request_id": "7", "method": "POST", "query_strings": pair}
        await old.send_json({**wanted, "uri": "asterisk/variable"})
        assert (await c.until("RESTResponse", request_id="7"))["status_code"] == 204
        await old.send_json({**wanted, "request_id": "8", "uri": "channels/none/dial"})
        assert (await c.until("RESTResponse", request_id="8"))["message_body"] == '{"message":"Channel not found"}'
        await old.close()
        await reader
        await c.create("a", "1000")

    run(exchange, story)
    assert exchange.globals() == {"X": "1"}


def test_prompts_canary_and_filter(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        quiet = {"disallowed": [{"type": "PlaybackStarted"}]}
        assert (await c.ask("PUT", "applications/cb/eventFilter", quiet))[1]["events_disallowed"] == quiet["disallowed"]
        await c.up("a", "1000")
        assert (await c.ask("POST", "channels/a/play/p1", media="sound:x,sound:y"))[0] == 201
        await c.ask("POST", "channels/a/play/p2", media="sound:z")
        assert await c.ask("DELETE", "playbacks/p2") == (204, None)
        await c.until("PlaybackContinuing")
        finished = await c.until("PlaybackFinished")
        assert (finished["playback"]["id"], finished["playback"]["state"]) == ("p1", "done")
        assert "PlaybackStarted" not in {event["type"] for event in c.seen}
        canary = {"endpoint": "Local/4711@cordboard-canary/n", "app": "cb", "channelId": "canary"}
        assert (await c.ask("POST", "channels", canary))[0] == 200

    run(exchange, story)
    assert '"CANARY","' in exchange.cel_file.read_text()
    assert '"{""extra"":""4711""}"' in exchange.cel_file.read_text()


def test_faults(exchange: RunningExchange) -> None:
    async def story(c: Controller) -> None:
        await c.create("a", "1000")
        exchange.faults(lose_replies=1, on="channels/a/dial", duplicate_events=1, only=["ChannelStateChange"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(c.ask("POST", "channels/a/dial"), 0.02)
        await c.until("Dial", "a", dialstatus="ANSWER")
        states = [event["channel"]["state"] for event in c.seen if event["type"] == "ChannelStateChange"]
        assert states == ["Ringing", "Ringing", "Up"]
        assert exchange.faults(kill_sockets=True) == {"killed_sockets": 1}
        await c.reader
        await c.connect()
        exchange.faults(power_cut=True)
        await c.reader
        assert await c.ask("GET", "channels") == (200, [])

    run(exchange, story)
    assert [event for event, _ in cel(exchange, "a")] == ["CHAN_START", "ANSWER"]
    assert exchange.stats()["dials_by_channel"] == {"a": 1}
