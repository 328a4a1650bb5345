"""A smarthost that takes every mail and keeps each copy of it, in the maildir where answers are looked for."""

import email
import itertools
from collections import defaultdict
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cordboard.lab.ports import HOST, free_port
from replies.ways.maildir import MaildirWay


class MailHost:
    """Use as a context manager."""

    def __init__(self, maildir: Path) -> None:
        self._maildir, self._way = maildir, MaildirWay(maildir)
        self._numbers = itertools.count(1)
        self.port = free_port()
        self._controller = Controller(self, hostname=HOST, port=self.port)

    def __enter__(self) -> "MailHost":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self._way.send(f"copy{next(self._numbers)}", envelope.content, envelope.rcpt_tos[0])
        return "250 ok"

    def copies(self) -> dict[str, list[str]]:
        """By Message-ID, whom each copy went to."""
        found: dict[str, list[str]] = defaultdict(list)
        for file in self._maildir.glob("new/*"):
            mail = email.message_from_bytes(file.read_bytes(), policy=default)
            found[str(mail["Message-ID"])].append(str(mail["To"]))
        return found
