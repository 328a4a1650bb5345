"""A desk for each test: a copy of one database file that has every table."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from kernel.db import Database, metadata
from tests.unit.dispatcher.desk import Desk


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tables") / "empty.db"
    db = Database(f"sqlite:///{file}")
    metadata.create_all(db.engine)
    db.close()
    return file


@pytest.fixture
def file(empty_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_file, tmp_path / "desk.db"))


@pytest.fixture
def desk(file: Path) -> Iterator[Desk]:
    """With a clock that is a number."""
    desk = Desk(file)
    yield desk
    desk.db.close()


@pytest.fixture
def timed_desk(file: Path) -> Iterator[Desk]:
    """With the machine's clock: what the exchange logs has real times."""
    desk = Desk(file, SystemClock())
    yield desk
    desk.db.close()
