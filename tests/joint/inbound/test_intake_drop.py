"""DROP: whose call it ends, and what is said of it. That the call ends is the conductor's: tests of the dispatcher."""

import pytest

from accounts import manage
from accounts.people import users_of
from accounts.tables import accounts
from orders.states import OrderState
from orders.tables import orders, wishes
from replies import sentences
from tests.unit.inbound.house import ANN, DOLLAR, NOW, PIN, SECRETS, House

LATE_MS = 2 * 3_600_000


def call(house: House, number: str = "mum") -> None:
    house.clock.now_ms += 1000
    house.send(house.mail(f"CALL {number}", date=""), to=house.alias)


def said(house: House, text: str, **headers: str) -> str:
    house.send(house.mail(text, **headers), to=house.alias)
    return house.said()[-1][1]


def wished(house: House) -> list[str]:
    refs = {order.id: order.ref for order in house.orders}
    return sorted(refs[wish.order_id] for wish in house.rows(wishes))


@pytest.mark.parametrize("text", ["DROP A1", "drop a1 please", "hang up A1", "DROP", "cancel my call", "STOP"])
@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.ENDED}))
def test_114_an_order_that_is_not_over_is_wished_away(house: House, text: str, state: OrderState) -> None:
    call(house)
    house.change(orders, state=state)
    assert said(house, text) == "A1 is being dropped."
    assert wished(house) == ["A1"]
    assert [order.state for order in house.orders] == [state]  # the conductor's to change
    assert len(house.bell.rung) == 1


def test_dropping_twice_is_one_wish(house: House) -> None:
    call(house)
    assert [said(house, text) for text in ("DROP A1", "DROP", "DROP A1")] == ["A1 is being dropped."] * 3
    assert wished(house) == ["A1"]


@pytest.mark.parametrize("outcome", sentences.OVER)
def test_what_is_over_is_told_with_how_it_ended(house: House, outcome: str) -> None:
    call(house)
    house.change(orders, state=OrderState.ENDED, outcome=outcome)
    assert said(house, "DROP A1") == f"A1 is over already: {sentences.OVER[outcome].format(name='Mum')}."
    assert said(house, "DROP") == "Nothing to drop: you have no call under way."
    assert wished(house) == []


def test_of_several_one_must_be_named(house: House) -> None:
    call(house)
    call(house, "+442079460019")
    assert said(house, "DROP") == "Drop which one? B1 is +44 2..0019, A1 is Mum. Write for example DROP B1."
    assert wished(house) == []
    assert said(house, "DROP A1") == "A1 is being dropped."
    assert said(house, "DROP") == "B1 is being dropped."  # the only one that is left to drop
    assert wished(house) == ["A1", "B1"]


def test_a_crowd_of_calls_is_listed_within_one_text_message(house: House) -> None:
    house.change(accounts, cap_call=DOLLAR // 2)
    for number in range(8):
        call(house, f"+44207946011{number}")
    assert said(house, "DROP") == "Drop which one? H1, G1, F1, E1, D1, C1, B1, A1. Write for example DROP H1."
    for number in range(14):
        call(house, f"+4420794602{number:02}")
    told = said(house, "DROP")
    assert told.startswith("Drop which one? X1, W1, ")
    assert told.endswith(" and more. Write for example DROP X1.")
    assert len(told) <= 160
    assert wished(house) == []


@pytest.mark.parametrize("text", ["DROP K7", "drop b1"])
def test_an_order_that_is_not_there(house: House, text: str) -> None:
    call(house)
    assert said(house, text) == f"There is no {text[-2:].upper()}. Nothing was dropped."
    assert wished(house) == []


def test_another_users_order_is_as_if_it_was_not_there(house: House) -> None:
    with house.db.write() as conn:
        ann = next(user for user in users_of(conn, house.rows(accounts)[0].id) if user.id == house.user)
        zoe = manage.add_user(conn, NOW, ann.account_id, "Zoe", "US")
        zoes = manage.new_alias(conn, NOW, SECRETS, zoe)
        manage.add_device(conn, NOW, zoe, "zoe@ship.example")
    call(house)
    for text in ("DROP A1", "DROP"):
        house.send(house.mail(text, **{"from": "zoe@ship.example"}), to=f"{zoes}@door.test")
    assert [text for to, text in house.said() if to == "zoe@ship.example"] == [
        "There is no A1. Nothing was dropped.",
        "Nothing to drop: you have no call under way.",
    ]
    assert wished(house) == []


@pytest.mark.parametrize("text", ["DROP A1", "DROP", "DROP A1 PIN 12345678"])
def test_who_is_not_proven_drops_nothing_and_is_told_nothing(house: House, text: str) -> None:
    call(house)
    before = house.said()
    message_id = house.send(house.mail(text))
    assert house.rules(message_id) == [["proven", "not_proven"]]
    assert house.said() == before
    assert wished(house) == []


def test_a_pin_is_proof(house: House) -> None:
    call(house)
    house.send(house.mail(f"DROP A1 PIN {PIN}"))
    assert house.said()[-1] == (ANN, "A1 is being dropped.")
    assert PIN.encode() not in house.bytes_on_disk()


def test_what_came_of_it_is_kept_with_the_message(house: House) -> None:
    call(house)
    for text, kept in (("DROP K7", "unknown"), ("DROP A1", "passed")):
        assert house.rules(house.send(house.mail(text), to=house.alias)) == [["drop", kept]]


def test_the_same_call_may_be_ordered_anew_while_the_first_is_being_dropped(house: House) -> None:
    call(house)
    said(house, "DROP")
    assert said(house, "CALL mum", date="").startswith("B1 Ringing ")
    assert said(house, "CALL mum", date="") == "Not called: B1 for the same call is about to ring you."


def test_a_redelivered_drop_gets_its_first_answer_and_drops_nothing_new(house: House) -> None:
    call(house)
    raw = house.mail("DROP", message_id="<d@x>")
    house.send(raw, to=house.alias)
    house.change(orders, state=OrderState.ENDED, outcome="dropped")
    call(house, "+442079460019")
    house.send(raw, to=house.alias)
    assert house.said()[-1][1] == "A1 is being dropped."
    assert wished(house) == ["A1"]
    assert said(house, "CALL mum", message_id="<d@x>").startswith("Not called: that message said something else")


def test_a_late_drop_still_drops_what_it_names(house: House) -> None:
    call(house)
    house.clock.now_ms += LATE_MS
    assert said(house, "DROP A1") == "A1 is being dropped."


def test_a_late_drop_that_names_nothing_drops_only_what_there_was(house: House) -> None:
    call(house)
    house.clock.now_ms += LATE_MS
    call(house, "+442079460019")
    assert said(house, "DROP") == "A1 is being dropped."
    house.change(orders, state=OrderState.ENDED, outcome="dropped")
    call(house, "+442079460018")
    late = "Nothing dropped: your message took 120 minutes and C1 was ordered since. Write DROP C1 to end it."
    assert said(house, "DROP") == late
    assert said(house, "DROP", date="") == "C1 is being dropped."


def test_a_clock_that_is_slow_by_minutes_makes_no_drop_late(house: House) -> None:
    call(house)
    assert said(house, "DROP", date="Mon, 21 Sep 2026 14:04:00 +0000") == "A1 is being dropped."


def test_a_closed_account_may_still_drop(house: House) -> None:
    call(house)
    house.change(accounts, active=False)
    assert said(house, "DROP A1") == "A1 is being dropped."
