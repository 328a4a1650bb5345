"""The web door of a whole house: a call placed and followed by `cordboard call`, and billed as one that was mailed."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from accounts.tables import accounts
from billing.tables import cdrs, entries, transactions
from cordboard.lab.house import Enrolled
from cordboard.lab.ports import HOST
from orders.states import OrderState
from tests.parts.places import A_BUSY, BUSY, NO_ANSWER, TALKS, Place, on_the_exchange

pytestmark = pytest.mark.parts
US_PHONE = "+12025550143"  # billed by whole minutes: what a call costs does not hang on a millisecond


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with on_the_exchange(tmp_path_factory.mktemp("web")) as found:
        yield found


def cordboard(place: Place, *words: str, token: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cordboard", "--config", str(place.house.file), *words]
    mine = {name: text for name, text in os.environ.items() if not name.startswith("CORDBOARD_")}
    mine |= ({"CORDBOARD_TOKEN": token} if token else {}) | more
    return subprocess.run(command, env=mine, capture_output=True, text=True, timeout=60, check=False)


def post(place: Place, who: Enrolled, **fields: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
    url = f"http://{HOST}:{place.house.web_port}/api/v1/calls"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(fields).encode(), headers), timeout=20) as said:
        found: dict[str, Any] = json.load(said)
        return found


def test_a_call_is_placed_followed_and_receipted(place: Place) -> None:
    who = place.somebody(names={"Bob": TALKS})
    done = cordboard(place, "call", "bob", "--bill", "refit", "--wait", token=who.token)
    assert (done.returncode, done.stderr) == (0, "")
    first, _, receipt, *_, bill = done.stdout.strip().split("\n")
    assert first == "A1 Ringing +33 1..1234. Press 1, then Bob. About $0.14/min."
    assert receipt.startswith("A1 Bob, ")
    assert bill == "Bill code refit."
    (order,) = place.orders_of(who)
    assert (order.outcome, order.door, order.bill) == ("talked", "api", "refit")
    assert place.house.problems() == []


def test_for_a_program_it_tells_legs_and_amounts(place: Place, tmp_path: Path) -> None:
    who = place.somebody()
    file = tmp_path / "token"
    file.write_text(who.token + "\n")
    done = cordboard(place, "call", BUSY, "--wait", "--json", "--token-file", str(file))
    told = json.loads(done.stdout)
    order = place.outcome(who)
    assert (told["id"], told["state"], told["outcome"]) == (order.id, OrderState.ENDED, "b_busy")
    (a,) = place.bills(order).values()
    assert [leg["role"] for leg in told["legs"]] == ["A", "B"]
    assert told["legs"][0]["billed_seconds"] == a.billed_seconds
    assert told["charge"] == told["legs"][0]["charge"] == f"{a.charge / 1_000_000:.4f}"
    assert told["legs"][1]["answered_at"] is None


def test_what_is_refused_is_one_sentence_and_exit_2(place: Place) -> None:
    who = place.somebody()
    done = cordboard(place, "call", "911", token=who.token)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Not called: 911 is an emergency number. Dial it yourself on the nearest phone.\n"
    assert cordboard(place, "call", TALKS, token="cbt_" + "a" * 32).returncode == 2
    assert cordboard(place, "call", TALKS).returncode == 2
    assert place.orders_of(who) == []


def test_a_door_that_is_away_is_exit_75(place: Place) -> None:
    done = cordboard(place, "call", TALKS, token="cbt_" + "a" * 32, CORDBOARD_WEB__PORT="9")
    assert (done.returncode, done.stdout) == (75, "")
    assert "Nobody answers at" in done.stderr
    assert "Traceback" not in done.stderr


def test_health_is_told(place: Place) -> None:
    with urllib.request.urlopen(f"http://{HOST}:{place.house.web_port}/healthz", timeout=10) as said:
        assert set(json.load(said)["parts"].values()) == {"ok"}


def books(place: Place, order: Any) -> dict[str, Any]:
    """Postings and CDRs of an order, but for ids, reference, door and the time of day."""
    apart = {"attempt_id", "order_id", "ref", "door", "answered_ms", "ended_ms"}
    with place.house.parts.db.read() as conn:
        t, e = transactions.c, entries.c
        posted = conn.execute(
            select(t.kind, t.memo, e.ledger, e.amount, e.currency)
            .join_from(transactions, entries, e.transaction_id == t.id)
            .where(t.order_id == order.id)
            .order_by(t.memo, e.ledger)
        )
        lines = [(row.kind, row.memo.removeprefix(order.ref), *row[2:]) for row in posted]
        rows = conn.execute(select(cdrs).where(cdrs.c.order_id == order.id).order_by(cdrs.c.role))
        bills = [{name: value for name, value in row._mapping.items() if name not in apart} for row in rows]
    return {"lines": lines, "bills": bills}


@pytest.mark.parametrize(
    ("phone", "number", "outcome", "legs"),
    [
        (US_PHONE, TALKS, "talked", 2),
        (US_PHONE, BUSY, "b_busy", 1),
        (US_PHONE, NO_ANSWER, "b_no_answer", 1),
        (A_BUSY, TALKS, "a_busy", 0),
    ],
)
def test_the_same_call_has_the_same_bill_by_either_door(
    place: Place, phone: str, number: str, outcome: str, legs: int
) -> None:
    who = place.somebody(phone=phone)
    with place.house.parts.db.write() as conn:
        conn.execute(update(accounts).where(accounts.c.id == who.account_id).values(tax_ppm=200_000))
    place.mail(who, f"CALL {number} BILL refit")
    mailed = place.outcome(who)
    post(place, who, to=number, bill="refit")
    place.house.until(lambda: [o.state for o in place.orders_of(who)] == [OrderState.ENDED] * 2)
    ordered = place.orders_of(who)[1]
    assert (mailed.door, ordered.door) == ("email", "api")
    assert mailed.outcome == ordered.outcome == outcome
    assert books(place, ordered) == books(place, mailed)
    assert len(books(place, mailed)["bills"]) == legs
    assert len(books(place, mailed)["lines"]) == 3 * legs  # customer, revenue, tax
    assert place.house.problems() == []
