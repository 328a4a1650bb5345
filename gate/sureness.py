"""How sure we are of who sent a message, by what proves it: docs/adr/0008."""

from enum import IntEnum
from typing import Final


class Sure(IntEnum):
    """The better the higher."""

    NOT = 0  # anybody can write any From
    CLAIMED = 1  # a secret that others may have come by
    LIKELY = 2  # somebody who would know vouches for it
    PROVEN = 3


SURENESS: Final = {
    "": Sure.NOT,
    "alias": Sure.CLAIMED,  # written to the user's secret address
    "pin": Sure.CLAIMED,
    "code": Sure.CLAIMED,  # the one that a question gave: for the answer to that question alone
    "sms": Sure.LIKELY,  # a gateway names the number that it came from
    "dkim": Sure.PROVEN,  # signed by the domain of an enrolled address
    "page": Sure.PROVEN,  # signed in
    "token": Sure.PROVEN,
}
"""By `Heard.proof`."""


def sureness(proof: str) -> Sure:
    """Of a proof; one that is not in the table is none."""
    return SURENESS.get(proof, Sure.NOT)
