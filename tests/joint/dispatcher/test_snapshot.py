"""The switch is looked at every ten seconds: who is alive, who vanished, what a lost event or request left standing."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from billing.tables import cdrs
from dispatcher.recovery import LOG_GRACE_MS
from dispatcher.routes import Routes
from dispatcher.switches.base import Kind, LiveLeg
from orders.states import AttemptState as T
from orders.states import OrderState as S
from replies.tables import outbox
from tests.unit.billing.world import QUOTE
from tests.unit.dispatcher.desk import HOLD, TRUNK, Desk, asked, event
from tests.unit.dispatcher.left import Left, left
from tests.unit.factory import NOW

LOOK_MS = 10_000


class TestTheSnapshot:
    def looks(self, call: Left, there: list[LiveLeg], times: int = 1) -> list[str]:
        """The switch is looked at every 10 s, and its log is read."""
        names = []
        for _ in range(times):
            call.desk.now.later(LOOK_MS)
            call.desk.log_was_read()
            names += call.names(asked(self.papers.looked(there, call.desk.now.ms() - 1)))
        return names

    @pytest.fixture(autouse=True)
    def _papers(self, desk: Desk) -> None:
        self.papers = desk.papers()

    def test_a_leg_that_nobody_saw_end_is_billed_to_when_it_was_last_seen(self, desk: Desk) -> None:
        call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED, outcome="talked")
        self.looks(call, call.there("up", "up"))
        seen_ms = desk.leg(call.a).seen_ms
        assert NOW + LOOK_MS - 1 <= seen_ms <= NOW + LOOK_MS
        assert self.looks(call, []) == []
        assert desk.held(call.order)  # its line may still be on the way
        self.looks(call, [])
        assert desk.bills(call.order) == {call.a: (NOW - 30_000, seen_ms), call.b: (NOW - 10_000, seen_ms)}
        with desk.db.read() as conn:
            assert set(conn.scalars(select(cdrs.c.estimated))) == {True}
        desk.is_over(call.order, "talked")

    def test_a_line_that_comes_in_time_is_believed(self, desk: Desk) -> None:
        call = left(desk, S.CONFIRMING, T.ANSWERED)
        self.looks(call, [])
        desk.log((call.a, "hangup", NOW + 321, 16))
        self.papers.take([*self.papers.log_rows()])
        self.looks(call, [], times=2)
        assert desk.bills(call.order) == {call.a: (NOW - 30_000, NOW + 321)}
        desk.is_over(call.order, "not_confirmed")

    def test_nothing_is_estimated_while_the_log_is_not_read(self, desk: Desk) -> None:
        call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED)
        desk.log_was_read()
        for _ in range(5):
            desk.now.later(LOOK_MS)
            self.papers.looked([], desk.now.ms())
        assert desk.bills(call.order) == {}
        assert desk.held(call.order)

    def test_a_leg_that_was_claimed_a_moment_ago_may_still_come(self, desk: Desk) -> None:
        call = Left(desk, *desk.claimed())
        call.desk.log_was_read()
        assert asked(self.papers.looked([], NOW + LOG_GRACE_MS)) == []
        assert desk.leg(call.a).state == T.CLAIMED

    def test_a_channel_that_never_came_leaves_its_order_due(self, desk: Desk) -> None:
        call = Left(desk, *desk.claimed())
        self.looks(call, [], times=3)
        assert desk.state(call.order) == (S.DUE, "")
        assert desk.held(call.order)

    def test_a_leg_that_never_answered_costs_nothing(self, desk: Desk) -> None:
        call = left(desk, S.RINGING_1, T.DIALLING)
        self.looks(call, [], times=3)
        assert desk.bills(call.order) == {}
        desk.is_over(call.order, "interrupted")

    def test_b_that_never_came_is_told_to_a(self, desk: Desk) -> None:
        call = left(desk, S.REACHING_2, T.ANSWERED, T.CLAIMED)
        assert self.looks(call, call.there("up"), times=2) == ["tell_1"]
        assert desk.state(call.order) == (S.TELLING, "interrupted")

    def test_what_a_lost_event_or_request_left_standing_is_seen_to(self, desk: Desk) -> None:
        call = left(desk, S.CLOSING, T.ANSWERED, T.ENDED)
        assert self.looks(call, call.there("up"), times=2) == ["end a", "end a"]
        ready = left(desk, S.CLAIMED, T.CLAIMED)
        assert self.looks(ready, ready.there("down")) == ["dial_1"]
        rings = left(desk, S.RINGING_1, T.DIALLING)
        assert self.looks(rings, rings.there("ringing")) == []
        assert self.looks(rings, rings.there("ringing"), times=9)[-1] == "end a"

    def test_a_second_leg_that_rings_on_has_its_limit_set_anew(self, desk: Desk) -> None:
        call = left(desk, S.RINGING_2, T.ANSWERED, T.DIALLING)
        assert self.looks(call, call.there("up", "ringing"), times=2) == ["renew_2", "renew_2"]
        assert self.looks(call, call.there("up", "up")) == []
        alone = left(desk, S.RINGING_1, T.DIALLING)  # the first leg's limit reaches beyond its ringing
        assert self.looks(alone, alone.there("ringing")) == []

    def test_an_answer_that_the_log_never_had_is_billed_and_a_person_told(self, desk: Desk) -> None:
        call = left(desk, S.RINGING_1, T.DIALLING)
        self.looks(call, call.there("ringing"))
        self.papers.recover(call.there("up"), [])
        self.looks(call, call.there("up"), times=2)
        self.looks(call, [], times=2)
        assert desk.bills(call.order) == {call.a: (NOW + LOOK_MS, desk.leg(call.a).seen_ms)}
        with desk.db.read() as conn:
            assert conn.scalar(select(outbox.c.key).where(outbox.c.envelope == "operator")) == f"unlogged:{call.a}"
        desk.is_over(call.order, "not_confirmed")

    def test_a_leg_was_seen_when_the_switch_was_asked(self, desk: Desk) -> None:
        call = left(desk, S.JOINED, T.ANSWERED, T.ANSWERED)
        desk.now.later(4_000)  # the switch, or the database, took its time
        self.papers.looked(call.there("up", "up"), NOW)
        assert desk.leg(call.a).seen_ms == NOW

    def test_an_end_whose_line_never_comes_keeps_nobody_waiting(self, desk: Desk) -> None:
        """Of an end that another try might follow the log is waited for; but not for ever."""
        desk.routes = Routes([TRUNK, replace(TRUNK, name="second")])
        self.papers = desk.papers()
        call = left(desk, S.RINGING_2, T.ANSWERED, T.DIALLING, quote=replace(QUOTE, ring_b_s=180), held=10 * HOLD)
        assert self.papers.take([event(Kind.GONE, call.b, "34")]) == []
        assert self.looks(call, call.there("up"), times=3) == ["tell_1"]
        assert (desk.state(call.order)[0], [leg.state for leg in desk.legs(call.order)][1:]) == (S.TELLING, [T.ENDED])
