"""Whatever comes late, twice or in another order: one dial a leg, one bill with the log's times, one receipt."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.quotes import Ceiling, cost
from orders.states import AttemptState, OrderState
from tests.unit.billing.world import DOLLAR, QUOTE
from tests.unit.dispatcher.desk import Desk
from tests.unit.dispatcher.drawn_switch import DrawnSwitch

B_ANSWERS, B_BUSY, B_NOT_MADE = 0, 17, -38
ANY_DESK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def went_well(desk: Desk, switch: DrawnSwitch) -> None:
    order = switch.order
    state, outcome = desk.state(order)
    assert (state, bool(outcome)) == (OrderState.ENDED, True)
    assert {leg.state for leg in desk.legs(order)} == {AttemptState.ENDED}
    assert len([leg for leg in desk.legs(order) if leg.dialling_ms is not None]) <= 2
    assert all(times == 1 for times in switch.dialled.values())
    assert desk.bills(order) == {leg: (times[0], times[1]) for leg, times in switch.times.items()}
    desk.is_over(order, outcome)


@ANY_DESK
@given(
    st.lists(st.integers(0, 1_000), max_size=25),
    st.sampled_from([B_ANSWERS, B_ANSWERS, B_BUSY, B_NOT_MADE]),
    st.booleans(),
)
@example([0] * 25, B_ANSWERS, True)
@example([0] * 25, B_BUSY, False)
def test_a_calls_news_in_any_order_and_any_number(desk: Desk, draws: list[int], b_does: int, press_1: bool) -> None:
    order, leg_a = desk.claimed(press_1=press_1)
    switch, papers = DrawnSwitch(desk, order, leg_a, b_does), desk.papers()
    for drawn in draws:
        switch.move(papers, drawn)
    switch.to_the_end(papers)
    if switch.dialled[leg_a]:
        went_well(desk, switch)
    for old in switch.told:  # and whatever comes after the end
        assert papers.take([old]) == [] or desk.state(order)[0] == OrderState.ENDED
    assert desk.receipts(order) <= 1


@ANY_DESK
@given(
    st.lists(st.one_of(st.integers(0, 1_000), st.none()), max_size=20),
    st.sampled_from([B_ANSWERS, B_ANSWERS, B_BUSY]),
    st.booleans(),
)
def test_a_conductor_may_die_at_any_moment(desk: Desk, draws: list[int | None], b_does: int, press_1: bool) -> None:
    order, leg_a = desk.claimed(press_1=press_1)
    switch, papers = DrawnSwitch(desk, order, leg_a, b_does), desk.papers()
    for drawn in draws:
        if drawn is None:
            papers = switch.restart()
        else:
            switch.move(papers, drawn)
    switch.to_the_end(switch.restart())
    if switch.dialled[leg_a]:
        went_well(desk, switch)


@ANY_DESK
@given(
    st.lists(st.one_of(st.integers(0, 1_000), st.sampled_from(["dies", "looks", "drop"])), max_size=30),
    st.sampled_from([B_ANSWERS, B_ANSWERS, B_BUSY]),
)
@example([0, 0, 0, 0, 0, 0, 0, 0, "looks", 0, "dies", "looks", "drop"], B_ANSWERS)
@example(["drop", "looks", 0, 0], B_ANSWERS)
def test_a_drop_at_any_moment_of_a_call_whose_hold_grows(desk: Desk, draws: list[int | str], b_does: int) -> None:
    order, leg_a = desk.claimed(press_1=False, switch="main", held=cost(QUOTE, 1), ceiling=Ceiling(DOLLAR))
    switch, papers = DrawnSwitch(desk, order, leg_a, b_does), desk.papers()
    dropped = False
    for drawn in draws:
        match drawn:
            case "dies":
                papers = switch.restart()
            case "looks":
                switch.look_after(papers)
            case "drop" if not dropped and desk.state(order)[0] != OrderState.ENDED:
                desk.drop(order)
                dropped = True
            case int():
                switch.move(papers, drawn)
        assert desk.problems() == []
    papers = switch.restart()
    switch.look_after(papers)
    switch.to_the_end(papers)
    switch.look_after(papers)
    if dropped or switch.dialled[leg_a]:
        went_well(desk, switch)
    if dropped:
        assert desk.wish(order).outcome == ("dropped" if desk.state(order)[1] == "dropped" else "over")
