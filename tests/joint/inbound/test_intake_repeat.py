"""AGAIN: the last call once more, through the whole gate, as an order of its own."""

import pytest

from accounts import manage
from accounts.tables import accounts
from billing.tables import holds
from orders.states import OrderState
from orders.tables import orders
from tests.unit.inbound.house import ANN, ANNS_PHONE, MUM, NOW, PIN, House

OFFICE = "+12025550142"


def said(house: House, text: str, **headers: str) -> str:
    house.clock.now_ms += 1000
    house.send(house.mail(text, **headers), to=house.alias)
    return house.said()[-1][1]


def over(house: House, outcome: str = "talked") -> None:
    house.change(orders, state=OrderState.ENDED, outcome=outcome)


@pytest.fixture
def called(house: House) -> House:
    """Ann has called her mother from the office, on a bill code; the call is over."""
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, f"{OFFICE} x77", "office")
    said(house, "CALL mum FROM office BILL JOB.17")
    over(house)
    return house


@pytest.mark.parametrize("outcome", ["talked", "b_busy", "a_no_answer", "dropped", "interrupted", "expired"])
def test_the_last_call_is_placed_once_more(called: House, outcome: str) -> None:
    over(called, outcome)
    assert said(called, "AGAIN") == "B1 As A1 again: ringing +1 2..0142. Press 1, then Mum. About $0.04/min."
    first, second = called.orders
    for column in ("number_a", "extension_a", "number_b", "extension_b", "name_b", "bill", "digest", "user_id"):
        assert getattr(second, column) == getattr(first, column), column
    assert (second.state, second.key != first.key) == (OrderState.DUE, True)
    assert called.bell.rung[-1] == second.id
    assert len(called.rows(holds)) == 2


def test_an_extension_of_the_other_party_is_kept(house: House) -> None:
    said(house, "CALL +44 20 7946 0018 x512")
    over(house)
    said(house, "redial please")
    assert {(order.number_b, order.extension_b, order.name_b) for order in house.orders} == {(MUM, "512", "")}


def test_nothing_to_repeat(house: House) -> None:
    told = "Not called: there is no call of yours to repeat yet. Write CALL and a name or number."
    assert said(house, "AGAIN") == told
    said(house, "CALL 911")
    assert said(house, "AGAIN") == told
    assert not house.orders


def test_another_users_call_is_not_repeated(house: House) -> None:
    said(house, "CALL mum")
    house.send(house.mail(f"AGAIN PIN {PIN}", **{"from": "bob@rig.example"}))
    assert house.said()[-1] == (
        "bob@rig.example",
        "Not called: there is no call of yours to repeat yet. Write CALL and a name or number.",
    )


def test_while_the_first_is_under_way_its_state_is_told(house: House) -> None:
    said(house, "CALL mum")
    house.change(orders, state=OrderState.JOINED)
    assert said(house, "AGAIN") == "Not called: A1 for the same call is going on."
    over(house)
    assert said(house, "AGAIN").startswith("B1 As A1 again: ")
    for text in ("AGAIN", "CALL mum", "mum"):  # the same call, however it is asked for
        assert said(house, text) == "Not called: B1 for the same call is about to ring you."
    assert len(house.orders) == 2


def test_again_of_again_is_the_same_call(called: House) -> None:
    said(called, "AGAIN")
    over(called)
    assert said(called, "AGAIN").startswith("C1 As B1 again: ringing +1 2..0142. Press 1, then Mum.")
    assert len({order.digest for order in called.orders}) == 1


def test_a_redelivered_again_gets_its_first_answer_whatever_was_called_since(called: House) -> None:
    raw = called.mail("AGAIN", message_id="<again@x>")
    called.send(raw, to=called.alias)
    first = called.said()[-1]
    over(called)
    said(called, "CALL +442079460019")
    over(called)
    called.send(raw, to=called.alias)
    assert called.said()[-1] == first
    called.send(called.mail("please try again", message_id="<again@x>"), to=called.alias)
    assert called.said()[-1] == first
    assert len(called.orders) == 3
    for other in ("CALL mum FROM office BILL JOB.17", "hello", "DROP"):
        told = said(called, other, message_id="<again@x>")
        assert told.startswith("Not called: that message said something else before.")


def test_it_passes_the_whole_gate(called: House) -> None:
    called.change(accounts, zones="US")
    assert said(called, "AGAIN") == f"Not called: calls to {MUM} (GB) are switched off for you."
    with called.db.write() as conn:
        manage.remove_phone(conn, called.user, f"{OFFICE} x77")
    assert said(called, "AGAIN").startswith("Not called: +12025550142 x77 is not a phone I may ring for you.")
    assert len(called.orders) == 1


def test_an_old_again_is_asked_about_like_any_call(called: House) -> None:
    called.clock.now_ms += 3_600_000
    assert said(called, "AGAIN").startswith("B1 60 min late: call Mum")
    assert len(called.orders) == 1


def test_a_name_that_means_another_number_by_now_is_not_said(house: House) -> None:
    said(house, "CALL mum")
    over(house)
    with house.db.write() as conn:
        manage.remove_contact(conn, house.user, "Mum")
        manage.add_contact(conn, NOW, house.user, "Mum", "+442079460019")
    assert said(house, "AGAIN") == "B1 As A1 again: ringing +1 2..0101. Press 1, then +44 2..0018. About $0.04/min."
    assert [order.number_b for order in house.orders] == [MUM, MUM]


@pytest.mark.parametrize("text", ["AGAIN", "AGAIN PIN 12345678"])
def test_who_is_not_proven_repeats_nothing_and_is_told_nothing(called: House, text: str) -> None:
    before = called.said()
    message_id = called.send(called.mail(text))
    assert called.rules(message_id) == [["proven", "not_proven"]]
    assert called.said() == before
    assert len(called.orders) == 1


def test_from_a_trusted_device_without_the_press(house: House) -> None:
    house.signed.add(ANN)
    with house.db.write() as conn:
        manage.set_press_1(conn, ANN, False)
    said(house, "mum")
    over(house)
    assert said(house, "AGAIN") == "B1 As A1 again: ringing +1 2..0101, then Mum. About $0.04/min."
    assert {order.number_a for order in house.orders} == {ANNS_PHONE}
