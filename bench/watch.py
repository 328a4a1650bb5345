"""Sees when receipts can be read: a reader of the database beside the product, and how fast that itself is."""

import sqlite3
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY_S = 0.005


class Watch(threading.Thread):
    """While the block lasts `seen` fills: the key of each outbox row, when it was first there for others to read."""

    def __init__(self, file: Path, table: str = "outbox", key: str = "key") -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, float] = {}
        self._file, self._ended, self._ready = file, threading.Event(), threading.Event()
        self._query = f"SELECT rowid, {key} FROM {table} WHERE rowid > ? ORDER BY rowid"
        self._newest = f"SELECT coalesce(max(rowid), 0) FROM {table}"

    def run(self) -> None:
        db = sqlite3.connect(self._file, isolation_level=None)
        (last,) = db.execute(self._newest).fetchone()
        version = None
        self._ready.set()
        while not self._ended.wait(EVERY_S):
            if version == (version := db.execute("PRAGMA data_version").fetchone()):
                continue
            now = time.time()
            for row, key in db.execute(self._query, (last,)).fetchall():
                self.seen[str(key)], last = now, row
        db.close()

    def __enter__(self) -> Self:
        self.start()
        self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        time.sleep(2 * EVERY_S)  # one more look
        self._ended.set()
        self.join()


def durable(file: Path) -> sqlite3.Connection:
    """A database whose commits are as durable as the product's."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS rows (key TEXT)")
    return db


def commit_one(db: sqlite3.Connection, key: str) -> None:
    """The least that a durable transaction is."""
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO rows VALUES (?)", (key,))
    db.execute("COMMIT")


def floor(folder: Path, count: int = 200) -> list[float]:
    """How long after a durable commit was begun this reader sees it; seconds."""
    file = folder / "watch.db"
    db, begun = durable(file), dict[str, float]()
    with Watch(file, "rows") as watch:
        for number in range(count):
            begun[str(number)] = time.time()
            commit_one(db, str(number))
            time.sleep(EVERY_S * 0.7)  # out of step with the reader
    db.close()
    return [watch.seen[key] - at for key, at in begun.items()]
