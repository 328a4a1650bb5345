"""Orders on two switches: one that is away hands on what it did not dial, and nothing is dialled at both."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatcher.jobs import TAKEN_MS, Launcher, Node
from dispatcher.pool import ANSWERED_WITHIN_MS
from dispatcher.ports import in_use, leaked
from dispatcher.routes import Routes
from dispatcher.switches import ari_once
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Request
from dispatcher.switches.base import Kind
from dispatcher.switches.exchange.running import RunningExchange
from orders.states import AttemptState as T
from orders.states import OrderState as S
from tests.joint.dispatcher.test_ari import mute, nowhere
from tests.unit.dispatcher.desk import APP, SWITCH, TRUNK, Desk, actions, asked, event, live
from tests.unit.dispatcher.two import BOTH, OTHER, Two

CREATE = "channels/create"


@pytest.fixture
def exchanges(tmp_path: Path) -> Iterator[dict[str, RunningExchange]]:
    with RunningExchange(tmp_path / "1.csv", {}) as one, RunningExchange(tmp_path / "2.csv", {}) as two:
        yield {SWITCH: one, OTHER: two}


def on(desk: Desk, exchanges: dict[str, RunningExchange], **urls: str) -> Two:
    two = Two(desk, {name: exchange.url for name, exchange in exchanges.items()} | urls)
    two.well(*BOTH)
    return two


def created(exchanges: dict[str, RunningExchange]) -> dict[str, int]:
    return {name: int(exchange.stats()["created"]) for name, exchange in exchanges.items()}


def test_orders_are_shared_out(desk: Desk, exchanges: dict[str, RunningExchange]) -> None:
    two = on(desk, exchanges)
    due = [desk.order() for _ in range(4)]
    assert all(two.launcher.launch(order) for order in due)
    assert [desk.row(order).switch for order in due] == [SWITCH, OTHER, SWITCH, OTHER]
    assert {leg.switch for leg in desk.legs(due[1])} == {OTHER}
    assert created(exchanges) == {SWITCH: 2, OTHER: 2}


def test_a_drained_switch_gets_none(desk: Desk, exchanges: dict[str, RunningExchange]) -> None:
    two = on(desk, exchanges)
    two.drain(SWITCH)
    assert all(two.launcher.launch(desk.order()) for _ in range(3))
    assert created(exchanges) == {SWITCH: 0, OTHER: 3}


@pytest.mark.parametrize(("how", "why"), [("away", "not_reached"), ("refused", "not_created")])
def test_what_one_did_not_do_the_other_does_at_once(
    desk: Desk, exchanges: dict[str, RunningExchange], how: str, why: str
) -> None:
    two = on(desk, exchanges, **({SWITCH: nowhere()} if how == "away" else {}))
    if how == "refused":
        exchanges[SWITCH].faults(fail_requests=1, on=CREATE)
    order = desk.order()
    assert two.launcher.launch(order)
    first, second = sorted(desk.legs(order), key=lambda leg: BOTH.index(leg.switch))
    assert (first.switch, first.state, first.end_reason) == (SWITCH, T.ENDED, why)
    assert (second.switch, second.state, desk.row(order).switch) == (OTHER, T.CLAIMED, OTHER)
    assert created(exchanges) == {SWITCH: 0, OTHER: 1}


def test_with_both_away_it_is_due_a_little_later_and_tried_at_each_once(desk: Desk) -> None:
    two = on(desk, {}, main=nowhere(), other=nowhere())
    order = desk.order()
    assert not two.launcher.launch(order)
    assert sorted(leg.switch for leg in desk.legs(order)) == sorted(BOTH)
    assert {leg.state for leg in desk.legs(order)} == {T.ENDED}
    assert (desk.row(order).state, desk.row(order).switch) == (S.DUE, "")
    assert desk.row(order).due_ms > desk.now.ms()


@pytest.mark.parametrize("why", ["no answer", "no conductor"])
def test_what_is_claimed_and_not_dialled_goes_to_the_other_as_soon_as_its_own_is_away(
    desk: Desk, exchanges: dict[str, RunningExchange], why: str
) -> None:
    two = on(desk, exchanges)
    order = desk.order()
    assert two.launcher.launch(order)
    (old,) = desk.legs(order)
    assert not two.launcher.launch(order)
    assert two.due.ring() == 0
    if why == "no conductor":
        two.dead_conductor(SWITCH)
        two.well(OTHER)
    else:
        desk.now.later(ANSWERED_WITHIN_MS)
        two.well(OTHER)
    assert desk.now.ms() < desk.row(order).taken_until_ms  # nobody waits for that
    assert two.due.ring() == 1
    assert two.bell.rung == [order]
    assert two.launcher.launch(order)
    was, new = sorted(desk.legs(order), key=lambda leg: BOTH.index(leg.switch))
    assert (was.id, was.state, was.end_reason) == (old.id, T.ENDED, "never_dialled")
    assert (new.switch, new.state) == (OTHER, T.CLAIMED)
    assert (desk.row(order).switch, desk.row(order).taken_until_ms) == (OTHER, desk.now.ms() + TAKEN_MS)
    assert created(exchanges) == {SWITCH: 1, OTHER: 1}

    late = desk.papers(SWITCH)  # the first is there again, with its channel: nobody wants that
    assert asked(late.take([event(Kind.READY, old.id)])) == [(None, old.id)]
    assert asked(late.recover([live(old.id, "down")], [])[0]) == [(None, old.id)]
    assert desk.row(order).state == S.CLAIMED
    assert len([leg for leg in desk.legs(order) if leg.state != T.ENDED]) == 1


def test_a_conductor_that_has_it_in_mind_does_not_move_what_is_another_switchs_now(
    desk: Desk, exchanges: dict[str, RunningExchange]
) -> None:
    two = on(desk, exchanges)
    order = desk.order()
    two.launcher.launch(order)
    (old,) = desk.legs(order)
    slow = desk.papers(SWITCH)
    slow.recover([], [])  # now the claim is in mind
    assert len(slow.calls) == 1
    desk.now.later(ANSWERED_WITHIN_MS)
    two.well(OTHER)
    assert two.launcher.launch(order)
    assert asked(slow.take([event(Kind.READY, old.id)])) == [(None, old.id)]
    assert (desk.row(order).state, desk.row(order).switch) == (S.CLAIMED, OTHER)
    assert {leg.dialling_ms for leg in desk.legs(order)} == {None}
    assert len(slow.calls) == 0


def test_what_the_conductor_dials_is_never_taken_from_it(desk: Desk, exchanges: dict[str, RunningExchange]) -> None:
    two = on(desk, exchanges)
    order = desk.order()
    two.launcher.launch(order)
    (leg,) = desk.legs(order)
    assert len(actions(desk.papers(SWITCH).take([event(Kind.READY, leg.id)]))) == 1
    desk.now.later(ANSWERED_WITHIN_MS)
    two.well(OTHER)
    assert two.due.ring() == 0
    assert not two.launcher.launch(order)
    assert [(row.id, row.state) for row in desk.legs(order)] == [(leg.id, T.DIALLING)]


def test_while_no_other_is_fit_a_claim_waits_for_its_own(desk: Desk, exchanges: dict[str, RunningExchange]) -> None:
    two = on(desk, exchanges)
    two.drain(OTHER)
    order = desk.order()
    two.launcher.launch(order)
    desk.now.later(ANSWERED_WITHIN_MS)
    two.well(OTHER)
    assert two.due.ring() == 0
    assert not two.launcher.launch(order)
    assert [leg.state for leg in desk.legs(order)] == [T.CLAIMED]


class Willing(AriOnce):
    """A switch that does all it is asked, and notes it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, request: Request) -> None:
        self.asked.append(f"{request.method} {request.path}")


def test_a_claim_that_came_to_nothing_may_be_made_anew_elsewhere(desk: Desk) -> None:
    """Its own switch is well: the old channel is taken away there."""
    two, asked_of = on(desk, {}), {SWITCH: Willing(), OTHER: Willing()}
    launcher = replace(two.launcher, nodes={name: Node(once, APP) for name, once in asked_of.items()})
    order = desk.order()
    launcher.launch(order)
    (old,) = desk.legs(order)
    desk.order(S.JOINED)
    desk.now.later(TAKEN_MS)
    two.well(*BOTH)
    assert launcher.launch(order)
    assert desk.row(order).switch == OTHER
    assert asked_of[SWITCH].asked == ["POST /channels/create", f"DELETE /channels/{old.id}"]
    assert asked_of[OTHER].asked == ["POST /channels/create"]


def test_a_mute_switch_holds_up_no_order(
    desk: Desk, exchanges: dict[str, RunningExchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have made the channel, so nothing is made elsewhere until it counts as away."""
    monkeypatch.setattr(ari_once, "ANSWER_SECONDS", 0.05)
    with mute() as url:
        two = on(desk, exchanges, main=url)
        order = desk.order()
        assert two.launcher.launch(order)
        assert not two.launcher.launch(order)
        assert created(exchanges)[OTHER] == 0
        desk.now.later(ANSWERED_WITHIN_MS)
        two.well(OTHER)
        assert two.launcher.launch(order)
    assert [(leg.switch, leg.state) for leg in desk.legs(order)] == [(SWITCH, T.ENDED), (OTHER, T.CLAIMED)]
    assert created(exchanges)[OTHER] == 1


class TestCarriersThatNotEverySwitchReaches:
    """A line that leaves from one switch alone."""

    @pytest.fixture
    def two(self, desk: Desk, exchanges: dict[str, RunningExchange]) -> Two:
        return on(desk, exchanges)

    def reaching(self, two: Two, *switches: str, ports: int = 0) -> Launcher:
        return replace(two.launcher, routes=Routes([replace(TRUNK, switches=switches, ports=ports)]))

    def test_an_order_goes_where_its_carrier_is(self, desk: Desk, two: Two) -> None:
        order = desk.order()
        assert two.chosen() == SWITCH
        assert self.reaching(two, OTHER).launch(order)
        assert desk.row(order).switch == OTHER

    def test_it_waits_for_that_switch(self, desk: Desk, two: Two) -> None:
        order, launcher = desk.order(), self.reaching(two, OTHER)
        two.drain(OTHER)
        assert not launcher.launch(order)
        assert (desk.state(order), desk.legs(order)) == ((S.DUE, ""), [])
        two.drain(OTHER, draining=False)
        assert launcher.launch(order)

    def test_where_none_reaches_it_its_sender_is_told(self, desk: Desk, two: Two) -> None:
        order = desk.order()
        assert not self.reaching(two, "a third").launch(order)
        desk.is_over(order, "no_route")

    def test_ports_move_with_the_order(self, desk: Desk, two: Two) -> None:
        order, launcher = desk.order(), self.reaching(two, ports=2)
        assert launcher.launch(order)
        assert not launcher.launch(desk.order())  # both ports are taken
        desk.now.later(ANSWERED_WITHIN_MS)
        two.well(OTHER)
        assert launcher.launch(order)
        assert desk.row(order).switch == OTHER
        with desk.db.read() as conn:
            assert in_use(conn, [TRUNK.name]) == {TRUNK.name: 2}
            assert leaked(conn) == []

    def test_a_switch_that_did_nothing_gives_the_ports_back(self, desk: Desk) -> None:
        two = on(desk, {}, main=nowhere(), other=nowhere())
        assert not self.reaching(two, ports=2).launch(desk.order())
        with desk.db.read() as conn:
            assert in_use(conn, [TRUNK.name]) == {}
            assert leaked(conn) == []
