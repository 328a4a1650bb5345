"""Real parts for the suite: an Asterisk, a PostgreSQL, a Kannel and one telephone of each kind per worker."""

import itertools
import os
from collections.abc import Iterator

import pytest

from cordboard import schema
from cordboard.lab import asterisk, dovecot, kannel, phones, postgres
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.dovecot import Dovecot
from cordboard.lab.kannel import Kannel
from cordboard.lab.phones import Kind, Phone
from cordboard.lab.postgres import Postgres
from kernel.db import Database

_numbers = itertools.count(1)


def _need(reason: str) -> None:
    """A missing part is no success in CI; elsewhere it is a reason that is printed."""
    if reason and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def handsets() -> Iterator[dict[Kind, Phone]]:
    _need(phones.why_not())
    with phones.phones(trace=True) as found:
        yield found


@pytest.fixture(scope="module")
def gateway() -> Iterator[Kannel]:
    """A Kannel that is still to be told of its door, and to be started."""
    _need(kannel.why_not())
    made = Kannel()
    yield made
    made.close()


@pytest.fixture(scope="session")
def switch(handsets: dict[Kind, Phone]) -> Iterator[Asterisk]:
    _need(asterisk.why_not())
    with Asterisk(asterisk.install(), [phone.carrier for phone in handsets.values()]) as running:
        yield running


@pytest.fixture(scope="session", name="dovecot")
def imap_server() -> Iterator[Dovecot]:
    _need(dovecot.why_not())
    with Dovecot() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    _need(postgres.why_not())
    with Postgres() as running:
        schema.upgrade(running.database("migrated"))
        yield running


@pytest.fixture
def pg_url(postgresql: Postgres) -> str:
    """A database as the migrations make it."""
    return postgresql.database(f"test{next(_numbers)}", template="migrated")


@pytest.fixture
def pg(pg_url: str) -> Iterator[Database]:
    db = schema.open_database(pg_url)
    yield db
    db.close()
