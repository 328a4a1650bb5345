"""Attempts: claimed on paper first, moved only as their table says."""

from itertools import product

import pytest
from sqlalchemy import Row

from orders import attempts
from orders.states import ATTEMPT_MOVES, AttemptState
from tests.unit import factory
from tests.unit.factory import NOW
from tests.unit.orders.conftest import Desk

LEGAL = [(a, b) for a, moves in ATTEMPT_MOVES.items() for b in sorted(moves)]
ILLEGAL = [(a, b) for a, b in product(AttemptState, AttemptState) if b not in ATTEMPT_MOVES[a]]


def claim(desk: Desk, order_id: str, role: str = "A", now_ms: int = NOW) -> str:
    return attempts.claim(
        desk.conn, order_id, role, switch="s1", carrier="trunk", number="+12025550101", limit_ms=60_000, now_ms=now_ms
    )


def only(desk: Desk, order_id: str) -> Row[tuple[object, ...]]:
    (row,) = attempts.of_order(desk.conn, order_id)
    return row


def test_claimed_before_the_switch_hears_of_it(desk: Desk) -> None:
    order_id = desk.order()
    attempt_id = claim(desk, order_id)
    row = only(desk, order_id)
    assert (row.id, row.state, row.role, row.limit_ms, row.claimed_ms) == (
        attempt_id, AttemptState.CLAIMED, "A", 60_000, NOW,
    )  # fmt: skip
    assert (row.dialling_ms, row.answered_ms, row.ended_ms, row.cause) == (None, None, None, None)


@pytest.mark.parametrize(("came_from", "to"), LEGAL)
def test_a_legal_move_is_made_once(desk: Desk, came_from: AttemptState, to: AttemptState) -> None:
    order_id = desk.order()
    attempt_id = factory.attempt(desk.conn, order_id, state=came_from)
    assert attempts.move(desk.conn, attempt_id, came_from, to, cause=17)
    assert not attempts.move(desk.conn, attempt_id, came_from, to, cause=16)
    assert (only(desk, order_id).state, only(desk, order_id).cause) == (to, 17)


def test_an_illegal_move_raises(desk: Desk) -> None:
    attempt_id = factory.attempt(desk.conn, desk.order())
    for came_from, to in ILLEGAL:
        with pytest.raises(ValueError, match="an attempt can't go"):
            attempts.move(desk.conn, attempt_id, came_from, to)


def test_of_an_order_as_they_were_claimed(desk: Desk) -> None:
    order_id = desk.order()
    claim(desk, desk.order())
    later, earlier = claim(desk, order_id, "B", NOW + 1), claim(desk, order_id, "A", NOW)
    assert [row.id for row in attempts.of_order(desk.conn, order_id)] == [earlier, later]


def test_open_ones_of_a_switch(desk: Desk) -> None:
    order_id = desk.order()
    open_id = claim(desk, order_id)
    factory.attempt(desk.conn, order_id, state=AttemptState.ENDED, switch="s1")
    factory.attempt(desk.conn, order_id, state=AttemptState.ANSWERED, switch="s2")
    assert [row.id for row in attempts.open_on(desk.conn, "s1")] == [open_id]


def test_what_is_learned_of_one_does_not_move_it(desk: Desk) -> None:
    order_id = desk.order()
    attempt_id = claim(desk, order_id)
    attempts.note(desk.conn, attempt_id, answered_ms=NOW + 5)
    attempts.seen_alive(desk.conn, [attempt_id], NOW + 6)
    attempts.seen_alive(desk.conn, [], NOW + 7)
    row = only(desk, order_id)
    assert (row.state, row.answered_ms, row.seen_ms) == (AttemptState.CLAIMED, NOW + 5, NOW + 6)
