"""Wrong PINs counted beyond the one user's: by sender, by account, and all together, in windows of an hour.

In SQL, so that the doors' processes count together. Each try is counted before the PIN is looked at; a right one is
taken back. What is over the limit is not looked at until its window ends: guessing gets slow, and who is known by
something else than a PIN does not notice.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, case, update
from sqlalchemy.dialects import postgresql as for_postgresql
from sqlalchemy.dialects import sqlite as for_sqlite

from accounts.tables import counters

HOUR_MS: Final = 3_600_000
MOST: Final = {"sender": 10, "account": 20, "all": 100}
"""Wrong PINs in a window; in the order in which their rows are locked."""

_NEW = {"key": bindparam("key"), "count": 1, "until_ms": bindparam("until")}
_IS_OVER = counters.c.until_ms <= bindparam("now")
_CHANGED = {
    "count": case((_IS_OVER, 1), else_=counters.c.count + 1),
    "until_ms": case((_IS_OVER, bindparam("until")), else_=counters.c.until_ms),
}
_COUNT = {
    "sqlite": for_sqlite.insert(counters).values(_NEW).on_conflict_do_update(index_elements=["key"], set_=_CHANGED),
    "postgresql": for_postgresql.insert(counters)
    .values(_NEW)
    .on_conflict_do_update(index_elements=["key"], set_=_CHANGED),
}
_COUNT_AND_TELL = {name: one.returning(counters.c.count, counters.c.until_ms) for name, one in _COUNT.items()}
_TAKE_BACK = (
    update(counters)
    .where(counters.c.key == bindparam("which"), counters.c.count > 0)
    .values(count=counters.c.count - 1)
)


@dataclass(frozen=True, slots=True)
class Crowded:
    """Too many wrong PINs of one kind ("sender", "account", "all"); none is looked at before `until_ms`."""

    kind: str
    until_ms: int


def count(conn: Connection, sender: str, account_id: str, now_ms: int) -> Crowded | None:
    """One more try, by a digest of who sent it ("" is not told apart); what is over its limit, if anything is."""
    crowded: Crowded | None = None
    for kind, key in _keys(sender, account_id):
        bound = {"key": key, "now": now_ms, "until": now_ms + HOUR_MS}
        tried, until_ms = conn.execute(_COUNT_AND_TELL[conn.dialect.name], bound).one()
        if tried > MOST[kind]:
            crowded = crowded or Crowded(kind, until_ms)
    return crowded


def take_back(conn: Connection, sender: str, account_id: str) -> None:
    """The try was right."""
    for _, key in _keys(sender, account_id):
        conn.execute(_TAKE_BACK, {"which": key})


def _keys(sender: str, account_id: str) -> list[tuple[str, str]]:
    keys = {"sender": sender, "account": account_id, "all": "all"}
    return [(kind, f"pin:{kind}:{keys[kind]}") for kind in MOST if keys[kind]]
