"""Ann's mailbox on a real server, read by the door in this process; nobody is rung."""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from cordboard.lab.dovecot import PASSWORD, Dovecot
from cordboard.lab.ports import HOST
from inbound.imap.box import IMAP, Mailbox
from inbound.imap.reader import ImapReader
from inbound.imap.round import MailFound, Rounds
from inbound.imap.watch import Watch
from inbound.mail_reader import EMAIL
from inbound.tables import mailboxes
from tests.parts.waiting import until
from tests.unit.inbound.house import ORDER, House

PATIENCE_S = 30.0


@dataclass
class Desk:
    """What one test does: deliver, watch, look."""

    house: House
    server: Dovecot
    user: str
    stack: ExitStack

    def __post_init__(self) -> None:
        readers = self.house.intake.readers
        assert isinstance(readers, dict)
        readers[IMAP] = ImapReader(readers[EMAIL])

    def box(self, **other: Any) -> Mailbox:
        """The mailbox as the settings would have it; waits are short."""
        usual = {
            "name": self.user, "host": HOST, "port": self.server.port, "user": self.user, "secret": lambda: PASSWORD,
            "address": ORDER, "idle_s": 5.0, "poll_s": 0.05, "timeout_s": 5.0,
        }  # fmt: skip
        return Mailbox(**{**usual, **other})

    def rounds(self, **other: Any) -> Rounds:
        def accept(mails: Sequence[MailFound], also: Callable[[Connection], None]) -> list[str]:
            return self.house.intake.accept(IMAP, *mails, also=also)

        return Rounds(self.box(**other), self.house.db, self.house.clock, accept, self.house.intake.handle)

    def watch(self, rounds: Rounds | None = None, **other: Any) -> threading.Event:
        """Begin to watch; the event ends it, as the end of the test does."""
        stop = threading.Event()
        watch = Watch(rounds or self.rounds(**other), jitter=lambda: 0.0)
        thread = threading.Thread(target=watch.run, args=(stop,))
        thread.start()
        self.stack.callback(self._ended, stop, thread)
        return stop

    def _ended(self, stop: threading.Event, thread: threading.Thread) -> None:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()

    def begin(self, **other: Any) -> threading.Event:
        """Watch a mailbox that has been opened: from here on mail is for us."""
        stop = self.watch(**other)
        self.until(self.is_open)
        return stop

    def is_open(self) -> bool:
        return any(row.name == self.user for row in self.house.rows(mailboxes))

    def put(self, raw: bytes, folder: str = "INBOX", arrived: datetime | None = None) -> None:
        self.server.deliver(self.user, raw, folder, arrived)

    def until(self, holds: Callable[[], object]) -> None:
        until(holds, PATIENCE_S)

    def inbox(self) -> list[int]:
        return list(self.server.mails(self.user))

    def done(self) -> list[int]:
        return list(self.server.mails(self.user, "Cordboard"))

    def told(self, whom: str) -> list[str]:
        """What somebody was told, or is to be."""
        return [text for to, text in self.house.said() if to == whom]
