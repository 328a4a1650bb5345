"""An outbox in a database file, and a sender whose way is a list."""

import email
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from threading import Lock
from typing import Any

from sqlalchemy import Row, select

from kernel.db import Database
from replies import outbox
from replies.envelope import EMAIL
from replies.outbox import Envelope, Sender
from replies.tables import outbox as table
from replies.ways import Way
from replies.ways.by_mail import ByMail
from replies.ways.by_mail import Post as MailHost
from tests.unit.inbound.house import ORDER, SECRETS, Now

ALIAS = "ann-7kq2m9xw4t3z@door.test"
TAKE_MS = 7_000
ENVELOPE = Envelope("ann@ship.example", ALIAS, "a call", "<m1@ship.example>")


@dataclass
class FakeWay:
    """Keeps what is sent; fails as often as it has errors left."""

    errors: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, bytes, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    take_ms: int = TAKE_MS

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        with self.lock:
            if self.errors:
                raise self.errors.pop(0)
            self.sent.append((outbox_id, message, to))

    @property
    def mail(self) -> EmailMessage:
        return email.message_from_bytes(self.sent[-1][1], policy=default)


def by_mail(post: MailHost) -> dict[str, Way]:
    """The ways of a sender that knows no other."""
    return {EMAIL: ByMail(post, ORDER)}


class Post:
    """An outbox, and a sender with its way."""

    def __init__(self, db: Database) -> None:
        self.db, self.clock, self.way = db, Now(), FakeWay()
        self.sender = Sender(db, self.clock, SECRETS, by_mail(self.way), "operator@door.test")

    def put(self, key: str = "answer:1", text: str = "K7 Ringing.\n", envelope: Envelope = ENVELOPE) -> None:
        with self.db.write() as conn:
            outbox.put(conn, key, envelope.sealed(SECRETS), text, self.clock.ms())

    @property
    def rows(self) -> list[Row[Any]]:
        with self.db.read() as conn:
            return list(conn.execute(select(table)))

    @property
    def row(self) -> Row[Any]:
        (row,) = self.rows
        return row
