import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from accounts import systems
from cordboard import schema
from cordboard.cli.systems import SPEAKING
from kernel.db import metadata
from kernel.errors import Misconfigured, Unavailable


def test_migrations_make_what_the_tables_say(migrated: Path) -> None:
    db = schema.open_database(f"sqlite:///{migrated}")
    with db.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    db.close()


def test_every_module_of_tables_is_known() -> None:
    root = Path(schema.__file__).parent.parent
    found = {f"{path.parent.name}.tables" for path in root.glob("*/tables.py")}
    assert {module.__name__ for module in schema.TABLES} == found


def test_create_all_and_migrations_agree_to_the_letter(migrated: Path, here: Path) -> None:
    """What the comparison passes over: names of constraints, partial indexes, WITHOUT ROWID."""
    db = schema.open_database(f"sqlite:///{here}/made.db")
    metadata.create_all(db.engine)
    db.close()
    assert _statements(migrated) == _statements(here / "made.db")


def _statements(path: Path) -> set[str]:
    db = schema.open_database(f"sqlite:///{path}")
    with db.read() as conn:
        found = conn.execute(text("SELECT sql FROM sqlite_master WHERE sql <> '' AND name <> 'alembic_version'"))
        statements = {" ".join(sorted(re.findall(r'[^\s,()"]+', row.sql))) for row in found}  # in whatever order
    db.close()
    return statements


def test_upgrade_is_idempotent_and_current_is_told(here: Path) -> None:
    url = f"sqlite:///{here}/new folder %/x.db"
    assert not schema.is_current(url)
    assert not (here / "new folder %").exists()
    schema.upgrade(url)
    assert schema.is_current(url)
    schema.upgrade(url)
    assert schema.is_current(url)


def test_a_newer_database_is_left_alone(here: Path) -> None:
    url = f"sqlite:///{here}/x.db"
    schema.upgrade(url)
    db = schema.open_database(url)
    with db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    db.close()
    assert not schema.is_current(url)
    with pytest.raises(Misconfigured, match="newer Cordboard"):
        schema.upgrade(url)


def test_three_processes_at_once(here: Path) -> None:
    url = f"sqlite:///{here}/x.db"
    code = (
        "import sys; from cordboard import schema; schema.upgrade(sys.argv[1]); assert schema.is_current(sys.argv[1])"
    )
    root = Path(schema.__file__).parent.parent
    started = [subprocess.Popen([sys.executable, "-c", code, url], cwd=root) for _ in range(3)]
    assert [process.wait(30) for process in started] == [0, 0, 0]


@pytest.mark.parametrize(
    "url", ["nonsense", "oracle://u:hunter2@h/x", "sqlite:////proc/none/x.db", "mysql+none://u:hunter2@h"]
)
def test_wrong_urls_are_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises((Misconfigured, Unavailable)) as caught:
        schema.upgrade(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_who_might_call_satellites_may_call_each_system(here: Path) -> None:
    """0015 makes one switch a row for each system."""
    url = f"sqlite:///{here}/x.db"
    db = schema.open_database(url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    row = "'USD', 'd', '', false, false, false, 1, true, 0, '', true, 0, 0"
    columns = (
        "currency, deck, zones, allow_premium, allow_high_cost, allow_any_phone, cap_call, charge_unjoined, tax_ppm,"
        " caller_id, active, orders_placed, created_ms"
    )
    with db.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0012")
        for name, yes in (("a", "true"), ("b", "false")):
            told = (
                f"INSERT INTO accounts (id, name, allow_satellite, {columns}) VALUES ('{name}', '{name}', {yes}, {row})"
            )
            conn.execute(text(told))
    schema.upgrade(url)
    with db.read() as conn:
        assert set(systems.allowed(conn, "a")) == set(SPEAKING)
        assert set(systems.allowed(conn, "a").values()) == {systems.NO_CAPS}
        assert systems.allowed(conn, "b") == {}
    db.close()
