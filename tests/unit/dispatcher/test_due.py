"""Orders that wait: who is rung for, who is rung for again, who waited too long."""

import pytest
from redis import Redis

from dispatcher.closing import close
from dispatcher.due import NOT_TAKEN_MS, Due
from dispatcher.pool import Pool
from kernel.doorbell import Doorbell
from orders import orders
from orders.states import OrderState
from tests.unit.dispatcher.desk import STALE_MS, SWITCH, Desk


class Bell(Doorbell):
    """Notes what it was rung for; `away` is Redis's being away."""

    def __init__(self) -> None:
        super().__init__(Redis())
        self.rung: list[str] = []
        self.away = False

    def ring(self, order_id: str) -> bool:
        if not self.away:
            self.rung.append(order_id)
        return not self.away


@pytest.fixture
def bell() -> Bell:
    return Bell()


def due(desk: Desk, bell: Bell, room: int = 20) -> Due:
    return Due(desk.db, desk.clock, bell, Pool((SWITCH,), room), STALE_MS)


def test_what_is_due_is_rung_for_oldest_first_and_what_is_not_yet_due_is_not(desk: Desk, bell: Bell) -> None:
    desk.order(due_ms=desk.now.ms() + 1)
    second, first = desk.order(), desk.order(due_ms=desk.now.ms() - 5)
    assert due(desk, bell).ring() == 2
    assert bell.rung == [first, second]


def test_a_job_has_five_seconds_to_arrive(desk: Desk, bell: Bell) -> None:
    order, waiting = desk.order(), due(desk, bell)
    waiting.ring()
    desk.now.later(NOT_TAKEN_MS - 1)
    assert waiting.ring() == 0
    desk.now.later(1)
    assert waiting.ring() == 1
    assert bell.rung == [order, order]


def test_a_bell_that_did_not_ring_is_tried_again_in_the_next_round(desk: Desk, bell: Bell) -> None:
    order, waiting = desk.order(), due(desk, bell)
    bell.away = True
    assert waiting.ring() == 0
    bell.away = False
    assert waiting.ring() == 1
    assert bell.rung == [order]


def test_there_is_room_for_so_many_calls_between_create_and_bridge(desk: Desk, bell: Bell) -> None:
    for state in (OrderState.CLAIMED, OrderState.RINGING_1, OrderState.CONFIRMING, OrderState.REACHING_2):
        desk.order(state, taken_until_ms=desk.now.ms() + 1)
    for state in (OrderState.RINGING_2, OrderState.JOINED, OrderState.TELLING, OrderState.CLOSING, OrderState.ENDED):
        desk.order(state)
    waiting = [desk.order() for _ in range(3)]
    assert due(desk, bell, room=5).ring() == 0
    assert due(desk, bell, room=7).ring() == 2
    assert bell.rung == waiting[:2]


def test_a_claimed_order_is_rung_for_once_its_worker_had_its_time(desk: Desk, bell: Bell) -> None:
    order = desk.order(OrderState.CLAIMED, taken_until_ms=desk.now.ms() + 1_000)
    assert due(desk, bell).ring() == 0
    desk.now.later(1_000)
    assert due(desk, bell).ring() == 1
    assert bell.rung == [order]


def test_a_claimed_order_needs_no_room_beside_its_own(desk: Desk, bell: Bell) -> None:
    order = desk.order(OrderState.CLAIMED, taken_until_ms=desk.now.ms())
    assert due(desk, bell, room=1).ring() == 1
    assert bell.rung == [order]


def test_what_waited_too_long_is_ended_with_a_receipt_and_its_money_back(desk: Desk, bell: Bell) -> None:
    order = desk.order()
    desk.now.later(STALE_MS)
    assert due(desk, bell).ring() == 1
    desk.now.later(1)
    assert due(desk, bell).ring() == 0
    desk.is_over(order, "expired")
    assert due(desk, bell).ring() == 0
    assert (bell.rung, desk.receipts(order), desk.legs(order)) == ([order], 1, [])


def test_a_call_that_goes_on_is_never_too_old(desk: Desk, bell: Bell) -> None:
    live = [desk.order(state) for state in (OrderState.JOINED, OrderState.RINGING_1, OrderState.CLOSING)]
    desk.now.later(10 * STALE_MS)
    due(desk, bell).ring()
    assert all(desk.held(order) for order in live)
    assert bell.rung == []


def test_who_wants_no_receipts_is_told_that_nothing_was_called(desk: Desk, bell: Bell) -> None:
    order = desk.order(notices=False)
    desk.now.later(STALE_MS + 1)
    assert due(desk, bell).ring() == 0
    assert desk.receipts(order) == 1


@pytest.mark.parametrize(
    ("outcome", "notices", "told"),
    [("talked", True, 1), ("talked", False, 0), ("b_busy", False, 0), ("a_unreachable", False, 1)],
)
def test_receipts_go_to_who_wants_them(desk: Desk, outcome: str, notices: bool, told: int) -> None:
    order = desk.order(OrderState.CLOSING, notices=notices)
    with desk.db.write() as conn:
        row = orders.by_id(conn, order)
        assert row is not None
        assert close(conn, row, OrderState.CLOSING, outcome, desk.now.ms())
    assert desk.receipts(order) == told
