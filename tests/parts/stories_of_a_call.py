"""How a call goes: each line of it, told once, and tried on the built-in exchange and on a real Asterisk alike."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cordboard.lab.house import Enrolled
from orders import codes
from tests.parts.places import (
    A_BUSY,
    A_LISTENS,
    A_NO_ANSWER,
    ANSWERS_LATE,
    AT_SEA,
    BUSY,
    CONGESTED,
    DECLINES,
    LEAVES,
    LISTENS,
    NO_ANSWER,
    PRESSES_1,
    SHIP,
    SHORT,
    STAYS,
    TALKS,
    UNALLOCATED,
    VOICEMAIL,
    Place,
)

SIX_SECONDS_OF_TALK = 28_700 + 30_000
"""0.01 to connect and 0.08 a minute for 14 s (confirming, ringing, talk) of leg A, 0.06 for the first 30 s of leg B."""
EIGHT_SECONDS_OF_TALK = 31_400 + 30_000


def billed_from_the_log(place: Place, order: Any, *roles: str) -> None:
    """Each of these legs has one CDR whose milliseconds are the log's; no other leg has one."""
    legs, bills = place.attempts(order), place.bills(order)
    assert sorted(bills) == sorted(roles)
    for role in roles:
        assert place.times_in_log(legs[role].id) == (bills[role].answered_ms, bills[role].ended_ms)
        assert (legs[role].answered_ms, legs[role].ended_ms) == (bills[role].answered_ms, bills[role].ended_ms)


def call(place: Place, text: str, **terms: Any) -> tuple[Enrolled, Any]:
    who = place.somebody(**terms)
    place.mail(who, text)
    return who, place.outcome(who)


class CallStories:
    """Mixed into a test class that has a `place`."""

    def test_a_presses_1_and_talks_with_b_until_b_hangs_up(self, place: Place) -> None:
        who, order = call(place, "CALL Bob", names={"Bob": TALKS})
        assert (order.outcome, order.ref) == ("talked", "A1")
        billed_from_the_log(place, order, "A", "B")
        asked, receipt = place.told(who, 2)
        assert asked == "A1 Ringing +33 1..1234. Press 1, then Bob. About $0.14/min."
        assert receipt.startswith("A1 Bob, ")
        assert "You paid $" in receipt
        legs = place.attempts(order)
        assert abs(legs["A"].ended_ms - legs["B"].ended_ms) < place.apart_ms  # the one takes the other along

    def test_voicemail_answers_a_and_nobody_presses_1(self, place: Place) -> None:
        rung = place.rung(TALKS)
        who, order = call(place, f"CALL {TALKS}", phone=VOICEMAIL)
        assert order.outcome == "not_confirmed"
        assert place.rung(TALKS) == rung
        billed_from_the_log(place, order, "A")
        assert "Nobody pressed 1" in place.told(who, 2)[1]

    @pytest.mark.parametrize(
        ("number", "outcome", "words"),
        [
            (BUSY, "b_busy", "busy"),
            (NO_ANSWER, "b_no_answer", "did not answer"),
            (DECLINES, "b_rejected", "declined"),
            (UNALLOCATED, "b_bad_number", "not in service"),
            (CONGESTED, "b_congestion", "lines"),
        ],
    )
    def test_b_can_not_be_had(self, place: Place, number: str, outcome: str, words: str) -> None:
        who, order = call(place, "CALL Bob", names={"Bob": number})
        assert order.outcome == outcome
        billed_from_the_log(place, order, "A")
        assert words in place.told(who, 2)[1]

    def test_a_is_busy_and_pays_nothing(self, place: Place) -> None:
        rung = place.rung(TALKS)
        who, order = call(place, f"CALL {TALKS}", phone=A_BUSY)
        assert order.outcome == "a_busy"
        assert place.rung(TALKS) == rung
        billed_from_the_log(place, order)
        assert place.told(who, 2)[1].endswith("You paid $0.00. Please send it again.")

    def test_without_press_1_b_is_rung_as_soon_as_a_answers(self, place: Place) -> None:
        _, order = call(place, f"CALL {TALKS}", press_1=False)
        assert order.outcome == "talked"
        billed_from_the_log(place, order, "A", "B")

    def test_from_a_ship_to_a_busy_home_costs_no_second_of_satellite(self, place: Place) -> None:
        rung = place.rung(AT_SEA)
        who, order = call(place, "CALL Bob", phone=AT_SEA, names={"Bob": BUSY}, satellite=True)
        assert (order.outcome, order.first) == ("b_busy", "B")
        assert set(place.attempts(order)) == {"B"}
        assert place.rung(AT_SEA) == rung
        billed_from_the_log(place, order)
        asked, told = place.told(who, 2)
        assert asked == "A1 Ringing Bob first, then your phone +870 7..0099. About $0.56/min."
        assert told.startswith("A1 Bob busy. You paid $0.00.")

    def test_from_a_ship_home_presses_1_and_holds_and_both_are_billed_once(self, place: Place) -> None:
        who, order = call(place, "CALL Bob", phone=SHIP, names={"Bob": PRESSES_1}, satellite=True)
        assert order.outcome == "talked"
        billed_from_the_log(place, order, "A", "B")
        bills = place.bills(order)
        assert bills["B"].answered_ms <= bills["A"].answered_ms
        assert bills["A"].billed_seconds == 30
        assert place.told(who, 2)[1].startswith("A1 Bob, ")

    def test_from_a_ship_home_is_asked_for_a_1_whatever_the_ship_s_device_is_let(self, place: Place) -> None:
        rung = place.rung(SHIP)
        who, order = call(place, "CALL Bob", phone=SHIP, names={"Bob": VOICEMAIL}, satellite=True, press_1=False)
        assert order.outcome == "b_not_confirmed"
        assert place.rung(SHIP) == rung
        billed_from_the_log(place, order, "B")
        assert "nobody pressed 1" in place.told(who, 2)[1]

    @pytest.mark.parametrize("silent", [BUSY, NO_ANSWER], ids=["busy", "no answer"])
    def test_the_next_telephone_of_a_party_answers_and_is_billed_once(self, place: Place, silent: str) -> None:
        who, order = call(place, "CALL Bob", names={"Bob": f"{silent},{TALKS}"})
        assert order.outcome == "talked"
        billed_from_the_log(place, order, "A", "B")
        assert place.bills(order)["B"].number == TALKS
        assert place.told(who, 2)[1].startswith("A1 Bob, ")

    def test_words_that_were_not_understood_launch_nothing(self, place: Place) -> None:
        who = place.somebody(names={"Bob": TALKS})
        place.mail(who, "CALL Bob tomorow")
        assert place.told(who, 1) == ["Not called: I don't know 'tomorow'."]
        assert place.orders_of(who) == []

    def test_a_forged_mail_rings_nobody_and_hears_nothing(self, place: Place) -> None:
        who = place.somebody()
        order_address = place.house.settings.mail.order_address
        place.house.send(who.email, order_address, f"CALL {STAYS} PIN 000000", f"<forged@{who.user_id}>")
        place.house.send(who.email, order_address, f"CALL {STAYS}", f"<bare@{who.user_id}>")
        place.house.send(who.email, order_address, f"CALL {STAYS} PIN {who.pin}", f"<forged@{who.user_id}>")
        place.house.until(lambda: len(place.told(who, 1)) == 1)
        (order,) = place.orders_of(who)  # the one with the right PIN: a forged one occupies no key
        place.house.until(lambda: place.state(who) == "joined")
        place.drop(order)
        assert place.outcome(who).outcome == "dropped"

    def test_the_same_mail_five_times_at_once_is_one_call(self, place: Place) -> None:
        who = place.somebody()
        rung = place.rung(PRESSES_1)
        with ThreadPoolExecutor(5) as crowd:
            list(crowd.map(lambda _: place.mail(who, f"CALL {TALKS}", f"<same@{who.user_id}>"), range(5)))
        order = place.outcome(who)
        answers = place.told(who, 6)
        assert sum(answer.startswith("A1 Ringing") for answer in answers) == 5
        assert place.rung(PRESSES_1) == rung + 1
        billed_from_the_log(place, order, "A", "B")

    def test_the_hold_grows_during_the_call_which_is_cut_where_the_money_ends(self, place: Place) -> None:
        who, order = call(place, "CALL Bob", names={"Bob": STAYS}, balance=EIGHT_SECONDS_OF_TALK)
        assert order.outcome == "talked"
        billed_from_the_log(place, order, "A", "B")
        assert place.slices(order) == [8]  # begun with 6; a slice would be 3 s more, but there are 2
        bills = place.bills(order)
        least, most = place.cut_of_8_s
        assert least <= bills["B"].ended_ms - bills["B"].answered_ms < most  # half a second early
        assert not any(bill.capped for bill in bills.values())
        assert "then cut off: that was all the money for this call. You paid $0.0" in place.told(who, 2)[1]

    def test_a_top_up_in_the_middle_of_a_call_lengthens_it_and_a_drop_ends_it(self, place: Place) -> None:
        who = place.somebody(names={"Bob": STAYS}, balance=SIX_SECONDS_OF_TALK)
        place.mail(who, "CALL Bob")
        place.house.until(lambda: place.state(who) == "joined")
        (order,) = place.orders_of(who)
        assert place.slices(order) == []
        place.top_up(who, 1_000_000)
        place.house.until(lambda: len(place.slices(order)) >= 2)
        place.house.until(lambda: place.house.parts.clock.ms() > order.joined_ms + 6_500)
        assert place.state(who) == "joined"
        place.drop(order)
        order = place.outcome(who)
        assert order.outcome == "dropped"
        billed_from_the_log(place, order, "A", "B")
        bills = place.bills(order)
        assert bills["B"].ended_ms - bills["B"].answered_ms >= 6_000
        assert " s, then ended as asked. You paid $" in place.told(who, 2)[1]

    def test_a_drop_while_b_rings_ends_both_and_b_pays_nothing(self, place: Place) -> None:
        who = place.somebody(names={"Bob": NO_ANSWER})
        place.mail(who, "CALL Bob")
        place.house.until(lambda: place.state(who) == "ringing_2")
        place.drop(place.orders_of(who)[0])
        order = place.outcome(who)
        assert order.outcome == "dropped"
        billed_from_the_log(place, order, "A")
        legs = place.attempts(order)
        assert legs["B"].ended_ms - legs["B"].dialling_ms < 4_000  # it would have rung that long
        assert place.told(who, 2)[1].startswith("A1 The call to Bob was ended as asked. You paid $0.0")

    def test_a_leaves_before_b_answers_and_b_is_not_left_ringing(self, place: Place) -> None:
        rung = place.rung(NO_ANSWER)
        who, order = call(place, "CALL Bob", phone=LEAVES, names={"Bob": NO_ANSWER})
        assert order.outcome == "a_left"
        assert place.rung(NO_ANSWER) == rung + 1
        billed_from_the_log(place, order, "A")
        legs = place.attempts(order)
        assert abs(legs["A"].ended_ms - legs["B"].ended_ms) < place.apart_ms
        assert "hung up" in place.told(who, 2)[1]

    def test_b_answers_when_a_has_left_and_is_hung_up_and_pays_nothing(self, place: Place) -> None:
        who, order = call(place, "CALL Bob", phone=LEAVES, names={"Bob": ANSWERS_LATE})
        assert order.outcome == "a_left"
        billed_from_the_log(place, order, "A")
        place.house.until(lambda: place.left_alone(ANSWERS_LATE))
        assert "hung up" in place.told(who, 2)[1]

    def test_a_leaves_in_the_middle_of_the_talk_and_b_is_hung_up(self, place: Place) -> None:
        who, order = call(place, "CALL Bob", phone=LEAVES, names={"Bob": STAYS})
        assert order.outcome == "talked"
        billed_from_the_log(place, order, "A", "B")
        legs = place.attempts(order)
        assert abs(legs["A"].ended_ms - legs["B"].ended_ms) < place.apart_ms
        assert place.told(who, 2)[1].startswith("A1 Bob, ")

    def test_extensions_are_heard_as_tones_by_either_party_once(self, place: Place) -> None:
        heard = place.heard()
        who = place.somebody(phone=f"{A_LISTENS} x34", press_1=False)
        place.mail(who, f"CALL {LISTENS} x5120")
        place.house.until(lambda: len("".join(place.heard())) >= len("".join([*heard, "34", "5120"])))
        (order,) = place.orders_of(who)
        place.drop(order)
        order = place.outcome(who)
        assert sorted(place.heard()) == sorted([*heard, "34", "5120"])
        billed_from_the_log(place, order, "A", "B")

    @pytest.mark.parametrize(
        ("state", "phone", "number", "billed"),
        [
            ("ringing_1", A_NO_ANSWER, TALKS, ""),
            ("confirming", VOICEMAIL, TALKS, "A"),
            ("ringing_2", PRESSES_1, NO_ANSWER, "A"),
            ("joined", PRESSES_1, STAYS, "AB"),
        ],
    )
    def test_a_mailed_drop_ends_the_call_however_far_it_is(
        self, place: Place, state: str, phone: str, number: str, billed: str
    ) -> None:
        who = place.somebody(phone=phone, names={"Bob": number})
        place.mail(who, "CALL Bob")
        place.house.until(lambda: place.state(who) == state)
        place.mail(who, "DROP")
        order = place.outcome(who)
        assert order.outcome == "dropped"
        billed_from_the_log(place, order, *billed)
        told = place.told(who, 3)
        assert "A1 is being dropped." in told
        assert sum("ended as asked" in each for each in told) == 1

    def test_a_code_is_spoken_to_a_telephone_and_makes_it_ones_own(self, place: Place) -> None:
        who, order = call(place, f"VERIFY {STAYS}")
        assert order.outcome == "code_spoken"
        billed_from_the_log(place, order, "A")
        asked, told = place.told(who, 2)
        assert asked == "A1 Ringing +44 2..0099 to speak a code. Then write CODE and its 4 digits. About $0.06/min."
        assert told.startswith("A1 Your code was spoken to +44 2..0099.")
        digits = codes.digits_of(place.house.parts.secrets, order.id)
        bill = place.bills(order)["A"]
        if place.switch:  # four digits twice, in words
            assert bill.ended_ms - bill.answered_ms > 8_000
        else:
            assert place.stats()["sounds_by_number"][STAYS[1:]].count(f"digits:{digits}") == 2
        place.mail(who, f"CODE {digits}")
        assert "+44 2..0099 is yours now. To be rung there, write AT and its number." in place.told(who, 4)

    def test_who_hangs_up_early_may_have_heard_the_code(self, place: Place) -> None:
        who, order = call(place, f"VERIFY {SHORT}")
        assert order.outcome == "code_cut_short"
        billed_from_the_log(place, order, "A")
        assert place.told(who, 2)[1].startswith("A1 +44 2..0066 hung up early.")
        place.mail(who, f"CODE {codes.digits_of(place.house.parts.secrets, order.id)}")
        assert any("+44 2..0066 is yours now" in each for each in place.told(who, 4))

    def test_a_telephone_that_is_busy_hears_no_code(self, place: Place) -> None:
        who, order = call(place, f"VERIFY {BUSY}")
        assert order.outcome == "a_busy"
        billed_from_the_log(place, order)
        assert place.told(who, 2)[1].startswith("A1 +44 2..0017 could not be had, so no code was spoken.")
        place.mail(who, f"CODE {codes.digits_of(place.house.parts.secrets, order.id)}")
        assert any("I spoke you no code" in each for each in place.told(who, 3))

    def test_the_books_are_in_order(self, place: Place) -> None:
        place.house.until(lambda: place.house.problems() == [])
