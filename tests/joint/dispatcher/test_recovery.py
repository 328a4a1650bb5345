"""What the switch has x what its log says x what is on paper: nobody dialled twice, nobody left, all of it billed."""

import pytest

from dispatcher.progress import Action
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.unit.dispatcher.desk import Desk, asked, live
from tests.unit.dispatcher.left import left
from tests.unit.factory import NOW

ROWS: list[tuple[S, T, T | None, str, str, list[str]]] = [
    # on paper: order, A, B      on the switch: A, B     what is asked
    (S.CLAIMED, T.CLAIMED, None, "down", "", ["dial_1"]),
    (S.CLAIMED, T.CLAIMED, None, "", "", []),
    (S.RINGING_1, T.DIALLING, None, "down", "", ["end a"]),  # whether it was dialled nobody knows
    (S.RINGING_1, T.DIALLING, None, "ringing", "", []),
    (S.RINGING_1, T.DIALLING, None, "up", "", ["arm_1", "ask_1"]),
    (S.CONFIRMING, T.ANSWERED, None, "up", "", ["ask_1"]),
    (S.CONFIRMING, T.DIALLING, None, "up", "", ["ask_1"]),  # its line is still to come
    (S.REACHING_2, T.ANSWERED, T.CLAIMED, "up", "", ["create_2"]),
    (S.REACHING_2, T.ANSWERED, T.CLAIMED, "up", "down", ["dial_2"]),
    (S.RINGING_2, T.ANSWERED, T.DIALLING, "up", "down", ["end b"]),
    (S.RINGING_2, T.ANSWERED, T.DIALLING, "up", "ringing", []),
    (S.RINGING_2, T.ANSWERED, T.DIALLING, "up", "up", ["arm_joined"]),
    (S.JOINED, T.ANSWERED, T.ANSWERED, "up", "up", []),
    (S.TELLING, T.ANSWERED, T.ENDED, "up", "", ["tell_1"]),
    (S.CLOSING, T.ANSWERED, T.ENDED, "up", "", ["end_1"]),
    (S.CLOSING, T.ANSWERED, T.ANSWERED, "up", "up", ["end_1", "end_2"]),
    (S.CLOSING, T.ENDED, T.DIALLING, "", "up", ["end_2"]),
]


@pytest.mark.parametrize(("state", "a", "b", "a_is", "b_is", "wanted"), ROWS)
def test_a_call_that_goes_on_is_taken_up_where_it_was(
    desk: Desk, state: S, a: T, b: T | None, a_is: str, b_is: str, wanted: list[str]
) -> None:
    call = left(desk, state, a, b, outcome="b_busy" if state is S.TELLING else "")
    papers = desk.papers()
    asks, strays = papers.recover(call.there(a_is, b_is), [])
    assert (call.names(asked(asks)), strays) == (wanted, [])
    assert desk.held(call.order)
    if state is S.TELLING:
        assert asks[0].cause == "busy"
    again = call.names(asked(papers.recover(call.there(a_is, b_is), [])[0]))
    assert not [name for name in again if name.startswith("dial")]  # once is once


def test_without_press_1_an_answered_a_goes_on_to_b(desk: Desk) -> None:
    call = left(desk, S.RINGING_1, T.DIALLING, press_1=False)
    asks, _ = desk.papers().recover(call.there("up"), [])
    assert [ask.action for ask in asks] == ["arm_1", "create_2"]


def test_what_ended_while_we_were_dead_is_billed_from_the_log(desk: Desk) -> None:
    call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, outcome="talked")
    call.ended(NOW - 500, NOW - 490)
    desk.papers().recover([], [])
    assert desk.bills(call.order) == {call.a: (NOW - 30_000, NOW - 500), call.b: (NOW - 10_000, NOW - 490)}
    desk.is_over(call.order, "talked")
    desk.papers().recover([], [])
    assert (desk.receipts(call.order), desk.problems()) == (1, [])


def test_a_whole_life_in_the_log_is_billed(desk: Desk) -> None:
    call = left(desk, S.RINGING_1, T.DIALLING)
    desk.log((call.a, "answer", NOW - 9_000, None), (call.a, "hangup", NOW - 3_000, 16))
    desk.papers().recover([], [])
    assert desk.bills(call.order) == {call.a: (NOW - 9_000, NOW - 3_000)}
    desk.is_over(call.order, "not_confirmed")


@pytest.mark.parametrize(
    ("state", "b", "outcome", "asks"),
    [
        (S.REACHING_2, T.CLAIMED, "a_left", ["end_2"]),
        (S.RINGING_2, T.DIALLING, "a_left", ["end_2"]),
        (S.JOINED, T.ANSWERED, "", ["end_2"]),
    ],
)
def test_b_is_ended_when_a_left_while_we_were_dead(desk: Desk, state: S, b: T, outcome: str, asks: list[str]) -> None:
    call = left(desk, state, T.ANSWERED, b)
    call.ended(a_ms=NOW - 500)
    names = call.names(asked(desk.papers().recover(call.there(b="ringing" if b is T.DIALLING else "down"), [])[0]))
    assert names[:1] == asks
    assert desk.state(call.order) == (S.CLOSING, outcome)
    assert not [name for name in names if name.startswith("dial")]


def test_b_ended_while_we_were_dead_and_a_is_told(desk: Desk) -> None:
    call = left(desk, S.RINGING_2, T.ANSWERED, T.DIALLING)
    desk.log((call.b, "hangup", NOW - 500, 17))
    asks, _ = desk.papers().recover(call.there("up"), [])
    assert {(ask.action, ask.attempt_id, ask.cause) for ask in asks} == {(Action.TELL_1, call.a, "busy")}
    assert desk.state(call.order) == (S.TELLING, "b_busy")


@pytest.mark.parametrize("earlier", ["A", "B"])
def test_both_ended_while_we_were_dead_since_a_left(desk: Desk, earlier: str) -> None:
    call = left(desk, S.RINGING_2, T.ANSWERED, T.DIALLING)
    ends = {"A": (call.a, "hangup", NOW - 500, 16), "B": (call.b, "hangup", NOW - 500, 16)}
    desk.log(ends.pop(earlier), *ends.values())
    desk.papers().recover([], [])
    desk.is_over(call.order, "a_left")


def test_an_order_is_closed_when_a_left_before_it_was_told(desk: Desk) -> None:
    call = left(desk, S.TELLING, T.ANSWERED, T.ENDED, outcome="b_busy")
    call.ended(a_ms=NOW - 500)
    desk.papers().recover([], [])
    desk.is_over(call.order, "b_busy")


def test_strays_are_ended_and_bridges_of_no_call_removed(desk: Desk) -> None:
    call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED)
    over = left(desk, S.ENDED, T.ENDED)
    unknown, papers = "e" * 28, desk.papers()
    there = [*call.there("up", "up"), live(over.a, "up"), live(unknown, "down")]
    asks, strays = papers.recover(there, [call.order, over.order])
    assert (asked(asks), strays) == ([(None, over.a), (None, unknown)], [over.order])
    assert asked(papers.looked(there, desk.now.ms())) == [(None, over.a), (None, unknown)]


def test_a_leg_that_the_switch_does_not_have_is_made_again_under_another_id(desk: Desk) -> None:
    """The switch made leg B and ended it at once, for want of us; that line was not read yet."""
    call = left(desk, S.REACHING_2, T.ANSWERED, T.CLAIMED)
    asks, _ = desk.papers().recover(call.there("up"), [])
    assert [ask.attempt_id for ask in asks if ask.action is Action.CREATE_2] != [call.b]
