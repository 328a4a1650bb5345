"""What a mail from somebody we know orders, and what is written down of it."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from accounts import manage
from accounts.tables import accounts, aliases
from billing.tables import holds
from inbound.heard import Heard
from inbound.mail_reader import EMAIL, MailReader
from kernel.doorbell import Doorbell
from orders.states import MessageState, OrderState
from replies.tables import outbox
from tests.unit.inbound.house import ANN, ANNS_PHONE, DOLLAR, MUM, NOW, ORDER, OWN_NUMBER, PIN, SECRETS, House


def test_a_call_by_name(house: House) -> None:
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}", subject="hello"))
    (order,) = house.orders
    assert (order.number_a, order.number_b, order.name_b, order.ref) == (ANNS_PHONE, MUM, "Mum", "A1")
    assert (order.state, order.press_1, order.door) == (OrderState.DUE, True, "email")
    assert (order.shown_a, order.shown_b, order.private) == (OWN_NUMBER, OWN_NUMBER, False)
    assert (order.message_id, order.accepted_ms, order.due_ms) == (message_id, NOW, NOW)
    assert house.bell.rung == [order.id]
    answer = "A1 Ringing +1 2..0101. Press 1, then Mum. About $0.04/min."
    assert house.said() == [(ANN, answer)]
    assert (order.answer, house.message(message_id).answer) == (answer, answer)
    assert house.message(message_id).state == MessageState.HANDLED


def test_the_hold_is_made_with_the_order(house: House) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    (hold,) = house.rows(holds)
    assert hold.order_id == house.orders[0].id
    assert 0 < hold.amount <= 5 * DOLLAR


def test_the_answer_goes_into_their_thread(house: House) -> None:
    house.send(house.mail("CALL mum", subject="a call", message_id="<m1@ship.example>"), to=house.alias)
    envelope = house.envelope(house.rows(outbox)[0])
    assert (envelope.to, envelope.sender) == (ANN, house.alias)
    assert (envelope.subject, envelope.message_id) == ("a call", "<m1@ship.example>")


def test_the_order_is_rung_for_after_its_commit(house: House) -> None:
    seen: list[str] = []

    class Looks(Doorbell):
        def __init__(self) -> None:
            pass

        def ring(self, order_id: str) -> bool:
            seen.extend(order.id for order in house.orders if order.id == order_id)
            return True

    house.intake = replace(house.intake, doorbell=Looks())
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert len(seen) == 1


def test_extensions_and_the_billing_code_are_kept(house: House) -> None:
    house.send(house.mail(f"CALL +44 20 7946 0018 x512 FROM {ANNS_PHONE} x34 BILL JOB.17 PIN {PIN}"))
    (order,) = house.orders
    assert (order.number_a, order.extension_a) == (ANNS_PHONE, "34")
    assert (order.number_b, order.extension_b, order.name_b) == (MUM, "512", "")
    assert order.bill == "JOB.17"


def test_the_usual_phone_is_rung_by_its_extension(house: House) -> None:
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, "+12025550142 x77", "office", main=True)
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert (house.orders[0].number_a, house.orders[0].extension_a) == ("+12025550142", "77")


def test_a_phone_can_be_named_by_its_label(house: House) -> None:
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, "+12025550142", "office")
    house.send(house.mail(f"CALL mum FROM office PIN {PIN}"))
    assert house.orders[0].number_a == "+12025550142"


def test_a_label_that_is_also_a_name_is_asked_about(house: House) -> None:
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, "+12025550142", "office")
        manage.add_contact(conn, NOW, house.user, "office", "+442079460019")
    house.send(house.mail(f"CALL mum FROM office PIN {PIN}"))
    assert house.said() == [(ANN, "Not called: office stands for two numbers in your phone book. Write the number.")]
    assert not house.orders


@pytest.mark.parametrize("text", ["mum", "+44 20 7946 0018", "office"])
def test_a_name_number_or_label_alone_is_called(house: House, text: str) -> None:
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, "+12025550142", "office")
    house.send(house.mail(f"{text} pin {PIN}"))
    assert [order.number_b for order in house.orders] == ["+12025550142" if text == "office" else MUM]


def test_from_a_phone_that_nobody_verified_is_refused(house: House) -> None:
    message_id = house.send(house.mail(f"CALL mum FROM +12025550188 PIN {PIN}"))
    assert house.rules(message_id)[-1] == ["own phone", "phone_not_yours"]
    said = "Not called: +12025550188 is not a phone I may ring for you. If it is your own, write VERIFY and its number."
    assert house.said() == [(ANN, said)]
    assert not house.orders
    assert not house.bell.rung


def test_a_user_without_a_phone_is_told(house: House) -> None:
    with house.db.write() as conn:
        manage.remove_phone(conn, house.user, ANNS_PHONE)
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert house.said() == [(ANN, "Not called: I know no phone of yours to ring. Write FROM and its number.")]


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Mon, 21 Sep 2026 14:01:00 +0000", "A1 12 min late: call Mum at $0.04/min? Reply OK A1 "),
        ("Sat, 19 Sep 2026 14:13:00 +0000", "Not called: your message is over two days old."),
        ("Mon, 21 Sep 2026 14:04:00 +0000", "A1 Ringing"),
        ("Mon, 21 Sep 2026 16:13:10 +0200", "A1 Ringing"),
        ("Tue, 22 Sep 2026 14:13:10 +0000", "A1 Ringing"),
        ("yesterday", "A1 Ringing"),
        ("", "A1 Ringing"),
    ],
)
def test_an_old_order_is_asked_about(house: House, date: str, told: str) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}", date=date))
    ((_, said),) = house.said()
    assert said.startswith(told)
    assert len(house.orders) == told.startswith("A1 Ringing")


def test_references_go_on_and_only_orders_take_one(house: House) -> None:
    for text in ("CALL mum", "CALL +19002345678", "CALL +442079460019"):
        house.send(house.mail(f"{text} PIN {PIN}"))
    assert {order.ref for order in house.orders} == {"A1", "B1"}


class TestPressOne:
    """Left out only for who is proven, on a device that says so, at a phone that was verified."""

    @pytest.fixture(autouse=True)
    def trusted(self, house: House) -> None:
        house.signed.add(ANN)
        with house.db.write() as conn:
            manage.set_press_1(conn, ANN, False)

    def test_off(self, house: House) -> None:
        house.send(house.mail("CALL mum"))
        assert not house.orders[0].press_1
        assert house.said() == [(ANN, "A1 Ringing +1 2..0101, then Mum. About $0.04/min.")]

    def test_off_by_alias_from_the_own_device(self, house: House) -> None:
        house.send(house.mail("CALL mum"), to=house.alias)
        assert not house.orders[0].press_1

    @pytest.mark.parametrize("by", ["pin", "alias"])
    def test_on_for_who_only_claims_to_be_the_sender(self, house: House, by: str) -> None:
        house.signed.clear()
        house.send(house.mail(f"CALL mum PIN {PIN}"), to=house.alias if by == "alias" else ORDER)
        assert house.orders[0].press_1

    def test_on_by_alias_from_elsewhere(self, house: House) -> None:
        house.send(house.mail("CALL mum", **{"from": "x@hotel.example"}), to=house.alias)
        assert house.orders[0].press_1

    def test_on_at_a_phone_that_nobody_verified(self, house: House) -> None:
        house.change(accounts, allow_any_phone=True)
        house.send(house.mail(f"CALL mum FROM +12025550188 PIN {PIN}"))
        assert house.orders[0].press_1

    def test_on_at_another_extension_of_a_verified_number(self, house: House) -> None:
        house.send(house.mail(f"CALL mum FROM {ANNS_PHONE} x600 PIN {PIN}"))
        assert house.orders[0].press_1


def test_an_account_closed_while_the_pin_was_checked_orders_nothing(house: House) -> None:
    class ClosesMeanwhile(MailReader):
        def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
            heard = super().read(conn, recipients, raw, peer)
            house.change(accounts, active=False)
            return heard

    house.intake = replace(house.intake, readers={EMAIL: ClosesMeanwhile(SECRETS, ORDER, "door.test")})
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert house.rules(message_id) == [["enrolled", "account_closed"]]
    assert not house.orders


def test_a_revoked_alias_is_a_strangers(house: House) -> None:
    house.change(aliases, revoked_ms=NOW)
    message_id = house.send(house.mail("CALL mum", **{"from": "x@hotel.example"}), to=house.alias)
    assert '"not_enrolled"' in house.message(message_id).evidence
    assert not house.said()
    assert not house.orders


def test_an_alias_outdoes_the_order_address_and_the_from(house: House) -> None:
    message_id = house.send(house.mail("CALL mum", **{"from": "bob@rig.example"}), to=(ORDER, house.alias))
    assert house.orders[0].user_id == house.user
    assert house.said()[0][0] == ANN
    assert house.message(message_id).recipients == f"{ORDER}\n(alias)"
