"""The door of Twilio's texts: `POST /sms/twilio`, signed by Twilio, answered in TwiML.

Who signed it: `inbound/web/signed.py`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.datastructures import MultiDict

from accounts import optouts
from accounts.people import who_is
from inbound.sms.door import SmsDoor
from inbound.sms.text import E164, LONGEST, LONGEST_ID, Text
from inbound.web.problems import problem
from inbound.web.signed import signed_form
from kernel.masking import mask_number
from replies.stopped import stopped

log = logging.getLogger(__name__)

TWILIO: Final = "twilio"
PATH: Final = "/sms/twilio"
ONCE: Final = ("AccountSid", "MessageSid", "From", "To", "Body", "OptOutType")
"""What we read."""


@dataclass(frozen=True, slots=True)
class TwilioDoor:
    """What the door needs. `public_url` is where Twilio's console says that it asks; `numbers` are ours."""

    door: SmsDoor
    public_url: str
    account_sid: str
    numbers: frozenset[str]
    validator: RequestValidator = field(repr=False)

    def blueprint(self) -> Blueprint:
        """The one address, for a Flask app."""
        made = Blueprint(TWILIO, __name__)
        made.add_url_rule(PATH, view_func=self.take, methods=["POST"])
        return made

    def take(self) -> Response:
        """One text. 403 for one that Twilio did not sign; an empty answer for one that is none for us."""
        form = self._signed_form()
        text = _text(form)
        if form.get("AccountSid") != self.account_sid or text is None or text.to not in self.numbers:
            log.warning("a text that is none for us", extra={"to": mask_number(form.get("To", ""))})
            return twiml("")
        self._note_opt_out(text)
        return self.door.take(text, request.remote_addr or "", twiml)

    def _signed_form(self) -> MultiDict[str, str]:
        if request.query_string:  # it is no part of the address that is signed
            raise problem("not_signed")
        return signed_form(self.validator, self.public_url, ONCE)

    def _note_opt_out(self, text: Text) -> None:
        """STOP and START, as Twilio's Advanced Opt-Out tells of them. A stranger's STOP is no news to the operator."""
        if text.carrier_word not in ("STOP", "START"):
            return
        with self.door.db.write() as conn:
            if text.carrier_word == "START":
                optouts.clear(conn, text.sender)
            elif who_is(conn, optouts.SMS, text.sender):
                stopped(conn, text.sender, self.door.clock.ms())


def _text(form: Mapping[str, str]) -> Text | None:
    """None if it has no id, or its sender is no telephone: a short code or a name can't be answered."""
    sid, sender, word = form.get("MessageSid", ""), form.get("From", ""), form.get("OptOutType", "")
    if not 0 < len(sid) <= LONGEST_ID or not E164.fullmatch(sender):
        return None
    word = word if word in ("STOP", "START", "HELP") else ""
    return Text(sid, sender, form.get("To", ""), form.get("Body", "")[:LONGEST], carrier_word=word)


def twiml(said: str) -> Response:
    """What Twilio is to send back; nothing for ""."""
    answer = MessagingResponse()
    if said:
        answer.message(said)
    return Response(str(answer), HTTPStatus.OK, content_type="text/xml; charset=utf-8")
