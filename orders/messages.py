"""Messages as they are kept: stored before anything else happens to them, taken by one handler at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from kernel.db import change
from kernel.ids import new_id
from orders.states import MessageState
from orders.tables import MESSAGE_IS_OPEN, MESSAGE_IS_SHUNTED, messages

TAKE_MS = 30_000
"""How long a handler may sit on a message before another takes it."""
MAX_TRIES = 5
"""A message that was taken this often and never finished is shunted."""

_STORE = insert(messages)
_TAKE = (
    update(messages)
    .where(messages.c.id == bindparam("message"), MESSAGE_IS_OPEN, messages.c.taken_until_ms <= bindparam("now"))
    .values(taken_until_ms=bindparam("until"), tries=messages.c.tries + 1)
)
_BY_ID = select(messages).where(messages.c.id == bindparam("message"))
_FIRST_OF = (
    select(messages)
    .where(messages.c.key == bindparam("key"), messages.c.state == MessageState.HANDLED)
    # Two may be handled within one millisecond; which of them repeats the other, its verdict says.
    .order_by(messages.c.verdict.startswith('[["repeated"', autoescape=True), messages.c.handled_ms, messages.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What a door hands over: sealed raw bytes and what is known of the way they came."""

    door: str
    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    peer: str


def store(conn: Connection, new: Sequence[NewMessage], now_ms: int) -> list[str]:
    """Insert the messages as STORED; their ids."""
    if not new:
        return []
    ids = [new_id(now_ms) for _ in new]
    rows = [
        {
            "id": message_id, "door": message.door, "state": MessageState.STORED, "stored_ms": now_ms,
            "sender": message.sender, "recipients": "\n".join(message.recipients), "peer": message.peer,
            "raw": message.raw,
        }
        for message_id, message in zip(ids, new, strict=True)
    ]  # fmt: skip
    conn.execute(_STORE, rows)
    return ids


def take(conn: Connection, message_id: str, now_ms: int) -> Row[Any] | None:
    """Take a stored message for TAKE_MS; None if it is handled, shunted, or somebody has it."""
    if conn.execute(_TAKE, {"message": message_id, "now": now_ms, "until": now_ms + TAKE_MS}).rowcount != 1:
        return None
    return conn.execute(_BY_ID, {"message": message_id}).one()


def leftovers(conn: Connection, now_ms: int, older_than_ms: int, limit: int) -> list[str]:
    """Ids of stored messages that nobody is handling, oldest first."""
    rows = conn.execute(
        select(messages.c.id)
        .where(MESSAGE_IS_OPEN, messages.c.stored_ms <= now_ms - older_than_ms, messages.c.taken_until_ms <= now_ms)
        .order_by(messages.c.stored_ms)
        .limit(limit)
    )
    return [row.id for row in rows]


def handled(
    conn: Connection,
    message_id: str,
    *,
    kept: str,
    evidence: str,
    verdict: str,
    answer: str,
    now_ms: int,
    key: str | None = None,
    digest: str = "",
) -> bool:
    """Close the message and drop its raw bytes; False if it was closed already. Only a proven one has a `key`."""
    kept = kept.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL has no NUL, and some gateways end texts so
    values = {
        "state": MessageState.HANDLED, "raw": None, "kept": kept, "evidence": evidence, "verdict": verdict,
        "answer": answer, "handled_ms": now_ms, "key": key, "digest": digest,
    }  # fmt: skip
    return change(conn, messages, {"id": message_id, "state": MessageState.STORED}, values) == 1


def first_of(conn: Connection, key: str) -> Row[Any] | None:
    """The first message of this key that was handled: a later one is a redelivery of it."""
    return conn.execute(_FIRST_OF, {"key": key}).one_or_none()


def shunt(conn: Connection, message_id: str, error: str, now_ms: int) -> bool:
    """Set the message aside for a person, raw bytes kept and sealed."""
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message_id, MESSAGE_IS_OPEN)
        .values(state=MessageState.SHUNTED, error=error[:500], handled_ms=now_ms)
    )
    return done.rowcount == 1


def replay(conn: Connection, message_id: str) -> bool:
    """Put a shunted message back to STORED, to be handled anew."""
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.state == MessageState.SHUNTED)
        .values(state=MessageState.STORED, error="", handled_ms=None, taken_until_ms=0, tries=0)
    )
    return done.rowcount == 1


def shunted(conn: Connection, limit: int = 100) -> list[Row[Any]]:
    """The shunted messages, newest first."""
    query = select(messages).where(MESSAGE_IS_SHUNTED).order_by(messages.c.stored_ms.desc())
    return list(conn.execute(query.limit(limit)))
