"""What is asked about, how it is answered, and that nothing is called without an answer."""

import re

import pytest

from accounts import manage
from accounts.tables import accounts, devices
from billing.quotes import Quote
from billing.tables import deck_rows, holds
from kernel.money import MICRO
from orders.questions import DAY_MS, MOST_TRIES, MOST_WRONG_A_DAY, OPEN_MS
from orders.tables import orders, questions
from replies.tables import outbox
from tests.crowd import together
from tests.unit import factory
from tests.unit.inbound.house import ANN, ANNS_PHONE, BOB, DOLLAR, NOW, PIN, SECRETS, House

NEW = "+442079460019"
LATE = "Mon, 21 Sep 2026 14:01:00 +0000"


@pytest.fixture
def asking(house: House) -> House:
    """The house as accounts are opened: who has but a PIN is asked about new numbers."""
    house.change(accounts, ask_new=True)
    return house


def last(house: House) -> str:
    return house.said()[-1][1]


def code(said: str) -> str:
    found = re.search(r"OK [A-Z]\d+ (\d{4})\b", said)
    assert found, said
    return found[1]


def asked(house: House, text: str = f"CALL {NEW} PIN {PIN}") -> str:
    """Send an order that is asked about; the code."""
    house.send(house.mail(text))
    assert not house.orders
    return code(last(house))


def test_a_new_number_is_asked_about_and_called_after_an_ok(asking: House) -> None:
    message_id = asking.send(asking.mail(f"CALL {NEW} BILL 7 PIN {PIN}"))
    ((to, said),) = asking.said()
    assert to == ANN
    assert said == f"A1 +44 2..0019 is new. Call at about $0.04/min? Reply OK A1 {code(said)} (or NO A1) in 30 min."
    assert asking.rules(message_id)[-1] == ["asked back", "ask_new"]
    assert (asking.orders, asking.rows(holds), asking.bell.rung) == ([], [], [])
    answer_id = asking.send(asking.mail(f"OK A1 {code(said)}"))
    (order,) = asking.orders
    assert (order.ref, order.number_b, order.bill, order.message_id) == ("A1", NEW, "7", answer_id)
    assert order.press_1
    assert last(asking) == "A1 Ringing +1 2..0101. Press 1, then +44 2..0019. About $0.04/min."
    assert asking.bell.rung == [order.id]
    (question,) = asking.rows(questions)
    assert (question.state, question.order_id) == ("placed", order.id)


def test_who_is_in_the_phone_book_is_not_asked_about(asking: House) -> None:
    asking.send(asking.mail(f"CALL mum PIN {PIN}"))
    asking.change(orders, state="ended")
    asking.send(asking.mail(f"CALL +44 20 7946 0018 BILL 2 PIN {PIN}"))
    assert len(asking.orders) == 2


def test_neither_is_who_is_proven_nor_who_knows_the_secret_address(asking: House) -> None:
    asking.send(asking.mail(f"CALL {NEW}"), to=asking.alias)
    asking.signed.add(ANN)
    asking.send(asking.mail("CALL +442079460017"))
    assert [order.number_b for order in asking.orders] == [NEW, "+442079460017"]


def test_a_dear_minute_is_asked_about_also_by_the_secret_address(house: House) -> None:
    house.change(accounts, ask_above=MICRO // 100)
    house.send(house.mail("CALL mum"), to=house.alias)
    assert last(house).startswith("A1 Call Mum at about $0.04/min? Reply OK A1 ")
    house.signed.add(ANN)
    house.send(house.mail("CALL mum BILL 2"), to=house.alias)
    assert [order.bill for order in house.orders] == ["2"]


def test_an_ok_without_the_code_is_none(asking: House) -> None:
    """Who came by the PIN does not read Ann's mail."""
    asked(asking)
    for text in (f"OK A1 PIN {PIN}", f"YES PIN {PIN}"):
        asking.send(asking.mail(text))
        assert last(asking) == "Not called: answer with the code that I gave you with the question, like OK A1 1234."
    asking.send(asking.mail("OK A1"), to=asking.alias)
    assert last(asking).startswith("Not called: answer with the code")
    assert asking.orders == []


@pytest.mark.parametrize("pin", ["", f" PIN {PIN}"])
def test_three_wrong_codes_shut_the_question(asking: House, pin: str) -> None:
    right = asked(asking)
    wrong = f"{(int(right) + 1) % 10_000:04}"
    for _ in range(MOST_TRIES):
        asking.send(asking.mail(f"OK A1 {wrong}{pin}"))
    asking.send(asking.mail(f"OK A1 {right} PIN {PIN}"))
    assert asking.orders == []
    assert last(asking) == "Not called: A1 was answered with too many wrong codes. Send the order again."
    asking.send(asking.mail(f"OK A1 {right}"))  # not even answered: it proves nothing any more
    assert last(asking).startswith("Not called: A1 was answered")


def test_a_crowd_of_wrong_codes_gets_three_tries(asking: House) -> None:
    right = int(asked(asking))
    ids = [asking.accept(asking.mail(f"OK A1 {(right + 1 + at) % 10_000:04}")) for at in range(12)]
    together(4, lambda at: asking.handle(ids[at::4]))
    (question,) = asking.rows(questions)
    assert (question.state, question.tries) == ("shut", MOST_TRIES)


def test_new_questions_give_no_new_guesses_without_end(asking: House) -> None:
    """Who came by the PIN has one question after the other asked, and tries each but twice, so that none is shut."""
    for at in range(MOST_WRONG_A_DAY // 2):
        right = asked(asking, f"CALL {NEW} BILL {at} PIN {PIN}")
        for _ in range(2):
            asking.send(asking.mail(f"OK {asking.rows(questions)[-1].ref} {(int(right) + 1) % 10_000:04}"))
    asking.send(asking.mail(f"CALL {NEW} BILL last PIN {PIN}"))
    assert last(asking).startswith("Not called: too many wrong codes")
    assert not asking.orders
    assert [to for to, text in asking.said() if "may be guessing" in text] == ["operator"]
    asking.send(asking.mail(f"CALL {NEW}"), to=asking.alias)
    assert len(asking.orders) == 1


def test_after_too_many_wrong_codes_no_right_one_is_taken_either(asking: House) -> None:
    right = asked(asking)
    asking.change(questions, tries=MOST_WRONG_A_DAY)
    asking.send(asking.mail(f"CALL {NEW} BILL 2 PIN {PIN}"))
    assert last(asking) == (
        "Not called: too many wrong codes came in your name today. Try tomorrow, or ask whoever runs this."
    )
    asking.send(asking.mail(f"OK A1 {right} PIN {PIN}"))
    assert not asking.orders
    asking.clock.now_ms += DAY_MS
    assert asked(asking, f"CALL {NEW} BILL 3 PIN {PIN}")


def test_a_code_is_for_its_question_and_nothing_else(asking: House) -> None:
    right = asked(asking)
    for text in (f"CALL mum PIN {right}", f"BALANCE {right}", f"OK B1 {right}", f"DROP A1 PIN {right}"):
        asking.send(asking.mail(text))
    assert asking.orders == []
    assert len(asking.said()) == 1
    assert right.encode() not in SECRETS.digest("question", right).encode()


def test_another_users_code_is_none_of_mine(asking: House) -> None:
    right = asked(asking)
    asking.send(asking.mail(f"OK A1 {right}", **{"from": BOB}))
    asking.send(asking.mail(f"OK A1 {right} PIN {PIN}", **{"from": BOB}))
    assert last(asking) == "Not called: I asked you nothing about A1. Send the order again."
    assert asking.orders == []


def test_who_is_better_known_needs_no_code(asking: House) -> None:
    asked(asking)
    asking.signed.add(ANN)
    asking.send(asking.mail("OK A1"))
    assert len(asking.orders) == 1


def test_who_was_proven_is_not_confirmed_by_a_claim(house: House) -> None:
    house.signed.add(ANN)
    house.send(house.mail("CALL mum", date=LATE))
    assert last(house) == "A1 12 min late: call Mum at $0.04/min? Reply OK A1 (or NO A1) in 30 min"
    house.signed.clear()
    house.send(house.mail(f"OK A1 PIN {PIN}"))
    assert last(house) == "Not called: answer A1 from where you ordered it."
    house.signed.add(ANN)
    house.send(house.mail("OK A1"))
    assert [order.name_b for order in house.orders] == ["Mum"]


def test_a_second_ok_calls_nobody_again(asking: House) -> None:
    right = asked(asking)
    ok = asking.mail(f"OK A1 {right}")
    asking.send(ok)
    first = last(asking)
    asking.send(ok)
    assert last(asking) == first  # the same message again
    asking.send(asking.mail(f"OK A1 {right} PIN {PIN}"))
    assert last(asking) == "A1 was called already: it is about to ring you."
    for state, first, doing in (
        ("ringing_1", "A", "ringing you now"),
        ("ringing_1", "B", "ringing the other party"),
        ("confirming", "B", "waiting for the other party to press 1"),
        ("ringing_2", "B", "ringing you now"),
        ("joined", "A", "going on"),
    ):
        asking.change(orders, state=state, first=first)
        asking.send(asking.mail(f"OK A1 {right} PIN {PIN}"))
        assert last(asking) == f"A1 was called already: it is {doing}."
    asking.change(orders, state="ended", outcome="b_busy")
    asking.send(asking.mail(f"OK A1 PIN {PIN}"))
    assert last(asking) == "A1 is over already: +44 2..0019 was busy."
    assert len(asking.orders) == 1


def test_two_ok_at_once_call_once(asking: House) -> None:
    right = asked(asking)
    ids = [asking.accept(asking.mail(f"OK A1 {right}")) for _ in range(4)]
    together(4, lambda at: asking.intake.handle(ids[at]))
    assert len(asking.orders) == len(asking.rows(holds)) == 1


def test_no_is_the_end_of_it(asking: House) -> None:
    right = asked(asking)
    asking.send(asking.mail(f"NO A1 PIN {PIN}"))
    assert last(asking) == "A1 was not called."
    asking.send(asking.mail(f"OK A1 {right} PIN {PIN}"))
    assert last(asking) == "Not called: you said no to A1. Send the order again if you want the call."
    assert asking.orders == []


def test_no_to_what_was_called_says_how_to_end_it(asking: House) -> None:
    asking.send(asking.mail(f"OK A1 {asked(asking)}"))
    asking.send(asking.mail(f"NO A1 PIN {PIN}"))
    assert last(asking) == "A1 was called already. Write DROP A1 to end it."
    assert len(asking.orders) == 1


def test_after_half_an_hour_it_is_over(asking: House) -> None:
    right = asked(asking)
    asking.clock.now_ms += OPEN_MS
    asking.send(asking.mail(f"OK A1 {right} PIN {PIN}", date=""))
    assert last(asking) == "Not called: A1 was not answered in time. Send the order again if you still want the call."
    asking.send(asking.mail(f"YES PIN {PIN}", date=""))
    assert last(asking) == "Not called: I have no open question for you. Send the order again."
    assert asking.orders == []


def test_the_same_order_in_another_mail_is_the_same_question_with_another_code(asking: House) -> None:
    first, second = asked(asking), asked(asking, f"call {NEW} pin {PIN}")
    assert len(asking.rows(questions)) == 1
    if first != second:
        asking.send(asking.mail(f"OK A1 {first} PIN {PIN}"))
        assert asking.orders == []
    asking.send(asking.mail(f"OK A1 {second} PIN {PIN}"))
    assert len(asking.orders) == 1


def test_a_redelivered_order_is_asked_about_in_the_same_words(asking: House) -> None:
    raw = asking.mail(f"CALL {NEW} PIN {PIN}")
    asking.send(raw)
    asking.send(raw)
    assert len(set(asking.said())) == 1
    assert len(asking.rows(questions)) == 1


def test_of_two_questions_one_must_be_named(asking: House) -> None:
    asked(asking)
    asked(asking, f"CALL +442079460017 PIN {PIN}")
    asking.signed.add(ANN)
    asking.send(asking.mail("YES"))
    assert last(asking) == "Not called: I asked you about A1, B1. Which one? Write for example OK K7."
    asking.send(asking.mail("OK B1"))
    assert [order.ref for order in asking.orders] == ["B1"]


def test_the_gate_is_asked_again(asking: House) -> None:
    right = asked(asking)
    asking.change(accounts, zones="US")
    asking.send(asking.mail(f"OK A1 {right}"))
    assert last(asking).startswith("Not called: calls to +442079460019 (GB) are switched off")
    asking.change(accounts, zones="US,GB")
    asking.send(asking.mail(f"OK A1 {right}"))
    assert len(asking.orders) == 1


@pytest.mark.parametrize("rate", [2_000_000, 1_000])
def test_what_was_said_is_the_price_whatever_the_deck_says_since(asking: House, rate: int) -> None:
    right = asked(asking)
    asking.change(deck_rows, rate=rate)
    asking.send(asking.mail(f"OK A1 {right}"))
    assert last(asking).endswith("About $0.04/min.")
    (hold,) = asking.rows(holds)
    assert hold.quote == asking.rows(questions)[0].quote
    assert Quote.from_json(hold.quote).terms("B").rate == 24_500


def test_the_phone_that_was_meant_is_rung_wherever_the_sender_says_to_be_since(asking: House) -> None:
    """Who came by the PIN would have the user's own OK ring another phone."""
    asking.change(accounts, allow_any_phone=True)
    right = asked(asking)
    asking.send(asking.mail(f"AT +12025550188 PIN {PIN}"))
    asking.send(asking.mail(f"OK A1 {right}"))
    assert [order.number_a for order in asking.orders] == [ANNS_PHONE]


@pytest.mark.parametrize("text", ["CALL +44 20 7946 0019 x512 FROM +12025550101 BILL J.1 MAX 3 MAX 20 MIN",
                                  "CALL Kim BILL 7", "CALL +442079460019"])  # fmt: skip
def test_what_is_called_is_what_was_ordered(asking: House, text: str) -> None:
    with asking.db.write() as conn:
        manage.add_contact(conn, NOW, asking.user, "Kim", f"{NEW} x9", sure=False)
    ok = asked(asking, f"{text} PIN {PIN}")
    asking.send(asking.mail(f"OK A1 {ok}"))
    asking.change(accounts, ask_new=False)
    asking.change(orders, state="ended")
    asking.send(asking.mail(f"{text} PIN {PIN}"))
    by_ok, plain = asking.orders
    same = ("number_a", "extension_a", "number_b", "extension_b", "name_b", "bill", "digest", "press_1", "door")
    assert [getattr(by_ok, name) for name in same] == [getattr(plain, name) for name in same]


def test_another_phone_to_ring_is_asked_about_until_it_answered_once(asking: House) -> None:
    """Who came by the PIN would have numbers rung that earn by the minute."""
    asking.change(accounts, allow_any_phone=True)
    right = asked(asking, f"CALL mum FROM +12025550188 PIN {PIN}")
    assert last(asking).startswith("A1 +1 2..0188 is new. Ring it to call Mum, $0.04/min? Reply OK A1 ")
    asking.send(asking.mail(f"OK A1 {right}"))
    (order,) = asking.orders
    assert (order.number_a, order.press_1) == ("+12025550188", True)
    with asking.db.write() as conn:
        factory.attempt(conn, order.id, "A", number="+12025550188", answered_ms=NOW)
    asking.change(orders, state="ended")
    asking.send(asking.mail(f"CALL mum FROM +12025550188 PIN {PIN}"))
    assert len(asking.orders) == 2


def test_the_phone_is_said_in_the_question(asking: House) -> None:
    asked(asking, f"CALL {NEW} FROM +12025550101 PIN {PIN}")
    assert last(asking).startswith("A1 +44 2..0019 is new. Call from +1 2..0101 at about $0.04/min?")


def test_neither_pin_nor_code_is_kept_with_the_question(asking: House) -> None:
    right = asked(asking)
    (question,) = asking.rows(questions)
    assert PIN not in str(question)
    assert right not in (question.command + question.code)


class TestWhoCannotBeAsked:
    @pytest.fixture(autouse=True)
    def mute(self, house: House) -> None:
        house.change(devices, answer_address="")

    def test_without_a_most_nothing_is_called_and_somebody_is_told(self, house: House) -> None:
        with house.db.write() as conn:
            manage.add_device(conn, NOW, house.user, "home@ship.example")
        message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
        assert house.orders == []
        assert house.rules(message_id)[-1] == ["consent", "no_consent"]
        said = "Not called: I can't ask you back here. Write MAX and what it may cost, like CALL mum MAX 5."
        assert house.said() == [("home@ship.example", f"From a..@ship.example, which I can't answer: {said}")]

    def test_nobody_else_reads_it_so_the_operator_is_told(self, house: House) -> None:
        house.send(house.mail(f"CALL mum PIN {PIN}"))
        ((to, said),) = house.said()
        assert to == "operator"
        assert said.startswith("For Ann. From a..@ship.example, which I can't answer: Not called: ")

    def test_a_forger_makes_nobody_told_anything(self, house: House) -> None:
        house.send(house.mail("CALL mum"))
        assert house.said() == []

    def test_a_most_in_the_order_is_the_cap(self, house: House) -> None:
        house.send(house.mail(f"CALL mum MAX 1 PIN {PIN}"))
        (hold,) = house.rows(holds)
        assert hold.most == DOLLAR

    def test_a_standing_limit_is_the_cap_and_the_order_may_say_less(self, house: House) -> None:
        house.change(devices, limit_call=2 * DOLLAR)
        for text in ("CALL mum", "CALL mum MAX 1", "CALL mum MAX 4"):
            house.send(house.mail(f"{text} PIN {PIN}"))
            house.change(orders, state="ended")
        assert [hold.most for hold in house.rows(holds)] == [2 * DOLLAR, DOLLAR, 2 * DOLLAR]

    def test_only_the_phone_book_is_called(self, house: House) -> None:
        house.change(devices, limit_call=2 * DOLLAR)
        message_id = house.send(house.mail(f"CALL {NEW} PIN {PIN}"))
        assert house.rules(message_id)[-1] == ["consent", "not_in_book"]
        assert house.orders == []

    def test_what_is_late_is_not_called(self, house: House) -> None:
        house.change(devices, limit_call=2 * DOLLAR)
        message_id = house.send(house.mail(f"CALL mum PIN {PIN}", date=LATE))
        assert house.rules(message_id)[-1] == ["consent", "late"]
        assert house.rows(questions) == []

    def test_nor_is_it_asked_what_is_dear(self, house: House) -> None:
        house.change(devices, limit_call=2 * DOLLAR)
        house.change(accounts, ask_above=0)
        house.send(house.mail(f"CALL mum PIN {PIN}"))
        assert len(house.orders) == 1


def test_everybodys_messenger_is_never_asked_though_its_owner_is_answered_elsewhere(house: House) -> None:
    unknown = {"from": "no.reply.inreach@garmin.com"}
    house.send(house.mail("CALL mum", **unknown), to=house.alias)
    assert house.orders == []
    said = "Not called: I can't ask you back here. Write MAX and what it may cost, like CALL mum MAX 5."
    assert house.said() == [(ANN, said)]
    house.send(house.mail("CALL mum MAX 2", **unknown), to=house.alias)
    assert len(house.orders) == 1


def test_a_device_without_notices_is_answered_and_gets_no_receipt(house: House) -> None:
    with house.db.write() as conn:
        manage.set_notices(conn, ANN, False)
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert [order.notices for order in house.orders] == [False]
    assert len(house.rows(outbox)) == 1
