"""Every page is small enough for the browser it is for, and a deck is WML 1.1, whatever the phone book holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from accounts.tables import users
from inbound.pages.wbxml import compiled_size
from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.every_page import Walk, crowd, fill_book
from tests.joint.inbound.web import Web, live
from tests.unit.inbound.house import House

DTD = etree.DTD(str(Path(__file__).parents[2] / "dtd" / "wml_1.1.dtd"))
SIZES = [(0, "en"), (1, "en"), (500, "en"), (1, "es"), (500, "es")]


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    crowd(house)
    with live(house) as found:
        yield found


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_palm_pages_have_at_most_800_bytes(house: House, web: Web, size: int, language: str) -> None:
    house.change(users, language=language)
    fill_book(house, size)
    for how, page in Walk(house, Browser(web, BROWSERS["palm"])).pages():
        assert len(page.answer.body) <= 800, how
        assert b'<META NAME="PalmComputingPlatform" CONTENT="true">' in page.answer.body, how
        assert b'<META NAME="HistoryListText"' in page.answer.body, how
        page.answer.body.decode("iso-8859-1")


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_decks_are_wml_and_compile_to_at_most_1397_bytes(house: House, web: Web, size: int, language: str) -> None:
    house.change(users, language=language)
    fill_book(house, size)
    for how, page in Walk(house, Browser(web, BROWSERS["wml"])).pages():
        deck = page.answer.body
        assert compiled_size(deck.decode()) <= 1397, how
        assert DTD.validate(etree.fromstring(deck)), (how, DTD.error_log)


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_plain_pages_need_nothing_else(house: House, web: Web, size: int, language: str) -> None:
    house.change(users, language=language)
    fill_book(house, size)
    for how, page in Walk(house, Browser(web, BROWSERS["html"])).pages():
        assert len(page.answer.body) < 12_000, how
        for needed in (b"<SCRIPT", b"<IMG", b"<LINK", b"http:", b"https:", b"url("):
            assert needed not in page.answer.body.upper().replace(b"HTTP", b"http"), (how, needed)
