"""Orders: only legal moves, each guarded; and which ones wait."""

from itertools import product

import pytest
from sqlalchemy.exc import IntegrityError

from orders import orders
from orders.orders import NewOrder
from orders.states import LIVE_ORDERS, ORDER_MOVES, SETTING_UP, OrderState
from tests.unit import factory
from tests.unit.factory import NOW
from tests.unit.orders.conftest import Desk

LEGAL = [(a, b) for a, moves in ORDER_MOVES.items() for b in sorted(moves)]
ILLEGAL = [(a, b) for a, b in product(OrderState, OrderState) if b not in ORDER_MOVES[a]]


def new(desk: Desk, key: str = "k", ref: str = "A1") -> NewOrder:
    return NewOrder(
        id=factory.new("ord"), ref=ref, account_id=desk.account, user_id=desk.user,
        message_id=factory.message(desk.conn), door="email", key=key, digest="d", number_a="+12025550101",
        extension_a="", number_b="+442079460018", extension_b="512", name_b="Mum", bill="JOB", press_1=True,
        notices=True, shown_a="+12025550109", shown_b="withheld", answer="Ringing", answer_to="", due_ms=NOW + 7,
    )  # fmt: skip


def test_placed_as_it_was_ordered(desk: Desk) -> None:
    order = new(desk)
    orders.place(desk.conn, order, NOW)
    row = orders.by_id(desk.conn, order.id)
    assert row is not None
    assert (row.state, row.accepted_ms, row.due_ms, row.extension_b) == (OrderState.DUE, NOW, NOW + 7, "512")
    assert orders.by_id(desk.conn, "other") is None


@pytest.mark.parametrize(("key", "ref"), [("k", "B1"), ("l", "A1")])
def test_a_key_and_a_reference_are_used_once(desk: Desk, key: str, ref: str) -> None:
    orders.place(desk.conn, new(desk), NOW)
    with pytest.raises(IntegrityError):
        orders.place(desk.conn, new(desk, key, ref), NOW)


@pytest.mark.parametrize(("came_from", "to"), LEGAL)
def test_a_legal_move_is_made_once(desk: Desk, came_from: OrderState, to: OrderState) -> None:
    order_id = desk.order(state=came_from)
    other = desk.order(state=came_from)
    assert orders.move(desk.conn, order_id, came_from, to, outcome="x")
    assert not orders.move(desk.conn, order_id, came_from, to, outcome="y")
    row, untouched = orders.by_id(desk.conn, order_id), orders.by_id(desk.conn, other)
    assert row is not None
    assert untouched is not None
    assert (row.state, row.outcome, untouched.state) == (to, "x", came_from)


def test_an_illegal_move_raises(desk: Desk) -> None:
    order_id = desk.order()
    for came_from, to in ILLEGAL:
        with pytest.raises(ValueError, match="an order can't go"):
            orders.move(desk.conn, order_id, came_from, to)


def test_the_table_of_moves_is_whole() -> None:
    assert set(ORDER_MOVES) == set(OrderState)
    assert not ORDER_MOVES[OrderState.ENDED]
    assert all(OrderState.ENDED in moves for state, moves in ORDER_MOVES.items() if state != OrderState.ENDED)
    assert SETTING_UP < LIVE_ORDERS
    reached = {OrderState.DUE}
    for _ in OrderState:
        reached |= {to for state in reached for to in ORDER_MOVES[state]}
    assert reached == set(OrderState)


def test_waiting_are_the_due_and_those_whose_worker_never_came_back(desk: Desk) -> None:
    late = desk.order(state=OrderState.DUE, due_ms=NOW - 1)
    stuck = desk.order(state=OrderState.CLAIMED, due_ms=NOW - 2, taken_until_ms=NOW)
    desk.order(state=OrderState.DUE, due_ms=NOW + 1)
    desk.order(state=OrderState.CLAIMED, due_ms=NOW - 3, taken_until_ms=NOW + 1)
    desk.order(state=OrderState.RINGING_1, due_ms=NOW - 4)
    desk.order(state=OrderState.ENDED, due_ms=NOW - 5)
    assert orders.waiting(desk.conn, NOW, NOW, OrderState.DUE, 10) == [late]
    assert orders.waiting(desk.conn, NOW, NOW, OrderState.CLAIMED, 1) == [stuck]
    assert orders.waiting(desk.conn, NOW, NOW, OrderState.DUE, 0) == []


def test_who_was_just_rung_for_does_not_wait(desk: Desk) -> None:
    order_id = desk.order(state=OrderState.DUE)
    orders.rang(desk.conn, [order_id], NOW)
    assert orders.waiting(desk.conn, NOW + 4_999, NOW - 1, OrderState.DUE, 10) == []
    assert orders.waiting(desk.conn, NOW + 5_000, NOW, OrderState.DUE, 10) == [order_id]


def test_a_worker_holds_on_to_an_order(desk: Desk) -> None:
    order_id = desk.order(state=OrderState.CLAIMED)
    orders.hold_on(desk.conn, order_id, NOW + 100, "main")
    assert orders.waiting(desk.conn, NOW + 99, NOW, OrderState.CLAIMED, 10) == []
    assert orders.waiting(desk.conn, NOW + 100, NOW, OrderState.CLAIMED, 10) == [order_id]


def test_stale_are_those_still_due_and_accepted_before(desk: Desk) -> None:
    old = desk.order(state=OrderState.DUE, accepted_ms=NOW - 1)
    desk.order(state=OrderState.DUE, accepted_ms=NOW)
    desk.order(state=OrderState.CLAIMED, accepted_ms=NOW - 1)
    assert orders.stale(desk.conn, NOW) == [old]
    assert orders.stale(desk.conn, NOW, 0) == []


def test_setting_up_counts_what_is_between_create_and_bridge(desk: Desk) -> None:
    for state in OrderState:
        desk.order(state=state, switch="main")
    desk.order(state=OrderState.JOINED, switch="other")
    going_on = len(OrderState) - 2
    assert len(SETTING_UP) == 6
    assert orders.loads(desk.conn) == {"main": orders.Load(going_on, 6), "other": orders.Load(1, 0)}
