"""What we say goes through here: written in the transaction of what it tells of, sent later, until it is gone.

A row may be sent twice (a sender died after sending); its Message-ID and file name come from its id, so that the
second one is known for the first.
"""

import json
import logging
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database, once
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.secrets import Secrets
from replies.mail import MailAnswer, compose
from replies.tables import IS_WAITING, outbox
from replies.ways import Undeliverable, Way

log = logging.getLogger(__name__)

FIRST_WAIT_MS, LONGEST_WAIT_MS = 5_000, 3_600_000
GIVE_UP_MS = 3 * 24 * 3_600_000
OPERATOR = "operator"
_ONCE = once(outbox)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where an answer goes and in which thread it belongs. An empty `to` is nobody: nothing is said."""

    to: str
    sender: str  # the address they wrote to; it may be their secret alias
    subject: str = ""
    message_id: str = ""
    references: str = ""

    def sealed(self, secrets: Secrets) -> str:
        """As kept with orders and outbox rows; "" for nobody."""
        return secrets.seal(json.dumps(asdict(self)).encode()).decode() if self.to else ""

    @classmethod
    def opened(cls, kept: str, secrets: Secrets) -> "Envelope":
        """The inverse of `sealed`."""
        return cls(**json.loads(secrets.unseal(kept.encode())))


def put(conn: Connection, key: str, envelope: str, text: str, now_ms: int) -> None:
    """Say this, once for the key. An empty envelope says nothing."""
    if not envelope:
        return
    row = {
        "id": new_id(now_ms), "key": key, "state": "waiting", "envelope": envelope, "text": text, "next_ms": now_ms,
        "created_ms": now_ms,
    }  # fmt: skip
    conn.execute(_ONCE[conn.dialect.name], row)


def tell_operator(conn: Connection, key: str, text: str, now_ms: int) -> None:
    """Something for the person who runs this; goes to the operator's address of the settings."""
    put(conn, key, OPERATOR, text, now_ms)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what waits in the outbox by one way. `operator` is the address of who runs this, "" for none."""

    db: Database
    clock: Clock
    secrets: Secrets
    way: Way
    order_address: str
    operator: str = ""

    def send_waiting(self, limit: int = 50) -> int:
        """Take what is due and send it; how many rows that were."""
        now_ms = self.clock.ms()
        due = (IS_WAITING, outbox.c.next_ms <= now_ms)
        with self.db.read() as conn:
            ids = [
                row.id for row in conn.execute(select(outbox.c.id).where(*due).order_by(outbox.c.next_ms).limit(limit))
            ]
        return sum(self._send_one(outbox_id) for outbox_id in ids)

    def _send_one(self, outbox_id: str) -> bool:
        now_ms = self.clock.ms()
        with self.db.write() as conn:
            still_due = (outbox.c.id == outbox_id, outbox.c.state == "waiting", outbox.c.next_ms <= now_ms)
            take = update(outbox).where(*still_due).values(next_ms=now_ms + self.way.take_ms, tries=outbox.c.tries + 1)
            if conn.execute(take).rowcount != 1:
                return False
            row = conn.execute(select(outbox).where(outbox.c.id == outbox_id)).one()
        crash_point("send.taken")
        state, error, next_ms = self._hand_over(row)
        crash_point("send.handed_over")
        values: dict[str, Any] = {"state": state, "error": error[:200], "next_ms": next_ms}
        mine = [outbox.c.id == outbox_id, outbox.c.state == "waiting"]
        if state == "sent":
            values["sent_ms"] = self.clock.ms()
        else:  # who was slower than the way's take_ms leaves it to whoever took it since
            mine.append(outbox.c.tries == row.tries)
        with self.db.write() as conn:
            conn.execute(update(outbox).where(*mine).values(**values))
        crash_point("send.after_commit")
        return True

    def _hand_over(self, row: Row[Any]) -> tuple[str, str, int]:
        """The row's next state, the error if any, and when to try again."""
        now_ms = self.clock.ms()
        try:
            answer = self._answer(row)
            self.way.send(row.id, compose(answer), answer.to)
        except Undeliverable as e:
            log.warning("an answer can't be delivered", extra={"outbox": row.id, "why": str(e)})
            return "dead", str(e), now_ms
        except Unavailable as e:
            return _later(row, str(e), now_ms)
        except Exception as e:  # one answer that can't be made must not keep the others
            log.exception("an answer could not be sent", extra={"outbox": row.id})
            return _later(row, f"{type(e).__name__}: {e}", now_ms)
        return "sent", "", now_ms

    def _answer(self, row: Row[Any]) -> MailAnswer:
        if row.envelope == OPERATOR:
            if not self.operator:
                raise Undeliverable("the settings name no operator's address")
            envelope = Envelope(self.operator, self.order_address, "Cordboard needs you")
        else:
            envelope = Envelope.opened(row.envelope, self.secrets)
        return MailAnswer(
            outbox_id=row.id, sender=envelope.sender or self.order_address, to=envelope.to, text=row.text,
            sent_ms=self.clock.ms(), subject=envelope.subject, in_reply_to=envelope.message_id,
            references=envelope.references,
        )  # fmt: skip


def _later(row: Row[Any], why: str, now_ms: int) -> tuple[str, str, int]:
    """Again after a while that doubles each time, until it is too old to be of use."""
    if now_ms - row.created_ms > GIVE_UP_MS:
        return "dead", why, now_ms
    return "waiting", why, now_ms + min(FIRST_WAIT_MS * 2 ** (row.tries - 1), LONGEST_WAIT_MS)
