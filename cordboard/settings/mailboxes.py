"""`[[mailboxes]]` of the settings: which mailboxes are read, and how each is logged into."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from cordboard.settings.fields import Name, Part, Port

Folder = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f*%]*$")]
Header = Annotated[str, StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9-]{0,60})?$")]
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
WAYS_IN = ("password", "password_file", "token_file", "token_command")


class MailboxSettings(Part):
    """One of them. Files are looked for from `home` on."""

    name: Name
    host: str = Field(min_length=1)
    port: Port | None = None  # as usual: 993, or 143 without TLS from the start
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    tls_ca: Path | None = None  # whom the server's certificate is by, if the system does not know
    user: str = Field(min_length=1)
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    token_file: Path | None = None  # an OAuth token, which something else keeps fresh
    token_command: tuple[str, ...] = ()  # prints one; run for each connection
    folder: Folder = "INBOX"
    done_folder: Folder = "Cordboard"  # where handled mail goes; empty: it stays
    address: str = ""  # whom the mail in it is for: a secret alias; empty: the address that everybody knows
    recipient_header: Header = ""  # one that this server itself writes into each mail, if aliases lead here
    max_message_bytes: int = Field(default=2_000_000, ge=10_000, le=50_000_000)
    idle_s: int = Field(default=300, ge=1, le=1740)  # RFC 2177: under 29 minutes
    poll_s: int = Field(default=30, ge=1, le=1740)  # where the server has no IDLE
    timeout_s: int = Field(default=30, ge=1, le=300)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if sum(bool(way) for way in (self.password.get_secret_value(), *map(self._given, WAYS_IN[1:]))) != 1:
            raise ValueError(f"mailbox {self.name} needs one of {', '.join(WAYS_IN)}")
        if self.tls == "none" and self.host not in HERE:
            raise ValueError(
                f'mailbox {self.name}: with tls = "none" the password goes in the clear; only to localhost'
            )
        if not self.folder or self.folder == self.done_folder:
            raise ValueError(f"mailbox {self.name} needs a folder, and another one as done_folder")
        return self

    def _given(self, name: str) -> object:
        return getattr(self, name)


def check_mailboxes(boxes: tuple[MailboxSettings, ...]) -> None:
    """Raises ValueError if two of them are not two, or feed each other."""
    if len({box.name for box in boxes}) < len(boxes):
        raise ValueError("two mailboxes have the same name")
    folders = [(box.host.lower(), box.user, box.folder) for box in boxes]
    if len(set(folders)) < len(boxes):
        raise ValueError("two mailboxes are the same folder")
    if any((box.host.lower(), box.user, box.done_folder) in folders for box in boxes):
        raise ValueError("handled mail of one mailbox would come into another")
