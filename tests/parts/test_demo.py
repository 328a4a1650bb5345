"""The demonstration, as `make demo` runs it, and what it ends with for programs."""

import json
import subprocess
import sys

import pytest

from cordboard.lab import asterisk
from cordboard.lab.asterisk import Asterisk

pytestmark = pytest.mark.parts


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "cordboard", "demo", "--json", *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL)


def is_told(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["ledger"] == {"ok": True, "problems": []}
    assert [call["door"] for call in told["calls"]] == ["email", "page", "twilio", "email"]
    *anns, from_a_ship = told["calls"]
    assert {call["charge"] for call in anns} == {"0.045"}
    home, ship = (next(leg for leg in from_a_ship["legs"] if leg["role"] == role) for role in "BA")
    assert home["answered_at"] < ship["answered_at"], "the dear leg is rung last"
    assert ship["number"].startswith("+870")
    for call in told["calls"]:
        assert set(call) == {"order", "door", "legs", "charge", "currency"}
        assert {leg["role"] for leg in call["legs"]} == {"A", "B"}
        assert [set(leg) for leg in call["legs"]] == [
            {"role", "number", "answered_at", "ended_at", "billed_seconds", "charge"}
        ] * 2
    assert "They differ in one word: page and text." in done.stderr


def test_on_the_built_in_exchange() -> None:
    is_told(demo())


def test_on_a_real_asterisk(switch: Asterisk) -> None:
    assert asterisk.why_not() == ""
    is_told(demo("--switch", "asterisk"))
