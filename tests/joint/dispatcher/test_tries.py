"""What is tried after a leg that nobody answered: by its cause, routes, telephones, and the manners of its system."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from billing.receipt import receipt
from dispatcher import causes
from dispatcher.advance import Failed, Quiet
from dispatcher.calls import QUIET
from dispatcher.causes import CAUSES
from dispatcher.progress import Action
from dispatcher.routes import Routes
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind
from dispatcher.tries import POLICY, Then
from orders.states import AttemptState, OrderState
from orders.tables import terminals
from satellite.manners import BY_SYSTEM, manners_of
from tests.unit.billing.world import QUOTE
from tests.unit.dispatcher.desk import TRUNK, Desk, event, live
from tests.unit.dispatcher.told import Asked, Told
from tests.unit.factory import NOW

SECOND = Carrier("second", "PJSIP/second/sip:{digits}@second.example", priority=20)
UPLINKS = (
    Carrier("primary", "PJSIP/primary/sip:{digits}@p.example", uplink=True, priority=1),
    Carrier("backup", "PJSIP/backup/sip:{digits}@b.example", uplink=True, priority=2),
)
SHIP, RIG, OFFICE = "+870776123456", "+881612345678", "+442079460055"
NETWORK = [cause for cause, kind in CAUSES.items() if Then.ROUTE in POLICY[kind]]
ITS_OWN = [cause for cause, kind in CAUSES.items() if Then.ROUTE not in POLICY[kind]]
DEAR = replace(QUOTE.a, prefix="870", destination="Inmarsat", rate=5_000_000)
HELD = 60_000_000


class Trying(Told):
    """A call whose second leg rings, on two carriers by the ground and two uplinks."""

    def __init__(self, desk: Desk, number_b: str = "+442079460018", also: tuple[str, ...] = (), **columns: Any) -> None:
        desk.routes = Routes([TRUNK, SECOND, *UPLINKS])
        quote = replace(QUOTE, b=DEAR, ring_b_s=90 * (1 + len(also)), also=(DEAR,) * len(also))
        super().__init__(desk, **{"number_b": number_b, "quote": quote, "held": HELD, **columns})
        with desk.db.write() as conn:
            for rank, number in enumerate(also, start=1):
                conn.execute(insert(terminals).values(order_id=self.order, rank=rank, number=number))

    def rings(self) -> str:
        """B's first attempt is dialled."""
        assert self.says(Kind.READY, self.to_b()) == [(Action.DIAL_2, self.b)]
        return self.b

    def ends(self, leg: str, cause: int, after_ms: int = 1_000) -> Asked:
        """It ends unanswered: first the event, then its line."""
        self.desk.now.later(after_ms)
        return self.says(Kind.GONE, leg, str(cause)) + self.logs((leg, "hangup", self.desk.now.ms(), cause))

    def again(self, leg: str, cause: int, after_ms: int = 1_000) -> str:
        """It ends, and another attempt is asked for and dialled as soon as it may be; its id."""
        ((action, new),) = self.ends(leg, cause, after_ms)
        assert action in (Action.CREATE_1, Action.CREATE_2)
        self.desk.now.now_ms = max(self.desk.now.ms(), self.desk.leg(new).not_before_ms)
        ((action, dialled),) = self.says(Kind.READY, new)
        assert (action in (Action.DIAL_1, Action.DIAL_2), dialled) == (True, new)
        return new

    def tried(self, role: str = "B") -> list[tuple[str, str]]:
        """Number and carrier of each attempt."""
        legs = sorted((leg for leg in self.desk.legs(self.order) if leg.role == role), key=lambda leg: leg.claimed_ms)
        assert sum(leg.state != AttemptState.ENDED for leg in legs) <= 1
        return [(leg.number, leg.carrier) for leg in legs]


def test_every_word_of_a_cause_has_its_row() -> None:
    assert set(POLICY) == {*CAUSES.values(), causes.UNREACHABLE}


@pytest.mark.parametrize("cause", NETWORK)
def test_what_the_network_is_to_blame_for_goes_to_the_next_route_and_no_further(desk: Desk, cause: int) -> None:
    told = Trying(desk)
    second = told.again(told.rings(), cause)
    assert [carrier for _, carrier in told.tried()] == ["trunk", "second"]
    assert told.ends(second, cause) == [(Action.TELL_1, told.a)]


@pytest.mark.parametrize("cause", ITS_OWN)
def test_what_the_telephone_says_goes_to_no_other_route(desk: Desk, cause: int) -> None:
    told = Trying(desk)
    assert told.ends(told.rings(), cause) == [(Action.TELL_1, told.a)]
    assert len(told.tried()) == 1


def test_the_answered_attempt_alone_is_billed_by_its_own_route_and_the_outcome_is_its(desk: Desk) -> None:
    told = Trying(desk)
    second = told.again(told.rings(), 34)
    assert told.says(Kind.UP, second) == [(Action.ARM_JOINED, told.a)]
    start = desk.now.ms()
    told.logs(
        (second, "answer", start, None), (second, "hangup", start + 5_000, 16), (told.a, "hangup", start + 5_001, 16)
    )
    assert set(desk.bills(told.order)) == {told.a, second}
    desk.is_over(told.order, "talked")


def test_the_first_leg_goes_to_the_next_route_too_made_by_the_conductor(desk: Desk) -> None:
    told = Trying(desk)
    told.says(Kind.READY, told.a)
    second = told.again(told.a, 34)
    assert desk.state(told.order)[0] == OrderState.RINGING_1
    assert [carrier for _, carrier in told.tried("A")] == ["trunk", "second"]
    assert told.says(Kind.UP, second) == [(Action.ARM_1, second), (Action.ASK_1, second)]


def test_a_channel_that_the_switch_refused_to_make_is_tried_by_the_next_route(desk: Desk) -> None:
    told = Trying(desk)
    ((action, second),) = told.hears(Failed(told.to_b(), 38))
    assert (action, desk.leg(second).carrier) == (Action.CREATE_2, "second")


def test_an_answer_that_only_the_log_knows_of_is_followed_by_no_other_try(desk: Desk) -> None:
    told = Trying(desk)
    leg = told.rings()
    assert told.says(Kind.GONE, leg, "34") == []  # its line decides
    told.logs((leg, "answer", NOW + 5_000, None), (leg, "hangup", NOW + 6_000, 34))
    assert len(told.tried()) == 1
    assert set(desk.bills(told.order)) == {leg}


def test_a_hangs_up_while_the_log_is_waited_for_and_nothing_is_tried(desk: Desk) -> None:
    told = Trying(desk)
    leg = told.rings()
    told.says(Kind.GONE, leg, "34")
    told.says(Kind.GONE, told.a, "16")
    assert told.logs((leg, "hangup", NOW + 5_000, 34), (told.a, "hangup", NOW + 5_001, 16)) == []
    desk.is_over(told.order, "a_left")
    assert len(told.tried()) == 1


def test_a_drop_ends_a_try_that_is_on_its_way(desk: Desk) -> None:
    told = Trying(desk)
    ((_, second),) = told.ends(told.rings(), 34)
    desk.drop(told.order)
    assert told.hears(*told.papers.wished()) == [(Action.END_1, told.a), (Action.END_2, second)]


def test_telephones_are_tried_in_turn_and_the_one_that_answers_is_billed_by_its_own_price(desk: Desk) -> None:
    told = Trying(desk, SHIP, also=(RIG, OFFICE))
    rig = told.again(told.rings(), 19, 90_000)
    office = told.again(rig, 17)
    assert told.tried() == [(SHIP, "primary"), (RIG, "primary"), (OFFICE, "trunk")]
    assert [leg.rank for leg in desk.legs(told.order) if leg.role == "B"] == [0, 1, 2]
    told.says(Kind.UP, office)
    start = desk.now.ms()
    told.logs((office, "answer", start, None), (office, "hangup", start + 60_000, 16))
    told.logs((told.a, "hangup", start + 60_001, 16))
    desk.is_over(told.order, "talked")
    with desk.db.read() as conn:
        slip = receipt(conn, told.order)
        assert slip is not None
        assert [(leg.rank, leg.charge > 0) for leg in slip.legs if leg.role == "B"] == [
            (0, False),
            (1, False),
            (2, True),
        ]


def test_a_telephone_without_a_price_is_not_rung(desk: Desk) -> None:
    told = Trying(desk, also=(OFFICE,), quote=replace(QUOTE, ring_b_s=120))
    assert told.ends(told.rings(), 17) == [(Action.TELL_1, told.a)]


def test_a_busy_ship_is_rung_once_more_soon_and_not_before(desk: Desk) -> None:
    told = Trying(desk, SHIP)
    manners = manners_of(SHIP)
    ((action, again),) = told.ends(told.rings(), 17)
    assert action is Action.CREATE_2
    assert desk.leg(again).not_before_ms == desk.now.ms() + manners.busy.after_s * 1000
    (held,) = told.papers.take([held_event := event(Kind.READY, again)])
    assert (held.action, held.again, held.at_ms) == (None, held_event, desk.leg(again).not_before_ms)
    assert desk.leg(again).dialling_ms is None
    desk.now.later(manners.busy.after_s * 1000)
    assert told.says(Kind.READY, again) == [(Action.DIAL_2, again)]
    assert told.ends(again, 17) == [(Action.TELL_1, told.a)]
    assert len(told.tried()) == 1 + manners.busy.times


def test_nothing_is_tried_beyond_the_waiting_that_the_quote_covers(desk: Desk) -> None:
    told = Trying(desk, SHIP)
    assert told.ends(told.rings(), 17, 75_000) == [(Action.TELL_1, told.a)]


def test_a_round_that_is_tried_once_more_has_all_its_routes_again(desk: Desk) -> None:
    told = Trying(desk, SHIP)
    leg = told.rings()
    for _ in range(3):
        leg = told.again(leg, 34)
    assert [carrier for _, carrier in told.tried()] == ["primary", "backup", "primary", "backup"]
    assert told.ends(leg, 34) == [(Action.TELL_1, told.a)]


class TestQuiet:
    """A leg of which the switch told no ringing in good time."""

    def test_it_is_ended_and_the_next_route_is_tried(self, desk: Desk) -> None:
        told = Trying(desk)
        leg = told.rings()
        assert told.hears(Quiet(leg)) == [(None, leg)]
        assert desk.leg(leg).end_reason == QUIET
        second = told.again(leg, 16)
        assert told.tried()[1] == ("+442079460018", "second")
        assert told.hears(Quiet(leg)) == []
        assert told.ends(second, 17) == [(Action.TELL_1, told.a)]

    def test_it_rings_on_if_nothing_else_could_be_tried(self, desk: Desk) -> None:
        told = Trying(desk)
        second = told.again(told.rings(), 34)
        assert told.hears(Quiet(second)) == []
        assert told.says(Kind.UP, second) == [(Action.ARM_JOINED, told.a)]

    def test_it_is_nothing_to_one_that_answered(self, desk: Desk) -> None:
        told = Trying(desk)
        leg = told.rings()
        told.says(Kind.UP, leg)
        assert told.hears(Quiet(leg)) == []

    def test_a_conductor_that_takes_over_goes_on_from_it(self, desk: Desk) -> None:
        told = Trying(desk)
        leg = told.rings()
        told.hears(Quiet(leg))
        desk.log((leg, "hangup", NOW + 30_000, 16))
        desk.now.later(1_000)
        told.papers = desk.papers()
        asks, _ = told.papers.recover([live(told.a, "up")], [])
        assert [ask.action for ask in asks] == [Action.CREATE_2]
        assert told.tried()[1] == ("+442079460018", "second")


class TestTakenOver:
    """Another conductor goes on where one died, through the same table."""

    def test_an_end_that_it_finds_in_the_log_goes_to_the_next_route(self, desk: Desk) -> None:
        told = Trying(desk)
        leg = told.rings()
        desk.log((leg, "hangup", NOW + 5_000, 34))
        desk.now.later(1_000)
        told.papers = desk.papers()
        asks, _ = told.papers.recover([live(told.a, "up")], [])
        assert [ask.action for ask in asks] == [Action.CREATE_2]
        assert [carrier for _, carrier in told.tried()] == ["trunk", "second"]

    @pytest.mark.parametrize("role", ["A", "B"])
    def test_a_try_that_was_claimed_and_never_made_is_made_anew_by_the_same_route(self, desk: Desk, role: str) -> None:
        told = Trying(desk)
        if role == "A":
            told.says(Kind.READY, told.a)
            ((_, lost),) = told.ends(told.a, 34)
        else:
            ((_, lost),) = told.ends(told.rings(), 34)
        there = [live(told.a, "up")] if role == "B" else []
        asks, _ = desk.papers().recover(there, [])
        ((action, new),) = [(ask.action, ask.attempt_id) for ask in asks]
        assert action is (Action.CREATE_1 if role == "A" else Action.CREATE_2)
        assert (new != lost, desk.leg(new).carrier, desk.leg(lost).state) == (True, "second", AttemptState.ENDED)

    def test_one_that_may_not_have_been_dialled_is_ended_and_not_tried_again(self, desk: Desk) -> None:
        told = Trying(desk)
        leg = told.rings()
        desk.now.later(1_000)
        told.papers = desk.papers()
        asks, _ = told.papers.recover([live(told.a, "up"), live(leg, "down")], [])
        assert [(ask.action, ask.attempt_id) for ask in asks] == [(None, leg)]
        assert told.logs((leg, "hangup", NOW + 5_000, 34)) == [(Action.TELL_1, told.a)]
        assert desk.row(told.order).outcome == "interrupted"


def test_every_system_has_manners_and_no_try_again_is_for_ever() -> None:
    for manners in BY_SYSTEM.values():
        assert 0 < manners.progress_s < manners.ring_s <= 90
        assert max(manners.busy.times, manners.unreachable.times) <= 2
        assert manners.busy.after_s < manners.unreachable.after_s
