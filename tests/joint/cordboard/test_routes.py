"""`cordboard routes`: how each carrier does, understood in one reading."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from cordboard.cli import main
from cordboard.cli.context import Tools
from cordboard.configure import settings_from
from dispatcher import ports
from dispatcher.switches.ari_requests import Carrier
from orders.states import AttemptState, OrderState
from tests.unit import factory
from tests.unit.cordboard.conftest import Run

CARRIERS = [
    {"name": "wholesale-west", "host": "w.example", "ports": 2, "cps": 5, "deck": "west", "prefixes": ["1", "44"]},
    {"name": "backup", "host": "b.example", "deck": "missing"},
    {"name": "sky-primary", "host": "s.example", "uplink": True, "cps": 0.5},
]


@pytest.fixture
def show(tools: Tools, here: Path) -> Callable[..., Result]:
    settings = settings_from({"home": str(here), "switch": {"carriers": CARRIERS}})

    def run(*words: str) -> Result:
        with patch("cordboard.cli.context.open_tools", lambda _: replace(tools, settings=settings)):
            found = CliRunner().invoke(main, ["routes", *words])
        assert found.exit_code == 0, found.output
        return found

    return run


@pytest.fixture
def orders(tools: Tools) -> list[str]:
    """A call that goes on by wholesale-west, and one that waits for it."""
    now_ms = tools.clock.ms()
    with tools.db.write() as conn:
        account = factory.account(conn)
        user = factory.user(conn, account)
        call, waits = (factory.order(conn, account, user, state=state) for state in (OrderState.JOINED, OrderState.DUE))
        ports.take(conn, call, [(role, Carrier("wholesale-west", "")) for role in "AB"], now_ms)
        ports.queue(conn, waits, ["wholesale-west"], now_ms)
        for number in range(12):
            answered = {"answered_ms": now_ms} if number < 3 else {"cause": 34}
            factory.attempt(
                conn, call, "B", state=AttemptState.ENDED, carrier="sky-primary", claimed_ms=now_ms,
                dialling_ms=now_ms, **answered,
            )  # fmt: skip
    return [call, waits]


def test_a_line_for_each_carrier_within_eighty_columns(
    show: Callable[..., Result], orders: list[str], run: Run, here: Path
) -> None:
    (here / "west.csv").write_text("prefix,destination,rate\n44,UK,0.01\n")
    run("decks", "import", "west.csv", "--name", "west")
    text = show().output
    assert max(map(len, text.splitlines())) <= 80
    heads, west, backup, sky, _, *notes = text.splitlines()
    assert heads.split() == ["Carrier", "Ports", "Calls/s", "Seizures", "ASR", "Failed", "State", "Cost", "deck"]
    assert west.split() == ["wholesale-west", "2/2", "5", "0", "-", "0", "full", "west"]
    assert backup.split() == ["backup", "0/-", "-", "0", "-", "0", "no", "deck", "missing"]
    assert sky.split() == ["sky-primary", "0/-", "0.5", "12", "25%", "9", "ill", "-"]
    assert notes == [
        "Seizures, ASR and failures are of the last 15 minutes, at most 200 calls each.",
        "wholesale-west: 1 order waits for a port of it.",
        "backup: its cost deck missing is not there; until it is, nothing goes that way.",
        "sky-primary is ill: it is tried after the others.",
    ]


def test_the_same_for_programs(show: Callable[..., Result], orders: list[str]) -> None:
    west, backup, sky = json.loads(show("--json").output)
    assert (west["ports_used"], west["ports"], west["waiting"], west["cps"]) == (2, 2, 1, 5)
    assert (backup["ports"], backup["cps"], backup["state"], backup["deck"]) == (None, None, "no deck", "missing")
    assert (sky["seizures"], sky["answered"], sky["asr_percent"], sky["failed"], sky["ill"]) == (12, 3, 25, 9, True)
    assert (sky["uplink"], west["uplink"], west["prefixes"]) == (True, False, ["1", "44"])


def test_who_has_no_uplink_is_told_so(tools: Tools, run: Run, here: Path) -> None:
    settings = settings_from({"home": str(here), "switch": {"carriers": CARRIERS[:1]}})
    with patch("cordboard.cli.context.open_tools", lambda _: replace(tools, settings=settings)):
        assert "satellite numbers can't be called" in CliRunner().invoke(main, ["routes"]).output
    assert "satellite numbers" not in run("routes").output.splitlines()[-1]


def test_the_ledger_check_finds_a_port_that_was_kept(tools: Tools, orders: list[str], run: Run) -> None:
    assert run("ledger", "check").stdout == "The books are right.\n"
    with tools.db.write() as conn:
        ports.take(conn, orders[1], [("A", Carrier("backup", ""))], tools.clock.ms())
    assert f"order {orders[1]} is not being called but has a port of backup" in run("ledger", "check", fails=1).stdout
