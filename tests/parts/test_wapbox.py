"""WAP through a real gateway: every deck compiles in Kannel's wapbox and is small enough; a call by decks."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from accounts.tables import users
from cordboard.lab import kannel, wap
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.kannel import Kannel
from cordboard.lab.ports import HOST
from cordboard.lab.wap import WapPhone
from inbound.pages.wbxml import compiled_size
from tests.joint.inbound.browser import WAP, Browser
from tests.joint.inbound.every_page import Walk, crowd, fill_book
from tests.joint.inbound.web import Answer, live
from tests.parts.places import TALKS, on_a_real_switch
from tests.parts.stories import Handsets
from tests.unit.inbound.house import House, build, unsynced

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def gateway() -> Iterator[Kannel]:
    reason = kannel.why_not() or wap.why_not()
    if reason and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)
    with Kannel(wap=True) as running:
        yield running


@dataclass
class ByWap:
    """Takes the place of a browser's wire: what it asks goes through the gateway, and what comes was compiled by it."""

    phone: WapPhone
    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, **_: str) -> Answer:
        url = f"http://{HOST}:{self.port}{path}"
        deck = self.phone.get(url) if method == "GET" else self.phone.post(url, body or b"")
        assert deck.compiled[:3] == b"\x01\x04j", deck  # WBXML 1.1, WML 1.1, UTF-8
        assert len(deck.compiled) <= 1397
        headers = {"content-type": "text/vnd.wap.wml; charset=utf-8"}
        return Answer(deck.status, headers, deck.read().replace("\n", "").encode())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    user, alias = build(tmp_path / "x.db")
    found = House(unsynced(tmp_path / "x.db"), user, alias)
    yield found
    found.db.close()


@contextmanager
def serving(deck: bytes) -> Iterator[str]:
    """A web server that has this one deck and nothing else; its address."""

    class OneDeck(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/vnd.wap.wml; charset=utf-8")
            self.send_header("Content-Length", str(len(deck)))
            self.end_headers()
            self.wfile.write(deck)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer((HOST, 0), OneDeck) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/"
        server.shutdown()


def by_wap(gateway: Kannel, port: int) -> Browser:
    wire: object = ByWap(WapPhone(gateway.wap_host), port)
    return Browser(wire, WAP)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, 500])
def test_every_deck_compiles_and_is_small_enough(house: House, gateway: Kannel, size: int) -> None:
    crowd(house)
    fill_book(house, size)
    with live(house) as web:
        walked = [how for how, _ in Walk(house, by_wap(gateway, web.port)).pages()]
    assert len(walked) > 20


def test_a_deck_is_never_larger_than_was_reckoned(house: House, gateway: Kannel) -> None:
    fill_book(house, 500)
    with live(house) as web:
        for how, page in Walk(house, Browser(web, WAP)).pages():
            deck = page.answer.body
            with serving(deck) as url:
                compiled = WapPhone(gateway.wap_host).get(url).compiled
            assert len(compiled) <= compiled_size(deck.decode()), how


def test_fakewap_gets_a_deck_and_the_call_that_is_confirmed_on_it_rings(
    tmp_path: Path, switch: Asterisk, handsets: Handsets, gateway: Kannel
) -> None:
    with on_a_real_switch(tmp_path / "house", switch, handsets) as place:
        who, rung = place.somebody(names={"Bob": TALKS}), place.rung(TALKS)
        port = place.house.web_port
        first = wap.Deck(200, gateway.wap(f"http://{HOST}:{port}/m/ann")).read()
        assert 'type="password"' in first
        with place.house.parts.db.read() as conn:
            handle = conn.execute(select(users.c.handle).where(users.c.id == who.user_id)).scalar_one()
        page = by_wap(gateway, port).get(f"/m/{handle}")
        page = page.tap("sign", p=who.pin).press("Bob")
        assert "Bob +44 2..0000" in page.text
        page = page.press("Call")
        assert "Ringing +33 1..1234. Press 1, then Bob." in page.text
        order = place.outcome(who)
        assert (order.outcome, order.door) == ("talked", "page")
        page = page.press("Refresh")
        assert "Bob" in page.text
        assert "You paid" in page.text
        assert place.rung(TALKS) == rung + 1
        assert place.house.problems() == []
