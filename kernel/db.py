"""The database: one metadata for all tables, one way to read, one way to write.

Every area declares its tables on `metadata`. Database code is synchronous SQLAlchemy Core. A write begins with the
lock in hand (SQLite: BEGIN IMMEDIATE), since a read that later becomes a write lets two orders spend one balance.
Times are BIGINT milliseconds since the epoch (UTC), money is BIGINT micro-units.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Index, MetaData, TextClause, create_engine, event, text
from sqlalchemy.exc import OperationalError, TimeoutError  # noqa: A004 (a pool with no connection to give)

from kernel.errors import Unavailable

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(name: str, condition: str, *columns: ColumnElement[Any]) -> TextClause:
    """Make an index over the rows for which `condition` holds, and give the condition.

    Queries put what this returns into their WHERE: SQLite knows a partial index by its condition's very words.
    """
    only = text(condition)
    Index(name, *columns, sqlite_where=only, postgresql_where=only)
    return only


SQLITE_BUSY_MS = 15_000
SQLITE_LOOK_AGAIN_S = 0.0005


class Database:
    """An engine with two doors: `read()` and `write()`, each a context that yields a Connection.

    `write()` commits when the block ends and rolls back when it raises.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(cordboard_writes=True)
        self._turn = Lock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; nothing is committed. Raises Unavailable if the database can't be read."""
        try:
            with self.engine.connect() as conn:
                yield conn
        except (OperationalError, TimeoutError) as e:
            raise Unavailable(f"The database could not be read: {_told(e)}") from e

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start. Raises Unavailable if it can't be had or kept."""
        try:
            with self._turn, self._writer.begin() as conn:
                yield conn
        except (OperationalError, TimeoutError) as e:
            raise Unavailable(f"The database did not take a write: {_told(e)}") from e

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def _told(error: OperationalError | TimeoutError) -> str:
    return str(error.orig if isinstance(error, OperationalError) else error)


def _engine(url: str) -> Engine:
    """Values stay out of its errors: these are logged, and kept with what is shunted."""
    if url.startswith("sqlite"):
        wait = {"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}
        engine = create_engine(url, connect_args=wait, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _sqlite_pragmas(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={SQLITE_BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(conn: Connection) -> None:
    if not conn.get_execution_options().get("cordboard_writes", False):
        conn.exec_driver_sql("BEGIN")
        return
    # SQLite's own wait for the lock sleeps up to 0.1 s at a time; a writer here is done within a few milliseconds.
    conn.exec_driver_sql("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + SQLITE_BUSY_MS / 1000
    try:
        while True:
            try:
                conn.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(SQLITE_LOOK_AGAIN_S)
            else:
                return
    finally:
        conn.exec_driver_sql(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
