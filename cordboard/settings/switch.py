"""`[switch]`: what dials, and the carriers that it dials by."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from cordboard.settings.fields import E164, Name, Part, Port, Seconds
from cordboard.settings.nodes import Node, check_nodes


class Carrier(Part):
    """Where a leg leaves the switch, if its number begins with one of `prefixes` (digits)."""

    name: Name
    host: str = Field(min_length=1)
    port: Port = 5060
    endpoint: str = "PJSIP/{name}/sip:{digits}@{host}:{port}"
    prefixes: tuple[Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{0,15}$")], ...] = ("",)
    priority: int = 10
    ports: int = Field(default=0, ge=0)  # legs at once; 0: as many as there are
    cps: float = Field(default=0, ge=0, le=1000)  # calls a second; 0: as many as there are
    deck: str = ""  # the deck of what it costs, imported like any other; empty: not known, and believed to be less
    uplink: bool = False  # carries satellite numbers, which leave by no other; others only by a prefix that names them
    allow_loss: bool = False  # may be used where it costs more than the account is charged
    switches: tuple[Name, ...] = ()  # that reach it; empty: all
    username: str = ""
    password: SecretStr = SecretStr("")

    def endpoint_for(self, digits: str) -> str:
        """What the switch is told to dial for a number's digits, or for `{digits}` where they are still to come."""
        return self.endpoint.format(name=self.name, digits=digits, host=self.host, port=self.port)

    @model_validator(mode="after")
    def _dialable(self) -> Self:
        try:
            self.endpoint_for("12025550100")
        except (KeyError, IndexError, ValueError):
            raise ValueError("endpoint may hold {name}, {digits}, {host} and {port} only") from None
        return self


class TwilioVoice(Part):
    """Calls by Twilio: all of it, or nothing."""

    account_sid: Annotated[str, StringConstraints(pattern=r"^(AC[0-9a-f]{32})?$")] = ""
    auth_token: SecretStr = SecretStr("")
    numbers: tuple[E164, ...] = ()  # ours, or verified there; the first is seen where no other is to be
    public_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s?#_]+/[^\s?#]*)?$")] = ""
    """Where Twilio reaches `/voice/twilio`, to the letter: it is part of what is signed. No host with an underscore."""
    api_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s?#]+$")] = "https://api.twilio.com"
    timeout_s: Seconds = 10

    @property
    def is_whole(self) -> bool:
        """Whether calls can be made by it."""
        return all((self.account_sid, self.auth_token.get_secret_value(), self.numbers, self.public_url))


class Switch(Node):
    """What dials: one switch, or those of `nodes`; and what all of them share."""

    kind: Literal["exchange", "asterisk", "twilio"] = "exchange"
    twilio: TwilioVoice = TwilioVoice()
    nodes: tuple[Node, ...] = ()  # several that stand in for one another, instead of this one
    caller_id: E164 = "+12025550100"
    carriers: tuple[Carrier, ...] = (
        Carrier(name="carrier", host="127.0.0.1", port=5080),
        Carrier(name="uplink", host="127.0.0.1", port=5081, uplink=True),
    )

    @model_validator(mode="before")
    @classmethod
    def _by_twilio(cls, data: Any) -> Any:
        """Twilio is its own one carrier, to every number, and one of its numbers is seen."""
        if not isinstance(data, dict) or data.get("kind") != "twilio":
            return data
        twilio = data.get("twilio")
        numbers = twilio.get("numbers") if isinstance(twilio, dict) else None
        own = {"caller_id": numbers[0]} if isinstance(numbers, list | tuple) and numbers else {}
        every = {"uplink": True, "prefixes": tuple("123456789")}  # satellites, and by these prefixes all others
        return {"carriers": ({"name": "twilio", "host": "twilio", "endpoint": "{digits}", **every},)} | own | data

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "twilio" and not self.twilio.is_whole:
            raise ValueError('kind = "twilio" needs switch.twilio: account_sid, auth_token, numbers and public_url')
        if self.kind == "twilio" and (len(self.carriers) != 1 or self.nodes):
            raise ValueError('kind = "twilio" has one carrier, which is Twilio, and no nodes')
        return self

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [carrier.name for carrier in self.carriers]
        if len(set(names)) < len(names):
            raise ValueError("two carriers have the same name")
        if not names:
            raise ValueError("carriers must name at least one carrier")
        return self

    @model_validator(mode="after")
    def _several(self) -> Self:
        check_nodes(self, self.nodes)
        return self
