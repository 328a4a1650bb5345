"""docs/openapi.yaml is true: schemathesis makes requests from it, and finds nothing in what comes back."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from schemathesis import openapi

from replies.problems import PROBLEMS
from tests.joint.inbound.web import HOST, Web, live
from tests.unit.inbound.house import House

DESCRIBED = Path(__file__).parents[3] / "docs" / "openapi.yaml"
MANY = (10**6, 10**6)
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 402, 403, 404, 409, 422]  # what has the shape of an order need not be one
[checks.negative_data_rejection]
expected-statuses = [400, 401, 404, 405, 413, 415, 422]
"""


def described() -> Any:
    return openapi.from_path(DESCRIBED).raw_schema


def found(web: Web, folder: Path, examples: int) -> subprocess.CompletedProcess[str]:
    """A run of schemathesis that is the same each time; what it leaves behind is in `folder`."""
    (folder / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    asked = (
        str(program), "--config-file", "schemathesis.toml", "run", str(DESCRIBED), "--url", f"http://{HOST}:{web.port}",
        "--header", f"Authorization: Bearer {web.token}", "--generation-deterministic",
        "--max-examples", str(examples), "--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure",
        "--no-color", "--request-timeout", "20", "--warnings", "off",
    )  # fmt: skip
    quiet = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(asked, cwd=folder, env=quiet, capture_output=True, text=True, timeout=240, check=False)


def test_schemathesis_finds_nothing(house: House, tmp_path: Path) -> None:
    with live(house, lambda: {"database": "ok"}, a_minute=MANY) as web:
        ran = found(web, tmp_path, examples=40)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert web.order(to="mum", key="afterwards").status in {200, 201, 409}
    assert house.orders  # it did get through
    assert len(house.orders) == len({order.key for order in house.orders})


def test_each_address_of_ours_is_described() -> None:
    assert set(described()["paths"]) == {"/api/v1/calls", "/api/v1/calls/{id}", "/healthz"}


def test_each_status_of_a_problem_is_described() -> None:
    operations = described()["paths"]["/api/v1/calls"]["post"]["responses"]
    of_gateways = {"not_signed", "not_a_form", "not_our_gateway"}
    told = {str(status.value) for reason, (status, _) in PROBLEMS.items() if reason not in of_gateways}
    assert told - set(operations) == {"404", "405"}  # of other addresses and methods


@pytest.mark.parametrize("name", ["to", "from", "bill"])
def test_the_examples_are_orders(house: House, name: str) -> None:
    example = described()["components"]["schemas"]["Order"]["properties"][name]["examples"]
    with live(house) as web:
        for value in example:
            assert web.order(**{"to": "mum", name: value}).status in {201, 409}
