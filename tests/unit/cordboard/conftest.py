"""A folder of its own for each test, with no settings of the machine's."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from cordboard import schema
from cordboard.cli import main
from cordboard.cli.context import Tools
from cordboard.configure import settings_from
from kernel.clock import SystemClock
from kernel.secrets import Secrets

DECK = """prefix,destination,rate,connect_fee,first,next
33,France,0.0140,0,1,1
336,France mobile,0.0420,0.01,30,6
44,United Kingdom,0.0130,0,1,1
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("CORDBOARD_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the migrations make it."""
    path = tmp_path_factory.mktemp("schema") / "cordboard.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def tools(here: Path, migrated: Path) -> Iterator[Tools]:
    (here / "test.db").write_bytes(migrated.read_bytes())
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    settings = settings_from({"home": str(here), "human_contact": "Bob, +44 20 7946 0999"})
    db = schema.open_database(f"sqlite:///{here}/test.db")
    yield Tools(settings, db, Secrets.of(b"a secret of the tests", hasher), SystemClock())
    db.close()


Run = Callable[..., Result]


@pytest.fixture
def run(tools: Tools) -> Run:
    """Run a command on the test's tools: `run("accounts", "list")`."""

    def run_(*args: str, fails: int = 0) -> Result:
        from unittest.mock import patch

        with patch("cordboard.cli.context.open_tools", lambda _config: tools):
            result = CliRunner().invoke(main, args)
        assert result.exit_code == fails, result.output
        if fails:
            assert "Traceback" not in result.output
        return result

    return run_


@pytest.fixture
def petrel(run: Run, here: Path) -> str:
    """The account MV Petrel with its user Ann and a deck; the welcome card."""
    (here / "deck.csv").write_text(DECK)
    run("decks", "import", "deck.csv")
    return run(
        "accounts", "add", "MV Petrel", "--user", "Ann", "--email", "Ann@petrel.example", "--phone", "+33612345678",
        "--zones", "gb,FR", "--balance", "20", "--name", "Mum=+442079460018",
    ).stdout  # fmt: skip
