"""What we say goes through here: written in the transaction of what it tells of, sent later, until it is gone.

A row may be sent twice: when a sender died, or lost the database, before it was noted, or when the mail host took it
and was not heard to say so. Its Message-ID and file name come from its id, so that the second is known for the first.

A door that answers at once has its row wait a little (`AT_THE_DOOR_MS`), and strikes it out when its answer is out
(`said`). If the door dies in between, the row goes out like any other.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, select, update

from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database, once
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.secrets import Secrets
from replies.envelope import Envelope, way_of
from replies.tables import IS_WAITING, outbox
from replies.ways import Reply, Undeliverable, Way

__all__ = ["AT_THE_DOOR_MS", "OPERATOR", "Envelope", "Sender", "at_the_door", "put", "said", "tell_operator"]

log = logging.getLogger(__name__)

FIRST_WAIT_MS, LONGEST_WAIT_MS = 5_000, 3_600_000
GIVE_UP_MS = 3 * 24 * 3_600_000
OPERATOR = "operator"
AT_THE_DOOR_MS = 20_000
"""So long the row of an answer waits for the door that gives it at once: longer than any gateway waits for one."""
TO_ANSWER_MS = 5_000
"""Of that the door leaves so much; else its answer and the sender's could both be on their way."""
AT_IT_MS = 1_000
"""For how long rows of one batch are begun; the rest is given back."""
UNNOTED_MS = 200
"""After so long what was sent is noted before the next is begun, as that may hang. A death has so much sent twice."""
_ONCE = once(outbox)
_DUE = (
    select(outbox)
    .where(IS_WAITING, outbox.c.next_ms <= bindparam("now"), outbox.c.way == bindparam("by"))
    .order_by(outbox.c.next_ms)
    .limit(bindparam("most"))
)
_DUE_LOCKED = _DUE.with_for_update(skip_locked=True)
_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(next_ms=bindparam("until"), tries=outbox.c.tries + 1)
)
_NOTE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.state == "waiting",
        outbox.c.tries == func.coalesce(bindparam("mine", type_=Integer), outbox.c.tries),
    )
    .values(
        state=bindparam("to"),
        error=bindparam("why"),
        next_ms=bindparam("next"),
        sent_ms=bindparam("at"),
        tries=bindparam("tried"),
    )
)


_AT_THE_DOOR = select(outbox).where(
    outbox.c.key.in_(bindparam("keys", expanding=True)),
    IS_WAITING,
    outbox.c.tries == 0,
    outbox.c.next_ms > bindparam("from_ms"),
)
_SAID = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.state == "waiting", outbox.c.tries == 0)
    .values(state="sent", sent_ms=bindparam("at"), tries=1)
)


def put(conn: Connection, key: str, envelope: str, text: str, now_ms: int, wait_ms: int = 0) -> None:
    """Say this, once for the key, and not before `wait_ms` are over. An empty envelope says nothing."""
    if not envelope:
        return
    row = {
        "id": new_id(now_ms), "key": key, "state": "waiting", "way": way_of(envelope), "envelope": envelope,
        "text": text, "next_ms": now_ms + wait_ms, "created_ms": now_ms,
    }  # fmt: skip
    conn.execute(_ONCE[conn.dialect.name], row)


def at_the_door(conn: Connection, keys: Sequence[str], now_ms: int) -> list[Row[Any]]:
    """Rows of these keys that nobody has begun to send, nor will within the next seconds: a door may say them now."""
    return list(conn.execute(_AT_THE_DOOR, {"keys": keys, "from_ms": now_ms + TO_ANSWER_MS}))


def said(conn: Connection, row_ids: Sequence[str], now_ms: int) -> None:
    """Strike out what a door has said, unless a sender was quicker."""
    conn.execute(_SAID, {"ids": row_ids, "at": now_ms})


def tell_operator(conn: Connection, key: str, text: str, now_ms: int) -> None:
    """Something for the person who runs this; goes to the operator's address of the settings."""
    put(conn, key, OPERATOR, text, now_ms)


def _noted(
    row: Row[Any], mine: int | None, state: str, error: str, next_ms: int, sent_ms: int | None, tried: int
) -> dict[str, Any]:
    """Values for `_NOTE`. `mine`: the row is still ours only while it has so many tries; None whoever has it."""
    return {
        "row": row.id, "mine": mine, "to": state, "why": error[:200], "next": next_ms, "at": sent_ms, "tried": tried,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what waits in the outbox, by way's name. `operator` is the address of who runs this, "" for none."""

    db: Database
    clock: Clock
    secrets: Secrets
    ways: Mapping[str, Way]
    operator: str = ""

    def send_waiting(self, limit: int = 50) -> int:
        """Take what is due and send it, one way after the other; how many rows that were."""
        return sum(self.send_by(name, limit) for name in self.ways)

    def send_by(self, name: str, limit: int = 50) -> int:
        """Take what is due by one way and send it; how many rows that were."""
        now_ms, way = self.clock.ms(), self.ways[name]
        with self.db.read() as conn:
            if conn.execute(_DUE, {"now": now_ms, "most": 1, "by": name}).first() is None:
                return 0
        taken = self._take(name, now_ms, limit)
        crash_point("send.taken")
        begun = self._send(way, taken, now_ms)
        crash_point("send.after_commit")
        return begun

    def _send(self, way: Way, taken: list[Row[Any]], now_ms: int) -> int:
        """Send what was taken at `now_ms`, note it, and give back what there is no time for; how many were begun.

        The last is begun before half of the way's `take_ms` is over, and sent within the other half.
        """
        done: list[dict[str, Any]] = []
        begun, noted_ms, until_ms = 0, now_ms, now_ms + min(AT_IT_MS, way.take_ms // 2)
        for row in taken:
            at_ms = self.clock.ms()
            if begun and at_ms > until_ms:
                break
            if done and at_ms >= noted_ms + UNNOTED_MS:
                self._note(done, [])
                done, noted_ms = [], at_ms
            done.append(self._sent(way, row))
            begun += 1
        self._note(done, taken[begun:])
        return begun

    def _take(self, name: str, now_ms: int, limit: int) -> list[Row[Any]]:
        """The oldest that are due. One that was tried before is taken alone: it may hang again, and keep others."""
        with self.db.write() as conn:
            due = list(conn.execute(_DUE_LOCKED, {"now": now_ms, "most": limit, "by": name}))
            taken = list(takewhile(lambda row: not row.tries, due)) or due[:1]
            if taken:
                ids = [row.id for row in taken]
                conn.execute(_TAKE, {"ids": ids, "until": now_ms + self.ways[name].take_ms})
        return taken

    def _sent(self, way: Way, row: Row[Any]) -> dict[str, Any]:
        state, error, next_ms = self._hand_over(way, row)
        crash_point("send.handed_over")
        sent_ms = self.clock.ms() if state == "sent" else None
        # Who was slower than the way's take_ms and did not send it leaves it to whoever took it since.
        mine = row.tries + 1 if sent_ms is None else None
        return _noted(row, mine, state, error, next_ms, sent_ms, row.tries + 1)

    def _note(self, done: list[dict[str, Any]], not_begun: list[Row[Any]]) -> None:
        now_ms = self.clock.ms()
        put_back = [_noted(row, row.tries + 1, "waiting", row.error, now_ms, None, row.tries) for row in not_begun]
        if done or put_back:
            with self.db.write() as conn:
                conn.execute(_NOTE, done + put_back)

    def _hand_over(self, way: Way, row: Row[Any]) -> tuple[str, str, int]:
        """The row's next state, the error if any, and when to try again."""
        now_ms = self.clock.ms()
        try:
            # Also what waited for its door: that may have said it, and died before it was noted.
            again = row.tries > 0 or row.next_ms > row.created_ms
            way.send(Reply(row.id, self._envelope(row), row.text, now_ms, row.created_ms, again))
        except Undeliverable as e:
            log.warning("an answer can't be delivered", extra={"outbox": row.id, "why": str(e)})
            return "dead", str(e), now_ms
        except Unavailable as e:
            return _later(row, str(e), now_ms)
        except Exception as e:  # one answer that can't be made must not keep the others
            log.exception("an answer could not be sent", extra={"outbox": row.id})
            return _later(row, f"{type(e).__name__}: {e}", now_ms)
        return "sent", "", now_ms

    def _envelope(self, row: Row[Any]) -> Envelope:
        if row.envelope != OPERATOR:
            return Envelope.opened(row.envelope, self.secrets)
        if not self.operator:
            raise Undeliverable("the settings name no operator's address")
        return Envelope(self.operator, "", "Cordboard needs you")


def _later(row: Row[Any], why: str, now_ms: int) -> tuple[str, str, int]:
    """Again after a while that doubles each time, until it is too old to be of use."""
    if now_ms - row.created_ms > GIVE_UP_MS:
        return "dead", why, now_ms
    return "waiting", why, now_ms + min(FIRST_WAIT_MS * 2**row.tries, LONGEST_WAIT_MS)
