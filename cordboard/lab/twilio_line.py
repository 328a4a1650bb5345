"""One call on the small Twilio: it rings a telephone that behaves by its number, and does what its TwiML says.

It follows what Twilio publishes of calls: the order of their states, what TwiML's verbs do, what is asked of whom when.
"""

import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from cordboard.lab.twilio_voice import Voice

Does = Literal["answers", "busy", "no-answer", "failed"]
GLANCE_S = 0.005
SAYING_S = 0.05
FINAL = ("completed", "busy", "no-answer", "failed", "canceled")


@dataclass(frozen=True, slots=True)
class Telephone:
    """What happens when a number is rung. `presses` are keys, each pressed so long after it is asked for them."""

    does: Does = "answers"
    sip: int = 200
    ring_s: float = 0.1
    presses: tuple[tuple[float, str], ...] = ()
    leaves_s: float = 0.0
    """How long after the answer it hangs up; 0: it does not."""
    leaves_at: str = ""
    """It hangs up when it hears words that begin so."""


@dataclass
class Line:
    """One call. `deadline` is where it is cut; its callbacks go to `callback`, for the events that were asked for."""

    voice: "Voice"
    sid: str
    number: str
    shown: str
    telephone: Telephone
    timeout_s: float
    limit_s: float
    callback: str
    parent: "Line | None" = None
    tones: str = ""
    status: str = "queued"
    sip: int = 0
    created: float = field(default_factory=time.time)
    answered: float = 0.0
    ended: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)
    _sequence: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # -- how it goes -----------------------------------------------------------------------------------------------

    def ring(self) -> bool:
        """Until it is answered, or over; whether it was answered."""
        self.moves("initiated")
        self.moves("ringing")
        self.voice.rung.append(self.number)
        phone = self.telephone
        if phone.does in ("busy", "failed"):
            self.waits(phone.ring_s)
            self.ends(phone.does, phone.sip)
        elif phone.does == "no-answer" or phone.ring_s >= self.timeout_s:
            self.waits(self.timeout_s)
            self.ends("no-answer", 487)
        elif not self.waits(phone.ring_s):
            with self._lock:
                if not self.over.is_set():
                    self.answered = time.time()
                    self.moves("in-progress")
        if self.answered:
            self.voice.heard += [self.tones.replace("w", "")] if self.tones else []
            threading.Thread(target=self._lasts, daemon=True).start()
        return bool(self.answered) and not self.over.is_set()

    def _lasts(self) -> None:
        """Cut at its limit, or left by who answered, whichever is sooner."""
        leaves = self.answered + self.telephone.leaves_s if self.telephone.leaves_s else float("inf")
        while not self.over.wait(GLANCE_S):
            if time.time() >= min(leaves, self.answered + self.limit_s):
                self.ends("completed")

    def runs(self, document: str) -> None:
        """Do what TwiML says, and what the answers of its requests say, until it is over."""
        text: str | None = document
        while text is not None and not self.over.is_set():
            text = self._does(text)
        self.ends("completed")

    def _does(self, document: str) -> str | None:
        """The verbs of one document; the next document, if one is asked for. Without one the call ends."""
        for verb in ET.fromstring(document):  # noqa: S314 our own door's
            if self.over.is_set() or verb.tag == "Hangup":
                return None
            match verb.tag:
                case "Say":
                    self._says(verb)
                case "Play":
                    self.voice.heard.append(verb.get("digits", "").replace("w", ""))
                case "Pause":
                    self.waits(float(verb.get("length", "1")) * self.voice.second)
                case "Redirect":
                    return self.voice.asks(self, verb.text or "", {})
                case "Gather":
                    if key := self._pressed(verb):
                        return self.voice.asks(self, verb.get("action", ""), {"Digits": key})
                case "Dial":
                    return self._dials(verb)
        return None

    def _says(self, verb: ET.Element) -> None:
        self.voice.said.append((self.number, verb.text or ""))
        self.waits(SAYING_S)
        if self.telephone.leaves_at and (verb.text or "").startswith(self.telephone.leaves_at):
            self.ends("completed")

    def _pressed(self, verb: ET.Element) -> str:
        """The one key that is pressed in time, if one is."""
        for said in verb:
            self._says(said)
        until = time.time() + float(verb.get("timeout", "5"))
        keys = self.voice.keys.setdefault(self.sid, list(self.telephone.presses))
        if not keys:
            self.waits(until - time.time())
            return ""
        after, key = keys.pop(0)
        return "" if self.waits(min(after, until - time.time())) or time.time() >= until else key

    def _dials(self, verb: ET.Element) -> str | None:
        number = verb.find("Number")
        assert number is not None
        child = self.voice.line(
            number.text or "", verb.get("callerId", self.shown), timeout_s=float(verb.get("timeout", "30")),
            limit_s=float(verb.get("timeLimit", "14400")), callback=number.get("statusCallback", ""), parent=self,
            tones=number.get("sendDigits", ""),
        )  # fmt: skip
        rings = threading.Thread(target=child.ring, daemon=True)
        rings.start()
        while not (self.over.wait(GLANCE_S) or child.over.is_set()):
            pass
        if self.over.is_set():
            child.ends("completed" if child.answered else "canceled", 487)
        rings.join()
        form = {"DialCallStatus": child.status, "DialCallSid": child.sid}
        if child.answered:
            form["DialCallDuration"] = str(child.seconds)
        return self.voice.asks(self, verb.get("action", ""), form) if not self.over.is_set() else None

    # -- its states ------------------------------------------------------------------------------------------------

    def waits(self, seconds: float) -> bool:
        """Let time go by; True if the call was over before."""
        return self.over.wait(max(seconds, 0))

    def moves(self, status: str) -> None:
        """One state on; who wanted to know is told."""
        with self._lock:
            if self.over.is_set():
                return
            self.status = status
            self.voice.tells(self, self.form(status))

    def ends(self, status: str, sip: int = 200) -> None:
        """It is over: the last state, once. What answered was completed, whoever ended it how."""
        with self._lock:
            if self.over.is_set():
                return
            self.status = "completed" if self.answered else status
            if not self.answered and self.status == "completed":
                self.status = "canceled"
            self.ended, self.sip = time.time(), sip
            self.over.set()
            form = self.form(self.status) | {"SipResponseCode": str(sip)}
            if self.answered:
                form |= {"CallDuration": str(self.seconds), "Duration": "1"}
            self.voice.tells(self, form)

    @property
    def seconds(self) -> int:
        """How long it was talked, as Twilio counts: by whole seconds of its clock."""
        return int(self.ended or time.time()) - int(self.answered)

    def form(self, status: str) -> dict[str, str]:
        """What a callback says."""
        self._sequence += 1
        return self.voice.common(self) | {
            "CallStatus": status, "Timestamp": formatdate(int(time.time())), "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._sequence - 1),
        }  # fmt: skip

    def resource(self) -> dict[str, Any]:
        """As REST has it."""

        def stamp(at: float) -> str | None:
            return formatdate(int(at)) if at else None

        return {
            "sid": self.sid, "account_sid": self.voice.account, "to": self.number, "from": self.shown,
            "parent_call_sid": self.parent.sid if self.parent else None,
            "status": "queued" if self.status == "initiated" else self.status,
            "start_time": stamp(self.answered or self.created), "end_time": stamp(self.ended),
            "duration": str(self.seconds) if self.answered and self.ended else None,
            "direction": "outbound-dial" if self.parent else "outbound-api", "date_created": stamp(self.created),
            "price": None, "api_version": "2010-04-01",
        }  # fmt: skip
