"""AT: where the sender is rung, told in every answer; another's phone only where that is allowed, behind press-1."""

import pytest

from accounts import manage
from accounts.tables import accounts, devices, users
from tests.joint.inbound.saying import say
from tests.unit.inbound.house import NOW, House

HOTEL = "+44 20 7946 0777"


@pytest.fixture
def two_phones(house: House) -> House:
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, "+12025550177", "boat")
    return house


def test_one_of_ones_own_becomes_the_main_phone(two_phones: House) -> None:
    told = "I ring you at home (+1 2..0101). Your phones: home (+1 2..0101), boat (+1 2..0177)."
    assert say(two_phones, "AT").startswith(told)
    assert say(two_phones, "AT boat") == "From now on I ring you at boat (+1 2..0177)."
    assert say(two_phones, "CALL mum").startswith("A1 Ringing +1 2..0177.")
    assert two_phones.orders[0].number_a == "+12025550177"
    assert say(two_phones, "AT 202 555 0101") == "From now on I ring you at home (+1 2..0101)."
    assert say(two_phones, "CALL +442079460001").startswith("B1 Ringing +1 2..0101.")


def test_another_is_refused_unless_the_account_allows_it(house: House) -> None:
    assert say(house, f"AT {HOTEL}").startswith("Nothing done: +44 20 7946 0777 is not a phone I may ring for you.")
    assert say(house, "CALL mum").startswith("A1 Ringing +1 2..0101.")


def test_another_is_kept_for_now_and_always_behind_press_1(house: House) -> None:
    house.change(accounts, allow_any_phone=True)
    house.change(devices, press_1=False)
    said = "From now on I ring you at +44 2..0777. Who answers there must press 1. To go back, write AT home."
    assert say(house, f"AT {HOTEL} x512") == said
    assert say(house, "AT") == (
        "I ring you at +44 2..0777. Your phones: home (+1 2..0101). To change, write AT and one of them."
    )
    assert say(house, "CALL mum").startswith("A1 Ringing +44 2..0777. Press 1, then Mum.")
    order = house.orders[0]
    assert (order.number_a, order.extension_a, order.press_1) == ("+442079460777", "512", True)
    assert say(house, "CALL +442079460001 FROM home").startswith("B1 Ringing +1 2..0101")
    assert say(house, "AT home") == "From now on I ring you at home (+1 2..0101)."
    assert say(house, "CALL +442079460002").startswith("C1 Ringing +1 2..0101")


def test_what_is_allowed_no_more_is_not_rung(house: House) -> None:
    house.change(accounts, allow_any_phone=True)
    say(house, f"AT {HOTEL}")
    house.change(accounts, allow_any_phone=False)
    assert say(house, "CALL mum").startswith("A1 Ringing +1 2..0101.")
    assert say(house, "AT") == "I ring you at home (+1 2..0101)."


def test_the_operators_word_on_the_main_phone_outdoes_an_at(two_phones: House) -> None:
    two_phones.change(accounts, allow_any_phone=True)
    say(two_phones, f"AT {HOTEL}")
    with two_phones.db.write() as conn:
        manage.set_main_phone(conn, two_phones.user, "+12025550177")
    assert say(two_phones, "CALL mum").startswith("A1 Ringing +1 2..0177.")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+81 3 1234 5678", "calls to +81 3 1234 5678 (JP) are switched off for you."),
        ("+870 773 000 000", "+870 773 000 000 is Inmarsat, which is off"),
        ("+33 1 40 00 12 34", "I have no price for +33 1 40 00 12 34"),
        ("+1 900 555 0123", "+1 900 555 0123 is a special-rate number"),
        ("+1 202 555 0109", "+1 202 555 0109 is this service's own number."),
    ],
)
def test_a_number_that_could_not_be_rung_is_refused_at_once(house: House, number: str, why: str) -> None:
    house.change(accounts, allow_any_phone=True)
    assert say(house, f"AT {number}").startswith(f"Nothing done: {why}")
    assert [user.rung_at for user in house.rows(users)] == ["", ""]


def test_an_older_at_that_comes_late_does_not_undo_a_newer(two_phones: House) -> None:
    two_phones.change(accounts, allow_any_phone=True)
    older_ms = two_phones.clock.now_ms
    assert say(two_phones, "AT boat", after_ms=600_000).startswith("From now on I ring you at boat")
    late = "Nothing done: a later message of yours said something else of that already."
    assert say(two_phones, f"AT {HOTEL}", sent_ms=older_ms) == late
    assert say(two_phones, "AT home", sent_ms=older_ms) == late
    assert say(two_phones, "CALL mum").startswith("A1 Ringing +1 2..0177.")
    assert say(two_phones, "AT home").startswith("From now on")


def test_a_question_names_the_phone_that_at_set(house: House) -> None:
    house.change(accounts, allow_any_phone=True, ask_above=0)
    say(house, f"AT {HOTEL}")
    assert " from +44 2..0777" in say(house, "CALL mum")


def test_who_has_no_phone_is_told_so(house: House) -> None:
    with house.db.write() as conn:
        manage.remove_phone(conn, house.user, "+12025550101")
    assert say(house, "AT") == "Nothing done: I know no phone of yours to ring. Write FROM and its number."


def test_another_user_is_not_touched(house: House) -> None:
    house.change(accounts, allow_any_phone=True)
    say(house, f"AT {HOTEL}")
    assert sorted(user.rung_at for user in house.rows(users)) == ["", "+442079460777"]
