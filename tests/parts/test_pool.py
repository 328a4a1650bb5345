"""Two real Asterisks that stand in for one another: one is killed, the active conductor is killed, one is drained."""

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from cordboard.lab.asterisk import why_not
from cordboard.lab.house import Enrolled
from cordboard.lab.phones import why_not as why_no_phones
from dispatcher.pool import State
from orders.states import AttemptState, OrderState
from tests.parts.conftest import _need
from tests.parts.pools import B_RINGS, B_STAYS, B_TALKS, NEW_YORK, RINGS, TORONTO, Pooled, pooled

pytestmark = pytest.mark.parts

UP, BEING_SET_UP, LATER, SENDING = 50, 50, 10, 8
WITHIN_MS = 10_000
"""What is promised on a machine with nothing else to do."""
SLOW = 6
"""This one may be so many times as slow."""
RINGING = (OrderState.RINGING_1, OrderState.RINGING_2)


@pytest.fixture
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooled]:
    _need(why_no_phones() or why_not())
    with pooled(tmp_path_factory.mktemp("pool")) as found:
        yield found


def together(pool: Pooled, people: list[Enrolled], b: str, count: int) -> None:
    """So many orders of these people at once."""
    turns = list(itertools.islice(itertools.cycle(people), count))
    with ThreadPoolExecutor(SENDING) as crowd:
        list(crowd.map(lambda who: pool.order(who, b), turns))


def fifty_up_and_fifty_being_set_up(pool: Pooled) -> list[Enrolled]:
    """On both switches: calls that go on, calls whose A rings, calls whose B rings; who ordered them."""
    people, waiting = [pool.somebody() for _ in range(5)], [pool.somebody(RINGS) for _ in range(5)]
    together(pool, people, B_STAYS, UP)
    pool.house.until(lambda: count(pool, OrderState.JOINED) == UP, 300)
    together(pool, people, B_RINGS, BEING_SET_UP // 2)
    together(pool, waiting, B_STAYS, BEING_SET_UP // 2)
    pool.house.until(lambda: count(pool, *RINGING) == BEING_SET_UP, 300)
    pool.house.until(lambda: sum(pool.rung().values()) == 2 * UP + BEING_SET_UP * 3 // 2, 60)
    assert len(pool.on(NEW_YORK)) > UP // 2 < len(pool.on(TORONTO))
    return people + waiting


def count(pool: Pooled, *states: OrderState) -> int:
    return sum(order.state in states for order in pool.house.orders())


def served_within_ms(pool: Pooled, orders: list[Any]) -> int:
    """How long the slowest waited until its telephone was rung, by what was written down of it."""
    first = {leg.order_id: leg.dialling_ms for leg in pool.legs() if leg.role == "A" and leg.dialling_ms}
    waited: int = max(first[order.id] - order.accepted_ms for order in orders)
    print(f"served after {waited} ms at most")
    return waited


def new_orders(pool: Pooled) -> list[Any]:
    """Some more calls, ordered now and carried through."""
    who, before = pool.somebody(), {order.id for order in pool.house.orders()}
    together(pool, [who], B_TALKS, LATER)

    def mine() -> list[Any]:
        return [order for order in pool.house.orders() if order.id not in before]

    pool.house.until(lambda: [order.state for order in mine()] == ["ended"] * LATER, 300)
    assert {order.outcome for order in mine()} == {"talked"}
    return mine()


def ended(pool: Pooled, orders: list[Any]) -> list[Any]:
    """These orders, once they are over, by wish or by themselves."""
    ids = {order.id for order in orders}

    def now() -> list[Any]:
        return [order for order in pool.house.orders() if order.id in ids]

    for order in now():
        if order.state != OrderState.ENDED:
            pool.place.drop(order)
    pool.house.until(lambda: all(order.state == OrderState.ENDED for order in now()), 300)
    return now()


def nothing_lost_and_nothing_doubled(pool: Pooled, people: list[Enrolled]) -> None:
    """Each number was rung as often as it was to be, each order is over and told of, and the books are in order."""
    dialled = Counter(leg.number for leg in pool.legs() if leg.dialling_ms)
    assert pool.rung() == dialled
    assert max(Counter((leg.order_id, leg.role) for leg in pool.legs() if leg.dialling_ms).values()) == 1
    assert pool.house.problems() == []
    assert count(pool, OrderState.ENDED) == len(pool.house.orders())
    for who in people:
        assert len(pool.place.told(who, 2 * len(pool.place.orders_of(who)))) == 2 * len(pool.place.orders_of(who))


def billed_as_logged(pool: Pooled, order: Any) -> None:
    switch = pool.switches[order.switch]
    times: dict[str, dict[str, int]] = {}
    for kind, at, channel, *_ in switch.cel():
        times.setdefault(channel, {})[kind] = int(at.replace(".", "").ljust(16, "0")[:13])
    bills = pool.place.bills(order).values()
    for bill in bills:
        logged = times[bill.attempt_id]
        assert (bill.answered_ms, bill.ended_ms) == (logged["ANSWER"], logged["HANGUP"])
    answered = [leg for leg in pool.legs() if leg.order_id == order.id and leg.answered_ms]
    assert len(bills) == len(answered)


def test_a_switch_is_killed_with_fifty_calls_up_and_fifty_being_set_up(pool: Pooled) -> None:
    people = fifty_up_and_fifty_being_set_up(pool)
    lost, kept = pool.on(NEW_YORK), pool.on(TORONTO)
    before = {order.id: order.state for order in kept}
    rung = pool.rung()
    pool.switches[NEW_YORK].kill()
    killed_ms = pool.house.parts.clock.ms()

    later = new_orders(pool)
    assert {order.switch for order in later} == {TORONTO}
    assert served_within_ms(pool, later) < SLOW * WITHIN_MS

    ids = {order.id for order in lost}
    pool.house.until(lambda: all(o.state == OrderState.ENDED for o in pool.on(NEW_YORK)), 300)
    over = pool.on(NEW_YORK)
    assert {order.id for order in over} == ids
    assert {order.outcome for order in over} == {"switch_lost"}
    for order in over:
        legs = [leg for leg in pool.legs() if leg.order_id == order.id]
        bills = pool.place.bills(order)
        assert {leg.id for leg in legs if leg.answered_ms} == {bill.attempt_id for bill in bills.values()}
        assert all(bill.estimated and bill.ended_ms <= killed_ms for bill in bills.values())
        assert {leg.state for leg in legs} == {AttemptState.ENDED}
    assert {order.id: order.state for order in pool.on(TORONTO) if order.id in before} == before  # they go on
    assert sum((pool.rung() - rung).values()) == 2 * LATER

    pool.switches[NEW_YORK].start()
    pool.house.until(lambda: pool.standing(NEW_YORK).state is State.FIT, 300)
    assert {order.switch for order in new_orders(pool)} == {NEW_YORK}  # it has the least to do
    for order in ended(pool, kept):
        assert order.outcome == "dropped"
        billed_as_logged(pool, order)
    nothing_lost_and_nothing_doubled(pool, people)
    told = [text for who in people for text in pool.place.told(who, 1)]
    assert sum("the switch was lost" in text and "AGAIN" in text for text in told) == len(lost)


@contextmanager
def another_conductor(pool: Pooled, switch: str) -> Iterator[int]:
    """A second one of this switch, which waits; and nobody who starts the first again."""
    words = ["--config", str(pool.house.file), "conductor", "--switch", switch]
    (parent,) = pool.house.pids()["serve"]
    with (pool.house.home / "second.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cordboard", *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    os.kill(parent, signal.SIGSTOP)
    try:
        yield process.pid
    finally:
        os.kill(parent, signal.SIGCONT)
        process.terminate()
        process.wait(60)


def test_the_active_conductor_is_killed_with_fifty_calls_up_and_fifty_being_set_up(pool: Pooled) -> None:
    people = fifty_up_and_fifty_being_set_up(pool)
    all_of_them, rung = pool.house.orders(), pool.rung()
    (first,) = pool.house.pids()[f"conductor:{NEW_YORK}"]
    with another_conductor(pool, NEW_YORK):
        os.kill(first, signal.SIGKILL)
        later = new_orders(pool)
        assert served_within_ms(pool, later) < SLOW * WITHIN_MS
        pool.house.until(lambda: pool.standing(NEW_YORK).state is State.FIT)
        assert count(pool, OrderState.JOINED) == UP
        assert count(pool, *RINGING) == BEING_SET_UP
        assert sum((pool.rung() - rung).values()) == 2 * LATER
        for order in ended(pool, all_of_them):
            assert order.outcome == "dropped"
            billed_as_logged(pool, order)
    nothing_lost_and_nothing_doubled(pool, people)


def test_a_drained_switch_gets_no_new_orders_and_its_calls_go_on(pool: Pooled) -> None:
    who = pool.somebody()
    together(pool, [who], B_STAYS, 4)
    pool.house.until(lambda: count(pool, OrderState.JOINED) == 4)
    assert (len(pool.on(NEW_YORK)), len(pool.on(TORONTO))) == (2, 2)
    told = cordboard(pool, "switches", "drain", NEW_YORK)
    assert "draining" in told
    assert {order.switch for order in new_orders(pool)} == {TORONTO}
    assert len(pool.on(NEW_YORK, OrderState.JOINED)) == 2
    assert "draining" not in cordboard(pool, "switches", "undrain", NEW_YORK)
    for order in ended(pool, pool.on(NEW_YORK, OrderState.JOINED)):
        assert order.outcome == "dropped"
        billed_as_logged(pool, order)
    assert {order.switch for order in new_orders(pool)} >= {NEW_YORK}
    ended(pool, pool.house.orders())
    nothing_lost_and_nothing_doubled(pool, [who])


def cordboard(pool: Pooled, *words: str) -> str:
    command = [sys.executable, "-m", "cordboard", "--config", str(pool.house.file), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
