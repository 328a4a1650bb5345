"""docs/states.md is what the tables say, and the two tables agree with each other."""

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dispatcher.progress import PROGRESS, Event, Step
from orders.states import ORDER_MOVES, OrderState

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "states_doc.py"
PAGE = ROOT / "docs" / "states.md"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_the_page_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_that_says_something_else_is_found_out(
    script: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main: Callable[[list[str]], int] = script["main"]
    main.__globals__["PAGE"] = tmp_path / "states.md"
    assert main(["--check"]) == 1
    assert main(["--write"]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "states.md").write_text(PAGE.read_text("utf-8").replace("`first_answered`", "`first_left`", 1), "utf-8")
    assert main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err


def test_the_page_has_every_step_and_every_move() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted((str(state), str(event)) for state, event in PROGRESS)
    assert len(rows) == len(PROGRESS) > len(Event)
    drawn = page.split("## An attempt")[0]
    for state, after in ORDER_MOVES.items():
        for to in after:
            assert f"    {state} --> {to}\n" in drawn


@pytest.mark.parametrize(("pair", "step"), PROGRESS.items(), ids=[f"{state}-{event}" for state, event in PROGRESS])
def test_a_step_is_a_legal_move_of_an_order_or_stays(pair: tuple[OrderState, Event], step: Step) -> None:
    assert step.to is pair[0] or step.to in ORDER_MOVES[pair[0]]
