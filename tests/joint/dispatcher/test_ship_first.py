"""A call whose dear leg is A's own: B is rung first and presses 1, and the ship is rung last."""

from dataclasses import replace
from typing import Any

import pytest

from billing.receipt import receipt
from billing.settle import LATE_FREE_MS
from dispatcher.advance import Timer
from dispatcher.progress import Action, Event
from dispatcher.routes import Routes
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind
from orders.states import AttemptState, OrderState
from replies.receipts import outcome_text
from replies.sentences import B_WAITED, OUTCOMES
from tests.unit.billing.world import QUOTE
from tests.unit.dispatcher.desk import TRUNK, Desk
from tests.unit.dispatcher.left import left
from tests.unit.dispatcher.told import Told
from tests.unit.factory import NOW

SHIP, HOME = "+870776123456", "+442079460018"
DEAR = replace(QUOTE.a, prefix="870", destination="Inmarsat", rate=5_000_000)
SHIP_QUOTE = replace(QUOTE, a=DEAR, first="B", ring_b_s=90)
HELD = 20_000_000
UPLINK = Carrier("uplink", "PJSIP/uplink/sip:{digits}@uplink.example", uplink=True)


class ShipFirst(Told):
    """Ann is at sea and calls home; `a` is the ship's leg, once there is one, and `b` that of home."""

    def __init__(self, desk: Desk, **columns: Any) -> None:
        terms: dict[str, Any] = {
            "first": "B",
            "number_a": SHIP,
            "number_b": HOME,
            "quote": SHIP_QUOTE,
            "held": HELD,
            "name_b": "Bob",
        }
        desk.routes = Routes([TRUNK, UPLINK])
        self.desk, self.papers = desk, desk.papers()
        self.order = desk.order(OrderState.CLAIMED, **{**terms, **columns})
        self.b, self.a = desk.attempt(self.order, "B", number=HOME), ""

    def to_ship(self) -> str:
        """Home answers at NOW and presses 1: the ship's channel is asked for."""
        self.says(Kind.READY, self.b)
        assert self.says(Kind.UP, self.b) == [(Action.ARM_1, self.b), (Action.ASK_1, self.b)]
        self.logs((self.b, "answer", NOW, None))
        ((action, self.a),) = self.says(Kind.DIGIT, self.b, "1")
        assert (action, self.desk.leg(self.a).number) == (Action.CREATE_2, SHIP)
        assert self.says(Kind.READY, self.a) == [(Action.DIAL_2, self.a)]
        return self.a

    def bill(self) -> dict[str, tuple[int, str]]:
        """What each leg was charged, and why not."""
        with self.desk.db.read() as conn:
            slip = receipt(conn, self.order)
            assert slip is not None
            return {leg.role: (leg.charge, leg.waived) for leg in slip.legs}

    def told(self) -> str:
        """The first line of the receipt."""
        with self.desk.db.read() as conn:
            slip = receipt(conn, self.order)
            assert slip is not None
            return outcome_text(self.desk.row(self.order), self.desk.row(self.order).outcome, slip, "")


def test_home_presses_1_and_then_the_ship_is_rung_and_both_are_billed_from_their_own_answers(desk: Desk) -> None:
    told = ShipFirst(desk)
    ship = told.to_ship()
    assert told.says(Kind.UP, ship) == [(Action.ARM_JOINED, told.b)]
    told.logs((ship, "answer", NOW + 40_000, None))
    assert told.says(Kind.GONE, ship, "16") == [(Action.END_1, told.b)]
    told.logs((ship, "hangup", NOW + 100_000, 16), (told.b, "hangup", NOW + 100_050, 16))
    desk.is_over(told.order, "talked")
    assert desk.bills(told.order) == {ship: (NOW + 40_000, NOW + 100_000), told.b: (NOW, NOW + 100_050)}
    assert "Bob, 1 min" in told.told()


def test_the_limits_follow_who_is_rung_first(desk: Desk) -> None:
    told = ShipFirst(desk)
    told.to_ship()
    (drop, _) = told.papers.take([Timer(told.order, Event.DROP)])
    assert drop.call is not None
    plan = drop.call.plan
    assert plan.limit_ms("A") == desk.leg(told.a).limit_ms
    assert plan.limit_ms("B") - plan.limit_ms("A") == (SHIP_QUOTE.confirm_s + SHIP_QUOTE.ring_b_s) * 1000


@pytest.mark.parametrize(("cause", "outcome"), [(17, "b_busy"), (19, "b_no_answer"), (1, "b_bad_number")])
def test_a_home_that_can_t_be_had_costs_no_second_of_satellite(desk: Desk, cause: int, outcome: str) -> None:
    told = ShipFirst(desk)
    told.says(Kind.READY, told.b)
    assert told.logs((told.b, "hangup", NOW + 3_000, cause)) == []
    assert [leg.role for leg in desk.legs(told.order)] == ["B"]
    assert desk.bills(told.order) == {}
    desk.is_over(told.order, outcome)


def test_b_is_asked_for_a_1_whatever_the_device_of_the_sender_is_let(desk: Desk) -> None:
    told = ShipFirst(desk, press_1=False)
    told.to_ship()


def test_home_that_presses_nothing_is_ended_and_the_ship_never_rings(desk: Desk) -> None:
    told = ShipFirst(desk)
    told.says(Kind.READY, told.b)
    told.says(Kind.UP, told.b)
    assert told.hears(Timer(told.order, Event.NOT_PRESSED)) == [(Action.END_1, told.b)]
    told.logs((told.b, "answer", NOW, None), (told.b, "hangup", NOW + 20_000, 16))
    desk.is_over(told.order, "b_not_confirmed")
    assert "nobody pressed 1" in told.told()
    assert [leg.role for leg in desk.legs(told.order)] == ["B"]


@pytest.mark.parametrize("ship_first", [True, False])
def test_home_hangs_up_while_the_ship_rings(desk: Desk, ship_first: bool) -> None:
    told = ShipFirst(desk)
    ship = told.to_ship()
    ends = [(told.b, "hangup", NOW + 8_000, 16), (ship, "hangup", NOW + 8_001, 16)]
    for line in reversed(ends) if ship_first else ends:
        told.logs(line)
    desk.is_over(told.order, "b_left")
    assert "Bob hung up before your phone" in told.told()


@pytest.mark.parametrize(("lasted_ms", "waived"), [(LATE_FREE_MS - 1, "late_a"), (LATE_FREE_MS, "")])
def test_the_ship_answers_after_home_has_left(desk: Desk, lasted_ms: int, waived: str) -> None:
    told = ShipFirst(desk)
    ship = told.to_ship()
    assert told.says(Kind.GONE, told.b, "16") == [(Action.END_2, ship)]
    told.logs((told.b, "hangup", NOW + 8_000, 16), (ship, "answer", NOW + 8_010, None))
    told.logs((ship, "hangup", NOW + 8_010 + lasted_ms, 16))
    desk.is_over(told.order, "b_left")
    charge, why = told.bill()["A"]
    assert (why, charge > 0) == (waived, not waived)


@pytest.mark.parametrize("cause", [17, 19, 20, 21, 1, 34])
def test_home_waited_and_is_told_in_words_why_the_ship_can_t_be_had(desk: Desk, cause: int) -> None:
    told = ShipFirst(desk)
    ship = told.to_ship()
    desk.now.later(3_600_000)  # nothing is tried again
    told.says(Kind.GONE, ship, str(cause))
    asks = told.logs((ship, "hangup", NOW + 30_000, cause))
    assert (told.desk.state(told.order)[0], asks or [(Action.TELL_1, told.b)]) == (
        OrderState.TELLING, [(Action.TELL_1, told.b)],
    )  # fmt: skip
    told.says(Kind.PLAYED, told.b)
    told.logs((told.b, "hangup", NOW + 36_000, 16))
    assert desk.row(told.order).outcome in B_WAITED
    assert "Bob answered, but " in told.told()
    assert told.bill()["B"][0] > 0


def test_what_home_s_waiting_costs_is_charged_or_not_as_the_account_says(desk: Desk) -> None:
    told = ShipFirst(desk, quote=replace(SHIP_QUOTE, charge_unjoined=False))
    told.to_ship()
    told.says(Kind.GONE, told.b, "16")
    told.logs((told.b, "hangup", NOW + 8_000, 16), (told.a, "hangup", NOW + 8_001, 16))
    assert told.bill() == {"B": (0, "unjoined"), "A": (0, "")}


def test_who_wants_no_receipts_is_told_that_home_could_not_be_had(desk: Desk) -> None:
    told = ShipFirst(desk, notices=False)
    told.says(Kind.READY, told.b)
    told.logs((told.b, "hangup", NOW + 3_000, 17))
    assert desk.receipts(told.order) == 1


@pytest.mark.parametrize(
    ("state", "b", "a", "there", "asks"),
    [
        (OrderState.CONFIRMING, AttemptState.ANSWERED, None, ("", "up"), ["ask_1"]),
        (OrderState.REACHING_2, AttemptState.ANSWERED, AttemptState.CLAIMED, ("down", "up"), ["dial_2"]),
        (OrderState.RINGING_2, AttemptState.ANSWERED, AttemptState.DIALLING, ("up", "up"), ["arm_joined"]),
        (OrderState.TELLING, AttemptState.ANSWERED, AttemptState.ENDED, ("", "up"), ["tell_1"]),
    ],
)  # fmt: skip
def test_a_conductor_that_takes_over_goes_on_where_the_call_stands(
    desk: Desk, state: OrderState, b: AttemptState, a: AttemptState | None, there: tuple[str, str], asks: list[str]
) -> None:
    call = left(desk, state, a, b, first="B", quote=SHIP_QUOTE, held=HELD, number_a=SHIP, outcome="a_busy")
    found = desk.papers().recover(call.there(*there), [])[0]
    assert call.names([(ask.action, ask.attempt_id) for ask in found]) == asks


def test_every_outcome_of_such_a_call_has_its_sentence() -> None:
    assert set(B_WAITED) == {name for name in OUTCOMES if name.startswith("a_") and name != "a_left"}
