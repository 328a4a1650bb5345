"""A desk for each test: a copy of one database file that has every table, and Ann."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from kernel.db import Database, metadata
from tests.unit.dispatcher.desk import Ann, Desk, enrolled


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ann]:
    file = tmp_path_factory.mktemp("tables") / "first.db"
    db = Database(f"sqlite:///{file}")
    metadata.create_all(db.engine)
    ann = enrolled(db)
    db.close()
    return file, ann


@pytest.fixture
def desk(first: tuple[Path, Ann], tmp_path: Path) -> Iterator[Desk]:
    """With a clock that is a number."""
    desk = Desk(Path(shutil.copy(first[0], tmp_path / "desk.db")), first[1])
    yield desk
    desk.db.close()


@pytest.fixture
def timed_desk(first: tuple[Path, Ann], tmp_path: Path) -> Iterator[Desk]:
    """With the machine's clock: what the exchange logs has real times."""
    desk = Desk(Path(shutil.copy(first[0], tmp_path / "desk.db")), first[1], SystemClock())
    yield desk
    desk.db.close()
