"""The door of Twilio's calls: `POST /voice/twilio?leg=...&at=...`, signed by Twilio, answered in TwiML.

A thin shell: whose request it is, and whether it is one of ours. What it means is behind `take`, which writes it down.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from inbound.web.problems import problem
from inbound.web.signed import signed_form

log = logging.getLogger(__name__)

PATH: Final = "/voice/twilio"
ONCE: Final = (
    "AccountSid", "CallSid", "CallStatus", "CallDuration", "Timestamp", "SequenceNumber", "SipResponseCode", "Digits",
    "DialCallStatus", "DialCallSid",
)  # fmt: skip
QUERY: Final = re.compile(r"leg=[0-9a-f]{28}&at=[a-z]{1,10}(&of=[0-9a-f]{28})?", re.ASCII)
"""As the addresses are that we give out; any other is not ours, whoever signed it."""
CALL_SID: Final = re.compile(r"CA[0-9a-f]{32}", re.ASCII)
AGAIN: Final = "I-Twilio-Idempotency-Token"
"""The same when Twilio sends a request again: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
LONGEST_TOKEN: Final = 64

Take = Callable[[str, str, str, Mapping[str, str], str], str]
"""Leg, purpose, the leg that it concerns, form and token of a request -> TwiML, or "" for a callback."""


@dataclass(frozen=True, slots=True)
class TwilioVoiceDoor:
    """`public_url` is where the settings say that Twilio asks; each leg adds its own query to it."""

    take: Take
    public_url: str
    account_sid: str
    validator: RequestValidator = field(repr=False)

    def blueprint(self) -> Blueprint:
        """The one address, for a Flask app."""
        made = Blueprint("twilio-voice", __name__)
        made.add_url_rule(PATH, view_func=self.asked, methods=["POST"])
        return made

    def asked(self) -> Response:
        """One request. 403 for one that Twilio did not sign; 503 while it can't be written down."""
        query = request.query_string.decode("ascii", "replace")
        if not QUERY.fullmatch(query):
            raise problem("not_signed")
        form = signed_form(self.validator, f"{self.public_url}?{query}", ONCE)
        if form.get("AccountSid") != self.account_sid or not CALL_SID.fullmatch(form.get("CallSid", "")):
            log.warning("a call of another account")
            raise problem("not_signed")
        args, token = request.args, request.headers.get(AGAIN, "")[:LONGEST_TOKEN]
        said = self.take(args["leg"], args["at"], args.get("of", ""), form, token)
        return Response(said, HTTPStatus.OK, content_type="text/xml; charset=utf-8") if said else _nothing()


def _nothing() -> Response:
    return Response("", HTTPStatus.NO_CONTENT)
