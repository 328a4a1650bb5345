"""A COMMIT that gives no answer: what was decided in it is asked of the switch once, whether it was done or not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from dispatcher.advance import Timer
from dispatcher.lease import LeaseLost
from dispatcher.paperwork import Paperwork
from dispatcher.progress import Action, Event
from dispatcher.switches.base import Kind
from kernel.db import Database
from kernel.errors import Unavailable
from orders.states import OrderState
from tests.unit.dispatcher.desk import Desk, actions, asked, event, live
from tests.unit.dispatcher.told import Told


class Breaking(Database):
    """Its connection breaks at the next COMMITs: `breaks` says of each whether it is done before."""

    breaks: tuple[bool, ...] = ()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        (kept, *rest) = self.breaks or (None,)
        with super().write() as conn:
            yield conn
            self.breaks = tuple(each for each in rest if each is not None)
            if kept is False:
                conn.rollback()
        if kept is not None:
            raise Unavailable("The connection broke.")


@pytest.fixture
def told(desk: Desk) -> Told:
    desk.db.close()
    desk.db = Breaking(str(desk.db.engine.url))
    return Told(desk)


def breaks(told: Told, *kept: bool) -> None:
    assert isinstance(told.desk.db, Breaking)
    told.desk.db.breaks = kept


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_decided_is_asked_for_once(told: Told, kept: bool) -> None:
    batch = [event(Kind.READY, told.a)]
    breaks(told, kept)
    with pytest.raises(Unavailable):
        told.papers.take([*batch])
    assert asked(told.papers.take([*batch])) == [(Action.DIAL_1, told.a)]
    assert told.papers.take([*batch]) == []
    told.says(Kind.UP, told.a)
    breaks(told, kept)
    with pytest.raises(Unavailable):
        told.papers.take([Timer(told.order, Event.NOT_PRESSED)])
    told.papers.renew()  # meanwhile
    assert actions(told.papers.take([Timer(told.order, Event.NOT_PRESSED)])) == [Action.END_1]
    assert told.desk.state(told.order) == (OrderState.CLOSING, "not_confirmed")


@pytest.mark.parametrize("kept", [(True, True), (True, False), (False, True), (False, False), (False, False, True)])
def test_it_breaks_again_and_again(told: Told, kept: tuple[bool, ...]) -> None:
    told.says(Kind.READY, told.a)
    for each in kept:
        breaks(told, each)
        with pytest.raises(Unavailable):
            told.papers.take([event(Kind.UP, told.a)])
    assert actions(told.papers.take([event(Kind.UP, told.a)])) == [Action.ARM_1, Action.ASK_1]


def test_it_breaks_while_the_lease_is_renewed_after_it_broke(told: Told) -> None:
    told.says(Kind.READY, told.a)
    breaks(told, True, False)
    for work in (lambda: told.papers.take([event(Kind.UP, told.a)]), told.papers.renew):
        with pytest.raises(Unavailable):
            work()
    assert actions(told.papers.take([event(Kind.UP, told.a)])) == [Action.ARM_1, Action.ASK_1]


@pytest.mark.parametrize("kept", [True, False])
def test_a_look_at_the_switch_whose_commit_broke(told: Told, kept: bool) -> None:
    told.desk.now.later(20_000)
    told.papers.renew()
    seen = [live(told.a, "down")]
    breaks(told, kept)
    with pytest.raises(Unavailable):
        told.papers.looked(seen, told.desk.clock.ms())
    assert asked(told.papers.looked(seen, told.desk.clock.ms())) == [(Action.DIAL_1, told.a)]


def test_after_the_switch_was_looked_at_anew_nothing_is_owed(told: Told) -> None:
    breaks(told, True)
    with pytest.raises(Unavailable):
        told.papers.take([event(Kind.READY, told.a)])
    asks, _ = told.papers.recover([live(told.a, "down")], [])
    assert asked(asks) == [(None, told.a)]  # it may have been dialled, for all that the switch tells
    assert told.papers.take([]) == []


@pytest.mark.parametrize("kept", [True, False])
def test_a_call_that_was_closed_is_cleared_away(told: Told, kept: bool) -> None:
    told.says(Kind.READY, told.a)
    told.says(Kind.GONE, told.a, "17")
    told.desk.log((told.a, "hangup", told.desk.clock.ms(), 17))
    batch = list(told.papers.log_rows())
    breaks(told, kept)
    with pytest.raises(Unavailable):
        told.papers.take([*batch])
    assert told.papers.settling.closed == []
    told.papers.take([*batch])
    assert [call.order_id for call in told.papers.settling.closed] == [told.order]
    told.desk.is_over(told.order, "a_busy")


def test_another_took_over_meanwhile(told: Told) -> None:
    breaks(told, True)
    with pytest.raises(Unavailable):
        told.papers.take([event(Kind.READY, told.a)])
    told.desk.now.later(60_000)
    other: Paperwork = told.desk.papers("two")
    with pytest.raises(LeaseLost):
        told.papers.take([event(Kind.READY, told.a)])
    assert other.take([]) == []
