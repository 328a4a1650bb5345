"""The promises that rest on one writer at a time, on a real PostgreSQL, where there are many."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from accounts.tables import accounts
from billing import byhand, ledger
from billing import holds as holds_of
from billing.check import check
from billing.quotes import Ceiling, cost
from billing.settle import Leg, close_order, finalise
from billing.tables import cdrs, holds
from dispatcher import lease
from dispatcher.jobs import TAKEN_MS, Node
from dispatcher.pool import ANSWERED_WITHIN_MS
from dispatcher.progress import Action
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Request
from dispatcher.switches.base import Kind
from kernel.db import Database
from kernel.errors import Refused
from orders.states import AttemptState, OrderState
from orders.tables import attempts, orders
from tests.crowd import together, until_somebody_waits
from tests.parts.places import TALKS, on_the_exchange
from tests.unit import factory
from tests.unit.billing.world import DOLLAR, QUOTE, Held, funded, held
from tests.unit.dispatcher.desk import APP, LEASE_MS, SWITCH, Desk, event
from tests.unit.dispatcher.desk import enrolled as with_money
from tests.unit.dispatcher.two import BOTH, OTHER, Two
from tests.unit.factory import NOW
from tests.unit.inbound.house import PIN, House, enrolled
from tests.unit.replies.post import Post

pytestmark = pytest.mark.parts


@pytest.fixture
def house(pg: Database) -> House:
    user, alias = enrolled(pg)
    return House(pg, user, f"{alias}@door.test")


@pytest.fixture
def desk(pg: Database) -> Desk:
    return Desk(pg, with_money(pg))


def books(db: Database) -> list[str]:
    with db.read(snapshot=True) as conn:
        return check(conn)


# -- orders and money --------------------------------------------------------------------------------------------------


def test_113_a_hundred_orders_on_a_balance_for_one(house: House) -> None:
    left = DOLLAR // 10
    with house.db.write() as conn:
        account = conn.execute(select(accounts.c.id).where(accounts.c.name == "Ship")).scalar_one()
        ledger.correct(conn, account, left - 20 * DOLLAR, "USD", "most of it", "", NOW)
    ids = [house.accept(house.mail(f"CALL +4420794600{number:02}"), to=house.alias) for number in range(100)]

    def handle_some(first: int) -> None:
        for message_id in ids[first::8]:
            house.intake.handle(message_id)

    together(8, handle_some)
    assert len(house.orders) == len(house.bell.rung) == 1
    assert sum(hold.amount for hold in house.rows(holds)) <= left
    assert {house.message(message_id).state for message_id in ids} == {"handled"}
    answers = [said for _, said in house.said()]
    assert sum(said.startswith("A1 Ringing") for said in answers) == 1
    assert sum(said.startswith("Not called: your balance of $0.0") for said in answers) == 99
    assert books(house.db) == []


def test_five_copies_of_a_mail_make_one_order(house: House) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}")
    ids = [house.accept(raw) for _ in range(5)]

    def handle_all(first: int) -> None:
        for message_id in ids[first:] + ids[:first]:
            house.intake.handle(message_id)

    together(5, handle_all)
    assert len(house.orders) == len(house.rows(holds)) == len(house.bell.rung) == 1
    assert len(house.said()) == 5
    assert len(set(house.said())) == 1
    assert {house.message(message_id).state for message_id in ids} == {"handled"}


def test_legs_are_billed_once_and_within_the_hold_whoever_bills_them(pg: Database) -> None:
    """The hold pays for the one or the other, not for both."""
    with pg.write() as conn:
        calls = [held(conn, DOLLAR // 20) for _ in range(5)]
    for call in calls:

        def bill(number: int, call: Held = call) -> int:
            leg = Leg(call.a if number % 2 else call.b, NOW, NOW + 60_000 + number, second_answered_ms=NOW)
            with pg.write() as conn:
                charge = finalise(conn, leg, NOW)
            assert charge is not None
            return charge.total

        told = together(8, bill)
        assert told == told[:2] * 4
        assert 0 < min(told) < sum(told[:2]) <= DOLLAR // 20
        with pg.write() as conn:
            assert close_order(conn, call.order, NOW)
            assert ledger.balance(conn, call.account) == 20 * DOLLAR - sum(told[:2])
            assert conn.scalar(select(func.count()).where(cdrs.c.order_id == call.order)) == 2
    assert books(pg) == []


def test_of_two_who_end_a_leg_each_the_later_lets_the_hold_go(pg: Database) -> None:
    """A person settles leg A by hand while the conductor ends leg B, which nobody answered."""
    with pg.write() as conn:
        call = held(conn)
        conn.execute(update(attempts).where(attempts.c.id == call.a).values(answered_ms=NOW))
        conn.execute(update(attempts).where(attempts.c.id == call.b).values(state=AttemptState.DIALLING))

    def ends_b() -> bool:
        with pg.write() as conn:
            conn.execute(update(attempts).where(attempts.c.id == call.b).values(state=AttemptState.ENDED))
            conn.execute(update(orders).values(state=OrderState.ENDED))
            return close_order(conn, call.order, NOW)

    with ThreadPoolExecutor(1) as pool:
        with pg.write() as conn:
            byhand.settle(conn, call.a, 60, NOW)
            ended = pool.submit(ends_b)
            until_somebody_waits(pg)
        assert ended.result(60)
    assert books(pg) == []


# -- conductors, workers, senders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ran_out", [False, True])
def test_of_conductors_at_once_one_has_the_lease(pg: Database, ran_out: bool) -> None:
    for switch in (f"switch{number}" for number in range(10)):
        if ran_out:
            with pg.write() as conn:
                lease.acquire(conn, switch, "dead", NOW - LEASE_MS, LEASE_MS)

        def take(number: int, switch: str = switch) -> int | None:
            with pg.write() as conn:
                return lease.acquire(conn, switch, f"conductor {number}", NOW, LEASE_MS)

        assert [epoch for epoch in together(4, take) if epoch] == [2 if ran_out else 1]


class Willing(AriOnce):
    """Stands for a switch that does all it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, request: Request) -> None:
        self.asked.append(request.path)


def working(switch: Willing) -> dict[str, Node]:
    return {SWITCH: Node(switch, APP)}


def test_workers_at_once_claim_an_order_once_and_no_more_than_may_be_set_up(desk: Desk) -> None:
    papers = desk.papers()
    desk.log_was_read()
    switch, due = Willing(), [desk.order() for _ in range(6)]
    launcher = replace(desk.launcher("http://unused", setting_up_max=3), nodes=working(switch))
    launched = together(8, lambda first: [launcher.launch(due[(first + n) % 6]) for n in range(6)])
    assert sum(map(sum, launched)) == len(switch.asked) == 3
    assert sorted(desk.state(order)[0] for order in due) == ["claimed"] * 3 + ["due"] * 3
    assert [len(desk.legs(order)) for order in due if desk.state(order)[0] == "claimed"] == [1, 1, 1]
    desk.now.later(20_000)  # the three were claimed by workers that died, it seems
    desk.log_was_read()
    papers.answered()
    together(8, lambda first: [launcher.launch(due[(first + n) % 6]) for n in range(6)])
    assert sum(len(desk.legs(order)) for order in due) == 6
    assert sum(leg.state == AttemptState.CLAIMED for order in due for leg in desk.legs(order)) == 3


def test_an_order_whose_worker_died_is_claimed_again_once(desk: Desk) -> None:
    desk.papers()
    desk.log_was_read()
    launcher = replace(desk.launcher("http://unused"), nodes=working(Willing()))
    for _ in range(5):
        order = desk.order(OrderState.CLAIMED, taken_until_ms=desk.clock.ms() - 1)
        assert sum(together(6, lambda _: launcher.launch(order))) == len(desk.legs(order)) == 1  # noqa: B023 (at once)


def test_a_claim_goes_to_another_switch_or_is_dialled_and_never_both(desk: Desk) -> None:
    """Its own is away, or so it seems, and comes back in the same moment."""
    two, switch = Two(desk), Willing()
    launcher = replace(two.launcher, nodes=dict.fromkeys(BOTH, Node(switch, APP)))
    papers = desk.papers("one")
    for _ in range(20):
        order, leg = desk.claimed(taken_until_ms=desk.clock.ms() + TAKEN_MS)
        two.well(SWITCH, OTHER)
        desk.now.later(ANSWERED_WITHIN_MS)
        two.well(OTHER)

        def race(number: int, order: str = order, leg: str = leg) -> list[Action | None]:
            if number:
                launcher.launch(order)
                return []
            return [ask.action for ask in papers.take([event(Kind.READY, leg)])]

        asked = together(3, race)[0]
        legs = {row.id: row for row in desk.legs(order)}
        still_open = [row for row in legs.values() if row.state != AttemptState.ENDED]
        assert len(still_open) == 1
        if Action.DIAL_1 in asked:
            assert (still_open[0].id, still_open[0].state) == (leg, AttemptState.DIALLING)
            assert desk.state(order)[0] == OrderState.RINGING_1
        else:
            assert (legs[leg].state, legs[leg].end_reason) == (AttemptState.ENDED, "never_dialled")
            assert (still_open[0].switch, still_open[0].state) == (OTHER, AttemptState.CLAIMED)
            assert (desk.state(order)[0], desk.row(order).switch) == (OrderState.CLAIMED, OTHER)


def test_what_is_said_by_many_is_said_once(pg: Database) -> None:
    post = Post(pg)

    def put_all(_: int) -> None:
        for number in range(12):
            post.put(f"answer:{number}")

    together(4, put_all)
    assert len(post.rows) == 12
    assert sum(together(4, lambda _: post.sender.send_waiting())) == 12
    assert sorted(sent[0] for sent in post.way.sent) == sorted(row.id for row in post.rows)


def test_holds_that_grow_together_share_what_is_there(pg: Database) -> None:
    """Ten calls of one account run low at once, while new holds are made and a payment is taken back."""
    first, balance = cost(QUOTE, 60), 2 * DOLLAR
    with pg.write() as conn:
        account = funded(conn, balance)
        user, calls = factory.user(conn, account), []
        for _ in range(10):
            calls.append(factory.order(conn, account, user))
            holds_of.open_hold(conn, calls[-1], account, first, QUOTE, NOW, Ceiling(DOLLAR))

    def spend(number: int) -> None:
        for turn in range(5):
            with pg.write() as conn:
                holds_of.grow(conn, calls[(number + turn) % 10], account, 180, NOW)
            if number == 7:
                with pg.write() as conn, suppress(Refused):
                    ledger.correct(conn, account, -50_000, "USD", f"back {turn}", "", NOW)

    together(8, spend)
    with pg.read() as conn:
        held = conn.execute(select(func.sum(holds.c.amount))).scalar_one()
        assert 10 * first < held <= ledger.balance(conn, account)
        assert 0 <= holds_of.available(conn, account) < DOLLAR // 20
    assert books(pg) == []


def test_a_drop_and_a_claim_at_once(desk: Desk) -> None:
    """Whoever is first: the order is over as dropped, its hold let go, and no leg can be dialled any more."""
    papers = desk.papers()
    desk.log_was_read()
    launcher = replace(desk.launcher("http://unused"), nodes=working(Willing()))
    due = [desk.order() for _ in range(20)]

    def race(number: int) -> None:
        for order in due:
            if number:
                launcher.launch(order)
            else:
                desk.drop(order)

    together(3, race)
    while happenings := papers.wished():
        papers.take(happenings)
    for order in due:
        desk.is_over(order, "dropped")
        assert [leg.dialling_ms for leg in desk.legs(order) if leg.state != AttemptState.ENDED] == []


# -- all of it ------------------------------------------------------------------------------------------------------


def test_a_whole_call(pg_url: str, tmp_path: Path) -> None:
    with on_the_exchange(tmp_path / "house", database_url=pg_url) as place:
        ann = place.somebody(names={"Mum": TALKS})
        place.mail(ann, "CALL mum", "<once@ship.example>")
        place.mail(ann, "CALL mum", "<once@ship.example>")
        order = place.outcome(ann)
        assert order.outcome == "talked"
        assert place.rung(TALKS) == 1
        bills = place.bills(order)
        for role, leg in place.attempts(order).items():
            assert (bills[role].answered_ms, bills[role].ended_ms) == place.times_in_log(leg.id)
        assert sum("Ringing" in said for said in place.told(ann, 3)) == 2
        assert place.house.problems() == []
