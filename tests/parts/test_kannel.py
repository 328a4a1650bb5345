"""A telephone texts through a real Kannel: the call goes over a real Asterisk, the answers come back as texts."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.kannel import Kannel
from tests.parts.gateways import OURS, by_kannel, kannels_door, mobile_of
from tests.parts.places import NO_ANSWER, PRESSES_1, TALKS, Place, on_a_real_switch
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, switch: Asterisk, handsets: Handsets, gateway: Kannel
) -> Iterator[Place]:
    folder, sms = tmp_path_factory.mktemp("kannel"), {"kannel": by_kannel(gateway)}
    with on_a_real_switch(folder, switch, handsets, sms=sms) as found:
        gateway.door = kannels_door(found)
        gateway.start()
        yield found


def test_a_text_is_a_call_and_both_answers_come_back_as_texts(place: Place, gateway: Kannel) -> None:
    who = place.somebody(names={"Bob": TALKS})
    rung = place.rung(PRESSES_1)
    with gateway.phone(mobile_of(place, who), OURS, "pls call bob") as phone:
        order = place.outcome(who)
        place.house.until(lambda: len(phone.texts) == 2)
        (first_from, first), (later_from, receipt) = phone.texts
    assert (order.door, order.outcome) == ("kannel", "talked")
    assert first == "A1 Ringing +33 1..1234. Press 1, then Bob. About $0.14/min."
    assert receipt.startswith("A1 Bob, ")
    assert receipt.endswith(".")  # its first line: what the legs cost is left out
    assert {first_from, later_from} == {OURS}
    assert place.rung(PRESSES_1) == rung + 1
    assert place.house.problems() == []


def test_a_drop_by_text(place: Place, gateway: Kannel) -> None:
    who = place.somebody(names={"Bob": NO_ANSWER})
    mobile = mobile_of(place, who)
    with gateway.phone(mobile, OURS, "CALL Bob"):
        place.house.until(lambda: place.state(who) == "ringing_2")
    with gateway.phone(mobile, OURS, "hang up") as phone:
        assert place.outcome(who).outcome == "dropped"
        place.house.until(lambda: any("was ended as asked" in text for text in phone.received))
        assert phone.received[0] == "A1 is being dropped."


def test_92_parts_of_a_long_text_out_of_order(place: Place, gateway: Kannel) -> None:
    who = place.somebody()
    mobile, half = mobile_of(place, who), len(TALKS) // 2
    with gateway.phone(mobile, OURS, TALKS[half:], "udh-text %05%00%03%2A%02%02") as phone:
        place.house.until(lambda: phone.has_sent)
    with gateway.phone(mobile, OURS, f"CALL {TALKS[:half]}", "udh-text %05%00%03%2A%02%01") as phone:
        place.house.until(lambda: phone.received)
        assert phone.received[0] == "A1 Ringing +33 1..1234. Press 1, then +44 2..0000. About $0.14/min."
    assert place.outcome(who).number_b == TALKS


def test_a_text_and_an_answer_beyond_the_alphabet(place: Place, gateway: Kannel) -> None:
    mum = "\u041c\u0430\u043c\u0430"
    who = place.somebody(names={mum: NO_ANSWER})
    text = quote(f"CALL {mum}".encode("utf-16-be"))
    with gateway.phone(mobile_of(place, who), OURS, text, "ucs2") as phone:
        place.house.until(lambda: phone.received)
        (first,) = phone.received[:1]
    assert first == f"A1 Ringing +33 1..1234. Press 1, then {mum}. About $0.14/min."  # 62 characters: one text
    assert place.outcome(who).name_b == mum


@pytest.mark.parametrize("sender", ["+12025559999", "Bank"])
def test_strangers_and_names_hear_nothing(place: Place, gateway: Kannel, sender: str) -> None:
    who, taken = place.somebody(), gateway.received()
    with gateway.phone(sender, OURS, f"CALL {TALKS}") as stranger:
        place.house.until(lambda: gateway.received() > taken)
    with gateway.phone(mobile_of(place, who), OURS, "CALL Bob") as phone:  # behind the stranger's, and answered
        place.house.until(lambda: phone.received)
        assert phone.received == ["Not called: I don't know 'Bob'."]
    assert stranger.received == []
    assert place.orders_of(who) == []


def test_the_books_are_in_order(place: Place) -> None:
    place.house.until(lambda: place.house.problems() == [])
