"""Every page for a Palm and for plain browsers is HTML 3.2 by its DTD, judged by OpenSP. Decks: test_wapbox.py."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.every_page import Walk, crowd, fill_book
from tests.joint.inbound.web import Web, live
from tests.unit.inbound.house import House, build, unsynced

pytestmark = pytest.mark.parts
CATALOG = Path("/usr/share/xml/w3c-sgml-lib/schema/dtd/sgml.soc")


def _why_not() -> str:
    if not shutil.which("onsgmls"):
        return "onsgmls is not installed (Debian: opensp)."
    return "" if CATALOG.exists() else "The rules of HTML 3.2 are not installed (Debian: w3c-sgml-lib)."


@pytest.fixture(scope="module", autouse=True)
def _judge() -> None:
    reason = _why_not()
    if reason and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    user, alias = build(tmp_path / "x.db")
    found = House(unsynced(tmp_path / "x.db"), user, alias)
    crowd(found)
    yield found
    found.db.close()


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found


def judged(page: bytes, charset: str) -> str:
    """What OpenSP has against it; "" for nothing."""
    encoding = {"SP_CHARSET_FIXED": "YES", "SP_ENCODING": charset}
    words = ["onsgmls", "-s", "-E0", "-c", str(CATALOG), "-wno-unused-param", "-"]
    done = subprocess.run(words, input=page, capture_output=True, env=os.environ | encoding, timeout=60, check=False)
    return done.stderr.decode(errors="replace")


def test_the_judge_can_say_no() -> None:
    page = b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN"><TITLE>x</TITLE><P><INPUT TYPE=TEL NAME=x>'
    assert "TEL" in judged(page, "utf-8")


@pytest.mark.parametrize("size", [0, 1, 500])
@pytest.mark.parametrize("kind", ["palm", "html"])
def test_every_page_is_html_3_2(house: House, web: Web, kind: str, size: int) -> None:
    fill_book(house, size)
    pages = dict(Walk(house, Browser(web, BROWSERS[kind]), most=2).pages())
    assert len(pages) > 15
    for how, page in pages.items():
        charset = page.answer.headers["content-type"].partition("charset=")[2]
        assert judged(page.answer.body, charset) == "", how
