"""A throw-away PostgreSQL server: Debian's binaries, a folder and a socket of its own, gone at the end.

    with Postgres() as server:
        url = server.database("empty")

It commits as durably as a real one. It ends with the process that started it, even when that is killed.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from cordboard.lab.child import Child
from cordboard.lab.unprivileged import somebody_else, words_as
from kernel.errors import Unavailable

ROLE = "cordboard"
_BOOT_SECONDS = 120
_END_SECONDS = 60
_SETTINGS = {"listen_addresses": "", "fsync": "on", "max_connections": "200"}


def why_not() -> str:
    """Say in a sentence what keeps PostgreSQL from being had here; empty when nothing does."""
    if _programs() is None:
        return "PostgreSQL's server is not installed (Debian: postgresql)."
    if os.geteuid() == 0 and somebody_else() is None:
        return "PostgreSQL does not run as root, and there is no other user, or no setpriv, to run it as."
    return ""


class Postgres:
    """One running server. Use as a context manager, or `start` and `close` it."""

    def __init__(self) -> None:
        if reason := why_not():
            raise Unavailable(reason)
        self.folder = Path(tempfile.mkdtemp(prefix="cordboard-pg-"))
        self._log = self.folder / "server.log"
        self._child: Child | None = None
        self._log.touch()
        if user := somebody_else():
            for path in (self.folder, self._log):
                os.chown(path, user.pw_uid, user.pw_gid)
        self._run("initdb", "--pgdata", self._data, "--username", ROLE, "--auth=trust", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / ".s.PGSQL.5432"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases, as an operator would write it."""
        return f"postgresql://{ROLE}@/{database}?host={self.folder}"

    def database(self, name: str, template: str = "template1") -> str:
        """Make a database, empty or as a copy of another that nobody is connected to; its URL."""
        self.say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def start(self) -> None:
        """Start it, on the same files as before, and wait until it answers."""
        options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        words = _command("postgres", "-D", self._data, "-k", str(self.folder), *options)
        self._child = Child(words, self.folder, self._log, orphaned=signal.SIGQUIT)
        try:
            self._await_boot(self._child)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it in good order, and every connection with it."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once; what was committed it finds again in its write-ahead log."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """End it and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def say(self, statement: str) -> None:
        """Run a statement as the server's superuser, outside of any transaction."""
        engine = create_engine(self.url().replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as conn:
                conn.execute(text(statement))
        finally:
            engine.dispose()

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(  # noqa: S603 our own words
            _command(program, *options), capture_output=True, text=True, cwd=self.folder, timeout=180, check=False
        )
        if done.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Unavailable(f"PostgreSQL's {program} failed: {done.stderr.strip()[-300:]}")

    def _await_boot(self, child: Child) -> None:
        if not child.comes_up(self._answers, _BOOT_SECONDS):
            raise Unavailable(f"PostgreSQL did not start: {child.said()[-500:] or 'it said nothing'}")

    def _answers(self) -> bool:
        try:
            self.say("SELECT 1")
        except OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        child, self._child = self._child, None
        if child:
            child.end(how, _END_SECONDS)


def _programs() -> Path | None:
    """The folder of the newest server's programs. Debian has one for each version, none of them on the PATH."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    on_path = shutil.which("postgres")
    newest = max(found, key=lambda folder: float(folder.parent.name), default=None)
    return newest or (Path(on_path).parent if on_path else None)


def _command(program: str, *options: str) -> list[str]:
    folder = _programs()
    assert folder is not None
    return words_as(somebody_else(), str(folder / program), *options)
