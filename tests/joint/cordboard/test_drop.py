"""`cordboard drop`: a wish, and what becomes of it."""

import json
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from accounts.tables import accounts, users
from billing import holds
from cordboard.cli.context import Tools
from dispatcher import closing
from orders import orders as kept
from orders import wishes
from orders.states import OrderState
from orders.tables import orders
from tests.unit import factory
from tests.unit.billing.world import QUOTE

from .conftest import Run


@pytest.fixture
def place(tools: Tools, petrel: str) -> Callable[..., str]:
    """Orders of Ann's, her mother in the talk or on the way."""
    assert petrel

    def place_(**columns: object) -> str:
        with tools.db.write() as conn:
            account, user = conn.execute(select(accounts.c.id, users.c.id).join(users)).first() or ("", "")
            now_ms = tools.clock.ms()
            order = factory.order(conn, account, user, name_b="Mum", **columns)
            holds.open_hold(conn, order, account, 1_000_000, QUOTE, now_ms)
            return order

    return place_


def dropped(tools: Tools, order: str) -> bool:
    with tools.db.read() as conn:
        return wishes.is_dropped(conn, order)


def test_a_call_is_being_dropped(run: Run, tools: Tools, place: Callable[..., str]) -> None:
    order = place(ref="K7")
    assert run("drop", "k7").stdout == "K7 is being dropped.\n"
    assert dropped(tools, order)
    assert run("drop", order, "--account", "MV Petrel").stdout == "K7 is being dropped.\n"  # twice is no harm
    told = json.loads(run("drop", "K7", "--json").stdout)
    assert told == {"order": order, "ref": "K7", "dropping": True, "state": "joined", "outcome": ""}


def test_what_is_over_is_over(run: Run, tools: Tools, place: Callable[..., str]) -> None:
    order = place(ref="K7", state=OrderState.ENDED, outcome="talked")
    assert run("drop", "K7").stdout == "K7 is over already: you were through to Mum.\n"
    assert run("drop", "K7", "--wait").stdout == "K7 is over already: you were through to Mum.\n"
    told = json.loads(run("drop", "K7", "--json").stdout)
    assert (told["dropping"], told["state"], told["outcome"]) == (False, "ended", "talked")
    assert not dropped(tools, order)


def test_whose_order_it_is_must_be_known(run: Run, tools: Tools, place: Callable[..., str]) -> None:
    assert "no order 'K9'" in run("drop", "K9", fails=2).stderr
    with tools.db.write() as conn:
        other = factory.account(conn, name="Other")
        factory.order(conn, other, factory.user(conn, other), ref="K7")
    order = place(ref="K7")
    asked = run("drop", "K7", fails=2)
    assert "2 accounts have an order K7: say which with --account NAME." in asked.stderr
    assert "MV Petrel" in asked.stdout
    assert [each["account"] for each in json.loads(run("drop", "K7", "--json", fails=2).stdout)["choices"]]
    assert not dropped(tools, order)
    run("drop", "K7", "--account", "MV Petrel")
    assert dropped(tools, order)


def test_waiting_tells_how_it_ended(run: Run, tools: Tools, place: Callable[..., str]) -> None:
    order = place(ref="K7", state=OrderState.DUE)

    def conduct() -> None:
        while not dropped(tools, order):
            pass
        with tools.db.write() as conn:
            assert closing.close(conn, kept.by_id(conn, order), OrderState.DUE, "dropped", 1)  # type: ignore[arg-type]

    conductor = threading.Thread(target=conduct)
    conductor.start()
    said = run("drop", "K7", "--wait").stdout.splitlines()
    conductor.join()
    assert said == ["K7 is being dropped.", "K7 The call to Mum was ended as asked. You paid $0.00."]


def test_waiting_has_an_end(run: Run, tools: Tools, place: Callable[..., str]) -> None:
    place(ref="K7")
    assert "K7 is not over yet" in run("drop", "--wait", "K7", "--seconds", "0.01", fails=75).stderr
    with tools.db.write() as conn:
        conn.execute(update(orders).values(state=OrderState.ENDED, outcome="dropped"))
    assert run("drop", "--wait", "--seconds", "0", "K7").stdout == "K7 is over already: it was ended as asked.\n"
