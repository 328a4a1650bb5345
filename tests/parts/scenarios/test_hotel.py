"""A guest is rung at a hotel's switchboard: by day somebody at the desk answers, by night the room does."""

from pathlib import Path

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.phones import Kind
from tests.parts.places import on_a_real_switch
from tests.parts.scenarios.telling import Telling
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts

MOBILE, HOTEL, BOB = "+447911123456", "+33140001234", "+442079460063"
PHONES: dict[str, Kind] = {HOTEL: "hotel", BOB: "hangs_up_after"}
DECK = "prefix,destination,rate,connect_fee,first,next\n33,France,0.0800,0.0100,1,1\n44,United Kingdom,0.06,0,30,6\n"
JOAN, US = "joan@ship.example", "call@cordboard.example"


def test_a_hotel_guest_is_put_through(tmp_path: Path, switch: Asterisk, handsets: Handsets) -> None:
    with on_a_real_switch(tmp_path, switch, handsets, {"confirm_s": 12}, PHONES) as place:
        tell = Telling(
            place, "hotel", "A guest in a hotel",
            """Joan travels. Where she is staying, a mobile call home costs a fortune, and the hotel's telephone costs
            nothing to be rung at. Her mail is signed by her provider (DKIM), so she needs no PIN; whoever answers must
            press 1 all the same, since that telephone is not hers.""",
        )  # fmt: skip
        (tmp_path / "deck.csv").write_text(DECK)
        tell.run("decks", "import", str(tmp_path / "deck.csv"))
        who = ("Joan", "--email", JOAN, "--phone", MOBILE, "--zones", "GB,FR", "--balance", "20")
        tell.run("accounts", "add", *who, "--name", f"Bob={BOB}")
        tell.say("Her operator lets her be rung at telephones that nobody vouched for:")
        tell.type("accounts", "allow", "Joan", "any-phone", "on")
        mails = 0

        def write(text: str) -> None:
            nonlocal mails
            mails += 1
            place.house.send(JOAN, US, text, f"<{mails}@ship.example>", signed=True)
            tell.show(f"From: {JOAN}\nTo: {US}\n\n{text}")

        def told(how_many: int) -> None:
            tell.show_mail(tell.answers(JOAN, how_many)[how_many - 1])

        tell.say("## At the hotel\n\nThe number is the hotel's, 512 her room.")
        write("AT +33140001234 x512")
        told(1)
        tell.say("## By day\n\nShe wants to talk to Bob, who is in her phone book.")
        write("CALL BOB")
        told(2)
        tell.say(
            """The hotel is rung. At the desk somebody answers. The keys 5, 1 and 2 are sent, which mean nothing to a
            person; a voice says that the call was asked for by Joan, spells her name, and asks for a 1. Nobody presses
            it. Twelve seconds later the line is given up. Bob was never rung, and this is all that it cost:"""
        )
        told(3)
        place.house.until(lambda: place.house.ended() == 1)
        assert (place.rung(HOTEL), place.rung(BOB)) == (1, 0)
        tell.say("## By night\n\nThe desk is closed, and the keys 5, 1 and 2 ring her room. She writes again:")
        write("AGAIN")
        told(4)
        tell.say("She picks up, hears her name, presses 1; Bob is rung, and they talk.")
        told(5)
        place.house.until(lambda: place.house.ended() == 2)
        first, second = place.house.orders()
        assert (first.outcome, second.outcome) == ("not_confirmed", "talked")
        assert (first.press_1, second.press_1) == (True, True)
        assert (place.rung(HOTEL), place.rung(BOB)) == (2, 1)
        assert handsets["hotel"].heard() == ["512", "512"]
        tell.say("`cordboard why` tells both. The one by day:")
        tell.show(tell.run("why", first.ref))
        tell.say("And the one by night, when something was sent to her room and she pressed 1:")
        tell.show(tell.run("why", second.ref))
        assert place.house.problems() == []
        tell.keep()
