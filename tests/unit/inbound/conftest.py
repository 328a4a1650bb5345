"""A house for each test: one file, put back to how it was built; one engine, which knows its statements by then."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel.db import Database
from tests.unit.inbound.house import House, build, unsynced


@dataclass(frozen=True, slots=True)
class Template:
    """A built house's file, and the database that its copies are opened by."""

    built: Path
    db: Database
    user: str
    alias: str


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("house")
    user, alias = build(folder / "built.db")
    db = unsynced(folder / "cordboard.db")
    yield Template(folder / "built.db", db, user, f"{alias}@door.test")
    db.close()


@pytest.fixture
def house(template: Template) -> Iterator[House]:
    shutil.copy(template.built, template.built.with_name("cordboard.db"))
    yield House(template.db, template.user, template.alias)
    template.db.close()  # its last connection takes the write-ahead log away
