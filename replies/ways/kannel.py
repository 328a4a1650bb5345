"""Texts by Kannel's sendsms interface (Kannel user guide, "Using the SMPP/HTTP interface to send SMS messages").

Kannel knows no name for a text that would keep it from taking it twice. So one that it took, and was not heard to say
so, is sent again: better twice than never.
"""

from dataclasses import dataclass, field
from typing import Final

from kernel.errors import Unavailable
from replies.as_text import as_text
from replies.gsm import is_gsm
from replies.ways import Reply, Undeliverable
from replies.ways.http import Http

ACCEPTED: Final = frozenset({200, 202})
BAD_TEXT: Final = 400
"""A parameter of this text is wrong. Anything else (password, address, load) is for the operator or for later."""
GSM, UCS2 = "0", "2"


@dataclass(frozen=True, slots=True)
class KannelWay:
    """Sends from the number that was written to, else from `number`."""

    url: str
    username: str
    password: str = field(repr=False)
    number: str
    seconds: float
    http: Http

    @property
    def take_ms(self) -> int:
        """More than twice what one text may take."""
        return int(2_500 * self.seconds)

    def send(self, reply: Reply) -> None:
        """Hand one text over."""
        text = as_text(reply.text)
        said = self.http.ask("GET", self.url, {
            "username": self.username, "password": self.password, "from": reply.envelope.sender or self.number,
            "to": reply.envelope.to, "charset": "utf-8", "coding": GSM if is_gsm(text) else UCS2, "text": text,
        })  # fmt: skip
        if said.status in ACCEPTED:
            return
        why = f"Kannel says {said.status}: {said.body.decode('utf-8', 'replace')[:100]}"
        raise Undeliverable(why) if said.status == BAD_TEXT else Unavailable(why)
