"""The small Twilio's voice: calls made by REST, their TwiML carried out, their callbacks sent, signed.

    with FakeTwilio(numbers) as twilio:
        twilio.voice.reached_at(public_url, door_url)
        twilio.voice.telephones["+442079460000"] = Telephone(leaves_s=1)

Callbacks go out one after the other for each call, unless `mischief` says that they are lost, sent twice, or out of
order: Twilio promises no order.
"""

import http.client
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs

from cordboard.lab.twilio_line import FINAL, Line, Telephone
from cordboard.lab.twilio_rest import SID

if TYPE_CHECKING:
    from cordboard.lab.twilio import FakeTwilio

Mischief = Literal["", "twice", "late", "lost"]
"""What happens to a callback: it comes two times; behind the next ones; never."""
LATE_S = 0.4
NOT_A_NUMBER, NOT_OURS, NOT_LIVE, NO_SUCH_CALL = 21211, 21210, 21220, 20404
NOWHERE = "<Response><Say>An application error has occurred. Goodbye.</Say></Response>"
Refusal = tuple[int, int, str]


@dataclass
class Voice:
    """An account's calls, oldest first; telephones by their number, of which any other answers and stays."""

    twilio: "FakeTwilio"
    account: str = SID
    calls: list[Line] = field(default_factory=list)
    telephones: dict[str, Telephone] = field(default_factory=dict)
    rung: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Keys that were sent to a telephone."""
    keys: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    """Every request that was answered, as the door had it."""
    mischief: Callable[[Mapping[str, str]], Mischief] = lambda _: ""
    again: int = 0
    """How often a request for TwiML that had no answer is made again, if its connection override says no more."""
    second: float = 1.0
    """How long a <Pause> of a second takes."""

    def __post_init__(self) -> None:
        self._ids, self._queues = itertools.count(1), dict[str, list[Callable[[], None]]]()
        self._public = self._door = ""
        self._lock = threading.Lock()

    def reached_at(self, public_url: str, door_url: str) -> None:
        """The door that stands behind the address which the world knows."""
        self._public, self._door = public_url, door_url

    def live(self) -> list[Line]:
        """Calls that are not over."""
        return [call for call in self.calls if not call.over.is_set()]

    def of(self, number: str) -> list[Line]:
        """Calls to a number."""
        return [call for call in self.calls if call.number == number]

    # -- for calls -------------------------------------------------------------------------------------------------

    def line(self, number: str, shown: str, **more: Any) -> Line:
        """A call that is still to be rung."""
        with self._lock:
            phone = self.telephones.get(number, Telephone())
            made = Line(self, f"CA{next(self._ids):032x}", number, shown, phone, **more)
            self.calls.append(made)
        return made

    def common(self, call: Line) -> dict[str, str]:
        """What every request of a call has."""
        parent = {"ParentCallSid": call.parent.sid} if call.parent else {}
        return parent | {
            "CallSid": call.sid, "AccountSid": self.account, "From": call.shown, "To": call.number,
            "Direction": "outbound-dial" if call.parent else "outbound-api", "ApiVersion": "2010-04-01",
        }  # fmt: skip

    def asks(self, call: Line, url: str, form: Mapping[str, str]) -> str | None:
        """Ask the door what a call is to do next: TwiML. A door that fails is an error, and the end of the call."""
        whole = {**self.common(call), "CallStatus": call.status, **form}
        token = f"{call.sid}-{time.monotonic_ns()}"
        override = parse_qs(url.partition("#")[2])
        for _ in range(max(self.again, int(override.get("rc", ["0"])[0])) + 1):
            with suppress(OSError, http.client.HTTPException):
                answer = self._post(url, whole, token)
                self.asked.append(whole | {"url": url, "status": str(answer.status)})
                if answer.status < 300:
                    return str(answer.body)
            time.sleep(0.2)
        return NOWHERE

    def tells(self, call: Line, form: Mapping[str, str]) -> None:
        """Send a callback, behind the earlier ones of its call."""
        if not call.callback:
            return
        with self._lock:
            queue = self._queues.setdefault(call.sid, [])
            queue.append(lambda: self._tells(call, form))
            if len(queue) == 1:
                threading.Thread(target=self._sends, args=(queue,), daemon=True).start()

    def _sends(self, queue: list[Callable[[], None]]) -> None:
        while True:
            queue[0]()
            with self._lock:
                del queue[0]
                if not queue:
                    return

    def _tells(self, call: Line, form: Mapping[str, str]) -> None:
        match self.mischief(form):
            case "lost":
                return
            case "late":
                threading.Timer(LATE_S, self._told, (call, form)).start()
                return
            case "twice":
                self._told(call, form)
        self._told(call, form)

    def _told(self, call: Line, form: Mapping[str, str]) -> None:
        with suppress(OSError, http.client.HTTPException):
            self._post(call.callback, form, f"{call.sid}-{form['SequenceNumber']}")

    def _post(self, url: str, form: Mapping[str, str], token: str) -> Any:
        from cordboard.lab.twilio import post, sign

        asked = url.partition("#")[0]
        at = asked.replace(self._public, self._door, 1)
        return post(at, form, sign(asked, form), I_Twilio_Idempotency_Token=token)

    # -- for REST --------------------------------------------------------------------------------------------------

    def create(self, form: Mapping[str, list[str]]) -> dict[str, Any] | Refusal:
        """POST Calls.json."""
        fields = {name: values[0] for name, values in form.items()}
        if not fields.get("To", "").startswith("+"):
            return 400, NOT_A_NUMBER, "The phone number you are attempting to call is not valid."
        if fields.get("From") not in self.twilio.numbers:
            return 400, NOT_OURS, "The source phone number provided is not yet verified for your account."
        call = self.line(
            fields["To"], fields["From"], timeout_s=float(fields.get("Timeout", "60")),
            limit_s=float(fields.get("TimeLimit", "14400")), callback=fields.get("StatusCallback", ""),
        )  # fmt: skip
        threading.Thread(target=self._goes, args=(call, fields["Twiml"]), daemon=True).start()
        return call.resource()

    def _goes(self, call: Line, document: str) -> None:
        if call.ring():
            call.runs(document)

    def listed(self, query: str) -> dict[str, Any]:
        """GET Calls.json, the newest first."""
        wanted = {name: values[0] for name, values in parse_qs(query).items()}
        found = [
            each.resource()
            for each in reversed(self.calls)
            if wanted.get("To", each.number) == each.number
            and wanted.get("From", each.shown) == each.shown
            and wanted.get("ParentCallSid", each.parent.sid if each.parent else "")
            == (each.parent.sid if each.parent else "")
        ]
        return {"calls": found[: int(wanted.get("PageSize", "50"))], "page": 0, "next_page_uri": None}

    def fetch(self, sid: str) -> dict[str, Any] | Refusal:
        """GET Calls/{sid}.json."""
        found = next((call for call in self.calls if call.sid == sid), None)
        return found.resource() if found else (404, NO_SUCH_CALL, "The requested resource was not found")

    def update(self, sid: str, form: Mapping[str, list[str]]) -> dict[str, Any] | Refusal:
        """POST Calls/{sid}.json: end a call, or have it cut elsewhere."""
        found = next((call for call in self.calls if call.sid == sid), None)
        if found is None:
            return 404, NO_SUCH_CALL, "The requested resource was not found"
        if found.status in FINAL:
            return 400, NOT_LIVE, "Call is not in-progress. Cannot redirect."
        if "TimeLimit" in form:
            found.limit_s = float(form["TimeLimit"][0])
        if form.get("Status", [""])[0] in ("completed", "canceled"):
            found.ends("completed")
        return found.resource()
