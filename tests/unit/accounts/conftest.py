"""A database with one account, one user, and secrets whose PIN hash is cheap."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

import accounts.tables
from accounts import manage
from kernel.db import Database, metadata
from kernel.secrets import Secrets

NOW = 1_800_000_000_000
assert accounts.tables.accounts is not None


@pytest.fixture
def secrets() -> Secrets:
    return Secrets.of(b"a secret of the tests", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    metadata.create_all(database.engine, tables=[t for t in metadata.sorted_tables if t.name in _NAMES])
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
