"""Texts signed by Twilio's own library, at a whole house: calls, answers in TwiML, receipts by REST, opt-outs."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cordboard.lab.twilio import FakeTwilio
from tests.parts.gateways import OURS, by_twilio, mobile_of, text_by
from tests.parts.places import BUSY, PRESSES_1, TALKS, Place, on_the_exchange
from tests.parts.test_web import US_PHONE, books, post

pytestmark = pytest.mark.parts
RINGING = "A1 Ringing +33 1..1234. Press 1, then Bob. About $0.14/min."


@pytest.fixture(scope="module")
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio((OURS,)) as found:
        yield found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, twilio: FakeTwilio) -> Iterator[Place]:
    sms = {"twilio": by_twilio(twilio)}
    with on_the_exchange(tmp_path_factory.mktemp("twilio"), sms=sms, mail={"operator": "op@door.example"}) as found:
        yield found


def test_a_text_is_a_call_answered_at_once_and_receipted_later(place: Place, twilio: FakeTwilio) -> None:
    who = place.somebody(names={"Bob": TALKS})
    mobile, rung = mobile_of(place, who), place.rung(PRESSES_1)
    assert text_by(twilio, place, mobile, "ring bob").texts == [RINGING]
    order = place.outcome(who)
    assert (order.door, order.outcome) == ("twilio", "talked")
    place.house.until(lambda: len(twilio.sent_to(mobile)) == 2)
    assert twilio.sent_to(mobile)[1].startswith("A1 Bob, ")
    assert place.rung(PRESSES_1) == rung + 1
    assert place.house.problems() == []


def test_a_receipt_is_sent_once_though_nobody_heard_that_it_was_taken(place: Place, twilio: FakeTwilio) -> None:
    who = place.somebody(names={"Bob": BUSY})
    mobile = mobile_of(place, who)
    twilio.faults += ["busy", "unheard"]
    text_by(twilio, place, mobile, "call bob")
    place.house.until(lambda: not twilio.faults and place.texts_sent(who) == 2)
    assert len(twilio.sent_to(mobile)) == 2
    assert twilio.sent_to(mobile)[1].startswith("A1 Bob busy.")


def test_who_wrote_stop_is_told_so_elsewhere_and_the_operator_once(place: Place, twilio: FakeTwilio) -> None:
    who = place.somebody(names={"Bob": BUSY})
    mobile = mobile_of(place, who)
    twilio.advanced = False  # as by default: only an error of the REST interface tells of it
    text_by(twilio, place, mobile, "call bob")
    text_by(twilio, place, mobile, "STOP")
    place.outcome(who)
    listed = cordboard(place, "devices", "list")
    place.house.until(lambda: "stopped by its carrier" in cordboard(place, "devices", "list"))
    assert mobile in listed
    place.mail(who, "AGAIN")
    place.house.until(lambda: any("stops our texts" in mail for mail in place.mails_to(who.email)))
    place.house.until(lambda: len(place.mails_to("op@door.example")) == 1)
    assert "wrote STOP" in place.mails_to("op@door.example")[0]
    text_by(twilio, place, mobile, "START")
    twilio.advanced = True
    text_by(twilio, place, mobile, "START")
    assert "stopped by its carrier" not in cordboard(place, "devices", "list")


def cordboard(place: Place, *words: str) -> str:
    command = [sys.executable, "-m", "cordboard", "--config", str(place.house.file), *words]
    mine = {name: text for name, text in os.environ.items() if not name.startswith("CORDBOARD_")}
    return subprocess.run(command, env=mine, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize(("number", "outcome"), [(TALKS, "talked"), (BUSY, "b_busy")])
def test_the_same_call_has_the_same_bill_by_text_and_over_http(
    place: Place, twilio: FakeTwilio, number: str, outcome: str
) -> None:
    who = place.somebody(phone=US_PHONE)
    text_by(twilio, place, mobile_of(place, who), f"CALL {number} BILL refit")
    texted = place.outcome(who)
    post(place, who, to=number, bill="refit")
    place.house.until(lambda: [order.state for order in place.orders_of(who)] == ["ended"] * 2)
    ordered = place.orders_of(who)[1]
    assert (texted.door, ordered.door) == ("twilio", "api")
    assert texted.outcome == ordered.outcome == outcome
    assert books(place, texted) == books(place, ordered)
