"""`[smtp]`, `[mail]` and `[dns]`: the door for mail, how answers leave, and where a mail's evidence is looked up."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from cordboard.settings.fields import Domain, Name, Part, Port, Seconds


class Smtp(Part):
    """The door that takes mail, and its limits for strangers."""

    host: str = "127.0.0.1"
    port: Port = 2525
    max_message_bytes: int = Field(default=2_000_000, ge=10_000, le=50_000_000)
    max_recipients: int = Field(default=10, ge=1, le=1000)
    max_connections: int = Field(default=200, ge=1)
    max_connections_per_peer: int = Field(default=20, ge=1)
    max_commands: int = Field(default=200, ge=10)
    tls_certificate: Path | None = None  # with these two, STARTTLS is offered
    tls_key: Path | None = None
    idle_s: Seconds = 60
    session_s: Seconds = 600
    handlers: int = Field(default=8, ge=1, le=64)


class Mail(Part):
    """Where orders are written to, and how answers leave."""

    domain: Domain = "cordboard.example"
    order_local_part: Name = "call"
    way: Literal["maildir", "smarthost"] = "maildir"
    maildir: Path | None = None
    operator: str = ""  # the address of who runs this, told of what needs a person; empty: nobody is told
    smarthost_host: str = ""
    smarthost_port: Port = 587
    smarthost_user: str = ""
    smarthost_password: SecretStr = SecretStr("")
    smarthost_starttls: bool = True

    @property
    def order_address(self) -> str:
        """The address everybody may know."""
        return f"{self.order_local_part}@{self.domain}"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.way == "smarthost" and not self.smarthost_host:
            raise ValueError('way = "smarthost" needs smarthost_host')
        return self


class Dns(Part):
    """Where a mail's evidence is looked up, and what that may cost for one mail."""

    nameservers: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F.:]+$")], ...] = ()  # none: the machine's
    seconds: float = Field(default=3.0, gt=0, le=10)
    lookups: int = Field(default=20, ge=1, le=100)
