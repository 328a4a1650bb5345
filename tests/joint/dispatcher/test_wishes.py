"""A drop, whatever the order is doing: nobody rings on, nobody is billed wrongly, and it is told when it is so."""

import pytest

from billing.receipt import receipt
from dispatcher.advance import Timer
from dispatcher.jobs import TAKEN_MS
from dispatcher.progress import Action, Event
from dispatcher.switches.base import Kind
from orders import attempts
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.unit.dispatcher.desk import Desk, asked, event
from tests.unit.dispatcher.left import left
from tests.unit.dispatcher.told import Told
from tests.unit.factory import NOW

NOWHERE = "http://127.0.0.1:9"


def is_done(desk: Desk, told: Told | None, order: str, outcome: str) -> None:
    """The wish is open until the conductor has looked at an order that is over, and then done."""
    assert desk.wish(order).done_ms is None
    papers = told.papers if told else desk.papers()
    assert papers.wished() == []
    assert (desk.wish(order).done_ms, desk.wish(order).outcome) == (desk.now.ms(), outcome)


def test_an_order_that_nobody_claimed_ends_without_ringing_anybody(desk: Desk) -> None:
    order, papers = desk.order(), desk.papers()
    desk.drop(order)
    assert papers.wished() == []
    desk.is_over(order, "dropped")
    assert not desk.launcher(NOWHERE).launch(order)
    assert desk.legs(order) == []
    papers.wished()
    assert desk.wish(order).outcome == "dropped"


def test_a_worker_that_comes_first_finds_the_wish(desk: Desk) -> None:
    """Also with no conductor at work."""
    order = desk.order()
    desk.drop(order)
    assert not desk.launcher(NOWHERE).launch(order)
    desk.is_over(order, "dropped")
    is_done(desk, None, order, "dropped")


def test_a_claimed_order_ends_at_once_and_its_channel_is_ended_when_it_comes(desk: Desk) -> None:
    told = Told(desk)
    desk.drop(told.order)
    assert told.hears(*told.papers.wished()) == [(Action.END_1, told.a)]
    desk.is_over(told.order, "dropped")
    assert told.says(Kind.READY, told.a) == [(None, told.a)]
    told.logs((told.a, "hangup", NOW + 5, 16))
    desk.now.later(TAKEN_MS + 1)
    assert not desk.launcher(NOWHERE).launch(told.order)
    assert [leg.dialling_ms for leg in desk.legs(told.order) if leg.state != T.ENDED] == []
    assert desk.bills(told.order) == {}
    is_done(desk, told, told.order, "dropped")


def test_a_claimed_order_whose_worker_died_is_not_launched_again(desk: Desk) -> None:
    """The conductor is connected to no switch, and so reads no wishes."""
    order, leg = desk.claimed(taken_until_ms=desk.now.ms() + TAKEN_MS)
    desk.papers()
    desk.drop(order)
    assert not desk.launcher(NOWHERE).launch(order)  # that worker may still be at it
    assert desk.state(order)[0] == S.CLAIMED
    desk.now.later(TAKEN_MS + 1)
    desk.papers()
    desk.log_was_read()
    assert not desk.launcher(NOWHERE).launch(order)
    assert [(row.id, row.state) for row in desk.legs(order)] == [(leg, T.ENDED)]
    desk.is_over(order, "dropped")


def test_an_order_claimed_again_behind_our_back_ends_too(desk: Desk) -> None:
    told = Told(desk)
    told.hears(Timer(told.order, Event.TOLD))  # now it is in mind, with the first leg
    with desk.db.write() as conn:
        attempts.move(conn, told.a, T.CLAIMED, T.ENDED, end_reason="never_dialled")
    second = desk.attempt(told.order)
    desk.drop(told.order)
    assert told.hears(*told.papers.wished()) == [(Action.END_1, second)]
    desk.is_over(told.order, "dropped")


def test_a_drop_while_dial_is_on_its_way_is_asked_behind_it(desk: Desk) -> None:
    told = Told(desk)
    desk.drop(told.order)
    dropped = told.papers.wished()
    assert told.hears(event(Kind.READY, told.a), *dropped) == [(Action.DIAL_1, told.a), (Action.END_1, told.a)]
    assert told.says(Kind.UP, told.a) == []  # too late
    told.logs((told.a, "answer", NOW, None), (told.a, "hangup", NOW + 400, 16))
    assert desk.leg(told.a).end_reason == "dropped"
    desk.is_over(told.order, "dropped")
    is_done(desk, told, told.order, "dropped")


@pytest.mark.parametrize(("talked_ms", "b_pays"), [(1_999, False), (2_000, True)])
def test_b_answers_while_the_drop_is_on_its_way(desk: Desk, talked_ms: int, b_pays: bool) -> None:
    told = Told(desk)
    told.says(Kind.READY, told.to_b())
    desk.drop(told.order)
    assert told.hears(*told.papers.wished()) == [(Action.END_1, told.a), (Action.END_2, told.b)]
    assert told.says(Kind.UP, told.b) == [(Action.END_2, told.b)]
    answered = NOW + 8_000
    told.logs((told.b, "answer", answered, None), (told.b, "hangup", answered + talked_ms, 16))
    told.logs((told.a, "hangup", answered + talked_ms, 16))
    with desk.db.read() as conn:
        slip = receipt(conn, told.order)
    assert slip is not None
    assert [leg.charge > 0 for leg in slip.legs] == [True, b_pays]
    desk.is_over(told.order, "dropped")


def test_a_talk_that_is_dropped_is_billed(desk: Desk) -> None:
    told = Told(desk)
    told.joined()
    desk.drop(told.order)
    told.hears(*told.papers.wished())
    assert told.papers.wished() == []  # asked for once; the wish stays open until the legs are final
    assert desk.wish(told.order).done_ms is None
    ends = NOW + 11_000
    told.logs((told.b, "hangup", ends, 16))
    assert (desk.receipts(told.order), told.papers.wished()) == (0, [])
    assert desk.wish(told.order).done_ms is None
    told.logs((told.a, "hangup", ends + 3, 16))
    with desk.db.read() as conn:
        slip = receipt(conn, told.order)
    assert slip is not None
    assert all(leg.charge > 0 and not leg.waived for leg in slip.legs)
    desk.is_over(told.order, "dropped")
    is_done(desk, told, told.order, "dropped")


def test_a_wish_for_what_is_over_or_ends_by_itself_is_done(desk: Desk) -> None:
    told = Told(desk)
    told.says(Kind.READY, told.a)
    told.says(Kind.GONE, told.a, "17")  # busy; its line is still to come
    desk.drop(told.order)
    assert told.papers.wished() == []
    told.logs((told.a, "hangup", NOW + 3_000, 17))
    desk.is_over(told.order, "a_busy")
    is_done(desk, told, told.order, "over")


def test_a_leg_that_was_never_dialled_is_due_again_and_then_ends_as_dropped(desk: Desk) -> None:
    told = Told(desk)
    told.logs((told.a, "hangup", NOW + 2, 16))
    assert desk.state(told.order)[0] == S.DUE
    desk.drop(told.order)
    assert told.papers.wished() == []
    desk.is_over(told.order, "dropped")


def test_a_wish_of_another_switchs_call_is_not_ours(desk: Desk) -> None:
    call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, switch="elsewhere")
    desk.drop(call.order)
    assert desk.papers().wished() == []
    assert desk.wish(call.order).done_ms is None


@pytest.mark.parametrize(
    ("state", "a", "b", "there", "wanted"),
    [
        (S.RINGING_1, T.DIALLING, None, ("ringing", ""), ["end a"]),
        (S.RINGING_2, T.ANSWERED, T.DIALLING, ("up", "ringing"), ["end_1", "end b"]),
        (S.JOINED, T.ANSWERED, T.ANSWERED, ("up", "up"), ["end_1", "end_2"]),
    ],
)
def test_we_die_before_the_legs_of_a_dropped_call_were_ended(
    desk: Desk, state: S, a: T, b: T | None, there: tuple[str, str], wanted: list[str]
) -> None:
    call = left(desk, state, a, b, switch="main", outcome="talked" if state is S.JOINED else "")
    desk.drop(call.order)
    papers = desk.papers()
    assert papers.take(papers.wished())  # and nobody ever asks the switch
    asks, _ = desk.papers().recover(call.there(*there), [])
    assert call.names(asked(asks)) == wanted
    assert desk.state(call.order) == (S.CLOSING, "dropped")
