"""Texts out: by Twilio against a small one of our own, by Kannel against whatever a host may say."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cordboard.lab.ports import HOST, free_port
from cordboard.lab.twilio import FakeTwilio
from cordboard.lab.twilio_rest import SID, STOPPED, TOKEN
from kernel.errors import Unavailable
from replies.envelope import Envelope
from replies.ways import Reply, Undeliverable
from replies.ways.http import Http
from replies.ways.kannel import KannelWay
from replies.ways.missing import Missing
from replies.ways.twilio import TwilioAccount, TwilioWay

OURS, SECOND, ANN = "+12025550109", "+12025550110", "+12025550177"
SECONDS = 5.0
BODY_TO_COME = b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000000\r\n\r\n"


class Noted:
    """Whose carrier stops texts."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def stopped(self, number: str) -> None:
        self.said.append(("stopped", number))

    def goes(self, number: str) -> None:
        self.said.append(("goes", number))


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio((OURS, SECOND)) as found:
        yield found


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def way(twilio: FakeTwilio, noted: Noted) -> TwilioWay:
    return TwilioWay(TwilioAccount(SID, TOKEN, OURS, twilio.url, SECONDS), noted)


def reply(text: str, to: str = ANN, sender: str = "", *, again: bool = False, put_ms: int = 0) -> Reply:
    return Reply("row1", Envelope(to, sender, way="twilio"), text, put_ms, put_ms, again)


def test_the_answer_goes_and_its_details_do_not(twilio: FakeTwilio, way: TwilioWay, noted: Noted) -> None:
    way.send(reply("K7 Mum, 4 s. You paid $0.05.\n\nYou +1 2..0101: 5 s, $0.0167\nTotal $0.05.\n"))
    (sent,) = twilio.messages
    assert (sent.body, sent.from_, sent.to) == ("K7 Mum, 4 s. You paid $0.05.", OURS, ANN)
    assert noted.said == [("goes", ANN)]


def test_it_comes_from_the_number_that_was_written_to(twilio: FakeTwilio, way: TwilioWay) -> None:
    way.send(reply("K7", sender=SECOND))
    assert twilio.messages[0].from_ == SECOND


@pytest.mark.parametrize("fault", ["busy", "failing", "lost", "unheard"])
def test_what_may_go_later(twilio: FakeTwilio, way: TwilioWay, fault: Any) -> None:
    twilio.faults = [fault]
    with pytest.raises(Unavailable):
        way.send(reply("K7 Ringing."))
    way.send(reply("K7 Ringing.", again=True))
    assert twilio.sent_to(ANN) == ["K7 Ringing."]  # once, though it was taken and not heard to be


def test_an_answer_of_the_doors_that_nobody_noted_is_found(twilio: FakeTwilio, way: TwilioWay) -> None:
    twilio.keep(OURS, ANN, "K7 Ringing.", "outbound-reply")
    way.send(reply("K7 Ringing.\n", again=True))
    assert twilio.sent_to(ANN) == ["K7 Ringing."]


def test_the_same_words_of_long_ago_or_to_another_are_not_this_text(twilio: FakeTwilio, way: TwilioWay) -> None:
    made = twilio.keep(OURS, ANN, "Nothing to drop.", "outbound-api")
    twilio.keep(OURS, "+12025550178", "K7", "outbound-api")
    later = (made.created_s + 600) * 1000
    way.send(reply("Nothing to drop.", again=True, put_ms=later))
    way.send(reply("K7", again=True))
    assert twilio.sent_to(ANN) == ["Nothing to drop.", "Nothing to drop.", "K7"]


def test_21610_is_undeliverable_and_noted(twilio: FakeTwilio, way: TwilioWay, noted: Noted) -> None:
    twilio.stopped.add((OURS, ANN))
    with pytest.raises(Undeliverable, match=str(STOPPED)):
        way.send(reply("K7"))
    assert noted.said == [("stopped", ANN)]


def test_a_receiver_that_can_not_be_is_undeliverable(way: TwilioWay) -> None:
    with pytest.raises(Undeliverable, match="21211"):
        way.send(reply("K7", to="07700900123"))


def test_what_is_wrong_with_us_waits_for_the_operator(twilio: FakeTwilio, noted: Noted, way: TwilioWay) -> None:
    with pytest.raises(Unavailable, match="21606"):
        way.send(reply("K7", sender="+12025550111"))
    with pytest.raises(Unavailable, match="401"):
        TwilioWay(TwilioAccount(SID, "wrong", OURS, twilio.url, SECONDS), noted).send(reply("K7"))
    nobody = TwilioWay(TwilioAccount(SID, TOKEN, OURS, f"http://{HOST}:{free_port()}", SECONDS), noted)
    with pytest.raises(Unavailable, match="does not answer"):
        nobody.send(reply("K7", again=True))
    assert noted.said == []


def test_what_can_not_be_looked_for_is_not_sent(twilio: FakeTwilio, noted: Noted) -> None:
    way = TwilioWay(TwilioAccount(SID, "wrong", OURS, twilio.url, SECONDS), noted)
    with pytest.raises(Unavailable):
        way.send(reply("K7", again=True))
    assert twilio.messages == []


def test_a_row_is_its_senders_for_longer_than_two_requests_may_take(way: TwilioWay) -> None:
    assert way.take_ms > 4 * SECONDS * 1000


def test_an_environment_of_twilios_sends_nobody_elsewhere(
    twilio: FakeTwilio, noted: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TWILIO_REGION", "TWILIO_EDGE", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.setenv(name, "elsewhere")
    TwilioWay(TwilioAccount(SID, TOKEN, OURS, twilio.url, SECONDS), noted).send(reply("K7"))
    assert twilio.sent_to(ANN) == ["K7"]


class Host:
    """Says the same to whoever asks; `asked` is what for."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.asked: list[dict[str, str]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
                host.asked.append({name: values[0] for name, values in query.items()})
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (as the base class has it)
                pass

        self._server = HTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self._server.server_port}/cgi-bin/sendsms"

    def __enter__(self) -> "Host":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def kannel(url: str) -> KannelWay:
    return KannelWay(url, "cordboard", "hunter2", OURS, SECONDS, Http(SECONDS))


@pytest.mark.parametrize(
    ("text", "coding"),
    [("K7 Ringing Zo\u00eb, \u20ac1.", "2"), ("K7 Ringing Jos\u00e9, \u20ac1.", "0"), ("K7 Ringing \u4f60.", "2")],
)
def test_kannel_is_told_the_coding(text: str, coding: str) -> None:
    with Host(202, b"0: Accepted for delivery") as host:
        kannel(host.url).send(reply(f"{text}\n\nmore\n"))
    (asked,) = host.asked
    assert asked == {
        "username": "cordboard", "password": "hunter2", "from": OURS, "to": ANN, "charset": "utf-8",
        "coding": coding, "text": text,
    }  # fmt: skip


@pytest.mark.parametrize("status", [403, 404, 302, 500, 503])
def test_kannel_may_take_it_later(status: int) -> None:
    with Host(status, b"no") as host, pytest.raises(Unavailable, match=str(status)) as caught:
        kannel(host.url).send(reply("K7"))
    assert "hunter2" not in str(caught.value)
    assert len(host.asked) == 1


def test_kannel_never_takes_it() -> None:
    with Host(400, b"Number(s) has/have been denied") as host, pytest.raises(Undeliverable, match="denied"):
        kannel(host.url).send(reply("K7"))


def test_kannel_is_away() -> None:
    with pytest.raises(Unavailable) as caught:
        kannel(f"http://{HOST}:{free_port()}/cgi-bin/sendsms").send(reply("K7"))
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(kannel("http://x/"))


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 202 Acc", b"HTTP/1.1 202 Accepted\r\nX-", BODY_TO_COME])
def test_a_host_that_never_ends_its_answer_is_given_up(begins: bytes) -> None:
    """Each octet comes in time, and there is always one more."""
    with socket.create_server((HOST, 0)) as server:

        def trickle() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.recv(65_536)
                line.sendall(begins)
                while True:
                    line.sendall(b"0")
                    time.sleep(0.01)

        threading.Thread(target=trickle, daemon=True).start()
        with pytest.raises(Unavailable, match="does not answer"):
            Http(0.4).ask("GET", f"http://{HOST}:{server.getsockname()[1]}/", {})


def test_a_way_that_the_settings_do_not_name_keeps_the_text() -> None:
    with pytest.raises(Unavailable, match="name no Twilio"):
        Missing("Twilio account").send(reply("K7"))
