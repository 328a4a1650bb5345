"""One message, one order: however often, wherever and whenever it comes again."""

from itertools import product

import pytest

from accounts import manage
from accounts.people import account_named, users_of
from accounts.tables import accounts
from billing.tables import holds
from orders.states import UNDER_WAY, how_far
from orders.tables import orders
from replies import sentences
from replies.tables import outbox
from tests.crowd import together
from tests.unit.inbound.house import ANN, BOB, NOW, PIN, SECRETS, House

ONE = {"message_id": "<one@ship.example>"}
TWO_DAYS_MS = 48 * 3_600_000


def test_a_handled_message_is_not_handled_again(house: House) -> None:
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
    before = house.message(message_id)
    house.clock.now_ms += 60_000
    house.intake.handle(message_id)
    assert house.message(message_id) == before
    assert (len(house.orders), len(house.said()), len(house.bell.rung)) == (1, 1, 1)


def test_a_message_nobody_knows_is_nothing_to_do(house: House) -> None:
    house.intake.handle("0" * 28)


def test_a_redelivery_gets_the_first_answer_again(house: House) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}", **ONE)
    first_id = house.send(raw)
    house.clock.now_ms += 3 * TWO_DAYS_MS
    again = house.send(raw)
    assert (len(house.orders), len(house.bell.rung)) == (1, 1)
    first, second = house.said()
    assert first == second
    assert house.rules(again) == [["repeated", first_id]]


@pytest.mark.parametrize(
    "same", ["Call Mum PIN {pin}", "please ring +44 (20) 7946-0018 pin {pin}", "CALL mum\nPIN {pin}\nthanks"]
)
def test_another_spelling_of_the_same_order_is_a_redelivery(house: House, same: str) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}", **ONE))
    house.send(house.mail(same.format(pin=PIN), **ONE))
    assert len(house.orders) == 1
    assert len(set(house.said())) == 1


@pytest.mark.parametrize(
    "other", ["CALL +442079460019", "CALL mum FROM +12025550101", "CALL mum BILL 7", "CALL mum x1"]
)
def test_another_order_under_the_same_id_is_refused(house: House, other: str) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}", **ONE))
    house.send(house.mail(f"{other.replace('mum x1', '+442079460018 x1')} PIN {PIN}", **ONE))
    assert len(house.orders) == 1
    said = "Not called: that message said something else before. For another call write a new one."
    assert house.said()[1] == (ANN, said)


def test_without_a_message_id_the_date_is_the_key(house: House) -> None:
    for _ in range(2):
        house.send(house.mail(f"CALL mum PIN {PIN}", message_id=""))
    assert len(house.orders) == 1


def test_without_both_the_mail_itself_is_the_key(house: House) -> None:
    for text in ("CALL mum", "CALL mum", "CALL +442079460019"):
        house.send(house.mail(f"{text} PIN {PIN}", message_id="", date=""))
    assert len(house.orders) == 2


def test_a_date_of_1970_is_one(house: House) -> None:
    message_id = house.send(house.mail("CALL mum", date="Thu, 01 Jan 1970 00:00:00 +0000"), to=house.alias)
    assert house.rules(message_id)[-1] == ["fresh", "too_old"]


def test_a_doubled_message_id_is_none(house: House) -> None:
    for text, other in (("CALL mum", "<x@y>"), ("CALL +442079460019", "<z@y>")):
        raw = house.mail(f"{text} PIN {PIN}", date="", **ONE)
        house.send(b"Message-ID: " + other.encode() + b"\r\n" + raw)
    assert len(house.orders) == 2


@pytest.mark.parametrize("forged", ["CALL mum", "CALL +442079460019 PIN 12345678", "CALL +442079460019"])
def test_a_forged_mail_takes_no_key(house: House, forged: str) -> None:
    house.send(house.mail(forged, **ONE))
    assert not house.orders
    house.send(house.mail(f"CALL mum PIN {PIN}", **ONE))
    assert [order.name_b for order in house.orders] == ["Mum"]


def test_a_forged_redelivery_is_told_nothing_of_the_order(house: House) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}", **ONE))
    forged = house.send(house.mail("CALL mum", **ONE))
    assert house.rules(forged)[-1] == ["proven", "not_proven"]
    assert (len(house.orders), len(house.said())) == (1, 1)


def test_what_another_user_orders_takes_no_key_either(house: House) -> None:
    with house.db.write() as conn:
        rig = account_named(conn, "Rig")
        assert rig is not None
        bobs = manage.new_alias(conn, NOW, SECRETS, users_of(conn, rig.id)[0].id)
    house.send(house.mail("CALL +442079460019", **ONE), to=f"{bobs}@door.test")  # with Ann's From and Message-ID
    house.send(house.mail(f"CALL mum PIN {PIN}", **ONE))
    assert {order.number_b for order in house.orders} == {"+442079460018", "+442079460019"}
    assert [to for to, _ in house.said()] == [BOB, ANN]


def test_a_refused_order_that_comes_again_is_refused_again_though_it_would_pass_now(house: House) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}", **ONE)
    house.change(accounts, cap_call=1)
    house.send(raw)
    house.change(accounts, cap_call=10_000_000)
    house.send(raw)
    assert house.orders == []
    assert len(house.said()) == 2
    assert len(set(house.said())) == 1


def test_the_same_call_asked_for_again_while_it_is_under_way_is_told_how_far_it_is(house: House) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    for first, state in product("AB", UNDER_WAY):
        house.change(orders, state=state, first=first)
        house.send(house.mail(f"call Mum PIN {PIN}"))
        doing = sentences.DOING[how_far(state, first)]
        assert house.said()[-1][1] == f"Not called: A1 for the same call is {doing}."
    assert len(house.orders) == 1
    for ending in ("telling", "closing"):
        house.change(orders, state=ending)
        house.send(house.mail(f"CALL mum PIN {PIN}"))
        house.change(orders, state=ending)
    assert len(house.orders) == 3


@pytest.mark.parametrize(
    ("text", "same"),
    [("CALL mum BILL 7", True), ("CALL mum MAX 2", True), ("CALL +442079460018 MAX 9 MIN BILL x", True),
     ("CALL mum FROM +12025550101", True), ("CALL mum FROM +12025550188", False), ("CALL +442079460018 x7", False),
     ("CALL +442079460019", False)],
)  # fmt: skip
def test_the_same_call_is_between_the_same_telephones_whatever_else_is_said_of_it(
    house: House, text: str, same: bool
) -> None:
    house.change(accounts, allow_any_phone=True)
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    house.send(house.mail(f"{text} PIN {PIN}"))
    assert len(house.orders) == 2 - same


def test_one_mail_to_two_addresses_of_ours_is_one_order(house: House) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}")
    house.send(raw)
    house.send(raw, to=house.alias)
    assert len(house.orders) == 1


def test_five_threads_and_five_copies_make_one_order(house: House) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}")
    ids = [house.accept(raw) for _ in range(5)]
    together(5, lambda first: house.handle(ids[first:] + ids[:first]))
    assert len(house.orders) == len(house.rows(holds)) == len(house.bell.rung) == 1
    assert len(house.said()) == 5
    assert len(set(house.said())) == 1
    assert {house.message(message_id).state for message_id in ids} == {"handled"}
    assert {row.key for row in house.rows(outbox)} == {f"answer:{message_id}" for message_id in ids}
