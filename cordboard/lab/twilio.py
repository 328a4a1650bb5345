"""A small Twilio: sends signed texts to a door and does what the TwiML says; takes texts by REST, and lists them.

It follows what Twilio publishes of its Message resource, its webhooks and its error codes, no more; every text that it
would have sent is in `messages`. Signatures are made by Twilio's own library.

    with FakeTwilio(("+12025550109",)) as twilio:
        twilio.text("+12025550101", "+12025550109", "CALL mum", at=door_url, signed_for=public_url)
        twilio.sent_to("+12025550101")
"""

import http.client
import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from twilio.request_validator import RequestValidator

from cordboard.lab.ports import HOST
from cordboard.lab.twilio_rest import SID, TOKEN, Fault, Message, Rest
from cordboard.lab.twilio_voice import Voice

UNSUBSCRIBED = "You have successfully been unsubscribed."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door said: its status, its body, and the texts that its TwiML has."""

    status: int
    kind: str
    body: str

    @property
    def texts(self) -> list[str]:
        """What is to be sent back."""
        return [each.text or "" for each in ET.fromstring(self.body).iter("Message")]  # noqa: S314 our own door's


@dataclass
class FakeTwilio:
    """Use as a context manager. `faults` happen to the next requests to send, `call_faults` to those to call."""

    numbers: tuple[str, ...]
    messages: list[Message] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    call_faults: list[Fault] = field(default_factory=list)
    is_away: bool = False
    """Calls can't be asked about."""
    stopped: set[tuple[str, str]] = field(default_factory=set)
    advanced: bool = True
    """Advanced Opt-Out: the webhook says which word of the carrier's it was."""
    again_s: float = 1.0
    """Between two tries of one text."""

    def __post_init__(self) -> None:
        self._ids, self.voice = itertools.count(1), Voice(self)
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """For `sms.twilio.api_url`, inside the block."""
        assert self._server
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((HOST, 0), partial(Rest, self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        self._server.shutdown()
        self._server.server_close()

    def sent_to(self, number: str) -> list[str]:
        """What a telephone was sent by us, oldest first."""
        return [each.body for each in self.messages if each.to == number and each.direction != "carrier"]

    def text(
        self, sender: str, to: str, body: str, *, at: str, signed_for: str, sid: str = "", again: int = 0,
        more: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """A telephone texts one of our numbers: the door at `at` is asked, and its answer sent.

        A door that hangs up or fails is asked again so often (connection overrides, rc and rp). If it
        never answers, that is an answer of status 0.
        """
        form = self.form(sender, to, body, sid) | self._carrier_word(sender, to, body) | dict(more or {})
        answer = _asked(lambda: post(at, form, sign(signed_for, form)), again, self.again_s)
        if answer.status == 200:
            for said in answer.texts:
                if (to, sender) not in self.stopped:
                    self.keep(to, sender, said, "outbound-reply")
        return answer

    def form(self, sender: str, to: str, body: str, sid: str = "") -> dict[str, str]:
        """What the webhook has."""
        sid = sid or self.new_sid()
        return {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": SID, "From": sender, "To": to,
            "Body": body, "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01", "FromCountry": "US",
        }  # fmt: skip

    def new_sid(self) -> str:
        """One that was not there before."""
        return f"SM{next(self._ids):032x}"

    def keep(self, from_: str, to: str, body: str, direction: str) -> Message:
        """A text goes out."""
        made = Message(self.new_sid(), from_, to, body, direction, int(time.time()))
        self.messages.append(made)
        return made

    def _carrier_word(self, sender: str, to: str, body: str) -> dict[str, str]:
        word = body.strip().upper()
        if word == "STOP":
            self.stopped.add((to, sender))
            self.keep(to, sender, UNSUBSCRIBED, "carrier")
        elif word == "START":
            self.stopped.discard((to, sender))
        if not self.advanced or word not in ("STOP", "START", "HELP"):
            return {}
        return {"OptOutType": word}


def _asked(ask: Callable[[], Answer], again: int, again_s: float) -> Answer:
    answer = Answer(0, "", "")
    for turn in range(again + 1):
        if turn:
            time.sleep(again_s)
        with suppress(OSError, http.client.HTTPException):
            answer = ask()
            if answer.status < 500:
                break
    return answer


def sign(url: str, form: Mapping[str, Any], token: str = TOKEN) -> str:
    """X-Twilio-Signature."""
    return str(RequestValidator(token).compute_signature(url, dict(form)))


def post(at: str, form: Mapping[str, str], signature: str, **headers: str) -> Answer:
    """Ask a door as Twilio does; a refusal is an answer, too."""
    named = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(at, urlencode(form).encode(), named, method="POST")  # noqa: S310 our own door
    try:
        with urllib.request.urlopen(request, timeout=15) as said:  # noqa: S310
            return Answer(said.status, said.headers["Content-Type"], said.read().decode())
    except urllib.error.HTTPError as e:
        with e:
            return Answer(e.code, e.headers["Content-Type"], e.read().decode())
