"""A small Twilio: sends signed texts to a door and does what the TwiML says; takes texts by REST, and lists them.

It follows what Twilio publishes of its Message resource, its webhooks and its error codes, no more; every text that it
would have sent is in `messages`. Signatures are made by Twilio's own library.

    with FakeTwilio(("+12025550109",)) as twilio:
        twilio.text("+12025550101", "+12025550109", "CALL mum", at=door_url, signed_for=public_url)
        twilio.sent_to("+12025550101")
"""

import base64
import http.client
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree as ET

from twilio.request_validator import RequestValidator

from cordboard.lab.ports import HOST

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "the account's own token"
Fault = Literal["lost", "unheard", "busy", "failing"]
"""What happens to a request to send: it never comes; it is done and its answer lost; 429; 500."""
STOPPED, BAD_NUMBER, NOT_OURS, NO_BODY, NO_AUTH, TOO_MANY = 21610, 21211, 21606, 21602, 20003, 20429
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


@dataclass(frozen=True, slots=True)
class Message:
    """A text that went out. `direction` is "outbound-api" or "outbound-reply", of the carrier "carrier"."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    created_s: int

    def resource(self) -> dict[str, Any]:
        """As REST has it."""
        return {
            "sid": self.sid, "account_sid": SID, "from": self.from_, "to": self.to, "body": self.body,
            "direction": self.direction, "status": "queued", "date_created": formatdate(self.created_s, usegmt=True),
            "date_sent": None, "error_code": None, "num_segments": "1",
        }  # fmt: skip


@dataclass
class FakeTwilio:
    """Use as a context manager. `faults` happen to the next requests to send, in turn."""

    numbers: tuple[str, ...]
    messages: list[Message] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    stopped: set[tuple[str, str]] = field(default_factory=set)
    advanced: bool = True
    """Advanced Opt-Out: the webhook says which word of the carrier's it was."""
    again_s: float = 1.0
    """Between two tries of one text."""

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """For `sms.twilio.api_url`, inside the block."""
        assert self._server
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
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


def _handler(twilio: FakeTwilio) -> type[BaseHTTPRequestHandler]:  # noqa: C901 (a class, whose methods are short)
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(form, keep_blank_values=True).items()}
            fault = twilio.faults.pop(0) if twilio.faults else None
            if fault == "lost":
                self._hang_up()
            elif fault in ("busy", "failing"):
                busy = fault == "busy"
                self._refuse(429 if busy else 500, TOO_MANY if busy else 20500, "Try later")
            elif refused := self._refused() or _wrong(twilio, fields):
                self._refuse(*refused)
            else:
                made = twilio.keep(fields["From"], fields["To"], fields["Body"], "outbound-api")
                if fault == "unheard":
                    self._hang_up()
                else:
                    self._say(201, made.resource())

        def do_GET(self) -> None:
            if refused := self._refused():
                self._refuse(*refused)
                return
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            found = [
                each
                for each in reversed(twilio.messages)
                if query.get("To", each.to) == each.to and query.get("From", each.from_) == each.from_
            ]
            self._say(200, {"messages": [each.resource() for each in found], "page": 0, "next_page_uri": None})

        def _refused(self) -> tuple[int, int, str] | None:
            right = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
            if self.headers.get("Authorization") != right:
                return 401, NO_AUTH, "Authenticate"
            if urlsplit(self.path).path != f"/2010-04-01/Accounts/{SID}/Messages.json":
                return 404, 20404, "The requested resource was not found"
            return None

        def _refuse(self, status: int, code: int, message: str) -> None:
            self._say(status, {"code": code, "message": message, "status": status, "more_info": ""})

        def _say(self, status: int, body: dict[str, Any]) -> None:
            octets = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def _hang_up(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(2)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 as the base class has it
            pass

    return Handler


def _wrong(twilio: FakeTwilio, fields: Mapping[str, str]) -> tuple[int, int, str] | None:
    """What Twilio says against a text, by its published codes."""
    to, from_ = fields.get("To", ""), fields.get("From", "")
    if not fields.get("Body"):
        return 400, NO_BODY, "Message body is required."
    if from_ not in twilio.numbers:
        return 400, NOT_OURS, f"The From phone number {from_} is not a valid message-capable number of yours"
    if not to.startswith("+"):
        return 400, BAD_NUMBER, f"Invalid 'To' Phone Number: {to}"
    if (from_, to) in twilio.stopped:
        return 400, STOPPED, "Attempt to send to unsubscribed recipient"
    return None
