"""Ports and paces in the job that claims and in the conductor that dials."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dispatcher import ports
from dispatcher.due import Due
from dispatcher.jobs import AGAIN_AFTER_MS, TAKEN_MS
from dispatcher.pool import Pool
from dispatcher.progress import Action
from dispatcher.routes import Routes
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.base import Kind
from dispatcher.switches.exchange.running import RunningExchange
from dispatcher.tables import port_queue
from orders.states import AttemptState, OrderState
from tests.joint.dispatcher.test_ari import nowhere
from tests.joint.dispatcher.test_jobs import renew
from tests.unit.dispatcher.desk import SWITCH, Desk, asked, event
from tests.unit.dispatcher.test_due import Bell
from tests.unit.factory import NOW


def carriers(**terms: Any) -> Routes:
    """One carrier, with these limits."""
    return Routes([Carrier("trunk", "PJSIP/trunk/sip:{digits}@trunk.example", **terms)])


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[RunningExchange]:
    with RunningExchange(tmp_path / "cel.csv", {}) as running:
        yield running


@pytest.fixture
def conducted(desk: Desk) -> Desk:
    renew(desk)
    return desk


def in_use(desk: Desk) -> int:
    with desk.db.read() as conn:
        return sum(ports.in_use(conn, ["trunk"]).values())


def admitted(desk: Desk) -> tuple[str, str]:
    """A claimed order whose legs have ports, and its first leg."""
    order, leg = desk.claimed()
    with desk.db.write() as conn:
        ports.take(conn, order, [(role, desk.routes.by_name["trunk"]) for role in "AB"], desk.now.ms())
    return order, leg


def queue(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(port_queue.c.order_id)).scalars())


# -- the job -----------------------------------------------------------------------------------------------------------


def test_who_finds_no_port_stays_due_and_is_rung_for_when_a_call_ends(
    conducted: Desk, exchange: RunningExchange
) -> None:
    conducted.routes = carriers(ports=2)
    launcher, bell = conducted.launcher_on(exchange), Bell()
    first, second = conducted.order(), conducted.order(rung_ms=NOW)
    assert launcher.launch(first)
    assert not launcher.launch(second)
    assert (conducted.row(second).state, queue(conducted), in_use(conducted)) == (OrderState.DUE, [second], 2)
    due = Due(conducted.db, conducted.clock, bell, Pool((SWITCH,), 20), 600_000, conducted.routes)
    assert due.ring() == 0  # there is nothing to be had for it
    other = conducted.order()
    assert due.ring() == 1  # who waits for a port keeps nobody else waiting
    papers = conducted.papers()
    conducted.drop(first)
    papers.take(papers.wished())
    (leg,) = conducted.legs(first)
    papers.take([event(Kind.GONE, leg.id)])
    conducted.log((leg.id, "hangup", NOW, 16))
    papers.take(list(papers.log_rows()))
    conducted.is_over(first, "dropped")
    assert due.ring() == 1
    assert bell.rung == [other, second]
    renew(conducted)
    assert launcher.launch(second)
    assert (queue(conducted), in_use(conducted)) == ([], 2)


def test_an_order_without_a_way_is_answered_at_once(conducted: Desk) -> None:
    conducted.routes = carriers(prefixes=("1",))
    order = conducted.order()
    assert not conducted.launcher(nowhere()).launch(order)
    conducted.is_over(order, "no_route")
    assert conducted.legs(order) == []


def test_what_the_switch_did_not_do_gives_its_ports_back(conducted: Desk, exchange: RunningExchange) -> None:
    conducted.routes = carriers(ports=2)
    order = conducted.order()
    assert not conducted.launcher(nowhere()).launch(order)
    assert in_use(conducted) == 0
    conducted.now.later(AGAIN_AFTER_MS)
    assert conducted.launcher_on(exchange).launch(order)
    assert in_use(conducted) == 2


def test_a_claim_whose_worker_died_is_made_anew_on_the_ports_that_it_has(
    conducted: Desk, exchange: RunningExchange
) -> None:
    conducted.routes = carriers(ports=2)
    order, launcher = conducted.order(), conducted.launcher_on(exchange)
    assert launcher.launch(order)
    conducted.now.later(TAKEN_MS)
    renew(conducted)
    assert launcher.launch(order)
    assert (len(conducted.legs(order)), in_use(conducted)) == (2, 2)


# -- the conductor -----------------------------------------------------------------------------------------------------


def test_a_dial_waits_for_its_slot_and_is_no_dial_before(desk: Desk) -> None:
    desk.routes = carriers(cps=2)
    papers, legs = desk.papers(), [admitted(desk)[1] for _ in range(3)]
    told = papers.take([event(Kind.READY, leg) for leg in legs])
    assert asked(told) == [(Action.DIAL_1, legs[0]), (None, legs[1]), (None, legs[2])]
    assert [ask.at_ms - NOW for ask in told[1:]] == [500, 1000]
    assert [desk.leg(leg).state for leg in legs] == ["dialling", "claimed", "claimed"]
    desk.now.later(500)
    assert papers.take([ask.again for ask in told[2:] if ask.again])[0].at_ms == NOW + 1000  # it keeps its slot
    assert asked(papers.take([ask.again for ask in told[1:2] if ask.again])) == [(Action.DIAL_1, legs[1])]


def test_who_is_dropped_while_it_waits_is_never_dialled(desk: Desk) -> None:
    desk.routes = carriers(cps=2)
    papers = desk.papers()
    (_, busy), (order, leg) = admitted(desk), admitted(desk)
    told = papers.take([event(Kind.READY, each) for each in (busy, leg)])
    desk.drop(order)
    papers.take(papers.wished())
    desk.now.later(500)
    asks = papers.take([ask.again for ask in told if ask.again])
    assert [ask.action for ask in asks] == [None]
    assert asks[0].again is None  # a channel that nobody wants is hung up
    assert desk.leg(leg).state == AttemptState.ENDED
    desk.is_over(order, "dropped")


def test_a_leg_that_is_over_gives_its_port_back_while_the_other_is_not(desk: Desk) -> None:
    desk.routes = carriers(ports=2)
    papers = desk.papers()
    order, a = admitted(desk)
    papers.take([event(Kind.READY, a)])
    desk.log((a, "answer", NOW, None))
    papers.take(list(papers.log_rows()))
    papers.take([event(Kind.DIGIT, a, "1")])
    b = desk.leg_b(order)
    papers.take([event(Kind.READY, b), event(Kind.UP, b)])
    desk.log((b, "answer", NOW, None), (b, "hangup", NOW + 1000, 16))
    papers.take([event(Kind.GONE, b)])
    papers.take(list(papers.log_rows()))
    assert in_use(desk) == 1
    desk.log((a, "hangup", NOW + 1100, 16))
    papers.take(list(papers.log_rows()))
    desk.is_over(order, "talked")
    assert in_use(desk) == 0
