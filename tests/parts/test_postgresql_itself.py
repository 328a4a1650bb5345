"""PostgreSQL itself: the schema as the migrations make it, durability, and how its troubles are told."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from accounts.tables import accounts
from cordboard import schema
from cordboard.lab.postgres import Postgres
from kernel.db import Database, metadata
from kernel.errors import Unavailable
from orders.states import OrderState
from replies.tables import outbox
from tests.parts.places import TALKS_ON, on_the_exchange
from tests.parts.waiting import until
from tests.unit import factory

pytestmark = pytest.mark.parts


def made_of(db: Database) -> set[str]:
    """Every index and constraint as the server has it: the comparison of metadata passes over conditions and names."""
    look = """
        SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' UNION ALL
        SELECT conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'
    """
    with db.read() as conn:
        return set(conn.execute(text(look)).scalars())


def test_migrations_make_what_the_tables_say(postgresql: Postgres, pg: Database) -> None:
    with pg.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []
    made = schema.open_database(postgresql.database("made"))
    metadata.create_all(made.engine)
    assert made_of(pg) == made_of(made)
    made.close()


def test_three_upgrades_at_once(postgresql: Postgres) -> None:
    url = postgresql.database("upgraded")
    code = "import sys; from cordboard import schema; schema.upgrade(sys.argv[1])"
    root = Path(schema.__file__).parent.parent
    started = [subprocess.Popen([sys.executable, "-c", code, url], cwd=root) for _ in range(3)]
    assert [process.wait(180) for process in started] == [0, 0, 0]
    assert schema.is_current(url)


def test_a_snapshot_sees_one_moment(pg: Database) -> None:
    count = select(func.count()).select_from(accounts)
    with pg.read(snapshot=True) as one_moment, pg.read() as now:
        assert [conn.execute(count).scalar_one() for conn in (one_moment, now)] == [0, 0]
        with pg.write() as conn:
            factory.account(conn)
        assert [conn.execute(count).scalar_one() for conn in (one_moment, now)] == [0, 1]


def test_a_refused_row_is_not_told(pg: Database) -> None:
    row = {"state": "waiting", "envelope": "", "text": "", "next_ms": 0, "created_ms": 0, "key": "hunter2"}
    with pytest.raises(IntegrityError, match="uq_outbox_key") as error, pg.write() as conn:
        conn.execute(insert(outbox), [{"id": "1", **row}, {"id": "2", **row}])
    assert "hunter2" not in f"{error.value} {error.value.__cause__}"


def test_a_lock_is_not_waited_for_without_end(pg: Database) -> None:
    def lock(db: Database, wait_ms: int) -> None:
        with db.write() as conn:
            conn.execute(text(f"SET LOCAL lock_timeout = {wait_ms}"))
            conn.execute(text("LOCK TABLE outbox"))

    with pg.read() as first:
        assert first.execute(text("SHOW lock_timeout")).scalar() == "15s"
        first.execute(text("LOCK TABLE outbox"))
        with pytest.raises(Unavailable, match="did not take a write: canceling statement due to lock timeout"):
            lock(pg, 10)
    lock(pg, 10)


def test_commits_are_durable_and_a_server_that_went_is_unavailable_until_it_is_back() -> None:
    with Postgres() as server:
        server.say("ALTER ROLE cordboard SET synchronous_commit = 'off'")
        db = schema.open_database(server.url())
        with db.write() as conn, db.read() as other:
            assert conn.execute(text("SHOW synchronous_commit")).scalar() == "on"
            assert other.execute(text("SHOW fsync")).scalar() == "on"
        server.kill()
        for attempt in (db.read, db.write):
            with pytest.raises(Unavailable) as gone, attempt() as conn:
                conn.execute(text("SELECT 1"))
            assert "\n" not in str(gone.value)
        server.start()
        with db.write() as conn:
            assert conn.execute(text("SELECT 1")).scalar() == 1
        db.close()


def test_a_call_that_ends_while_the_server_is_away_is_billed(tmp_path: Path) -> None:
    with Postgres() as server, on_the_exchange(tmp_path / "house", database_url=server.url()) as place:
        ann = place.somebody()
        conductor = place.house.pids()["conductor"]
        place.mail(ann, f"CALL {TALKS_ON}")
        place.house.until(lambda: place.state(ann) == OrderState.JOINED)
        server.kill()
        until(lambda: place.stats()["live_channels"] == 0, 60)
        server.start()
        place.house.parts.db.close()  # ours, which would meet the restart once, too
        order = place.outcome(ann)
        assert order.outcome == "talked"
        bills = place.bills(order)
        for role, leg in place.attempts(order).items():
            assert (bills[role].answered_ms, bills[role].ended_ms) == place.times_in_log(leg.id)
        assert place.house.problems() == []
        assert place.house.pids()["conductor"] == conductor


def test_a_server_ends_with_whoever_started_it() -> None:
    code = (
        "import os, signal; from cordboard.lab.postgres import Postgres; server = Postgres(); server.start();"
        "print(server.folder, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    root = Path(schema.__file__).parent.parent
    died = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True, timeout=180)
    folder = Path(died.stdout.strip())
    assert folder.name.startswith("cordboard-pg-")
    until(lambda: not folder.exists(), 60)
