"""LAST, STATUS, MAX and the door's own cap: what calls cost, and may cost."""

import pytest

from accounts.tables import accounts
from billing.tables import holds
from orders import attempts
from orders.states import AttemptState, OrderState
from orders.tables import attempts as attempt_rows
from orders.tables import orders
from tests.joint.inbound.saying import say
from tests.unit.inbound.house import DOLLAR, House


def live(house: House, state: OrderState, a_up_s: float | None, b_up_s: float | None) -> None:
    """The newest order, with its legs up for so long."""
    order = house.orders[-1]
    now_ms = house.clock.now_ms + 1000
    with house.db.write() as conn:
        for role, number, up_s in (("A", order.number_a, a_up_s), ("B", order.number_b, b_up_s)):
            leg = attempts.claim(
                conn, order.id, role, switch="main", carrier="c", number=number, limit_ms=60_000, now_ms=now_ms
            )
            attempts.note(conn, leg, dialling_ms=now_ms)
            if up_s is not None:
                attempts.note(conn, leg, state=AttemptState.ANSWERED, answered_ms=now_ms - int(up_s * 1000))
    house.change(orders, state=state)


def test_status_of_a_live_call_tells_its_legs_and_what_they_cost_by_now(house: House) -> None:
    say(house, "CALL mum")
    live(house, OrderState.JOINED, 75, 61)
    assert say(house, "STATUS") == "A1 to Mum is going on: you 1 min 15 s, Mum 1 min 1 s. $0.06 so far."
    later = say(house, "estado A1", after_ms=60_000)
    assert later == "A1 a Mum: en curso; tú 2 min 15 s, Mum 2 min 1 s. 0,10 USD hasta ahora."


def test_status_while_only_one_leg_is_up(house: House) -> None:
    say(house, "CALL mum")
    live(house, OrderState.RINGING_2, 9, None)
    assert say(house, "STATUS A1") == "A1 to Mum is ringing the other party: you 9 s. $0.0034 so far."


def test_status_of_several_calls_is_a_list(house: House) -> None:
    for number in range(9):
        say(house, f"CALL +44 20 7946 000{number}")
    said = say(house, "STATUS")
    assert said.startswith("J1 to +44 2..0008 is about to ring you; H1 to +44 2..0007 is about to ring you; ")
    assert "; more: STATUS " in said
    assert len(said) <= 160


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.ENDED}))
def test_status_knows_a_word_for_every_state(house: House, state: OrderState) -> None:
    say(house, "CALL mum")
    house.change(orders, state=state)
    assert say(house, "STATUS").startswith("A1 to Mum is ")
    assert say(house, "estado").startswith("A1 a Mum: ")


def test_last_and_status_of_what_is_over(house: House) -> None:
    for number in range(3):
        say(house, f"CALL +44 20 7946 000{number}")
    house.change(orders, state=OrderState.ENDED, outcome="b_busy")
    house.change(holds, open=False)
    assert say(house, "STATUS") == "C1 +44 2..0002 busy. You paid $0.00. Please send it again."
    assert say(house, "STATUS B1") == "B1 +44 2..0001 busy. You paid $0.00. Please send it again."
    assert say(house, "LAST") == "C1 +44 2..0002 busy $0.00; B1 +44 2..0001 busy $0.00; A1 +44 2..0000 busy $0.00"
    assert say(house, "últimas").startswith("C1 +44 2..0002 ocupado 0,00 USD; ")
    house.change(orders, outcome="a_congestion")
    assert say(house, "LAST").startswith("C1 +44 2..0002 not reached $0.00; ")


def test_last_is_five_calls_at_most_within_one_text(house: House) -> None:
    for number in range(7):
        name = f"Somebody with a long {'abcdefg'[number]}name"
        say(house, f"NAME {name} +44 20 7946 000{number}")
        say(house, f"CALL {name}")
    said = say(house, "LAST")
    assert said.count("going on") <= 5
    assert len(said) <= 160
    assert said.startswith("G1 Somebody with a lo.. going on; F1 ")


def test_nobody_is_told_of_anothers_calls(house: House) -> None:
    say(house, "CALL mum")
    bobs = next(row.id for row in house.rows(accounts) if row.name == "Rig")
    house.change(orders, account_id=bobs)
    assert say(house, "LAST") == "You have made no call yet."
    assert say(house, "STATUS A1") == "You have no call A1. Write LAST for those you had."


@pytest.mark.parametrize(
    ("text", "ends", "most", "talk_s"),
    [
        ("CALL mum", "About $0.04/min.", 5 * DOLLAR, 7200),
        ("CALL mum MAX 2", "About $0.04/min. $2.00 at most.", 2 * DOLLAR, 7200),
        ("CALL mum MAX 20", "About $0.04/min. $5.00 at most.", 5 * DOLLAR, 7200),
        ("CALL mum MAX 10 MIN", "About $0.04/min. 10 min at most.", 5 * DOLLAR, 600),
        ("CALL mum MAX 2 MAX 10 MIN", "About $0.04/min. $2.00 and 10 min at most.", 2 * DOLLAR, 600),
        ("llamar mum máx 2", "Unos 0,04 USD/min. 2,00 USD como máximo.", 2 * DOLLAR, 7200),
    ],
)
def test_max_bounds_what_the_hold_may_grow_to_and_is_said(
    house: House, text: str, ends: str, most: int, talk_s: int
) -> None:
    assert say(house, text).endswith(ends)
    hold = house.rows(holds)[0]
    assert (hold.most, hold.most_talk_s) == (most, talk_s)


def test_max_under_the_shortest_call_is_refused(house: House) -> None:
    said = say(house, "CALL mum MAX 0.02")
    assert said == "Not called: with ringing, even the shortest call there costs over your limit of $0.02."
    assert house.orders == []


def test_again_is_bounded_as_the_call_was_that_it_repeats(house: House) -> None:
    say(house, "CALL mum MAX 2 MAX 10 MIN")
    house.change(orders, state=OrderState.ENDED, outcome="b_busy")
    assert say(house, "AGAIN").endswith("About $0.04/min. $2.00 and 10 min at most.")
    assert {(hold.most, hold.most_talk_s) for hold in house.rows(holds)} == {(2 * DOLLAR, 600)}


def test_another_limit_makes_no_other_call(house: House) -> None:
    say(house, "CALL mum")
    assert say(house, "CALL mum MAX 2") == "Not called: A1 for the same call is about to ring you."
    assert len(house.rows(attempt_rows)) == 0
