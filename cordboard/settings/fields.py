"""What the tables of the settings are made of: kinds of fields, and a table that takes no name it does not know."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from kernel.errors import Refused
from kernel.money import parse_amount


def _micro(value: object) -> object:
    """Micro-units of an amount as it is written; a default is in micro-units already."""
    try:
        return parse_amount(value) if isinstance(value, str) else value
    except Refused:
        raise ValueError('must be an amount like "5.00"') from None


Port = Annotated[int, Field(ge=1, le=65535)]
Money = Annotated[int, BeforeValidator(_micro), Field(gt=0)]
"""Written as a decimal like "5.00", kept as micro-units; of whatever currency the account has."""
Seconds = Annotated[int, Field(ge=1, le=3600)]
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{4,14}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$")]
Network = IPv4Network | IPv6Network
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
Domain = Annotated[
    str,
    StringConstraints(to_lower=True, max_length=253, pattern=rf"^{_LABEL}(\.{_LABEL})+$"),
]


class Part(BaseModel):
    """A table of the file; a name it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
