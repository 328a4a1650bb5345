"""`cordboard switches`: read once by somebody tired, and by programs; the roles of a pool."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordboard import roles
from cordboard.cli import main, serve
from cordboard.cli.context import Tools
from cordboard.configure import settings_from
from cordboard.health import Health
from cordboard.supervisor import Supervisor
from cordboard.wiring import Parts
from dispatcher.pool import Pool
from orders.states import OrderState as S
from tests.joint.cordboard.test_health import Bell
from tests.unit.dispatcher.two import Two
from tests.unit.dispatcher.two import desk_on as desk

from .conftest import Run

NODES = [{"name": name, "ari_url": f"http://127.0.0.1:{n}/ari"} for n, name in enumerate(("main", "other"), 1)]
AS_TOML = "".join(f'[[switch.nodes]]\nname = "{node["name"]}"\nari_url = "{node["ari_url"]}"\n' for node in NODES)


@pytest.fixture
def tools(tools: Tools) -> Tools:
    """With a pool of two."""
    settings = settings_from({"home": str(tools.settings.home), "switch": {"nodes": NODES}})
    return Tools(settings, tools.db, tools.secrets, tools.clock)


@pytest.fixture
def two(tools: Tools) -> Two:
    return Two(desk(tools.db, tools.clock))


def test_each_switch_in_a_line_that_says_what_it_means(run: Run, two: Two) -> None:
    assert "No switch takes new calls" in run("switches").stdout
    two.well("main", "other")
    for state in (S.JOINED, S.RINGING_1, S.RINGING_2):
        two.desk.order(state, switch="other")
    lines = run("switches").stdout.splitlines()
    assert [re.sub(" {2,}", "|", line) for line in lines] == [
        "Switch|Calls|Ringing|Answered|Now",
        "main|0|0|0 s ago|takes new calls",
        "other|3|2|0 s ago|takes new calls",
    ]
    two.dead_conductor("main")
    lines = run("switches", "list").stdout.splitlines()
    assert lines[1].endswith("NO CONDUCTOR: no new calls")
    assert lines[3:] == ["main needs: cordboard conductor --switch main"]
    two.dead_conductor("other")
    assert max(map(len, run("switches").stdout.splitlines())) <= 80


def test_drained_and_back(run: Run, two: Two) -> None:
    two.well("main", "other")
    assert "draining: no new calls, those it has go on" in run("switches", "drain", "main").stdout
    assert two.chosen() == "other"
    two.dead_conductor("main")
    assert "(and drained)" in run("switches").stdout
    two.well("main")
    assert "draining" not in run("switches", "undrain", "main").stdout
    assert two.chosen() == "main"
    assert "know no switch 'toronto'; there is main, other" in run("switches", "drain", "toronto", fails=2).output


def test_for_programs(run: Run, two: Two) -> None:
    two.well("other")
    two.desk.order(S.CONFIRMING, switch="other")
    found = json.loads(run("switches", "--json").stdout)
    assert found[0] == {
        "name": "main", "takes_new_calls": False, "state": "no conductor", "draining": False, "answered_at": None,
        "calls": 0, "ringing": 0,
    }  # fmt: skip
    assert re.fullmatch(r"20\d\d-.*Z", found[1].pop("answered_at"))
    assert found[1] == {
        "name": "other", "takes_new_calls": True, "state": "ok", "draining": False, "calls": 1, "ringing": 1,
    }  # fmt: skip
    drained = json.loads(run("switches", "drain", "other", "--json").stdout)
    assert (drained[1]["state"], drained[1]["takes_new_calls"]) == ("draining", False)


def test_health_is_well_while_one_takes_calls(tools: Tools, two: Two) -> None:
    health = Health(tools.db, tools.clock, Bell(), Pool(("main", "other"), 20))
    two.well("main", "other")
    two.drain("main")
    two.dead_conductor("main")
    seen = dict(health.look())
    assert seen.pop("switches") == {"main": "no conductor", "other": "ok"}
    assert set(seen.values()) == {"ok"}
    two.drain("other")
    seen = dict(health.look())
    assert seen["switch"] == "draining"
    assert (seen["conductor"], seen["switch_log"]) == ("ok", "ok")


def test_serve_has_one_of_each_for_each(tools: Tools, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[str] = []

    def run_(supervisor: Supervisor) -> int:
        wanted[:] = supervisor.wanted
        return 0

    monkeypatch.setattr(Supervisor, "run", run_)
    file = here / "pool.toml"
    file.write_text(AS_TOML)
    assert CliRunner().invoke(main, ["--config", str(file), "serve"]).exit_code == 0
    of_a_switch = [f"{role}:{name}" for role in ("exchange", "cel", "conductor") for name in ("main", "other")]
    assert wanted == [*of_a_switch, "smtp", "web", "sweeper", "worker"]
    file.write_text(file.read_text() + '[switch]\nkind = "asterisk"\ncaller_id = "+12025550100"\n')
    said = CliRunner().invoke(main, ["--config", str(file), "serve"])
    assert (said.exit_code, "read from one log" in said.output) == (2, True)
    assert CliRunner().invoke(main, ["--config", str(file), "serve", "--without", "cel"]).exit_code == 0
    assert serve.PARTS[0] == "exchange"


def test_a_process_is_for_its_switch(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setitem(roles.ROLES, "conductor", lambda parts: seen.append(parts.node.name))
    roles.run("conductor:other", tools.settings)
    assert seen == ["other"]
    assert Parts(tools.settings, switch="main").node.ari_url.endswith(":1/ari")


@pytest.mark.parametrize("part", ["conductor", "cel", "exchange"])
def test_a_part_of_a_pool_must_be_told_which(tools: Tools, here: Path, part: str) -> None:
    (here / "cordboard.toml").write_text(AS_TOML)
    said = CliRunner().invoke(main, [part])
    assert (said.exit_code, said.output.strip()) == (
        2, "There are several switches; say which by --switch: main, other.",
    )  # fmt: skip
