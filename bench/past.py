"""Calls of the past, written in bulk: as many rows in as many tables as real ones leave."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from bench.quote import QUOTE
from cordboard.lab.house import Enrolled

YEAR_MS = 365 * 24 * 3600 * 1000
_ID = "printf('%012x%015x", "', t, i)"
_KEY = "printf('%08x%056x', (i * 2654435761) % 4294967296, i + :salt)"  # in no order, as digests are


def _id(kind: str) -> str:
    return f"{_ID[0]}{kind}{_ID[1]}"


def _tables(*, billed: bool) -> list[tuple[str, dict[str, str]]]:
    order = {"order_id": _id("0"), "account_id": "account"}
    state = "'ended'" if billed else "'joined'"
    ref = "'p' || i" if billed else "'q' || i"
    rows = [("messages", _MESSAGE), ("orders", _ORDER | {"state": state, "ref": ref})]
    rows += [("attempts", _ATTEMPT | {"id": _id(leg), "role": f"'{role}'"}) for leg, role in (("a", "A"), ("b", "B"))]
    if not billed:
        return rows
    rows.append(("holds", order | {"amount": "5000000", "spent": "50000", "open": "0", "quote": ":quote",
                                   "opened_ms": "t", "closed_ms": "t + 70000", "most": "5000000",
                                   "most_talk_s": "7200"}))  # fmt: skip
    for leg, role in (("a", "A"), ("b", "B")):
        rows += _billed(leg, role, order)
    rows.append(("outbox", {"id": _id("8"), "key": f"'answer:' || {_id('e')}"} | _SAID))
    rows.append(("outbox", {"id": _id("9"), "key": f"'receipt:' || {_id('0')}"} | _SAID))
    return rows


def _billed(leg: str, role: str, order: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
    attempt, entry = _id(leg), {"transaction_id": _id("c" if leg == "a" else "d"), "currency": "'USD'"}
    log = {"switch": "'main'", "attempt_id": attempt, "cause": "16"}
    return [
        ("cdrs", _CDR | order | {"attempt_id": attempt, "role": f"'{role}'"}),
        ("transactions", order | {"id": entry["transaction_id"], "key": f"'charge:' || {attempt}", "kind": "'charge'",
                                  "memo": "'leg'", "at_ms": "t + 65000"}),
        ("entries", entry | {"ledger": "'customer:' || account", "amount": "-25000"}),
        ("entries", entry | {"ledger": "'revenue'", "amount": "25000"}),
        ("switch_log", log | {"what": "'answer'", "at_ms": "t + 2000"}),
        ("switch_log", log | {"what": "'hangup'", "at_ms": "t + 62000"}),
    ]  # fmt: skip


_MESSAGE = {
    "id": _id("e"), "door": "'email'", "state": "'handled'", "stored_ms": "t", "taken_until_ms": "t", "tries": "1",
    "sender": "'ann@ship.example'", "recipients": "'(alias)'", "peer": "'127.0.0.1'", "key": _KEY, "digest": _KEY,
    "kept": "'CALL +44 20 7946 0000'", "evidence": "'{}'", "verdict": "'[]'", "answer": "'Ringing.'", "error": "''",
    "handled_ms": "t + 10",
}  # fmt: skip
_ORDER = {
    "id": _id("0"), "account_id": "account", "user_id": "user", "message_id": _id("e"),
    "door": "'email'", "key": _KEY, "digest": _KEY, "outcome": "'talked'", "number_a": "'+33140001234'",
    "extension_a": "''", "number_b": "'+442079460000'", "extension_b": "''", "name_b": "''", "bill": "''",
    "press_1": "1", "shown_a": "'+12025550100'", "shown_b": "'+12025550100'",
    "answer": "'Ringing.'", "answer_to": "''", "switch": "'main'",
    "accepted_ms": "t", "due_ms": "t", "rung_ms": "t", "taken_until_ms": "t", "joined_ms": "t + 4000",
    "ended_ms": "t + 65000",
}  # fmt: skip
_ATTEMPT = {
    "order_id": _id("0"), "state": "'ended'", "switch": "'main'", "carrier": "'carrier'", "number": "'+442079460000'",
    "limit_ms": "600000", "claimed_ms": "t", "dialling_ms": "t", "answered_ms": "t + 2000", "ended_ms": "t + 62000",
    "cause": "16", "end_reason": "''",
}  # fmt: skip
_CDR = {
    "ref": "'p' || i", "door": "'email'", "number": "'+442079460000'", "bill": "''", "destination": "'Somewhere'",
    "answered_ms": "t + 2000", "ended_ms": "t + 62000", "billed_seconds": "60", "charge": "25000", "tax": "0",
    "currency": "'USD'", "cause": "16", "estimated": "0", "capped": "0", "rating": ":quote",
}  # fmt: skip
_SAID = {
    "state": "'sent'", "envelope": ":quote", "text": ":quote", "tries": "1", "next_ms": "t", "created_ms": "t",
    "sent_ms": "t", "error": "''",
}  # fmt: skip
_COUNT = "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)"


def fill(file: Path, people: Sequence[Enrolled], count: int, *, billed: bool = True) -> float:
    """Write so many calls of the last year, in turn for these people; billed ones are over. The seconds it took."""
    began = time.monotonic()
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-1000000")
    db.execute("CREATE TEMP TABLE who (k INTEGER PRIMARY KEY, account TEXT, user TEXT)")
    db.executemany("INSERT INTO who VALUES (?, ?, ?)", [(k, p.account_id, p.user_id) for k, p in enumerate(people)])
    values = {"count": count, "people": len(people), "quote": QUOTE.to_json(), "step": YEAR_MS // count,
              "start": int(time.time() * 1000) - YEAR_MS, "salt": time.time_ns()}  # fmt: skip
    db.execute("BEGIN")
    for table, columns in _tables(billed=billed):
        source = "(SELECT i, :start + i * :step AS t, account, user FROM n JOIN who ON k = i % :people)"
        names = ", ".join(f'"{name}"' for name in columns)
        db.execute(f"INSERT INTO {table}({names}) {_COUNT} SELECT {', '.join(columns.values())} FROM {source}", values)
    if billed:
        db.execute("UPDATE balances SET amount = (SELECT sum(amount) FROM entries WHERE ledger ="
                   " 'customer:' || balances.account_id)")  # fmt: skip
    db.execute("COMMIT")
    # All of it is on the disk before anything is measured, or whoever commits next waits for it. By SQLite's own hand:
    # who closes another descriptor of its file lets go of its locks (POSIX), and then others of this process read what
    # there was, not what there is.
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return time.monotonic() - began
