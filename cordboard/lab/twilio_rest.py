"""What the small Twilio answers by REST: texts sent and listed, calls made, listed, ended; what it says against one."""

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from cordboard.lab.twilio import FakeTwilio

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "the account's own token"
Fault = Literal["lost", "unheard", "busy", "failing"]
"""What happens to a request to send: it never comes; it is done and its answer lost; 429; 500."""
STOPPED, BAD_NUMBER, NOT_OURS, NO_BODY, NO_AUTH, TOO_MANY = 21610, 21211, 21606, 21602, 20003, 20429
KNOWN = re.compile(r"|Messages\.json|Calls\.json|Calls/CA[0-9a-f]{32}\.json")


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


class Rest(BaseHTTPRequestHandler):
    """One request for the account's messages or calls."""

    protocol_version = "HTTP/1.1"

    def __init__(self, twilio: "FakeTwilio", *request: Any) -> None:
        self._twilio = twilio
        super().__init__(*request)  # which answers it

    def do_POST(self) -> None:
        """Send a text, make or change a call."""
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = parse_qs(text, keep_blank_values=True)
        fields = {name: values[0] for name, values in form.items()}
        what = below_the_account(self.path)
        faults = self._twilio.call_faults if what == "Calls.json" else self._twilio.faults
        fault = faults.pop(0) if faults and not what.startswith("Calls/") else None
        if fault == "lost":
            self._hang_up()
        elif fault in ("busy", "failing"):
            busy = fault == "busy"
            self._refuse(429 if busy else 500, TOO_MANY if busy else 20500, "Try later")
        elif what.startswith("Calls"):
            self._calls(what, form, fault)
        elif refused := self._refused() or _wrong(self._twilio, fields):
            self._refuse(*refused)
        else:
            made = self._twilio.keep(fields["From"], fields["To"], fields["Body"], "outbound-api")
            if fault == "unheard":
                self._hang_up()
            else:
                self._say(201, made.resource())

    def _calls(self, what: str, form: dict[str, list[str]], fault: Fault | None) -> None:
        if refused := self._refused():
            self._refuse(*refused)
            return
        voice = self._twilio.voice
        sid = what.removeprefix("Calls/").removesuffix(".json")
        said = voice.create(form) if what == "Calls.json" else voice.update(sid, form)
        if fault == "unheard":
            self._hang_up()
        else:
            self._answer(said, 201 if what == "Calls.json" else 200)

    def _answer(self, said: dict[str, Any] | tuple[int, int, str], status: int = 200) -> None:
        if isinstance(said, tuple):
            self._refuse(*said)
        else:
            self._say(status, said)

    def do_GET(self) -> None:
        """List texts that were sent, or calls; tell of one call, or of the account."""
        what = below_the_account(self.path)
        if self._twilio.is_away and what != "Messages.json":
            self._hang_up()
            return
        if what != "Messages.json" and not self._refused():
            voice, sid = self._twilio.voice, what.removeprefix("Calls/").removesuffix(".json")
            if what == "":
                self._answer({"sid": SID, "status": "active"})
            elif what == "Calls.json":
                self._answer(voice.listed(urlsplit(self.path).query))
            else:
                self._answer(voice.fetch(sid))
            return
        if refused := self._refused():
            self._refuse(*refused)
            return
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        found = [
            each
            for each in reversed(self._twilio.messages)
            if query.get("To", each.to) == each.to and query.get("From", each.from_) == each.from_
        ]
        self._say(200, {"messages": [each.resource() for each in found], "page": 0, "next_page_uri": None})

    def _refused(self) -> tuple[int, int, str] | None:
        right = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != right:
            return 401, NO_AUTH, "Authenticate"
        if not KNOWN.fullmatch(below_the_account(self.path)):
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
        """Nowhere."""


def below_the_account(url: str) -> str:
    """What is asked for: "Messages.json", "Calls.json", "Calls/CA....json"; empty for the account itself."""
    path = urlsplit(url).path.removeprefix(f"/2010-04-01/Accounts/{SID}")
    return "" if path == ".json" else path.removeprefix("/")


def _wrong(twilio: "FakeTwilio", fields: Mapping[str, str]) -> tuple[int, int, str] | None:
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
