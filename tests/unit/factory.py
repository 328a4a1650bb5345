"""Rows for tests: an account with its user, and orders with their attempts. Any column can be given by name."""

from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, insert

from accounts.tables import accounts, users
from kernel.db import Database, metadata
from orders.states import AttemptState, MessageState, OrderState
from orders.tables import attempts, messages, orders

NOW = 1_790_000_000_000
_next = count(1)


def database(url: str = "sqlite://") -> Database:
    """A database with all tables that have been imported; in memory unless a URL is given."""
    db = Database(url)
    metadata.create_all(db.engine, checkfirst=False)
    return db


def new(prefix: str) -> str:
    """An id that no other row of this run has."""
    return f"{prefix}{next(_next):08d}"


def account(conn: Connection, **columns: Any) -> str:
    """An account in USD that may call anywhere; its id."""
    key = new("acc")
    row = {"name": key, "currency": "USD", "deck": "retail", "zones": "US,GB,FR", "cap_call": 50_000_000}
    return _insert(conn, accounts, {"id": key, "created_ms": NOW, **row, **columns})


def user(conn: Connection, account_id: str, **columns: Any) -> str:
    """A user of the account; its id."""
    row = {"id": new("usr"), "account_id": account_id, "name": "Ann", "country": "US", "created_ms": NOW}
    return _insert(conn, users, {**row, **columns})


def message(conn: Connection, **columns: Any) -> str:
    """A handled mail; its id."""
    row = {"id": new("msg"), "door": "email", "state": MessageState.HANDLED, "stored_ms": NOW}
    return _insert(conn, messages, {**row, **columns})


def order(conn: Connection, account_id: str, user_id: str, **columns: Any) -> str:
    """An order from +1 202 555 0101 to +44 20 7946 0018, joined, with a message of its own; its id."""
    key = new("ord")
    row = {
        "ref": key[-7:],
        "door": "email",
        "key": key,
        "digest": key,
        "state": OrderState.JOINED,
        "answer": "Ringing.",
    }
    parties = {"number_a": "+12025550101", "number_b": "+442079460018", "press_1": True}
    times = {"accepted_ms": NOW, "due_ms": NOW}
    whose = {"account_id": account_id, "user_id": user_id, "message_id": columns.get("message_id") or message(conn)}
    return _insert(conn, orders, {"id": key, **row, **parties, **times, **whose, **columns})


def attempt(conn: Connection, order_id: str, role: str = "A", **columns: Any) -> str:
    """An ended attempt at leg `role`, not answered unless `answered_ms` is given; its id."""
    number = "+12025550101" if role == "A" else "+442079460018"
    row = {"id": new("att"), "order_id": order_id, "role": role, "state": AttemptState.ENDED, "switch": "exchange"}
    return _insert(
        conn,
        attempts,
        {
            **row,
            "carrier": "trunk",
            "number": number,
            "limit_ms": 60_000,
            "claimed_ms": NOW,
            "dialling_ms": NOW,
            **columns,
        },
    )


def _insert(conn: Connection, table: Table, row: dict[str, Any]) -> str:
    conn.execute(insert(table).values(row))
    return str(row["id"])
