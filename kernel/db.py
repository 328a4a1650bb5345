"""The database: one metadata for all tables, one way to read, one way to write.

Every area declares its tables on `metadata`. Database code is synchronous SQLAlchemy Core. A read that later becomes
a write lets two orders spend one balance. So a write on SQLite begins with the lock in hand (BEGIN IMMEDIATE); on
PostgreSQL (READ COMMITTED) who reads before it writes first locks the row that decides, or is `alone`.
Times are BIGINT milliseconds since the epoch (UTC), money is BIGINT micro-units.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Index,
    Insert,
    MetaData,
    Table,
    TextClause,
    Update,
    bindparam,
    create_engine,
    event,
    make_url,
    text,
    update,
)
from sqlalchemy.dialects import postgresql as for_postgresql
from sqlalchemy.dialects import sqlite as for_sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004 (a pool with no connection to give)

from kernel import postgresql
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


def once(table: Table) -> dict[str, Insert]:
    """An INSERT by dialect that does nothing, as its rowcount tells, where a unique key is taken.

    Unlike an IntegrityError this leaves PostgreSQL's transaction usable.
    """
    counted = {"preserve_rowcount": True}
    return {
        "sqlite": for_sqlite.insert(table).on_conflict_do_nothing().execution_options(**counted),
        "postgresql": for_postgresql.insert(table).on_conflict_do_nothing().execution_options(**counted),
    }


@lru_cache(maxsize=256)
def changing(table: Table, guards: tuple[str, ...], changed: tuple[str, ...]) -> Update:
    """A guarded UPDATE, made once: columns that must be as bound by `is_<column>`, and those set to `to_<column>`.

    To build a statement anew takes four times as long as to run it.
    """
    statement = update(table).where(*(table.c[name] == bindparam(f"is_{name}") for name in guards))
    return statement.values({name: bindparam(f"to_{name}") for name in changed})


def change(conn: Connection, table: Table, guards: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """Set `values` where the columns of `guards` are as they say; how many rows that was."""
    bound = {f"is_{name}": value for name, value in guards.items()}
    bound |= {f"to_{name}": value for name, value in values.items()}
    return conn.execute(changing(table, tuple(guards), tuple(values)), bound).rowcount


def alone(conn: Connection, key: int) -> None:
    """Wait until no other transaction is `alone` with this key, and keep others waiting until this one ends.

    For what no single row decides. Who writes to SQLite is alone anyway.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


SQLITE_BUSY_MS = 15_000
SQLITE_LOOK_AGAIN_S = 0.001


class Database:
    """An engine with two doors: `read()` and `write()`, each a context that yields a Connection.

    `write()` commits when the block ends and rolls back when it raises.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(make_url(url))
        on_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = self.engine.execution_options(cordboard_writes=True)
        self._turn = Lock() if on_sqlite else nullcontext()
        of_one_moment = {} if on_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshot = self.engine.execution_options(**of_one_moment)

    @contextmanager
    def read(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """A connection for reading; nothing is committed. Raises Unavailable if the database can't be read.

        With `snapshot` all its statements see one moment, as on SQLite they always do.
        """
        engine = self._snapshot if snapshot else self.engine
        with _told_as_unavailable("The database could not be read"), engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, on SQLite with the write lock from its start. Raises Unavailable if it can't be had or kept.

        Also if nobody knows whether it was kept, since the connection broke during the commit.
        """
        with _told_as_unavailable("The database did not take a write"), self._turn, self._writer.begin() as conn:
            yield conn

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


@contextmanager
def _told_as_unavailable(what: str) -> Iterator[None]:
    """What trying again can help against. Not so an error of the schema or of a statement."""
    try:
        yield
    except TimeoutError as e:
        raise Unavailable(f"{what}: {e}") from e
    except DBAPIError as e:
        if not isinstance(e, OperationalError) and not e.connection_invalidated:
            raise
        raise Unavailable(f"{what}: {str(e.orig).partition(chr(10))[0]}") from e


def _engine(url: URL) -> Engine:
    """Values stay out of its errors: these are logged, and kept with what is shunted."""
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "postgresql":
        return postgresql.engine(url)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True)
    wait = {"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=wait, hide_parameters=True)
    event.listen(engine, "connect", _sqlite_pragmas)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


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
    # SQLite's own wait for the lock sleeps up to 0.1 s at a time; a writer here is done within milliseconds. Asked
    # of the driver itself: an error on its way through SQLAlchemy costs more than the wait.
    cursor = conn.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + SQLITE_BUSY_MS / 1000
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as e:
                if time.monotonic() > deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, e) from e
                time.sleep(SQLITE_LOOK_AGAIN_S)
            else:
                return
    finally:
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
        cursor.close()
