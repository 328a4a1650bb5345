"""The job that launches an order: claimed once, created once, and put back when the switch did nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import update

from dispatcher import jobs, lease, pool
from dispatcher.jobs import AGAIN_AFTER_MS, TAKEN_MS, Launcher, Node
from dispatcher.pool import ANSWERED_WITHIN_MS, Pool
from dispatcher.routes import Routes
from dispatcher.switches import ari_once
from dispatcher.switches.ari_once import AriOnce
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind, LegPlan, SwitchRefused
from dispatcher.switches.exchange.running import RunningExchange
from dispatcher.switchlog import CANARY_LIVES_MS
from kernel.db import Database
from kernel.errors import Unavailable
from orders.states import AttemptState, OrderState
from orders.tables import orders
from tests.joint.dispatcher.test_ari import mute, nowhere
from tests.unit.dispatcher.desk import APP, LEASE_MS, STALE_MS, SWITCH, TRUNK, Desk, event
from tests.unit.factory import NOW

CREATE = "channels/create"


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", {}) as running:
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that gives up on an answer soon."""
    monkeypatch.setattr(ari_once, "ANSWER_SECONDS", 0.05)


@pytest.fixture
def conducted(desk: Desk) -> Desk:
    """With somebody who would dial, and a log that is written and read."""
    renew(desk)
    return desk


def conduct(desk: Desk) -> None:
    with desk.db.write() as conn:
        lease.acquire(conn, SWITCH, "one", desk.now.ms(), LEASE_MS)


def renew(desk: Desk) -> None:
    conduct(desk)
    desk.log_was_read()
    desk.switch_answers()


def created(exchange: RunningExchange) -> int:
    return int(exchange.stats()["created"])


def test_an_order_is_claimed_and_its_silent_channel_created(conducted: Desk, exchange: RunningExchange) -> None:
    order = conducted.order(shown_a="+12025550100")
    assert conducted.launcher_on(exchange).launch(order)
    (leg,) = conducted.legs(order)
    assert (leg.state, leg.role, leg.number, leg.carrier, leg.switch) == (
        AttemptState.CLAIMED, "A", "+12025550101", "trunk", SWITCH,
    )  # fmt: skip
    row = conducted.row(order)
    assert (row.state, row.switch, row.taken_until_ms) == (OrderState.CLAIMED, SWITCH, NOW + TAKEN_MS)
    stats = exchange.stats()
    assert (stats["created"], stats["dials"]) == (1, 0)


def test_a_doubled_job_finds_nothing_to_claim(conducted: Desk, exchange: RunningExchange) -> None:
    order, launcher = conducted.order(), conducted.launcher_on(exchange)
    together = threading.Barrier(4)

    def job(_: int) -> bool:
        together.wait()
        return launcher.launch(order)

    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(job, range(4)))
    assert sorted(done) == [False, False, False, True]
    assert (created(exchange), len(conducted.legs(order))) == (1, 1)
    assert not launcher.launch(order)


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.DUE, OrderState.CLAIMED}))
def test_an_order_that_is_further_or_over_is_not_claimed(conducted: Desk, state: OrderState) -> None:
    order = conducted.order(state)
    assert not conducted.launcher(nowhere()).launch(order)
    assert not conducted.launcher(nowhere()).launch("nobody's")
    assert (conducted.row(order).state, conducted.legs(order)) == (state, [])


NOT_YET = (
    "no lease", "lease ran out", "no canary", "canary is old", "no answer", "answer is old", "drained", "not due yet",
    "no room",
)  # fmt: skip


@pytest.mark.parametrize("why", NOT_YET)
def test_an_order_that_may_not_be_launched_yet_stays_due(desk: Desk, exchange: RunningExchange, why: str) -> None:
    order = desk.order(due_ms=NOW + (why == "not due yet"), rung_ms=NOW)
    desk.order(OrderState.REACHING_2)
    if why != "no canary":
        desk.now.now_ms = NOW - CANARY_LIVES_MS if why == "canary is old" else NOW
        desk.log_was_read()
    if why != "no lease":
        desk.now.now_ms = NOW - LEASE_MS if why == "lease ran out" else NOW
        conduct(desk)
    if why != "no answer":
        desk.now.now_ms = NOW - ANSWERED_WITHIN_MS if why == "answer is old" else NOW
        desk.switch_answers()
    if why == "drained":
        with desk.db.write() as conn:
            pool.drain(conn, SWITCH, True)
    desk.now.now_ms = NOW
    assert not desk.launcher_on(exchange, 1 if why == "no room" else 20).launch(order)
    assert (desk.row(order).state, desk.legs(order), created(exchange)) == (OrderState.DUE, [], 0)
    assert desk.row(order).rung_ms == 0  # whoever makes way for it need not wait to ring for it
    desk.now.later(1)
    renew(desk)
    with desk.db.write() as conn:
        pool.drain(conn, SWITCH, False)
    assert desk.launcher_on(exchange, 2).launch(order)


def test_the_brake_holds_when_many_jobs_come_at_once(conducted: Desk, exchange: RunningExchange) -> None:
    launcher, many = conducted.launcher_on(exchange, setting_up_max=3), [conducted.order() for _ in range(8)]
    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(launcher.launch, many)) == 3
    assert created(exchange) == 3


def test_an_order_that_waited_too_long_is_ended(conducted: Desk, exchange: RunningExchange) -> None:
    order = conducted.order(accepted_ms=NOW - STALE_MS - 1)
    assert not conducted.launcher_on(exchange).launch(order)
    conducted.is_over(order, "expired")
    assert created(exchange) == 0


class Without:
    """A switch that lacks what one carrier is reached by; a channel for another is made."""

    def create(self, _plan: LegPlan, carrier: Carrier, _app: str) -> None:
        if carrier.name == TRUNK.name:
            raise SwitchRefused(500, "Allocation failed")


def test_a_carrier_that_the_switch_can_not_use_gives_way_to_the_next(conducted: Desk) -> None:
    backup = Carrier("backup", "PJSIP/other/{digits}", priority=20)
    conducted.routes, order = Routes([TRUNK, backup]), conducted.order()
    nodes = {SWITCH: Node(cast(AriOnce, Without()), APP)}
    launcher = Launcher(conducted.db, conducted.clock, Pool((SWITCH,), 20), nodes, conducted.routes, STALE_MS)
    for _ in range(20):
        conducted.now.later(AGAIN_AFTER_MS)
        renew(conducted)
        launcher.launch(order)
    tried = [leg.carrier for leg in conducted.legs(order)]
    assert (tried[0], tried[-1], conducted.row(order).state) == ("trunk", "backup", OrderState.CLAIMED)
    assert conducted.problems() == []


@pytest.mark.parametrize(("how", "why"), [("away", "not_reached"), ("refused", "not_created")])
def test_what_the_switch_did_not_do_is_due_again_a_little_later(
    conducted: Desk, exchange: RunningExchange, how: str, why: str
) -> None:
    order = conducted.order()
    if how == "refused":
        exchange.faults(fail_requests=1, on=CREATE)
    assert not conducted.launcher(nowhere() if how == "away" else exchange.url).launch(order)
    assert (conducted.row(order).state, conducted.row(order).due_ms) == (OrderState.DUE, NOW + AGAIN_AFTER_MS)
    (leg,) = conducted.legs(order)
    assert (leg.state, leg.end_reason) == (AttemptState.ENDED, why)
    launcher = conducted.launcher_on(exchange)
    assert not launcher.launch(order)
    conducted.now.later(AGAIN_AFTER_MS)
    assert launcher.launch(order)
    assert (conducted.held(order), created(exchange)) == (True, 1)


@pytest.mark.usefixtures("hurried")
def test_a_switch_that_gives_no_answer_is_not_asked_again_blindly(conducted: Desk, exchange: RunningExchange) -> None:
    order, launcher = conducted.order(), conducted.launcher_on(exchange)
    exchange.faults(lose_replies=1, on=CREATE)
    assert launcher.launch(order)
    assert (conducted.row(order).state, conducted.legs(order)[0].state) == (OrderState.CLAIMED, AttemptState.CLAIMED)
    conducted.now.later(LEASE_MS - 1)
    assert not launcher.launch(order)
    assert created(exchange) == 1


def test_a_claim_that_came_to_nothing_is_made_anew_the_old_channel_removed_first(
    conducted: Desk, exchange: RunningExchange
) -> None:
    order, launcher = conducted.order(), conducted.launcher_on(exchange)
    launcher.launch(order)
    conducted.now.later(TAKEN_MS)
    renew(conducted)
    assert launcher.launch(order)
    old, new = conducted.legs(order)
    assert (old.state, old.end_reason, new.state) == (AttemptState.ENDED, "never_dialled", AttemptState.CLAIMED)
    assert conducted.row(order).taken_until_ms == NOW + 2 * TAKEN_MS
    assert not launcher.launch(order)
    exchange.faults(fail_requests=1, on=f"DELETE channels/{new.id}")
    conducted.now.later(TAKEN_MS)
    renew(conducted)
    assert not launcher.launch(order)  # while the old one may be there no new one is made
    assert created(exchange) == 2
    assert conducted.row(order).state == OrderState.DUE


def test_a_leg_that_was_dialled_is_never_claimed_again(conducted: Desk) -> None:
    order, leg = conducted.claimed()
    conducted.papers().take([event(Kind.READY, leg)])
    assert not conducted.launcher(nowhere()).launch(order)
    with conducted.db.write() as conn:  # even if the order were thought to be where it was
        conn.execute(update(orders).where(orders.c.id == order).values(state=OrderState.CLAIMED, taken_until_ms=0))
    assert not conducted.launcher(nowhere()).launch(order)
    assert len(conducted.legs(order)) == 1


@pytest.mark.usefixtures("hurried")
def test_an_order_does_not_grow_old_unnoticed_while_the_switch_is_silent(conducted: Desk) -> None:
    order = conducted.order()
    with mute() as url:
        assert conducted.launcher(url).launch(order)
        conducted.now.later(STALE_MS + 1)
        renew(conducted)
        assert not conducted.launcher(url).launch(order)
    conducted.is_over(order, "expired")


def test_a_job_that_can_not_run_now_leaves_its_order_due(conducted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order = conducted.order()

    def no_database(_: object) -> None:
        raise Unavailable("locked")

    jobs.install(conducted.launcher(nowhere()).launch)
    monkeypatch.setattr(Database, "write", no_database)
    jobs.launch(order)
    monkeypatch.undo()
    assert conducted.row(order).state == OrderState.DUE
    jobs.launch(order)
    assert conducted.legs(order)[0].end_reason == "not_reached"
