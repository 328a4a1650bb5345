"""A database file with an account and its user, for one test each."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from accounts.tables import accounts, users
from kernel.db import Database, metadata
from orders.tables import attempts, messages, orders, wishes
from tests.unit import factory


@dataclass(frozen=True, slots=True)
class Desk:
    """An open transaction on the file, and whose orders are written."""

    conn: Connection
    account: str
    user: str

    def order(self, **columns: object) -> str:
        return factory.order(self.conn, self.account, self.user, **columns)


@pytest.fixture(scope="session")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('orders')}/orders.db")
    metadata.create_all(database.engine, tables=[accounts, users, messages, orders, attempts, wishes])
    yield database
    database.close()


@pytest.fixture
def desk(db: Database) -> Iterator[Desk]:
    with db.read() as conn:  # and so nothing of a test is left to the next
        account = factory.account(conn)
        yield Desk(conn, account, factory.user(conn, account))
