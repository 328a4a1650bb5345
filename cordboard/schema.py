"""The database's schema, brought up to date by the migrations in this package.

All of it is one transaction that holds the write lock, so several processes may start at once: one migrates, the
others wait and find it done.
"""

from pathlib import Path

from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

import accounts.tables
import billing.tables
import dispatcher.tables
import inbound.tables
import orders.tables
import replies.tables
from kernel.db import Database, alone
from kernel.errors import Misconfigured, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 7_236_402
"""For `kernel.db.alone`: a number that nothing else in the database uses."""

TABLES = (accounts.tables, orders.tables, billing.tables, replies.tables, dispatcher.tables, inbound.tables)
"""Imported for what they declare on `kernel.db.metadata`."""


def open_database(url: str) -> Database:
    """The database behind a URL; the folder of an SQLite file is made. Raises Misconfigured for a URL it can't read."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Database(url)
    except ImportError as e:
        raise Misconfigured(f"The database in database_url needs a driver that is not installed: {e.name}.") from None
    except (ArgumentError, SQLAlchemyError):  # its text may hold the password
        raise Misconfigured("The setting database_url is not the URL of a database that can be used here.") from None
    except OSError as e:
        raise Misconfigured(f"The folder of the database can't be made: {e}.") from None


def upgrade(url: str) -> None:
    """Bring the schema to the newest revision; nothing happens where it is there already."""
    db = open_database(url)
    try:
        if not _at_newest(db):
            _migrate(db)
    finally:
        db.close()


def is_current(url: str) -> bool:
    """Whether the schema is the one that this version of the product works with."""
    if url.startswith("sqlite:///") and not Path(make_url(url).database or "").exists():
        return False
    db = open_database(url)
    try:
        return _at_newest(db)
    finally:
        db.close()


def newest() -> str:
    """The newest revision, which its file's name begins with."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _at_newest(db: Database) -> bool:
    try:
        with db.read() as conn:
            if not inspect(conn).has_table("alembic_version"):
                return False
            return conn.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest()
    except SQLAlchemyError as e:
        raise Unavailable(f"The database can't be opened: {getattr(e, 'orig', None) or type(e).__name__}.") from None


def _migrate(db: Database) -> None:
    from alembic import command  # a tenth of a second that no other command should pay
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with db.write() as conn:
        alone(conn, MIGRATING)
        config.attributes["connection"] = conn
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise Misconfigured("The database was made by a newer Cordboard than this one.") from None
