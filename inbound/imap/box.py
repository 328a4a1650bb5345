"""What the IMAP door is told of a mailbox."""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

IMAP = "imap"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One folder of one user of one server, and what it stands for.

    `secret()` gives the password, or the token if `oauth`; it is asked anew for each connection and may raise
    Unavailable. `address` is whom every mail in it is for, whatever its header says; only where `recipient_header`
    names a header that this server itself writes, its topmost is believed. `done_folder` "" leaves handled mail.
    Seconds are those of one wait: `idle_s` in IDLE, `poll_s` where the server has none, `timeout_s` for an answer.
    """

    name: str
    host: str
    port: int
    user: str
    secret: Callable[[], str]
    address: str
    tls: ssl.SSLContext | None = None
    starttls: bool = False
    oauth: bool = False
    folder: str = "INBOX"
    done_folder: str = "Cordboard"
    recipient_header: str = ""
    max_octets: int = 2_000_000
    idle_s: float = 300.0
    poll_s: float = 30.0
    timeout_s: float = 30.0

    @property
    def place(self) -> str:
        """The same for the same folder, whatever the settings call it."""
        return hashlib.sha256(f"{self.host.lower()}\n{self.user}\n{self.folder}".encode()).hexdigest()
