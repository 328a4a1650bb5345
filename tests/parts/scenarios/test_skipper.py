"""A skipper at sea taps CALL HOME on a satellite messenger that nobody can answer."""

from pathlib import Path

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.phones import Kind
from replies.maildir_view import list_mails
from tests.parts.places import on_a_real_switch
from tests.parts.scenarios.telling import Telling
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts

SHIP, HOME, ELSEWHERE = "+870773112233", "+442079460065", "+442079460069"
INREACH = "no.reply.inreach@garmin.com"
PHONES: dict[str, Kind] = {SHIP: "hangs_up_after", HOME: "presses_1", ELSEWHERE: "answers"}
DECK = """prefix,destination,rate,connect_fee,first,next
44,United Kingdom,0.0600,0,30,6
87077,Inmarsat,1.9500,0,30,6
"""
MAIL = """From: Garmin inReach <no.reply.inreach@garmin.com>
To: {to}
Subject: inReach message from Paula Reyes
Message-ID: <{number}@inreach.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: quoted-printable

{text}

View the location or send a reply to Paula Reyes:
https://eur.explore.garmin.com/textmessage/txtmsg?extId=3D08da5f0e-1111-4222-=
8333-123456789abc&adr=3Dpetrel%40cordboard.example

Do not reply directly to this message.

This message was sent to you using the inReach two-way satellite communicator=
 with GPS. To learn more, visit http://explore.garmin.com/inreach.
"""


def test_a_skippers_messenger_calls_home(tmp_path: Path, switch: Asterisk, handsets: Handsets) -> None:
    with on_a_real_switch(tmp_path, switch, handsets, {"confirm_s": 20, "min_talk_s": 60}, PHONES) as place:
        tell = Telling(
            place, "skipper", "A skipper calls home",
            """Paula's yacht has an Inmarsat telephone, which is dear to dial out from, and she has a Garmin inReach,
            whose texts go out as mail. Mail to the inReach's address reaches nobody, so Cordboard can never ask her
            back. Everybody's inReach writes from the same address, so that address proves nothing.""",
        )  # fmt: skip
        (tmp_path / "deck.csv").write_text(DECK)
        tell.run("decks", "import", str(tmp_path / "deck.csv"))
        tell.say("## Set up, once")
        petrel = ("MV Petrel", "--user", "Paula", "--email", "paula@petrel.example", "--phone", SHIP)
        money = ("--zones", "GB", "--balance", "100", "--cap-call", "60", "--name", f"HOME={HOME}")
        card = tell.type("accounts", "add", *petrel, "--country", "GB", *money, only=("Write to", "secret address:"))
        alias = next(word for word in card.split() if word.startswith("paula-"))
        tell.hide(alias, "paula-7k2mq9w4x3hd@cordboard.example")
        tell.type("accounts", "satellite", "MV Petrel", "inmarsat", "on", "--cap-call", "50")
        tell.type("devices", "add", "MV Petrel", INREACH, "--answers", "none", "--satellite")
        tell.type("devices", "limit", INREACH, "20")
        tell.say(
            """The limit is her consent beforehand: one call that the messenger orders costs 20.00 at most, and it calls
            names of her phone book only. She keeps the secret address as a contact in the inReach.

            ## At sea

            She taps `CALL HOME`. This is what comes, seconds or minutes later:"""
        )
        tell.mail(MAIL.format(to=alias, number=1, text="CALL HOME"), INREACH, alias)
        place.house.until(lambda: place.house.ended() == 1)
        (order,) = place.house.orders()
        assert (order.outcome, order.name_b, order.press_1) == ("talked", "HOME", True)
        assert (place.rung(SHIP), place.rung(HOME)) == (1, 1)
        tell.say(
            """Her home is rung first: a minute of the ship's telephone is dear, and a busy home costs none of it.
            Whoever is at home presses 1 and is asked to hold; then the ship rings, she answers, and they talk.
            `cordboard why` tells it all:"""
        )
        tell.show(tell.run("why", order.ref))
        assert list_mails(place.house.settings.maildir) == []
        tell.say(
            """Nobody was mailed: there is nowhere to, and a receipt is worth no satellite minute. She sees the call and
            its cost on the pages when she is ashore, or writes `LAST` from there.

            ## What it does not do

            The same messenger, but a number that is not in her phone book:"""
        )
        tell.mail(MAIL.format(to=alias, number=2, text=f"CALL {ELSEWHERE}"), INREACH, alias, lines=9)
        (answer,) = tell.answers("paula@petrel.example", 1)
        tell.say("Nobody is rung. Paula is told at her other address, since the messenger can't be:")
        tell.show_mail(answer)
        assert "not in your phone book" in answer.text
        tell.say(
            """And whoever writes from the inReach's address, but does not know her secret one, orders nothing and is
            told nothing: the same mail to the address that everybody knows is left alone."""
        )
        tell.mail(
            MAIL.format(to="call@cordboard.example", number=3, text="CALL HOME"), INREACH, "call@cordboard.example"
        )
        tell.handled(3)
        assert "not proven" in tell.run("why", "--last", "--count", "1")
        assert place.house.ended() == len(place.house.orders()) == 1
        assert len(tell.answers("paula@petrel.example", 1)) == 1
        assert place.house.problems() == []
        tell.keep()
