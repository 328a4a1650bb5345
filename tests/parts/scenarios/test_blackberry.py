"""A "thanks" from a BlackBerry, above an old order that its quote shows without any mark."""

import base64
import textwrap
from email.utils import formatdate
from pathlib import Path

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.dovecot import Dovecot
from cordboard.lab.phones import Kind
from tests.parts.mailboxes.calling import Mailed, mailbox
from tests.parts.places import on_a_real_switch
from tests.parts.scenarios.telling import Telling
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts

HANDHELD, BOB = "+33140001261", "+442079460061"
PHONES: dict[str, Kind] = {HANDHELD: "presses_1", BOB: "hangs_up_after"}
DECK = "prefix,destination,rate\n33,France,0.0800\n44,United Kingdom,0.0600\n"
ANN, US = "ann@ship.example", "call@cordboard.example"
HEAD = """From: Ann Rowe <{sender}>
To: {to}
Subject: {subject}
Date: {date}
Message-ID: <{number}-cardhu@bda2021.bisx.prod.on.blackberry>
X-rim-org-msg-ref-id: {number}
Importance: Normal
MIME-Version: 1.0
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: base64
"""
ORDER = "Call Bob\r\nSent from my BlackBerry device on the Rogers Wireless Network\r\n"
THANKS = """thanks!
Sent from my BlackBerry device on the Rogers Wireless Network

-----Original Message-----
From: Cordboard<{us}>
Date: Fri, 11 Mar 2011 02:10:44 
To: Ann Rowe<{ann}>
Subject: {subject}

{receipt}
-----Original Message-----
From: Ann Rowe<{ann}>
To: Cordboard<{us}>
Subject: 

Call Bob
Sent from my BlackBerry device on the Rogers Wireless Network
"""  # noqa: W291 - as the handheld writes it


def test_thanks_in_an_old_thread_call_nobody(
    tmp_path: Path, switch: Asterisk, handsets: Handsets, dovecot: Dovecot
) -> None:
    boxes = [mailbox(dovecot, "calls")]
    with on_a_real_switch(tmp_path, switch, handsets, {"confirm_s": 20}, PHONES, mailboxes=boxes) as place:
        tell = Telling(
            place, "blackberry", "A BlackBerry says thanks",
            """Ann has had her BlackBerry since 2011. It sends its mails in base64, with the carrier's line right under
            her words, and below that the whole thread, without a mark that would tell whose words they are. Her
            provider signs its mail (DKIM), so she needs no PIN. Cordboard reads a mailbox at a provider (IMAP).""",
        )  # fmt: skip
        (tmp_path / "deck.csv").write_text(DECK)
        tell.run("decks", "import", str(tmp_path / "deck.csv"))
        who = ("Rowe", "--user", "Ann", "--email", ANN, "--phone", HANDHELD, "--zones", "GB,FR", "--balance", "20")
        tell.run("accounts", "add", *who, "--name", f"Bob={BOB}")
        mailed = Mailed(place, dovecot, "calls")
        mailed.opened()

        def write(number: int, subject: str, text: str) -> None:
            head = HEAD.format(sender=ANN, to=US, subject=subject, number=number, date=formatdate()).replace(
                "\n", "\r\n"
            )
            body = "\r\n".join(textwrap.wrap(base64.b64encode(text.encode()).decode(), 76))
            dovecot.deliver("calls", place.house.post.signed(f"{head}\r\n{body}\r\n".encode()))

        tell.say("## The order\n\nShe writes, in the morning (decoded):")
        write(299827700, "", ORDER)
        tell.show(f"From: Ann Rowe <{ANN}>\nTo: {US}\nSubject:\n\n{ORDER}".replace("\r\n", "\n"))
        place.house.until(lambda: place.house.ended() == 1)
        (order,) = place.house.orders()
        assert (order.door, order.outcome, order.name_b) == ("imap", "talked", "Bob")
        assert "dkim, proven" in tell.run("why", order.ref)
        answers = tell.answers(ANN, 2)
        tell.say(
            "Her phone rings, she presses 1, Bob is rung, and they talk. She is told at once, and when it is over:"
        )
        for each in answers:
            tell.show_mail(each)
        tell.say("## The thanks\n\nIn the evening she answers that mail. This is what comes:")
        thanks = THANKS.format(us=US, ann=ANN, subject=answers[1].subject, receipt=answers[1].text)
        write(299827755, f"Re: {answers[1].subject}", thanks.replace("\n", "\r\n"))
        tell.show(f"Subject: Re: {answers[1].subject}\n\n{thanks}")
        tell.handled(2)
        place.house.until(mailed.all_away)
        tell.say(
            """At the end stands an order, `Call Bob`, as she wrote it once. It is not hers of now: what a person wrote
            this time ends where the old mail begins, and the subject of a reply is somebody's old one. What is left is
            kindness, which is no order and wants no answer. This is all that `cordboard why --last` has to say:"""
        )
        tell.show(tell.run("why", "--last", "--count", "1"))
        assert len(place.house.orders()) == 1
        assert (place.rung(HANDHELD), place.rung(BOB)) == (1, 1)
        assert len(tell.answers(ANN, 2)) == 2
        assert place.house.problems() == []
        tell.say(
            "The mail was moved to the folder of handled mail. Nobody was rung, nobody was mailed, nothing was charged."
        )
        tell.keep()
