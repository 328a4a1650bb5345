"""The switch's log (Asterisk: CEL) as the one source of times: read line by line from its file into SQL.

The position in the file is committed together with the lines read, so each line is taken once whatever dies when.
Only whole lines are read; a renamed file is finished before the new one is begun.
"""

import csv
import json
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from dispatcher.tables import log_positions, switch_log
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database, change, once
from replies import outbox

log = logging.getLogger(__name__)

WHAT = {"ANSWER": "answer", "HANGUP": "hangup"}
CANARY = "CANARY"
CANARY_LIVES_MS = 150_000
"""The conductor has one written each minute; after so long without, the log is not to be trusted with a call."""
ID_DIGITS = 28
TIME = re.compile(r"([0-9]{1,11})\.([0-9]{1,12})")
EPOCH_MS = re.compile(r"[0-9]{1,14}")
LARGEST_CAUSE = 127  # ITU-T Q.850: seven bits
POLL_SECONDS = 0.01
READ_AT_MOST = 1 << 20
_POSITION = once(log_positions)
_LINES = insert(switch_log)
_SINCE = (
    select(switch_log)
    .where(switch_log.c.switch == bindparam("switch"), switch_log.c.id > bindparam("last"))
    .order_by(switch_log.c.id)
    .limit(bindparam("most"))
)
_CANARY_MS = select(log_positions.c.canary_ms).where(log_positions.c.switch == bindparam("switch"))
QUIET_COMMIT_MS = 1_000
"""With nothing new in the file its position is confirmed this often: proof that it is being read."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One fact of one leg. `at_ms` is floored to milliseconds; `cause` is Q.850, of a hangup only."""

    attempt_id: str
    what: str
    at_ms: int
    cause: int | None


def parse_line(line: str) -> LogLine | None:
    """A line of the CEL file as `cel_custom.conf` writes it; None for what is no answer or end of a leg of ours."""
    try:
        kind, at, channel, _user_type, _name, _peer, extra = next(csv.reader([line]))
    except (ValueError, StopIteration, csv.Error):
        return None
    what = WHAT.get(kind)
    if what is None or len(channel) != ID_DIGITS or not all(c in "0123456789abcdef" for c in channel):
        return None
    time = TIME.fullmatch(at)
    if time is None:
        return None
    at_ms = int(time[1]) * 1000 + int(time[2].ljust(6, "0")[:3])
    return LogLine(channel, what, at_ms, _cause(extra) if what == "hangup" else None)


def canary_ms(line: str) -> int:
    """The time in a canary's line, 0 for any other line."""
    if not line.startswith(f'"{CANARY}",'):
        return 0
    try:
        said = json.loads(next(csv.reader([line]))[6])["extra"]
        return int(said) if EPOCH_MS.fullmatch(str(said)) else 0
    except (ValueError, StopIteration, IndexError, KeyError, TypeError, RecursionError, csv.Error):
        return 0


def is_trusted(conn: Connection, switch: str, now_ms: int) -> bool:
    """Whether the switch's log was lately seen to be written and read: only then may a call be launched."""
    return (conn.execute(_CANARY_MS, {"switch": switch}).scalar_one_or_none() or 0) > now_ms - CANARY_LIVES_MS


def _cause(extra: str) -> int | None:
    try:
        cause = json.loads(extra).get("hangupcause")
    except (ValueError, AttributeError, RecursionError):
        return None
    return cause if isinstance(cause, int) and 0 <= cause <= LARGEST_CAUSE else None


class Follower:
    """Follows one switch's CEL file and commits what it says."""

    def __init__(self, db: Database, clock: Clock, switch: str, path: Path) -> None:
        self._db, self._clock, self._switch, self._path = db, clock, switch, path
        self._committed_ms = 0
        self._at: tuple[int, int] | None = None

    def follow(self, stop: Event) -> None:
        """Read until told to stop."""
        while not stop.is_set():
            if not self.read_on():
                stop.wait(POLL_SECONDS)

    def read_on(self) -> int:
        """Read what has come since the committed position and commit it; how many bytes that was."""
        inode, offset = self._position()
        size, found = _stat(self._path)
        if not found and not inode:
            return 0
        if found == inode and size < offset:
            self._tell(f"truncated:{offset}", "The switch's log was cut short; what it lost can't be billed.")
            offset = 0
        if found == inode and size == offset:
            self._still_reading(inode, offset)
            return 0
        if found != inode and inode:
            self._finish_renamed(inode, offset)
            inode, offset = found, 0
        if not found:
            return 0
        return self._take(self._path, found, offset)

    def _position(self) -> tuple[int, int]:
        if self._at is None:
            with self._db.read() as conn:
                row = conn.execute(select(log_positions).where(log_positions.c.switch == self._switch)).one_or_none()
            self._at = (row.inode, row.offset) if row else (0, 0)
        return self._at

    def _take(self, path: Path, inode: int, offset: int) -> int:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_ino != inode:
                return 0  # it was renamed between the look and the opening
            file.seek(offset)
            block = file.read(READ_AT_MOST)
        whole = block[: block.rfind(b"\n") + 1]
        text = whole.decode("utf-8", "replace").split("\n")
        lines = [line for line in map(parse_line, text) if line]
        self._commit(inode, offset + len(whole), lines, max(map(canary_ms, text), default=0))
        return len(whole)

    def _commit(self, inode: int, offset: int, lines: list[LogLine], canary: int = 0) -> None:
        now_ms = self._clock.ms()
        with self._db.write() as conn:
            # Its row is locked before ids are given out, so a later id is never seen before an earlier one.
            _keep_position(conn, self._switch, inode, offset, now_ms, canary)
            if lines:
                conn.execute(_LINES, _rows(self._switch, lines))
                crash_point("log.before_commit")
        if lines:
            crash_point("log.after_commit")
        self._at = (inode, offset)
        self._committed_ms = now_ms

    def _still_reading(self, inode: int, offset: int) -> None:
        if self._clock.ms() - self._committed_ms >= QUIET_COMMIT_MS:
            self._commit(inode, offset, [])

    def _finish_renamed(self, inode: int, offset: int) -> None:
        renamed = [path for path in self._path.parent.glob(f"{self._path.name}*") if _stat(path)[1] == inode]
        for path in renamed:
            while taken := self._take(path, inode, offset):
                offset += taken
        if not renamed:
            self._tell(f"gone:{inode}", "The switch's log was taken away before it was read to its end.")
        self._at = (0, 0)

    def _tell(self, key: str, told: str) -> None:
        log.error(told)
        with self._db.write() as conn:
            outbox.tell_operator(conn, f"log:{self._switch}:{key}", told, self._clock.ms())


def _stat(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_ino


def _keep_position(conn: Connection, switch: str, inode: int, offset: int, now_ms: int, canary: int) -> None:
    values = {"inode": inode, "offset": offset, "read_ms": now_ms} | ({"canary_ms": canary} if canary else {})
    if change(conn, log_positions, {"switch": switch}, values) == 0:
        conn.execute(_POSITION[conn.dialect.name], {"switch": switch, **values})


def _rows(switch: str, lines: list[LogLine]) -> list[dict[str, Any]]:
    return [
        {"switch": switch, "attempt_id": x.attempt_id, "what": x.what, "at_ms": x.at_ms, "cause": x.cause}
        for x in lines
    ]  # fmt: skip


def append(conn: Connection, switch: str, lines: list[LogLine], now_ms: int, canary: int = 0) -> None:
    """What a switch without a file told us of its legs, in the transaction in which that was written down.

    `canary`: the switch was asked now whether it is there. With no lines: all that it could tell was read.
    """
    _keep_position(conn, switch, 0, 0, now_ms, canary)
    if lines:
        conn.execute(_LINES, _rows(switch, lines))


def since(conn: Connection, switch: str, last_id: int, limit: int = 2000) -> list[Row[Any]]:
    """Lines of this switch's log after row `last_id`, oldest first."""
    return list(conn.execute(_SINCE, {"switch": switch, "last": last_id, "most": limit}))


def of_attempts(conn: Connection, attempt_ids: list[str]) -> list[Row[Any]]:
    """All that the log said of these attempts, oldest first."""
    query = select(switch_log).where(switch_log.c.attempt_id.in_(attempt_ids))
    return list(conn.execute(query.order_by(switch_log.c.id)))
