"""Texts by Twilio's REST API (https://www.twilio.com/docs/messaging/api/message-resource).

Twilio knows no name for a text that would keep it from taking it twice. So what may be out already is looked for in its
list of messages before it is sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from twilio.base.exceptions import TwilioException

from kernel.errors import Unavailable
from replies.as_text import as_text
from replies.ways import Reply, Undeliverable
from replies.ways.twilio_client import client_of

STOPPED: Final = 21610
"""https://www.twilio.com/docs/api/errors/21610: the receiver has told the carrier to stop our texts."""
OURS: Final = frozenset({21212, 21603, 21606, 21608, 21659, 21660})
"""About the number we send from, or our account: for the operator to mend, and no text may be lost by it."""
BAD_TEXT: Final = 400
LOOK_BACK: Final = 50
"""Messages between the two numbers that are looked at, the newest first."""
SKEW_MS: Final = 120_000
"""How far Twilio's clock may be behind ours."""


class Optouts(Protocol):
    """Where it is noted whose carrier stops our texts."""

    def stopped(self, number: str) -> None:
        """It does."""

    def goes(self, number: str) -> None:
        """It takes them, perhaps again."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """As Twilio's console has it; `number` is ours for texts that answer none."""

    sid: str
    token: str = field(repr=False)
    number: str
    api_url: str
    seconds: float


class TwilioWay:
    """Sends from the number that was written to, else from the account's."""

    def __init__(self, account: TwilioAccount, optouts: Optouts) -> None:
        self._account, self._optouts = account, optouts
        self._client = client_of(account.sid, account.token, account.api_url, account.seconds)

    @property
    def take_ms(self) -> int:
        """More than twice what looking and sending may take."""
        return int(5_000 * self._account.seconds)

    def send(self, reply: Reply) -> None:
        """Hand one text over, unless Twilio has it already."""
        to, from_ = reply.envelope.to, reply.envelope.sender or self._account.number
        body = as_text(reply.text)
        if reply.again and self._asked(lambda: self._is_there(to, from_, body, reply.put_ms), to):
            return
        self._asked(lambda: self._client.messages.create(to=to, from_=from_, body=body), to)
        self._optouts.goes(to)

    def _is_there(self, to: str, from_: str, body: str, put_ms: int) -> bool:
        """Also as the answer that the door gave."""
        since = (put_ms - SKEW_MS) / 1000
        found = self._client.messages.list(to=to, from_=from_, limit=LOOK_BACK, page_size=LOOK_BACK)
        return any(each.body == body and _made(each.date_created) >= since for each in found)

    def _asked(self, ask: Callable[[], Any], to: str) -> Any:
        try:
            return ask()
        except TwilioException as e:
            status, code = getattr(e, "status", None), getattr(e, "code", None)
            why = f"Twilio says {status} ({code}): {str(getattr(e, 'msg', e.args[:1]))[:100]}"
            if code == STOPPED:
                self._optouts.stopped(to)
            if status == BAD_TEXT and code not in OURS:
                raise Undeliverable(why) from e
            raise Unavailable(why) from e


def _made(when: datetime | None) -> float:
    return when.timestamp() if when else 0.0
