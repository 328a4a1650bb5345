"""The database: a write has the lock from its start, is kept whole or not at all, and says when it can't be had."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select
from sqlalchemy.exc import IntegrityError

from kernel import db as kernel_db
from kernel.db import Database
from kernel.errors import Unavailable

t = Table("t", MetaData(), Column("n", Integer, primary_key=True))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/t.db")
    t.metadata.create_all(database.engine)
    yield database
    database.close()


def count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(t)).scalar_one()


def test_a_write_is_kept_when_its_block_ends(db: Database) -> None:
    with db.write() as conn:
        conn.execute(insert(t).values(n=1))
        with db.read() as other:
            assert count(other) == 0
    with db.read() as other:
        assert count(other) == 1


def test_a_write_that_raises_is_undone(db: Database) -> None:
    def writes_and_fails() -> None:
        with db.write() as conn:
            conn.execute(insert(t).values(n=1))
            raise KeyError

    with pytest.raises(KeyError):
        writes_and_fails()
    with db.read() as conn:
        assert count(conn) == 0


def test_what_is_written_while_reading_is_not_kept(db: Database) -> None:
    with db.read() as conn:
        conn.execute(insert(t).values(n=1))
    with db.read() as conn:
        assert count(conn) == 0


def test_read_and_check_and_write_by_many_loses_nothing(db: Database) -> None:
    together = Barrier(6)

    def add_five(_: int) -> None:
        together.wait(30)
        for _time in range(5):
            with db.write() as conn:
                conn.execute(insert(t).values(n=count(conn)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_five, range(6)))
    with db.read() as conn:
        assert count(conn) == 30


def test_a_lock_that_is_not_to_be_had_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_db, "SQLITE_BUSY_MS", 1)
    first, second = (Database(f"sqlite:///{tmp_path}/t.db") for _ in range(2))
    with first.write(), pytest.raises(Unavailable, match="did not take a write: database is locked"), second.write():
        pass
    with second.write() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar() == 1
    first.close()
    second.close()


def test_a_database_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    gone = Database(f"sqlite:///{tmp_path}/no/such/folder/t.db")
    with pytest.raises(Unavailable, match="could not be read"), gone.read() as conn:
        count(conn)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_the_one_driver(scheme: str) -> None:
    database = Database(f"{scheme}://ann@/calls?host=/nowhere")
    assert database.engine.dialect.driver == "psycopg"
    with pytest.raises(Unavailable, match="could not be read") as gone, database.read():
        pass
    assert "\n" not in str(gone.value)


def test_an_error_of_the_schema_is_not_hidden_but_its_values_are(db: Database) -> None:
    with pytest.raises(IntegrityError) as error, db.write() as conn:
        conn.execute(insert(t), [{"n": 4711}, {"n": 4711}])
    assert "4711" not in str(error.value)
