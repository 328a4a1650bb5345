"""`[sms]`: texts, and the gateways that bring and take them."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from cordboard.settings.fields import E164, Network, Part, Seconds


class Twilio(Part):
    """Texts by Twilio: all of it, or nothing."""

    account_sid: Annotated[str, StringConstraints(pattern=r"^(AC[0-9a-f]{32})?$")] = ""
    auth_token: SecretStr = SecretStr("")
    numbers: tuple[E164, ...] = ()  # ours; texts that answer none come from the first
    public_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s?#]+/[^\s?#]*)?$")] = ""
    """Where Twilio's console says that it asks, to the letter: it is part of what is signed."""
    api_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s?#]+$")] = "https://api.twilio.com"
    timeout_s: Seconds = 10

    @property
    def is_open(self) -> bool:
        """Whether there is such a door, and such a way."""
        return bool(self.account_sid)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        parts = (self.account_sid, self.auth_token.get_secret_value(), self.numbers, self.public_url)
        if any(parts) and not all(parts):
            raise ValueError("account_sid, auth_token, numbers and public_url go together")
        return self


class Kannel(Part):
    """Texts by a Kannel of the operator's own. With `token` there is the door, with `sendsms_url` the way out."""

    token: SecretStr = SecretStr("")  # in the path that Kannel asks; 16 letters and digits at least
    allow: tuple[Network, ...] = (ip_network("127.0.0.1/32"), ip_network("::1/128"))  # who may ask
    trusted: bool = True  # whether the SMSC's word for a sender's number is taken; else texts need a PIN
    number: str = ""  # from which texts come that answer none
    sendsms_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s?#]+/[^\s?#]*)?$")] = ""
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout_s: Seconds = 10

    @property
    def is_open(self) -> bool:
        """Whether there is such a door."""
        return bool(self.token.get_secret_value())

    @model_validator(mode="after")
    def _whole(self) -> Self:
        token = self.token.get_secret_value()
        if token and not re.fullmatch(r"[A-Za-z0-9_-]{16,100}", token):
            raise ValueError("token must have 16 to 100 letters, digits, - or _")
        if self.sendsms_url and not (self.username and self.number):
            raise ValueError("sendsms_url needs username, password and number")
        return self


class Sms(Part):
    """Texts, whichever gateway brings them."""

    way: Literal["", "twilio", "kannel"] = ""  # of texts that answer no text; empty: the one that is set up
    texts_per_minute: int = Field(default=10, ge=1)  # from one telephone that is enrolled
    strangers_per_minute: int = Field(default=60, ge=1)  # from all others together
    twilio: Twilio = Twilio()
    kannel: Kannel = Kannel()

    @property
    def number(self) -> str:
        """Where users text to; empty where they can't."""
        ours = self.kannel.number if self.kannel.is_open else ""
        return self.twilio.numbers[0] if self.twilio.is_open else ours

    @property
    def texts_by(self) -> str:
        """The way that a text leaves by which answers none."""
        return self.way or ("kannel" if self.kannel.sendsms_url and not self.twilio.is_open else "twilio")
