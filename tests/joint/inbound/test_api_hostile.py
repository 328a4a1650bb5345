"""What hostile and clumsy clients send to the web door: a clear no in one form, nothing ordered, nothing stored."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table

from accounts import tokens
from accounts.tables import accounts, users
from inbound.api.door import CALLS
from inbound.api.order import LONGEST_KEY, MOST_BYTES
from inbound.web import server
from inbound.web.server import WebLimits
from orders.tables import messages
from tests.joint.inbound.web import HOST, ORDERS_A_MINUTE, WRONG_A_MINUTE, Web, live
from tests.unit.inbound.house import NOW, SECRETS, House

STRANGER = "127.0.0.2"  # not the address that this machine has for itself

BODIES: list[tuple[bytes, int, str]] = [
    (b"", 400, "not_json"),
    (b"CALL mum", 400, "not_json"),
    (b'{"to": "mum"', 400, "not_json"),
    (b'{"to": "mum"} {}', 400, "not_json"),
    (b"[]", 400, "not_json"),
    (b'"mum"', 400, "not_json"),
    (b"null", 400, "not_json"),
    (b'{"to": NaN}', 400, "not_json"),
    (b'{"to": "\xff\xfe"}', 400, "not_json"),
    (b'\xef\xbb\xbf{"to": "mum"}', 400, "not_json"),
    ('{"to": "mum"}'.encode("utf-16"), 400, "not_json"),
    (b"[" * MOST_BYTES, 400, "not_json"),
    (b'{"to":' * 500 + b"1" + b"}" * 500, 422, "field_not_text"),
    (b"1" * MOST_BYTES, 400, "not_json"),
    (b'{"to": "mum", "to": "+442079460019"}', 400, "field_twice"),
    (b'{"to": "mum", "t\\u006f": "+442079460019"}', 400, "field_twice"),
    (b"{}", 422, "field_missing"),
    (b'{"bill": "7"}', 422, "field_missing"),
    (b'{"to": "mum", "pin": "73915482"}', 422, "field_unknown"),
    (b'{"to": "mum", "To": "mum"}', 422, "field_unknown"),
    (b'{"to": "mum", "user": "bob", "account": "Rig"}', 422, "field_unknown"),
    (b'{"to": "mum", "\\u001b[31m\\r\\nlog": ""}', 422, "field_unknown"),
    (b'{"to": 442079460018}', 422, "field_not_text"),
    (b'{"to": ["mum"]}', 422, "field_not_text"),
    (b'{"to": {"number": "mum"}}', 422, "field_not_text"),
    (b'{"to": true}', 422, "field_not_text"),
    (b'{"to": "mum", "from": null}', 422, "field_not_text"),
    (b'{"to": "mum\\u0000"}', 422, "field_not_text"),
    (b'{"to": "mum\\nFROM +442079460019"}', 422, "field_not_text"),
    (b'{"to": "mum\\r\\nPIN 73915482"}', 422, "field_not_text"),
    (b'{"to": "mum", "bill": "7\\tPIN 1234"}', 422, "field_not_text"),
    (b'{"to": "\\ud800"}', 422, "field_not_text"),
    (b'{"to": "\\u202e8100649702 44+"}', 422, "field_not_text"),
    (b'{"to": "' + b"4" * 101 + b'"}', 422, "field_too_long"),
    (b'{"to": "mum", "bill": "' + b"7" * 300 + b'"}', 422, "field_too_long"),
    (b" " * (MOST_BYTES + 1), 413, "too_big"),
    (b'{"to": "mum"}' + b" " * 60_000, 413, "too_big"),
]


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found
    assert house.orders == []


@pytest.mark.parametrize(("body", "status", "reason"), BODIES, ids=[f"{n}-{r}" for n, (_, _, r) in enumerate(BODIES)])
def test_a_body_that_is_no_order(house: House, web: Web, body: bytes, status: int, reason: str) -> None:
    refused = web.post(body)
    assert (refused.status, refused.reason) == (status, reason)
    assert refused.json["detail"].isprintable()
    assert house.rows(messages) == []


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "multipart/form-data"]
)  # fmt: skip
def test_a_body_that_does_not_say_it_is_json(web: Web, kind: str) -> None:
    refused = web.post(b'{"to": "mum"}', Content_Type=kind)
    assert (refused.status, refused.reason) == (415, "wrong_type")


@pytest.mark.parametrize("key", [" ", "a b", "k" * (LONGEST_KEY + 1), "k\tk", "k\xe9"])
def test_a_key_that_is_none(house: House, web: Web, key: str) -> None:
    refused = web.order(key, to="mum")
    assert (refused.status, refused.reason) == (400, "bad_key")
    assert house.rows(messages) == []


def head(web: Web, *lines: str, token: bool = True, verb: str = f"POST {CALLS} HTTP/1.1") -> bytes:
    own = [f"Authorization: Bearer {web.token}"] if token else []
    return "\r\n".join([verb, "Host: x", *own, "Content-Type: application/json", *lines, "", ""]).encode("latin-1")


ORDER = b'{"to": "mum"}'
LENGTH = f"Content-Length: {len(ORDER)}"
WIRE: list[tuple[list[str], bytes, int]] = [
    ([LENGTH, "Idempotency-Key: a", "Idempotency-Key: b", "Connection: close"], ORDER, 400),
    ([LENGTH, "Idempotency-Key: a\nX-Evil: b", "Connection: close"], ORDER, 400),
    ([LENGTH, "Idempotency-Key: a\r b", "Connection: close"], ORDER, 400),
    ([LENGTH, "Idempotency-Key: a\0b", "Connection: close"], ORDER, 400),
    ([LENGTH, "Idempotency-Key: a\x7f", "Connection: close"], ORDER, 400),
    (["Content-Length: 99999999999"], b"", 413),
    (["Content-Length: -1"], ORDER, 400),
    (["Content-Length: 13", "Content-Length: 14"], ORDER, 400),
    (["Content-Length: +13"], ORDER, 400),
    (["Transfer-Encoding: gzip"], ORDER, 501),
    (["Transfer-Encoding: chunked"], b"zz\r\n" + ORDER + b"\r\n", 400),
    (["Transfer-Encoding: chunked"], b"11170\r\n" + b" " * 70_000 + b"\r\n0\r\n\r\n", 413),
    ([f"X-Long: {'x' * 20_000}"], b"", 431),
    ([LENGTH, "Host : y"], ORDER, 400),
]


@pytest.mark.parametrize(("lines", "body", "status"), WIRE, ids=[f"{n}-{s}" for n, (_, _, s) in enumerate(WIRE)])
def test_a_request_that_breaks_the_rules_of_http(
    house: House, web: Web, lines: list[str], body: bytes, status: int
) -> None:
    assert web.raw(head(web, *lines) + body).status == status
    assert house.rows(messages) == []


@pytest.mark.parametrize("octets", [b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n"])
def test_what_is_no_http(web: Web, octets: bytes) -> None:
    refused = web.raw(octets)
    assert (refused.status, refused.reason) == (400, "bad_request")


def test_a_request_that_trickles_in_is_ended(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.05)
    with socket.create_connection((HOST, web.port), timeout=15) as slow:
        slow.sendall(head(web, "Content-Length: 13"))
        assert slow.recv(1000) == b""  # closed, long before it would have been idle for too long
    assert web.show("0" * 28).status == 404


def test_empty_lines_do_not_hold_a_connection(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.05)
    with socket.create_connection((HOST, web.port), timeout=0.05) as held:
        assert any(_is_closed_after(held, b"\r\n\r\n") for _ in range(300))
    assert web.show("0" * 28).status == 404


def _is_closed_after(held: socket.socket, octets: bytes) -> bool:
    try:
        held.sendall(octets)
        return held.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_a_request_begun_in_time_may_still_come_in(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    with mute(web) as slow, mute(web) as idle:
        slow.sendall(head(web, LENGTH, "Connection: close", "Expect: 100-continue"))
        assert slow.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        monkeypatch.setattr(server, "IDLE_SECONDS", 0)
        assert idle.recv(1) == b""
        slow.sendall(ORDER.replace(b"mum", b"911"))
        assert slow.recv(12) == b"HTTP/1.1 422"


def mute(web: Web, address: str = HOST) -> socket.socket:
    """A connection from an address of this machine, over which nothing is said."""
    return socket.create_connection((HOST, web.port), timeout=15, source_address=(address, 0))


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"POST /api/v1/calls HTTP/1.1\r\n"])
def test_who_only_holds_connections_keeps_nobody_out(house: House, begun: bytes) -> None:
    limits = WebLimits(threads=1, connections=40, connections_per_address=10)
    with live(house, limits=limits) as web, ExitStack() as all_:
        for _ in range(60):
            held = all_.enter_context(mute(web, STRANGER))
            with suppress(OSError):  # it may be closed already
                held.sendall(begun)
        assert web.show("0" * 28).status == 404


def test_an_address_has_so_many_connections_at_once(house: House) -> None:
    with live(house, limits=WebLimits(connections_per_address=2)) as web:
        with mute(web, STRANGER), mute(web, STRANGER), mute(web, STRANGER) as third, mute(web, "127.0.0.3") as other:
            assert third.recv(1) == b""
            other.sendall(b"GARBAGE\r\n\r\n")
            assert other.recv(4) == b"HTTP"
        assert web.show("0" * 28).status == 404


@pytest.mark.parametrize(("proxy", "address"), [("", HOST), (STRANGER, STRANGER), ("*", STRANGER)])
def test_this_machine_and_the_proxy_have_as_many_as_there_are(house: House, proxy: str, address: str) -> None:
    limits = WebLimits(connections_per_address=2, trusted_proxy=proxy)
    with live(house, limits=limits) as web, mute(web, address), mute(web, address), mute(web, address) as third:
        third.sendall(b"GARBAGE\r\n\r\n")
        assert third.recv(4) == b"HTTP"


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", CALLS, 405, "POST"), ("PUT", CALLS, 405, "POST"), ("PATCH", CALLS, 405, "POST"),
        ("DELETE", CALLS, 405, "POST"), ("OPTIONS", CALLS, 405, "POST"), ("TRACE", CALLS, 405, "POST"),
        ("POST", f"{CALLS}/{'0' * 28}", 405, "GET"), ("DELETE", f"{CALLS}/{'0' * 28}", 405, "GET"),
        ("POST", "/healthz", 405, "GET"), ("GET", "/", 404, ""), ("POST", f"{CALLS}/", 404, ""),
        ("POST", "/api/v1//calls", 404, ""), ("POST", "/API/v1/calls", 404, ""),
        ("GET", f"{CALLS}/../calls/x", 404, ""), ("GET", "/static/x", 404, ""), ("POST", f"{CALLS}?to=mum", 400, ""),
    ],
)  # fmt: skip
def test_the_wrong_method_or_address(web: Web, method: str, path: str, status: int, allow: str) -> None:
    refused = web.ask(method, path, b'{"to": "mum"}', Content_Type="application/json")
    assert refused.status == status
    assert allow in refused.headers.get("allow", "")


def test_no_other_site_is_let_in(web: Web) -> None:
    said = web.ask("GET", "/healthz", Origin="https://evil.example")
    assert not [name for name in said.headers if name.startswith("access-control")]


def test_a_host_header_sends_nobody_elsewhere(house: House, web: Web) -> None:
    said = web.raw(head(web, LENGTH, "Connection: close").replace(b"Host: x", b"Host: evil.example") + b'{"to": "911"}')
    assert b"evil" not in said.body + str(said.headers).encode()


@pytest.mark.parametrize(("proxy", "peer"), [("", HOST), ("127.0.0.1", "203.0.113.9"), ("192.0.2.1", HOST)])
def test_only_a_proxy_of_ours_is_believed_about_who_comes(house: House, proxy: str, peer: str) -> None:
    with live(house, limits=WebLimits(trusted_proxy=proxy)) as web:
        web.post(b'{"to": "911"}', X_Forwarded_For="203.0.113.9", X_Forwarded_Host="evil.example", Forwarded="for=x")
    assert [row.peer for row in house.rows(messages)] == [peer]


TOKENS: list[tuple[dict[str, Any], str]] = [
    ({"Authorization": ""}, "no_token"),
    ({"Authorization": "Basic {token}"}, "no_token"),
    ({"Authorization": "{token}"}, "no_token"),
    ({"Authorization": "Bearer"}, "wrong_token"),
    ({"Authorization": "Bearer cbt_"}, "wrong_token"),
    ({"Authorization": "Bearer {token}x"}, "wrong_token"),
    ({"Authorization": "Bearer {TOKEN}"}, "wrong_token"),
    ({"Authorization": "Bearer {token},{token}"}, "wrong_token"),
    ({"Authorization": "Bearer cbt_" + "a" * 32}, "wrong_token"),
    ({"Authorization": "Bearer ' OR 1=1 --"}, "wrong_token"),
    ({"Authorization": "", "X-Token": "{token}"}, "no_token"),
]


@pytest.mark.parametrize(("headers", "reason"), TOKENS)
def test_who_has_no_token_is_told_nothing_else(web: Web, headers: dict[str, str], reason: str) -> None:
    said = {name: text.format(token=web.token, TOKEN=web.token.upper()) for name, text in headers.items()}
    for method, path in (("POST", CALLS), ("GET", f"{CALLS}/{'0' * 28}")):
        refused = web.ask(method, path, b"not even JSON", **said)
        assert (refused.status, refused.reason) == (401, reason)
        assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_token_taken_back_is_wrong_at_once(house: House, web: Web) -> None:
    assert web.show("0" * 28).status == 404
    with house.db.write() as conn:
        assert tokens.revoke_tokens(conn, NOW, house.user, web.token[:8]) == 1
    assert web.show("0" * 28).reason == "wrong_token"
    assert web.order(to="mum").status == 401


@pytest.mark.parametrize("table", [users, accounts], ids=str)
def test_who_is_shut_out_sees_no_more_than_they_may_order(house: House, web: Web, table: Table) -> None:
    house.change(table, active=False)
    said = [web.show("0" * 28), web.order(to="mum")]
    assert [(answer.status, answer.reason) for answer in said] == [(403, "account_closed")] * 2
    assert said[0].body == said[1].body
    assert house.rows(messages) == []
    house.change(table, active=True)
    assert web.show("0" * 28).status == 404


def test_too_many_wrong_tokens_are_told_to_wait_and_right_ones_are_not(web: Web) -> None:
    wrong = "Bearer cbt_" + "a" * 32
    said = [web.ask("GET", f"{CALLS}/x", Authorization=wrong).status for _ in range(WRONG_A_MINUTE + 2)]
    assert said == [401] * WRONG_A_MINUTE + [429] * 2
    assert int(web.ask("GET", f"{CALLS}/x", Authorization=wrong).headers["retry-after"]) == 60
    assert web.show("0" * 28).status == 404


def test_a_token_has_so_many_orders_a_minute(house: House, web: Web) -> None:
    with house.db.write() as conn:
        other = replace(web, token=tokens.new_token(conn, NOW, SECRETS, house.user))
    said = [web.post(b"{}").status for _ in range(ORDERS_A_MINUTE)]
    assert said == [422] * ORDERS_A_MINUTE
    refused = web.order("k1", to="911")
    assert (refused.status, refused.reason, refused.headers["retry-after"]) == (429, "too_many_orders", "60")
    assert house.rows(messages) == []
    assert web.show("0" * 28).status == 404
    assert other.order("k1", to="911").status == 422


def test_nothing_of_a_token_or_number_is_logged(house: House, web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    web.order(to="+9991234567")
    web.ask("GET", f"{CALLS}/x", Authorization=f"Bearer {web.token}x")
    assert web.token[8:] not in caplog.text
    assert "9991234567" not in caplog.text


def test_what_nobody_foresaw_is_told_without_a_trace(house: House, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr("inbound.api.answers.call", fails)
    failed = web.show("0" * 28)
    assert (failed.status, failed.reason) == (500, "failed")
    assert b"secret" not in failed.body


@pytest.mark.parametrize("away", ["database", "redis", "conductor", "switch_log"])
def test_health_names_what_is_not_well(house: House, away: str) -> None:
    parts = dict.fromkeys(("database", "redis", "conductor", "switch_log"), "ok")
    with live(house, lambda: parts) as web:
        assert web.ask("GET", "/healthz", Authorization="").status == 200
        parts[away] = "away"
        said = web.ask("GET", "/healthz", Authorization="")
    assert said.status == 503
    assert [name for name, how in said.json["parts"].items() if how != "ok"] == [away]
