"""A switch that stays away: its calls are ended on paper and told of, and nobody is dialled again."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from billing.tables import cdrs
from dispatcher.deserted import Deserted
from dispatcher.paperwork import Paperwork
from orders.states import AttemptState as T
from orders.states import OrderState as S
from replies.tables import outbox
from tests.unit.dispatcher.desk import LEASE_MS, SWITCH, Desk, asked, lines, live
from tests.unit.dispatcher.left import Left, left
from tests.unit.factory import NOW

LOST_MS = 30_000
SEEN = NOW - 1_000
"""When `left` says that its answered legs were last seen alive."""

ENDED: list[tuple[S, T, T | None, str, str]] = [
    # on paper: order, A, B       its outcome before, and now
    (S.RINGING_1, T.DIALLING, None, "", "switch_lost"),
    (S.REACHING_1, T.CLAIMED, None, "", "switch_lost"),
    (S.CONFIRMING, T.ANSWERED, None, "", "switch_lost"),
    (S.SPEAKING, T.ANSWERED, None, "", "switch_lost"),
    (S.REACHING_2, T.ANSWERED, T.CLAIMED, "", "switch_lost"),
    (S.RINGING_2, T.ANSWERED, T.DIALLING, "", "switch_lost"),
    (S.JOINED, T.ANSWERED, T.ANSWERED, "talked", "switch_lost"),
    (S.TELLING, T.ANSWERED, T.ENDED, "b_busy", "b_busy"),
    (S.CLOSING, T.ANSWERED, T.ANSWERED, "dropped", "dropped"),
]


def stays_away(desk: Desk, papers: Paperwork, seconds: int = 30) -> None:
    """It is asked again and again, in vain."""
    papers.asked_in_vain()
    for _ in range(0, seconds, 3):
        desk.now.later(3_000)
        papers.asked_in_vain()


@pytest.mark.parametrize(("state", "a", "b", "was", "becomes"), ENDED)
def test_every_call_that_was_dialled_is_ended_billed_and_told_of(
    desk: Desk, state: S, a: T, b: T | None, was: str, becomes: str
) -> None:
    call, papers = left(desk, state, a, b, outcome=was), desk.papers()
    stays_away(desk, papers, seconds=27)
    assert desk.held(call.order)
    stays_away(desk, papers, seconds=3)
    desk.is_over(call.order, becomes)
    answered = {call.a: (NOW - 30_000, SEEN)} if a is T.ANSWERED else {}
    answered |= {call.b: (NOW - 10_000, SEEN)} if b is T.ANSWERED else {}
    assert desk.bills(call.order) == answered
    with desk.db.read() as conn:
        assert set(conn.scalars(select(cdrs.c.estimated))) <= {True}
    assert {leg.state for leg in desk.legs(call.order)} == {T.ENDED}
    assert len(desk.legs(call.order)) == (2 if b else 1)  # nobody is tried again


def test_a_call_between_two_tries_is_ended_too(desk: Desk) -> None:
    """No leg of it is there at the moment."""
    call, papers = left(desk, S.RINGING_1, T.ENDED), desk.papers()
    stays_away(desk, papers)
    desk.is_over(call.order, "switch_lost")


def test_what_was_claimed_and_not_dialled_is_due_again_anywhere(desk: Desk) -> None:
    call, papers = Left(desk, *desk.claimed()), desk.papers()
    stays_away(desk, papers)
    assert (desk.state(call.order), desk.row(call.order).switch) == ((S.DUE, ""), "")
    assert (desk.held(call.order), desk.receipts(call.order)) == (True, 0)
    assert [leg.state for leg in desk.legs(call.order)] == [T.ENDED]


def test_what_its_log_told_is_believed(desk: Desk) -> None:
    call, papers = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, outcome="talked"), desk.papers()
    rings = left(desk, S.RINGING_1, T.DIALLING, press_1=False)
    desk.log((call.b, "hangup", NOW + 500, 16), (call.a, "hangup", NOW + 510, 16), (rings.a, "answer", NOW - 400, None))
    stays_away(desk, papers)
    assert desk.bills(call.order) == {call.a: (NOW - 30_000, NOW + 510), call.b: (NOW - 10_000, NOW + 500)}
    desk.is_over(call.order, "talked")
    assert desk.bills(rings.order) == {rings.a: (NOW - 400, NOW - 400)}  # never seen alive after that
    desk.is_over(rings.order, "switch_lost")


def test_a_switch_that_answers_in_time_keeps_its_calls(desk: Desk) -> None:
    call, papers = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, outcome="talked"), desk.papers()
    stays_away(desk, papers, seconds=27)
    papers.answered()
    stays_away(desk, papers, seconds=27)
    assert (desk.state(call.order)[0], desk.bills(call.order)) == (S.JOINED, {})


def test_the_next_conductor_goes_on_counting(desk: Desk) -> None:
    call, first = left(desk, S.CONFIRMING, T.ANSWERED), desk.papers("one")
    stays_away(desk, first, seconds=24)
    first.give_up()
    second = desk.idle_papers("two")
    assert second.acquire()
    second.asked_in_vain()
    assert desk.held(call.order)
    desk.now.later(6_000)
    second.asked_in_vain()
    desk.is_over(call.order, "switch_lost")


def test_what_it_has_when_it_comes_back_is_hung_up_and_its_late_lines_are_for_a_person(desk: Desk) -> None:
    call, papers = left(desk, S.RINGING_1, T.DIALLING), desk.papers()
    stays_away(desk, papers)
    asks, _ = papers.recover([live(call.a, "up")], [])
    assert asked(asks) == [(None, call.a)]
    desk.log((call.a, "answer", NOW + 5, None), (call.a, "hangup", NOW + 9, 16))
    assert asked(papers.take(lines(papers))) == []
    with desk.db.read() as conn:
        assert conn.scalar(select(outbox.c.key).where(outbox.c.envelope == "operator")) == f"late:{call.a}"
    assert desk.bills(call.order) == {}
    desk.is_over(call.order, "switch_lost")


def test_one_call_that_can_not_be_ended_does_not_keep_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, papers = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, outcome="talked"), desk.papers()
    good = left(desk, S.CONFIRMING, T.ANSWERED)
    settle = papers.settling.settle

    def fails(conn: object, call: object, leg: object, *args: object, **named: object) -> None:
        if getattr(leg, "attempt_id", "") == bad.a:
            raise RuntimeError("a fault of ours")
        settle(conn, call, leg, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(papers.settling, "settle", fails)
    stays_away(desk, papers)
    desk.is_over(good.order, "switch_lost")
    assert desk.leg(bad.a).state == T.ANSWERED
    with desk.db.read() as conn:
        assert conn.scalar(select(outbox.c.key).where(outbox.c.envelope == "operator")) == f"aside:{bad.order}"


class TestNobodyConductsIt:
    """The sweeper looks after a switch that is gone together with its conductor."""

    def deserted(self, desk: Desk, is_there: Callable[[], bool] | None) -> Deserted:
        asked = {SWITCH: is_there} if is_there else {}
        return Deserted(desk.db, desk.clock, asked, lambda _: desk.idle_papers("sweeper"))

    def looks(self, desk: Desk, deserted: Deserted, seconds: int) -> int:
        found = 0
        for _ in range(0, seconds, 2):
            found += deserted.look()
            desk.now.later(2_000)
        return found

    @pytest.mark.parametrize("known", [True, False])
    def test_its_calls_are_ended(self, desk: Desk, known: bool) -> None:
        """Also of one that the settings do not know any more."""
        call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, outcome="talked")
        deserted = self.deserted(desk, (lambda: False) if known else None)
        self.looks(desk, deserted, 30)
        assert desk.held(call.order)
        self.looks(desk, deserted, 2)
        desk.is_over(call.order, "switch_lost")
        assert desk.bills(call.order) == {call.a: (NOW - 30_000, SEEN), call.b: (NOW - 10_000, SEEN)}
        assert self.looks(desk, deserted, 4) == 0  # nothing is left to look after

    def test_not_while_somebody_conducts_it(self, desk: Desk) -> None:
        call, papers = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED), desk.papers()
        for _ in range(20):
            assert self.looks(desk, self.deserted(desk, lambda: False), 2) == 0
            papers.renew()
        assert desk.held(call.order)

    def test_not_while_it_answers(self, desk: Desk) -> None:
        call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED)
        assert self.looks(desk, self.deserted(desk, lambda: True), 60) == 0
        assert desk.held(call.order)

    def test_a_conductor_that_comes_finds_the_lease_free(self, desk: Desk) -> None:
        left(desk, S.JOINED, T.ANSWERED, T.ANSWERED)
        assert self.deserted(desk, lambda: False).look() == 1
        assert desk.idle_papers("two").acquire()
        desk.now.later(LEASE_MS - 1)
        assert self.deserted(desk, lambda: False).look() == 0
