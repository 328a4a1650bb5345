"""What is asked of Twilio's REST interface about calls (https://www.twilio.com/docs/voice/api/call-resource).

Twilio knows no name of ours for a call that would keep it from making it twice: see `Rest.made`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from dispatcher.switches.base import SwitchRefused, SwitchSilent
from dispatcher.switches.twilio.legs import Heard
from dispatcher.switches.twilio.statuses import FINAL
from kernel.errors import Unavailable
from replies.ways.twilio_client import client_of

T = TypeVar("T")
AT_ONCE: Final = 16
LOOK_BACK: Final = 50
"""Calls between two numbers that are looked at, the newest first."""
SKEW_MS: Final = 120_000
"""How far Twilio's clock may be behind ours."""
NOT_IN_PROGRESS: Final = (404, 400)
FAILING: Final = 500


@dataclass(frozen=True, slots=True)
class Account:
    """As Twilio's console has it. `token` is secret."""

    sid: str
    token: str
    numbers: tuple[str, ...]
    api_url: str
    seconds: float


@dataclass(frozen=True, slots=True)
class NewCall:
    """A first leg, as it is asked for."""

    number: str
    shown: str
    twiml: str
    ring_s: int
    limit_s: int
    callback: str


class Refused(SwitchRefused):
    """Twilio did nothing, and says why by a code of its own."""

    def __init__(self, status: int, code: int, said: str) -> None:
        super().__init__(status, f"({code}) {said}")
        self.code = code


class Rest:
    """One account's calls. Each raises Refused if nothing was done, SwitchSilent if nobody knows. It blocks."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: Client = client_of(account.sid, account.token, account.api_url, account.seconds, AT_ONCE)

    def create(self, call: NewCall) -> str:
        """Have a call made; its id there."""
        made = _asked(
            lambda: self._client.calls.create(
                to=call.number, from_=call.shown, twiml=call.twiml, timeout=call.ring_s, time_limit=call.limit_s,
                status_callback=call.callback, status_callback_method="POST",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
            )
        )  # fmt: skip
        return str(made.sid)

    def made(self, number: str, shown: str, since_ms: int, known: Collection[str]) -> str:
        """The id of a call that was made to a number since then and is no other leg's, or ""."""
        found = _asked(lambda: self._client.calls.list(to=number, from_=shown, limit=LOOK_BACK, page_size=LOOK_BACK))
        since = (since_ms - SKEW_MS) / 1000
        ours = [
            each.sid
            for each in found
            if not each.parent_call_sid and each.sid not in known and _seconds(each.date_created) >= since
        ]
        return str(ours[0]) if len(ours) == 1 else ""

    def child(self, parent: str, known: Collection[str]) -> str:
        """The id of a call that this one dialled and that is no other leg's, or ""."""
        found = _asked(lambda: self._client.calls.list(parent_call_sid=parent, limit=LOOK_BACK, page_size=LOOK_BACK))
        return next((str(each.sid) for each in found if each.sid not in known), "")

    def look(self, sid: str, now_ms: int) -> Heard:
        """How far a call is."""
        call = _asked(lambda: self._client.calls(sid).fetch())
        status, seconds = str(call.status), str(call.duration or "")
        when = _seconds(call.end_time if status in FINAL else call.start_time)
        at_ms = int(when) * 1000 or now_ms // 1000 * 1000
        return Heard(status, at_ms, sid, seconds=int(seconds) if seconds.isdigit() else None)

    def end(self, sid: str) -> bool:
        """End a call, however far it is. False if it had ended."""
        try:
            _asked(lambda: self._client.calls(sid).update(status="completed"))
        except Refused as e:
            if e.status in NOT_IN_PROGRESS:
                return False
            raise
        return True

    def limit(self, sid: str, seconds: int) -> None:
        """Have a call cut so long after its answer, instead of when it was to be."""
        _asked(lambda: self._client.calls(sid).update(time_limit=seconds))

    def ping(self) -> None:
        """Whether Twilio is there and knows us."""
        _asked(lambda: self._client.api.accounts(self._account.sid).fetch())


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Unavailable as e:
        raise SwitchSilent(str(e)) from e
    except TwilioException as e:
        status, code, said = (_of(e, name) for name in ("status", "code", "msg"))
        if not isinstance(status, int) or status >= FAILING:
            raise SwitchSilent(f"Twilio says {status}.") from e
        raise Refused(status, code if isinstance(code, int) else 0, str(said)[:100]) from e


def _of(error: Exception, name: str) -> Any:
    return getattr(error, name, None)


def _seconds(when: datetime | None) -> float:
    return when.timestamp() if when else 0.0
