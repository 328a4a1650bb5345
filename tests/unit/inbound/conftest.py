"""A house for each test, copied from one built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.inbound.house import House, build, moved_in


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    path = tmp_path_factory.mktemp("house") / "template.db"
    return (path, *build(path))


@pytest.fixture
def house(template: tuple[Path, str, str], tmp_path: Path) -> Iterator[House]:
    lived_in = moved_in(template, tmp_path)
    yield lived_in
    lived_in.db.close()
