"""Who is not answered, and orders nothing; and who is answered though there is nothing to order."""

import json

import pytest

from accounts.tables import devices, users
from orders.states import MessageState
from replies.tables import outbox
from tests.unit.inbound.house import ANN, DOLLAR, ORDER, PIN, House

NO_ORDER = (
    "Not called: I see no order in 'hello', 'there' and more. Write CALL and a name or number, like CALL +442079460000."
)
QUARTER_MS = 15 * 60_000


def nothing_came_of_it(house: House, message_id: str) -> bool:
    quiet = not [said for said in house.said() if said[0] != "operator"] and not house.orders and not house.bell.rung
    return quiet and house.message(message_id).state == MessageState.HANDLED


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("auto-submitted", "auto-replied"),
        ("precedence", "bulk"),
        ("list-id", "<crew.ship.example>"),
        ("return-path", "<>"),
    ],
)
@pytest.mark.parametrize("alias", [True, False])
def test_an_automatic_mail(house: House, header: str, value: str, alias: bool) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}", **{header: value})
    message_id = house.send(raw, to=house.alias if alias else ORDER)
    assert nothing_came_of_it(house, message_id)
    assert json.loads(house.message(message_id).evidence)["why"] == "automatic"


def test_an_automatic_mail_costs_no_try_of_the_pin(house: House) -> None:
    house.send(house.mail("CALL mum PIN 12345678", auto_submitted="auto-replied"))
    assert {user.pin_failures for user in house.rows(users)} == {0}


@pytest.mark.parametrize(
    "sender",
    [
        "eve@evil.example",
        "",
        f"{ANN}, eve@evil.example",
        f'"{ANN}" <eve@evil.example>',
        f"<@good.example:{ANN}>",
        f"crew: {ANN};",
        "\N{CYRILLIC SMALL LETTER A}nn@ship.example",
        f"{ANN}.evil.example",
        "ann@mail.ship.example",
    ],
)
def test_a_stranger_with_a_pin_of_ours(house: House, sender: str) -> None:
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}", **{"from": sender}))
    assert nothing_came_of_it(house, message_id)
    assert house.message(message_id).kept == ""


def test_two_from_headers(house: House) -> None:
    raw = b"From: eve@evil.example\r\n" + house.mail(f"CALL mum PIN {PIN}")
    assert nothing_came_of_it(house, house.send(raw))


@pytest.mark.parametrize("text", ["CALL mum", "CALL mum PIN 12345678", "CALL mum tomorow PIN 12345678", "hello", ""])
def test_a_known_address_without_the_right_pin(house: House, text: str) -> None:
    assert nothing_came_of_it(house, house.send(house.mail(text)))


def test_a_forger_learns_nothing_of_the_phones(house: House) -> None:
    message_id = house.send(house.mail("CALL mum FROM +12025550188"))
    assert house.rules(message_id)[-1] == ["proven", "not_proven"]
    assert nothing_came_of_it(house, message_id)


def test_a_mail_that_cannot_be_read(house: House) -> None:
    message_id = house.send(b"From: (" + b"(" * 100_000 + b"\r\n\r\nCALL mum", to=house.alias)
    assert nothing_came_of_it(house, message_id)
    assert json.loads(house.message(message_id).evidence) == {"unreadable": "unreadable_mail"}


def test_wrong_pins_lock_until_the_time_is_over(house: House) -> None:
    for pin in range(5):
        house.send(house.mail(f"CALL mum PIN 1234567{pin}"))
    for _ in range(2):
        message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
        assert house.rules(message_id)[-1] == ["proven", "not_proven"]
    told = house.said()  # once each, that somebody guesses at Ann's PIN
    assert [to for to, _ in told] == ["operator", ANN]
    assert told[1][1].startswith("Somebody sent wrong PINs in your name. No PIN is taken until 21 Sep 14:28 UTC")
    house.clock.now_ms += QUARTER_MS - 1
    house.send(house.mail(f"CALL mum PIN {PIN}", date=""))
    assert not house.orders
    house.clock.now_ms += 1
    house.send(house.mail(f"CALL mum PIN {PIN}", date=""))
    assert len(house.orders) == 1


def test_a_lock_is_told_to_mailboxes_alone(house: House) -> None:
    house.change(devices, answer_address="+12025550155")
    for pin in range(5):
        house.send(house.mail(f"CALL mum PIN 1234567{pin}", date=""))
    house.send(house.mail(f"CALL mum PIN {PIN}", date=""))
    assert [to for to, _ in house.said()] == ["operator"]


def test_a_locked_pin_leaves_the_alias_open(house: House) -> None:
    for pin in range(5):
        house.send(house.mail(f"CALL mum PIN 1234567{pin}"))
    house.send(house.mail("CALL mum"), to=house.alias)
    assert len(house.orders) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CALL mum tomorow", "Not called: I don't know 'tomorow'."),
        ("CALL 911", "Not called: 911 is an emergency number. Dial it yourself on the nearest phone."),
        ("CALL", "Not called: there is nothing after CALL. Say what should follow it."),
        (
            "hello there",
            NO_ORDER,
        ),
    ],
)
def test_a_right_pin_is_answered_though_the_words_were_not_understood(house: House, text: str, told: str) -> None:
    message_id = house.send(house.mail(f"{text} PIN {PIN}"))
    assert house.said() == [(ANN, told)]
    assert (house.message(message_id).answer, house.rules(message_id)) == (told, [])
    assert PIN.encode() not in house.bytes_on_disk()


def test_an_alias_works_from_anywhere_and_answers_only_the_enrolled_address(house: House) -> None:
    house.send(house.mail("CALL mum", **{"from": "x@hotel.example", "reply-to": "y@evil.example"}), to=house.alias)
    assert len(house.orders) == 1
    assert [to for to, _ in house.said()] == [ANN]


def test_another_users_device_is_not_answered_by_alias(house: House) -> None:
    house.send(house.mail("CALL nobody", **{"from": "bob@rig.example"}), to=house.alias)
    assert [to for to, _ in house.said()] == [ANN]


@pytest.mark.parametrize("text", ["CALL mum", "CALL nobody"])
def test_a_device_that_cannot_be_answered_is_not(house: House, text: str) -> None:
    house.change(devices, answer_address="", limit_call=5 * DOLLAR)
    house.send(house.mail(f"{text} PIN {PIN}"))
    assert [to for to, _ in house.said()] == ["operator"] * (text != "CALL mum")
    assert [order.answer_to for order in house.orders] == [""] * (text == "CALL mum")


def test_answers_go_where_the_device_says(house: House) -> None:
    house.change(devices, answer_address="bridge@ship.example")
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert [to for to, _ in house.said()] == ["bridge@ship.example"]


@pytest.mark.parametrize(
    ("text", "subject", "kept"),
    [
        ("CALL mum PIN{pin}", "hello", "Subject: hello\n\nCALL mum PIN****"),
        ("CALL mum", "PIN{pin}", "Subject: PIN****\n\nCALL mum"),
        ("CALL mum\nPIN: {pin}", "", "Subject: \n\nCALL mum\nPIN: ****"),
    ],
)
def test_the_pin_is_struck_out_however_it_was_written(house: House, text: str, subject: str, kept: str) -> None:
    message_id = house.send(house.mail(text.format(pin=PIN), subject=subject.format(pin=PIN)))
    assert len(house.orders) == 1
    assert house.message(message_id).kept == kept
    assert PIN.encode() not in house.bytes_on_disk()


def test_the_pin_does_not_come_back_in_the_answers_subject(house: House) -> None:
    house.send(house.mail("CALL mum", subject=f"PIN{PIN}"))
    assert house.envelope(house.rows(outbox)[0]).subject == "PIN****"


def test_a_call_to_a_number_that_holds_the_pins_digits_is_kept_whole(house: House) -> None:
    message_id = house.send(house.mail("CALL +442079460018 PIN 4420"))
    assert house.message(message_id).kept.endswith("CALL +442079460018 PIN ****")
