"""VERIFY and CODE: a user adds a phone that heard a code, behind the whole gate, and every device of theirs is told."""

import pytest
from sqlalchemy import select

from accounts.people import phones_of
from accounts.tables import accounts, devices
from billing.tables import holds
from orders import codes
from orders.states import OrderKind
from orders.tables import codes as codes_table
from orders.tables import orders
from replies.outbox import Envelope
from replies.tables import outbox
from tests.joint.inbound.saying import say
from tests.unit.inbound.house import ANN, DOLLAR, SECRETS, House

NEW = "+442079460777"
ASK = f"VERIFY {NEW}"
RINGING = "Ringing +44 2..0777 to speak a code. Then write CODE and its 4 digits. About $0.02/min."
NO_CODE = "Nothing done: I spoke you no code within the last 10 minutes. Write VERIFY and the phone's number first."


def spoken(house: House) -> str:
    """What the call of the last order spoke, once it has."""
    order = house.orders[-1]
    with house.db.write() as conn:
        codes.spoken(conn, order.id, house.clock.ms())
    return codes.digits_of(SECRETS, order.id)


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10_000:04d}"


def phones(house: House) -> list[tuple[str, str, bool]]:
    with house.db.read() as conn:
        return [(phone.number, phone.verified_by, phone.main) for phone in phones_of(conn, house.user)]


def test_a_call_of_one_leg_is_ordered_and_paid_for_as_a_leg(house: House) -> None:
    assert say(house, ASK) == f"A1 {RINGING}"
    (order,) = house.orders
    assert (order.kind, order.number_a, order.number_b) == (OrderKind.CODE, NEW, "")
    (hold,) = house.rows(holds)
    assert (hold.amount, hold.most) == (22_300, 22_300)  # 0.01 to connect and half a minute of 0.0245
    assert house.bell.rung == [order.id]
    assert phones(house) == [("+12025550101", "operator", True)]


def test_the_code_makes_the_phone_the_users_and_is_good_once(house: House) -> None:
    say(house, ASK)
    digits = spoken(house)
    assert say(house, f"CODE {digits}") == "+44 2..0777 is yours now. To be rung there, write AT and its number."
    assert phones(house) == [("+12025550101", "operator", True), (NEW, "call", False)]
    assert say(house, f"CODE {digits}") == NO_CODE
    house.change(orders, state="ended")
    assert say(house, ASK) == "Nothing done: +44 2..0777 is a phone of yours already."
    assert say(house, f"CALL mum FROM {NEW}").startswith("B1 Ringing +44 2..0777.")


def test_it_is_told_wherever_the_user_orders_from(house: House) -> None:
    say(house, ASK)
    say(house, f"CODE {spoken(house)}")
    with house.db.read() as conn:
        rows = list(conn.execute(select(outbox).where(outbox.c.key.startswith("phone:"))))
    assert [(Envelope.opened(row.envelope, SECRETS).to, row.text) for row in rows] == [
        (ANN, "+44 2..0777 was added to your phones by a code. Was it not you? Tell whoever runs this.\n")
    ]


def test_who_reads_no_mail_of_ours_has_the_operator_told(house: House) -> None:
    house.change(devices, answer_address="+12025550155")
    say(house, ASK)
    say(house, f"CODE {spoken(house)}")
    with house.db.read() as conn:
        told = conn.execute(select(outbox.c.text).where(outbox.c.envelope == "operator")).scalar_one()
    assert told.startswith("For Ann. +44 2..0777 was added to your phones by a code.")


def test_nobody_knows_a_code_before_it_was_spoken_nor_long_after(house: House) -> None:
    say(house, ASK)
    assert say(house, f"CODE {codes.digits_of(SECRETS, house.orders[0].id)}") == NO_CODE
    digits = spoken(house)
    house.clock.now_ms += codes.LIVES_MS
    assert say(house, f"CODE {digits}") == NO_CODE
    assert len(phones(house)) == 1


def test_three_tries(house: House) -> None:
    say(house, ASK)
    digits = spoken(house)
    told = [say(house, f"CODE {wrong(digits)}") for _ in range(codes.MOST_TRIES)]
    assert told == [
        "Nothing done: that is not the code that I spoke. Tries left: 2.",
        "Nothing done: that is not the code that I spoke. Tries left: 1.",
        "Nothing done: that is not the code that I spoke. Write VERIFY and the number for another one.",
    ]
    assert say(house, f"CODE {digits}") == NO_CODE
    assert len(phones(house)) == 1


def test_a_redelivered_try_is_not_another_one(house: House) -> None:
    say(house, ASK)
    mail = house.mail(f"CODE {wrong(spoken(house))}")
    for _ in range(5):
        house.send(mail, house.alias)
    assert [row.tries for row in house.rows(codes_table)] == [1]


def test_of_two_codes_the_digits_say_which(house: House) -> None:
    say(house, ASK)
    first = spoken(house)
    say(house, "VERIFY +442079460888")
    spoken(house)
    assert say(house, f"CODE {first}").startswith("+44 2..0777 is yours now.")
    assert [number for number, _, _ in phones(house)] == ["+12025550101", NEW]


def test_a_code_is_its_users_alone(house: House) -> None:
    say(house, ASK)
    digits = spoken(house)
    with house.db.read() as conn:
        assert codes.good(conn, "somebody else", house.clock.ms()) == []
        assert len(codes.good(conn, house.user, house.clock.ms())) == 1
    assert digits not in str(house.rows(codes_table))


def test_a_number_is_rung_three_times_a_day_and_a_user_has_ten(house: House) -> None:
    for turn in range(3):
        assert say(house, ASK).endswith(RINGING), turn
        house.change(orders, state="ended")
    assert say(house, ASK) == "Nothing done: I spoke a code 3 times within a day. Try again tomorrow."
    for number in range(7):
        assert "to speak a code" in say(house, f"VERIFY +44207946080{number}")
    assert (
        say(house, "VERIFY +442079460809") == "Nothing done: I spoke a code 10 times within a day. Try again tomorrow."
    )
    house.clock.now_ms += codes.DAY_MS
    assert say(house, ASK).endswith(RINGING)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+44 909 879 0000", "+44 909 879 0000 is a special-rate number"),
        ("+870 773 111 222", "+870 773 111 222 is Inmarsat, which is off"),
        ("+49 30 123456", "calls to +49 30 123456 (DE) are switched off for you."),
        ("+1 202 555 0109", "+1 202 555 0109 is this service's own number."),
        ("911", "911"),
    ],
)
def test_what_must_not_be_called_is_not_verified(house: House, number: str, why: str) -> None:
    assert why in say(house, f"VERIFY {number}")
    assert house.orders == []


def test_neither_an_extension_nor_what_is_switched_off(house: House) -> None:
    said = "Nothing done: I can't speak a code to an extension. Ask whoever runs this to add that phone."
    assert say(house, f"{ASK} x512") == said
    house.change(accounts, allow_verify=False)
    assert say(house, ASK) == "Nothing done: new phones are switched off for you. Ask whoever runs this to add it."


def test_a_pin_alone_adds_no_phone_where_new_numbers_are_asked_about(house: House) -> None:
    house.change(accounts, ask_new=True)
    said = "Nothing done: with a PIN alone I add no phone. Use your secret address, or ask whoever runs this."
    assert say(house, f"{ASK} PIN 73915482", to="call@door.test") == said
    assert say(house, ASK) == f"A1 {RINGING}"


def test_a_dear_one_is_not_rung_for_who_but_claims_to_be_the_user(house: House) -> None:
    house.change(accounts, ask_above=20_000)
    said = "Not called: a call there costs too much for a code. Ask whoever runs this to add that phone."
    assert say(house, ASK) == said
    house.signed.add(ANN)
    assert say(house, ASK) == f"A1 {RINGING}"


def test_without_money_nobody_is_rung(house: House) -> None:
    house.change(accounts, cap_call=DOLLAR // 100)
    assert "costs over your limit" in say(house, ASK)


def test_a_code_is_no_call_to_repeat(house: House) -> None:
    say(house, ASK)
    assert say(house, "AGAIN").startswith("Not called: there is no call of yours to repeat yet.")
    assert say(house, "STATUS").startswith("A1 to +44 2..0777 is about to ring you")
    assert say(house, ASK) == "Not called: A1 for the same call is about to ring you."
