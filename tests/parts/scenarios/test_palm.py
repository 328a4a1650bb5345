"""A call from a Palm VII over its radio link of 8 kbit/s."""

import re
import time
from pathlib import Path
from typing import cast

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.phones import Kind
from tests.joint.inbound.browser import PALM, Browser, Shown
from tests.joint.inbound.web import Web
from tests.parts.places import on_a_real_switch
from tests.parts.scenarios.slow_line import SlowLine
from tests.parts.scenarios.telling import Telling
from tests.parts.stories import Handsets
from tests.unit.inbound.house import House

pytestmark = pytest.mark.parts

HANDSET, BOB = "+33140001262", "+442079460062"
PHONES: dict[str, Kind] = {HANDSET: "presses_1", BOB: "hangs_up_after"}
DECK = "prefix,destination,rate,connect_fee,first,next\n33,France,0.0800,0.0100,1,1\n44,United Kingdom,0.06,0,30,6\n"
BITS_A_SECOND = 8000
LARGEST = 800
_END = re.compile("(<BR>|</HEAD>|</FORM>)")
_DOING = re.compile(r"A1 Bob: ([^.<]+)\.")


def test_a_palm_calls_over_its_slow_link(tmp_path: Path, switch: Asterisk, handsets: Handsets) -> None:
    with (
        on_a_real_switch(tmp_path, switch, handsets, {"confirm_s": 20}, PHONES) as place,
        SlowLine(place.house.web_port, BITS_A_SECOND) as line,
    ):
        tell = Telling(
            place, "palm", "A call from a Palm VII",
            """Tom has kept his Palm VII. Its radio link carries 8 kbit/s, its browser knows no cookies, no scripts and
            no TLS of this century, and its plan counted kilobytes. His telephone is another one; the Palm only says
            whom to ring. The proxy of the Palm's operator is long gone, so here the Palm asks Cordboard itself, over a
            line of that speed. The pages are as they came, with line ends put in to read them.""",
        )  # fmt: skip
        (tmp_path / "deck.csv").write_text(DECK)
        tell.run("decks", "import", str(tmp_path / "deck.csv"))
        who = ("Tom", "--email", "tom@ship.example", "--phone", HANDSET, "--zones", "GB,FR", "--balance", "20")
        card = tell.run("accounts", "add", *who, "--name", f"Bob={BOB}").split()
        pin = card[card.index("PIN") + 1] if "PIN" in card else ""
        browser = Browser(Web(cast(House, None), "", line.port), PALM)
        seconds = octets = 0.0

        def page(what: str, shown: Shown, began: float, before: int) -> Shown:
            nonlocal seconds, octets
            took, size = time.monotonic() - began, len(shown.answer.body)
            seconds, octets = seconds + took, octets + line.octets - before
            assert size <= LARGEST
            tell.say(f"{what}: {size} bytes of page, {line.octets - before} with all headers both ways, {took:.1f} s.")
            tell.show(_END.sub(r"\1\n", shown.answer.body.decode()), "html")
            return shown

        tell.say("## Sign in\n\nHis bookmark is `/m/tom`. It names him and proves nothing.")
        began, before = time.monotonic(), line.octets
        shown = page("The bookmark", browser.get("/m/tom"), began, before)
        began, before = time.monotonic(), line.octets
        shown = page("With the PIN", shown.tap("sign", p=pin), began, before)
        tell.say("## Three taps\n\nThe PIN was the first; his phone book is on the page, so `Bob` is the second.")
        began, before = time.monotonic(), line.octets
        shown = page("What it will cost", shown.press("Bob"), began, before)
        tell.say("And `Call` is the third.")
        began, before = time.monotonic(), line.octets
        shown = page("It rings", shown.press("Call"), began, before)
        assert "Ringing +33 1..1262. Press 1, then Bob." in shown.text
        (doing,) = _DOING.findall(shown.text)
        tell.hide(f"A1 Bob: {doing}.", "A1 Bob: about to ring you.")  # by then it may already ring
        place.house.until(lambda: place.house.ended() == 1)
        (order,) = place.house.orders()
        assert (order.door, order.outcome) == ("page", "talked")
        assert (place.rung(HANDSET), place.rung(BOB)) == (1, 1)
        tell.say("His telephone rings, he presses 1, Bob is rung, and they talk. A last look at the page:")
        began, before = time.monotonic(), line.octets
        page("How it ended", shown.press("Refresh"), began, before)
        tell.say(
            f"""In all {octets:.0f} bytes went over the air, in {seconds:.1f} s. The operator's records of the call are
            those of any other:"""
        )
        tell.show(tell.run("cdr", "list"))
        assert place.house.problems() == []
        tell.keep()
