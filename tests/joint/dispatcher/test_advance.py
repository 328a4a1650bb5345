"""What happened -> what is written -> what is asked of the switch, without any switch."""

import pytest

from billing.receipt import receipt
from billing.settle import LATE_FREE_MS
from dispatcher.advance import Failed, Timer
from dispatcher.causes import CAUSES, TOLD, kind, word
from dispatcher.progress import Action, Event
from dispatcher.settling import TOGETHER_MS
from dispatcher.switches.base import Kind
from orders.states import AttemptState, OrderState
from replies.sentences import OUTCOMES
from tests.unit.dispatcher.desk import Desk, actions, asked, event, lines
from tests.unit.dispatcher.told import Fact, Told
from tests.unit.factory import NOW


def test_a_call_from_its_channel_to_its_receipt(desk: Desk) -> None:
    told = Told(desk)
    a = told.a
    assert told.says(Kind.READY, a) == [(Action.DIAL_1, a)]
    assert desk.leg(a).state == AttemptState.DIALLING  # on paper before it is asked for
    assert told.says(Kind.UP, a) == [(Action.ARM_1, a), (Action.ASK_1, a)]
    assert told.says(Kind.DIGIT, a, "2") == []
    ((action, b),) = told.says(Kind.DIGIT, a, "1")
    assert (action, b) == (Action.CREATE_2, desk.leg_b(told.order))
    assert told.says(Kind.READY, b) == [(Action.DIAL_2, b)]
    assert actions(told.papers.take([event(Kind.UP, b)])) == [Action.ARM_JOINED]
    assert told.papers.made_room
    assert told.logs((a, "answer", NOW + 1_234, None), (b, "answer", NOW + 9_876, None)) == []
    assert told.says(Kind.GONE, b, "16") == [(Action.END_1, a)]
    assert told.says(Kind.GONE, a, "16") == []
    assert desk.held(told.order)  # live events end no order: the log does
    told.logs((b, "hangup", NOW + 70_001, 16))
    assert desk.held(told.order)
    told.logs((a, "hangup", NOW + 70_009, 16))
    assert desk.bills(told.order) == {a: (NOW + 1_234, NOW + 70_009), b: (NOW + 9_876, NOW + 70_001)}
    assert [call.order_id for call in told.papers.settling.closed] == [told.order]
    assert len(told.papers.calls) == 0
    desk.is_over(told.order, "talked")


def test_the_log_alone_carries_a_call_as_far_as_it_tells(desk: Desk) -> None:
    told = Told(desk, press_1=False)
    told.says(Kind.READY, told.a)
    ((_, a), (action, b)) = told.logs((told.a, "answer", NOW, None))
    assert (a, action) == (told.a, Action.CREATE_2)
    told.says(Kind.READY, b)
    assert [action for action, _ in told.logs((b, "answer", NOW + 5_000, None))] == [Action.ARM_JOINED]
    assert told.logs((a, "hangup", NOW + 9_000, 16)) == [(Action.END_2, b)]
    told.logs((b, "hangup", NOW + 9_010, 16))
    assert desk.bills(told.order) == {a: (NOW, NOW + 9_000), b: (NOW + 5_000, NOW + 9_010)}
    desk.is_over(told.order, "talked")


def test_everything_twice_is_done_once(desk: Desk) -> None:
    told = Told(desk)
    ready, up, one = event(Kind.READY, told.a), event(Kind.UP, told.a), event(Kind.DIGIT, told.a, "1")
    assert told.hears(ready) == [(Action.DIAL_1, told.a)]
    assert [action for action, _ in told.hears(up, up, one, one, up)] == ["arm_1", "ask_1", "create_2"]
    b = desk.leg_b(told.order)
    twice = [event(kind, b) for kind in (Kind.READY, Kind.UP, Kind.UP)]
    assert actions(told.papers.take([*twice])) == [Action.DIAL_2, Action.ARM_JOINED]
    answers: list[Fact] = [(told.a, "answer", NOW, None), (b, "answer", NOW + 1, None)]
    told.logs(*answers, *answers)
    ends: list[Fact] = [
        (told.a, "hangup", NOW + 60_000, 16),
        (b, "hangup", NOW + 60_001, 16),
    ]
    told.logs(*ends, *ends, *answers)
    assert desk.bills(told.order) == {told.a: (NOW, NOW + 60_000), b: (NOW + 1, NOW + 60_001)}
    desk.is_over(told.order, "talked")
    assert told.hears(event(Kind.GONE, told.a), Timer(told.order, Event.NOT_PRESSED), event(Kind.PLAYED, told.a)) == []


@pytest.mark.parametrize("cause", [*CAUSES, 0, 126, None])
def test_every_cause_is_told_in_words(cause: int | None) -> None:
    assert word(cause) == TOLD.get(kind(cause), kind(cause))
    assert kind(cause) == CAUSES.get(cause or 0, "unreachable")
    assert {f"a_{word(cause)}", f"b_{word(cause)}"} <= set(OUTCOMES)


@pytest.mark.parametrize(("cause", "said"), [(17, "busy"), (19, "no_answer"), (1, "bad_number"), (0, "unreachable")])
def test_a_can_not_be_had(desk: Desk, cause: int, said: str) -> None:
    told = Told(desk)
    told.says(Kind.READY, told.a)
    assert told.says(Kind.GONE, told.a, str(cause)) == []
    assert desk.state(told.order) == (OrderState.CLOSING, f"a_{said}")
    told.logs((told.a, "hangup", NOW + 3_000, cause))
    assert (desk.bills(told.order), desk.leg(told.a).cause) == ({}, cause)
    desk.is_over(told.order, f"a_{said}")


@pytest.mark.parametrize(("cause", "said"), [(17, "busy"), (34, "congestion")])
def test_b_can_not_be_had_and_a_is_told(desk: Desk, cause: int, said: str) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    (told_a,) = told.papers.take([event(Kind.GONE, b, str(cause))])
    assert (told_a.action, told_a.attempt_id, told_a.cause) == (Action.TELL_1, told.a, said)
    told.logs((b, "hangup", NOW + 9_000, cause))
    assert desk.state(told.order) == (OrderState.TELLING, f"b_{said}")
    assert told.says(Kind.PLAYED, told.a) == [(Action.END_1, told.a)]
    told.logs((told.a, "hangup", NOW + 12_000, 16))
    assert desk.bills(told.order) == {told.a: (NOW, NOW + 12_000)}
    desk.is_over(told.order, f"b_{said}")


def test_nobody_presses_1(desk: Desk) -> None:
    told = Told(desk)
    told.hears(event(Kind.READY, told.a), event(Kind.UP, told.a))
    assert told.hears(Timer(told.order, Event.NOT_PRESSED)) == [(Action.END_1, told.a)]
    assert told.says(Kind.DIGIT, told.a, "1") == []  # too late
    told.logs((told.a, "answer", NOW, None), (told.a, "hangup", NOW + 20_000, 16))
    assert len(desk.legs(told.order)) == 1
    assert desk.leg(told.a).end_reason == "not_confirmed"
    desk.is_over(told.order, "not_confirmed")


def test_a_leaves_while_b_rings(desk: Desk) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    assert told.says(Kind.GONE, told.a, "16") == [(Action.END_2, b)]
    told.logs((told.a, "hangup", NOW + 8_000, 16))
    assert desk.held(told.order)
    told.logs((b, "hangup", NOW + 8_100, 16))
    assert desk.bills(told.order) == {told.a: (NOW, NOW + 8_000)}
    desk.is_over(told.order, "a_left")


@pytest.mark.parametrize("cause", [16, 0, None])
@pytest.mark.parametrize("apart_ms", [-TOGETHER_MS, 0, 1])
def test_a_leaves_while_b_rings_and_the_end_of_b_is_told_first(desk: Desk, cause: int | None, apart_ms: int) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    assert told.says(Kind.GONE, b, str(cause or 0)) == [(Action.TELL_1, told.a)]
    told.logs((b, "hangup", NOW + 8_000 + apart_ms, cause))
    told.says(Kind.GONE, told.a, "16")
    told.logs((told.a, "hangup", NOW + 8_000, 16))
    desk.is_over(told.order, "a_left")


def test_the_same_when_the_words_to_a_found_nobody(desk: Desk) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    told.says(Kind.GONE, b, "16")
    told.hears(Timer(told.order, Event.TOLD))  # the switch has no such channel any more
    told.logs((told.a, "hangup", NOW + 8_000, 16), (b, "hangup", NOW + 8_001, 16))
    desk.is_over(told.order, "a_left")


def test_the_same_of_a_b_that_was_not_dialled_yet(desk: Desk) -> None:
    told = Told(desk)
    b = told.to_b()
    told.logs((b, "hangup", NOW + 4_000, 21), (told.a, "hangup", NOW + 4_001, 16))
    desk.is_over(told.order, "a_left")


@pytest.mark.parametrize(
    ("cause", "later_ms", "outcome"),
    [(17, 0, "b_busy"), (19, 0, "b_no_answer"), (16, TOGETHER_MS + 1, "b_unreachable"), (21, 0, "b_rejected")],
)
def test_what_b_did_itself_stays_the_outcome_however_soon_a_leaves(
    desk: Desk, cause: int, later_ms: int, outcome: str
) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    told.logs((b, "hangup", NOW + 8_000, cause), (told.a, "hangup", NOW + 8_000 + later_ms, 16))
    desk.is_over(told.order, outcome)


def test_an_a_that_heard_why_was_there_when_b_ended(desk: Desk) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    told.says(Kind.GONE, b, "16")
    assert told.says(Kind.PLAYED, told.a) == [(Action.END_1, told.a)]
    told.logs((b, "hangup", NOW + 8_000, 16), (told.a, "hangup", NOW + 8_001, 16))
    desk.is_over(told.order, "b_unreachable")


@pytest.mark.parametrize(("lasted_ms", "free"), [(LATE_FREE_MS - 1, True), (LATE_FREE_MS, False)])
def test_b_answers_after_a_left(desk: Desk, lasted_ms: int, free: bool) -> None:
    told = Told(desk)
    b = told.to_b()
    told.says(Kind.READY, b)
    told.says(Kind.GONE, told.a, "16")
    assert told.says(Kind.UP, b) == [(Action.END_2, b)]
    answer = NOW + 8_050
    told.logs((told.a, "hangup", NOW + 8_000, 16), (b, "answer", answer, None), (b, "hangup", answer + lasted_ms, 16))
    assert desk.bills(told.order)[b] == (answer, answer + lasted_ms)
    with desk.db.read() as conn:
        slip = receipt(conn, told.order)
    assert slip is not None
    assert (slip.legs[1].waived == "late_b") is free
    desk.is_over(told.order, "a_left")


def test_b_is_ready_after_a_left_and_is_not_dialled(desk: Desk) -> None:
    told = Told(desk)
    b = told.to_b()
    assert told.says(Kind.GONE, told.a, "16") == [(Action.END_2, b)]
    assert told.says(Kind.READY, b) == [(None, b)]
    told.logs((told.a, "hangup", NOW + 4_000, 16), (b, "hangup", NOW + 4_100, 16))
    desk.is_over(told.order, "a_left")


def test_the_switch_refuses_to_make_leg_b(desk: Desk) -> None:
    told = Told(desk)
    b = told.to_b()
    assert told.hears(Failed(b, 38)) == [(Action.TELL_1, told.a)]
    assert desk.leg(b).state == AttemptState.ENDED
    assert told.hears(Failed(b, 38), Failed("f" * 28, 38)) == []
    told.hears(Timer(told.order, Event.TOLD))
    told.logs((told.a, "hangup", NOW + 4_000, 16))
    desk.is_over(told.order, "b_congestion")


@pytest.mark.parametrize("joined", [False, True])
def test_a_drop_ends_both_legs(desk: Desk, joined: bool) -> None:
    told = Told(desk)
    told.joined() if joined else told.to_b()
    assert told.hears(Timer(told.order, Event.DROP)) == [(Action.END_1, told.a), (Action.END_2, told.b)]
    told.logs((told.a, "hangup", NOW + 20_000, 16), (told.b, "hangup", NOW + 20_001, 16))
    assert {leg.end_reason for leg in desk.legs(told.order)} == {"dropped"}
    desk.is_over(told.order, "dropped")


def test_channels_of_no_open_attempt_are_ended_and_other_news_of_them_is_none(desk: Desk) -> None:
    papers, stranger = desk.papers(), "f" * 28
    assert asked(papers.take([event(Kind.READY, stranger), event(Kind.UP, stranger)])) == [(None, stranger)] * 2
    rest = [event(kind, stranger, "1") for kind in (Kind.DIGIT, Kind.GONE, Kind.PLAYED)]
    desk.log((stranger, "answer", NOW, None), (stranger, "hangup", NOW + 1, 16))
    assert papers.take([*rest, *lines(papers), Timer("nobody's", Event.DROP)]) == []
    assert desk.problems() == []


def test_an_absurd_record_is_not_billed_and_a_person_is_told(desk: Desk) -> None:
    told = Told(desk)
    told.hears(event(Kind.READY, told.a), event(Kind.UP, told.a))
    told.logs((told.a, "answer", NOW, None), (told.a, "hangup", NOW - 1, 16))
    assert (desk.bills(told.order), desk.leg(told.a).end_reason) == ({}, "absurd_record")
    assert desk.state(told.order) == (OrderState.ENDED, "not_confirmed")
    assert desk.held(told.order)  # until the person has looked
    assert any("not billed" in problem for problem in desk.problems())
