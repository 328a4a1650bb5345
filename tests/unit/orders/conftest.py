"""A database file with an account, its user, and a clock that is a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from accounts.tables import accounts, users
from kernel.db import Database, metadata
from orders.tables import attempts, messages, orders
from tests.unit import factory


@dataclass(frozen=True, slots=True)
class Desk:
    """An open write transaction on the file, and whose orders are written."""

    conn: Connection
    account: str
    user: str

    def order(self, **columns: object) -> str:
        return factory.order(self.conn, self.account, self.user, **columns)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    db = Database(f"sqlite:///{tmp_path}/orders.db")
    metadata.create_all(db.engine, tables=[accounts, users, messages, orders, attempts])
    with db.write() as conn:
        account = factory.account(conn)
        yield Desk(conn, account, factory.user(conn, account))
    db.close()
