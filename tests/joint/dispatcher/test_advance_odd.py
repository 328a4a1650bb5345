"""News of legs that are not, or no longer, those that count; and what must not end the conductor."""

import pytest
from sqlalchemy import select

from dispatcher.progress import Action
from dispatcher.routes import Routes
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind
from orders import attempts
from orders.states import AttemptState, OrderState
from replies.tables import outbox
from tests.unit.dispatcher.desk import Desk, asked, event, lines, live
from tests.unit.dispatcher.told import Told
from tests.unit.factory import NOW


def claimed_again(desk: Desk) -> tuple[str, str, str]:
    """An order whose first worker is late: its leg was given up, a second worker's counts."""
    order = desk.order(OrderState.CLAIMED)
    late = desk.attempt(order, state=AttemptState.ENDED, end_reason="never_dialled")
    desk.now.later(1)
    return order, late, desk.attempt(order)


def test_a_late_workers_channel_is_ended_and_the_new_one_dialled(desk: Desk) -> None:
    order, late, new = claimed_again(desk)
    papers = desk.papers()
    assert asked(papers.take([event(Kind.READY, late), event(Kind.READY, new)])) == [(None, late), (Action.DIAL_1, new)]
    desk.log((late, "hangup", NOW + 5, 16))
    papers.take([event(Kind.GONE, late, "16"), *lines(papers)])
    assert desk.state(order) == (OrderState.RINGING_1, "")


def test_a_late_workers_channel_is_ended_after_the_new_one_was_dialled_too(desk: Desk) -> None:
    order, late, new = claimed_again(desk)
    papers = desk.papers()
    papers.take([event(Kind.READY, new)])
    assert asked(papers.take([event(Kind.READY, late)])) == [(None, late)]
    assert desk.state(order) == (OrderState.RINGING_1, "")


def test_a_late_workers_channel_is_ended_by_the_next_look(desk: Desk) -> None:
    _, late, new = claimed_again(desk)
    papers = desk.papers()
    papers.take([event(Kind.READY, new)])
    assert asked(papers.looked([live(new, "ringing"), live(late, "down")], desk.now.ms())) == [(None, late)]


def test_a_late_workers_channel_does_not_have_the_new_one_dialled(desk: Desk) -> None:
    _, late, new = claimed_again(desk)
    papers = desk.papers()
    papers.looked([live(new, "down")], desk.now.ms())  # from now on the order is in mind
    assert asked(papers.take([event(Kind.READY, late)])) == [(None, late)]
    assert desk.leg(new).state == AttemptState.CLAIMED


def test_a_channel_that_the_next_worker_removed_does_not_end_the_order(desk: Desk) -> None:
    order, first = desk.claimed()
    papers = desk.papers()
    papers.looked([live(first, "down")], desk.now.ms())  # its event was lost; the order is in mind
    with desk.db.write() as conn:
        attempts.move(conn, first, AttemptState.CLAIMED, AttemptState.ENDED, end_reason="never_dialled")
    desk.now.later(1)
    second = desk.attempt(order)
    papers.take([event(Kind.GONE, first, "16")])
    assert asked(papers.take([event(Kind.READY, second)])) == [(Action.DIAL_1, second)]


def test_one_calls_fault_is_not_anothers(desk: Desk) -> None:
    """A press of 1 that can't be carried out, since no carrier takes B's number, in a batch with another call's."""
    desk.routes = Routes([Carrier("trunk", "PJSIP/trunk/sip:{digits}@x", ("1",))])
    told = Told(desk)
    told.hears(event(Kind.READY, told.a), event(Kind.UP, told.a))
    _, other = desk.claimed()
    assert told.hears(event(Kind.DIGIT, told.a, "1"), event(Kind.READY, other)) == [
        (None, told.a), (Action.DIAL_1, other),
    ]  # fmt: skip
    told.logs((told.a, "answer", NOW, None), (told.a, "hangup", NOW + 6_000, 16))
    assert desk.bills(told.order) == {told.a: (NOW, NOW + 6_000)}
    desk.is_over(told.order, "not_confirmed")
    with desk.db.read() as conn:
        assert conn.scalar(select(outbox.c.key).where(outbox.c.envelope == "operator")) == f"aside:{told.order}"


def test_whoever_ends_makes_room_for_the_next(desk: Desk) -> None:
    told = Told(desk)
    told.says(Kind.READY, told.a)
    told.logs((told.a, "hangup", NOW + 3_000, 17))
    desk.is_over(told.order, "a_busy")
    assert told.papers.made_room or told.papers.settling.closed


@pytest.mark.parametrize("up", [False, True])
def test_a_channel_that_is_told_of_again_is_left_alone(desk: Desk, up: bool) -> None:
    told = Told(desk)
    told.says(Kind.READY, told.a)
    if up:
        told.says(Kind.UP, told.a)
    assert told.says(Kind.READY, told.a) == []


def test_an_answer_of_a_leg_that_is_final_is_not_lost(desk: Desk) -> None:
    """Whatever brought it about: the log has an answered leg that no CDR has, and a person hears of it."""
    told = Told(desk)
    told.says(Kind.READY, told.to_b())
    told.logs((told.b, "hangup", NOW + 1_000, 21))
    told.logs((told.b, "answer", NOW + 2_000, None), (told.b, "hangup", NOW + 9_000, 16))
    with desk.db.read() as conn:
        told_operator = conn.scalar(select(outbox.c.id).where(outbox.c.envelope == "operator"))
    assert told_operator or told.b in desk.bills(told.order)


def test_a_log_that_is_ahead_of_the_database_is_believed(desk: Desk) -> None:
    """A backup of the database was restored: the switch dialled since then, and its log tells of it."""
    told = Told(desk)
    told.logs((told.a, "answer", NOW, None), (told.a, "hangup", NOW + 6_000, 16))
    assert desk.bills(told.order) == {told.a: (NOW, NOW + 6_000)}


@pytest.mark.parametrize("by", ["event", "log"])
def test_a_channel_that_ended_before_it_was_dialled_rang_nobody_and_the_order_is_due_again(desk: Desk, by: str) -> None:
    """The switch ends a channel at once when our application is not there: between two connections."""
    told = Told(desk)
    if by == "event":
        told.says(Kind.GONE, told.a, "16")
    told.logs((told.a, "hangup", NOW + 2, 16))
    assert desk.state(told.order) == (OrderState.DUE, "")
    assert (desk.leg(told.a).state, desk.held(told.order)) == (AttemptState.ENDED, True)
    assert desk.row(told.order).due_ms > NOW
