"""An outbox for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from replies.tables import outbox as table
from tests.unit.inbound.house import unsynced
from tests.unit.replies.post import Post


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    db = unsynced(tmp_path / "outbox.db")
    table.create(db.engine)
    yield Post(db)
    db.close()
