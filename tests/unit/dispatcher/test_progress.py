"""The table of a call's progress, whole: what it says, what it can't say, and that every way leads out."""

import pytest

from dispatcher.advance import Timer
from dispatcher.progress import PROGRESS, Action, Event
from orders.states import LIVE_ORDERS, ORDER_MOVES, AttemptState
from orders.states import OrderState as S
from tests.unit.dispatcher.desk import Desk
from tests.unit.factory import NOW

A, E = Action, Event
AGAIN = {E.FIRST_AGAIN, E.SECOND_AGAIN}
ENDS_A, ENDS_B = {A.END_1}, {A.END_2}
FAR_SIDE = {
    E.FIRST_READY,
    E.FIRST_ANSWERED,
    E.FIRST_TRUSTED,
    E.FIRST_ENDED,
    E.SECOND_READY,
    E.SECOND_ANSWERED,
    E.SECOND_ENDED,
    E.PRESSED_1,
}
"""What the parties and the switch bring about, with no timer and no wish of ours."""


def with_action(action: Action) -> set[tuple[S, Event]]:
    return {pair for pair, found in PROGRESS.items() if action in found.actions}


def into(state: S) -> set[tuple[S, Event]]:
    return {pair for pair, found in PROGRESS.items() if found.to is state and pair[0] is not state}


def reachable(start: S, events: set[Event]) -> set[S]:
    found, edge = {start}, [start]
    while edge:
        here = edge.pop()
        ahead = {row.to for (state, event), row in PROGRESS.items() if state is here and event in events} - found
        found |= ahead
        edge += ahead
    return found


@pytest.mark.parametrize(("state", "event"), sorted(PROGRESS))
def test_each_step_is_a_legal_move_of_a_live_order(state: S, event: Event) -> None:
    found = PROGRESS[state, event]
    assert found.to is state or found.to in ORDER_MOVES[state]
    assert state in LIVE_ORDERS
    assert len(set(found.actions)) == len(found.actions)


def test_a_pair_that_is_not_in_the_table_changes_nothing(desk: Desk) -> None:
    papers = desk.papers()
    for state in S:
        order = desk.order(state, outcome="as it was")
        for role in "AB" if state in LIVE_ORDERS else "":
            desk.attempt(order, role, AttemptState.ANSWERED, answered_ms=NOW, dialling_ms=NOW)
        before = (desk.row(order), desk.legs(order))
        events = [event for event in E if (state, event) not in PROGRESS]
        assert papers.take([Timer(order, event) for event in events]) == []
        assert (desk.row(order), desk.legs(order)) == before
        assert events


def test_no_event_moves_an_order_that_is_due_or_ended() -> None:
    assert not [pair for pair in PROGRESS if pair[0] in (S.DUE, S.ENDED)]


@pytest.mark.parametrize("state", sorted(LIVE_ORDERS))
def test_from_every_state_closing_can_be_reached_by_what_the_far_side_does(state: S) -> None:
    assert S.CLOSING in reachable(state, FAR_SIDE)


def test_nothing_goes_back() -> None:
    """No state is reached twice but by another try, of which there are so many and no more (`test_tries`).

    So any sequence of events is at its end after finitely many moves.
    """
    forward = set(E) - AGAIN
    for state in LIVE_ORDERS:
        ahead = {row.to for (here, event), row in PROGRESS.items() if here is state and event in forward} - {state}
        assert all(state not in reachable(each, forward) for each in ahead)


def test_another_try_begins_at_the_channel_and_is_for_a_leg_that_did_not_answer() -> None:
    assert {(pair, PROGRESS[pair].to, PROGRESS[pair].actions) for pair in PROGRESS if pair[1] in AGAIN} == {
        ((S.REACHING_1, E.FIRST_AGAIN), S.REACHING_1, (A.CREATE_1,)),
        ((S.RINGING_1, E.FIRST_AGAIN), S.REACHING_1, (A.CREATE_1,)),
        ((S.REACHING_2, E.SECOND_AGAIN), S.REACHING_2, (A.CREATE_2,)),
        ((S.RINGING_2, E.SECOND_AGAIN), S.REACHING_2, (A.CREATE_2,)),
    }


def test_closing_is_left_by_nothing_but_the_last_line_of_the_log() -> None:
    assert {row.to for (state, _), row in PROGRESS.items() if state is S.CLOSING} == {S.CLOSING}


def test_each_leg_is_dialled_at_one_place_and_only_when_it_is_ready() -> None:
    assert with_action(A.DIAL_1) == {(S.CLAIMED, E.FIRST_READY), (S.REACHING_1, E.FIRST_READY)}
    assert with_action(A.DIAL_2) == {(S.REACHING_2, E.SECOND_READY)}


def test_b_is_asked_for_only_by_a_pressed_1_or_the_answer_of_a_trusted_a() -> None:
    first_try = {pair for pair in with_action(A.CREATE_2) | into(S.REACHING_2) if pair[1] not in AGAIN}
    assert first_try == {(S.CONFIRMING, E.PRESSED_1), (S.RINGING_1, E.FIRST_TRUSTED)}
    assert into(S.CONFIRMING) == {(S.RINGING_1, E.FIRST_ANSWERED)}
    assert into(S.RINGING_2) == {(S.REACHING_2, E.SECOND_READY)}
    assert into(S.JOINED) == {(S.RINGING_2, E.SECOND_ANSWERED)}


def test_a_code_is_spoken_to_who_answered_and_rings_nobody_else() -> None:
    assert with_action(A.SPEAK) == into(S.SPEAKING) == {(S.RINGING_1, E.FIRST_LISTENS)}
    after = {step.to for (state, _), step in PROGRESS.items() if state is S.SPEAKING}
    assert after == {S.CLOSING}


def test_a_is_armed_anew_by_its_answer_and_both_when_b_answers() -> None:
    answers = {E.FIRST_ANSWERED, E.FIRST_TRUSTED, E.FIRST_LISTENS}
    assert with_action(A.ARM_1) == {(S.RINGING_1, answer) for answer in answers}
    assert with_action(A.ARM_JOINED) == into(S.JOINED)
    assert all(PROGRESS[pair].actions[0] in (A.ARM_1, A.ARM_JOINED) for pair in with_action(A.ARM_1) | into(S.JOINED))


@pytest.mark.parametrize(("state", "event"), sorted(into(S.CLOSING)))
def test_whoever_may_still_be_there_is_ended_on_the_way_to_closing(state: S, event: Event) -> None:
    asked = set(PROGRESS[state, event].actions)
    has_b = state in (S.REACHING_2, S.RINGING_2, S.JOINED)
    if event is E.FIRST_ENDED:
        assert asked == (ENDS_B if has_b else set())
    else:
        assert asked >= ENDS_A
    if has_b and event is not E.SECOND_ENDED:
        assert asked >= ENDS_B


@pytest.mark.parametrize(("state", "event"), sorted(into(S.CLOSING) | into(S.TELLING)))
def test_an_order_has_an_outcome_when_it_closes(state: S, event: Event) -> None:
    decided_before = state in (S.JOINED, S.TELLING)  # "talked", or what B's end was called
    cut_short = state is S.JOINED and event in (E.DROP, E.LOST)
    assert bool(PROGRESS[state, event].outcome) is (not decided_before or cut_short)
    assert PROGRESS[S.RINGING_2, E.SECOND_ANSWERED].outcome == "talked"


def test_a_drop_while_a_is_told_why_b_cant_be_had_changes_nothing_of_that() -> None:
    assert PROGRESS[S.TELLING, E.DROP] == PROGRESS[S.TELLING, E.TOLD]


def test_a_drop_ends_whatever_is_live() -> None:
    for state in LIVE_ORDERS - {S.CLOSING, S.TELLING}:
        found = PROGRESS[state, E.DROP]
        assert (found.to, set(found.actions), found.outcome) == (S.CLOSING, ENDS_A | ENDS_B, "dropped")


def test_of_a_switch_that_is_lost_nobody_is_dialled_again() -> None:
    """What was claimed and rings nobody goes to another switch; of all else only the end is left."""
    assert (S.CLAIMED, E.LOST) not in PROGRESS
    for state in LIVE_ORDERS - {S.CLAIMED, S.CLOSING, S.TELLING}:
        assert (PROGRESS[state, E.LOST].to, PROGRESS[state, E.LOST].outcome) == (S.CLOSING, "switch_lost")
    assert (PROGRESS[S.TELLING, E.LOST].to, PROGRESS[S.TELLING, E.LOST].outcome) == (S.CLOSING, "")
