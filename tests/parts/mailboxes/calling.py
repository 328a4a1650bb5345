"""A whole Cordboard that reads a mailbox, and what people mail to it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from cordboard.lab.dovecot import PASSWORD, Dovecot
from cordboard.lab.house import Enrolled
from inbound.tables import mailboxes
from tests.parts.places import Place


def mailbox(server: Dovecot, user: str, port: int = 0, **other: Any) -> dict[str, Any]:
    """Settings for one mailbox of a server on this machine."""
    usual = {"name": user, "host": "127.0.0.1", "port": port or server.port, "tls": "none", "user": user}
    return {**usual, "password": PASSWORD, "poll_s": 1, "timeout_s": 5, **other}


@dataclass
class Mailed:
    """A place whose orders come by a mailbox."""

    place: Place
    server: Dovecot
    user: str
    people: list[Enrolled] = field(default_factory=list)

    def opened(self) -> None:
        """Until the mailbox was opened: what comes then is for us."""

        def is_open() -> bool:
            with self.place.house.parts.db.read() as conn:
                return conn.execute(select(mailboxes.c.name).where(mailboxes.c.name == self.user)).first() is not None

        self.place.house.until(is_open)

    def mail(self, text: str, **terms: Any) -> Enrolled:
        """Somebody mails this, with their PIN."""
        who = self.place.somebody(**terms)
        self.people.append(who)
        self.again(who, text)
        return who

    def again(self, who: Enrolled, text: str) -> None:
        """They mail it under the Message-ID that they had."""
        head = f"From: {who.email}\r\nMessage-ID: <once@{who.user_id}>\r\nSubject: \r\n\r\n"
        self.server.deliver(self.user, f"{head}{text} PIN {who.pin}\r\n".encode())

    def all_away(self) -> bool:
        """Whether nothing is left where mail comes in."""
        return not self.server.mails(self.user)
