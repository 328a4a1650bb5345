"""A database with one account, one user, and secrets whose PIN hash is cheap."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

import accounts.tables
from accounts import manage
from kernel.db import Database, metadata
from kernel.secrets import Secrets

NOW = 1_800_000_000_000
assert accounts.tables.accounts is not None


@pytest.fixture
def secrets() -> Secrets:
    return Secrets.of(b"a secret of the tests", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables: made once, since that takes longer than a test."""
    file = tmp_path_factory.mktemp("tables") / "first.db"
    database = Database(f"sqlite:///{file}")
    metadata.create_all(database.engine, tables=[t for t in metadata.sorted_tables if t.name in _NAMES])
    database.close()
    return file


@pytest.fixture
def db(first: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{shutil.copy(first, tmp_path / 'test.db')}")
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF").close())
    yield database
    database.close()


_NAMES = {"accounts", "users", "devices", "aliases", "phones", "contacts", "counters"}


@pytest.fixture
def account(db: Database) -> str:
    with db.write() as conn:
        return manage.add_account(conn, NOW, manage.Terms("MV Petrel", "usd", "standard", "us, GB,gb", 10_000_000))


@pytest.fixture
def ann(db: Database, account: str) -> str:
    with db.write() as conn:
        return manage.add_user(conn, NOW, account, "Ann", "gb")
