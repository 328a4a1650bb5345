"""Forms that Twilio signed.

The signature is checked over the address of the settings and over what came in the form, never over what the request
says of itself (Host, X-Forwarded-*). https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from collections.abc import Iterable
from typing import Final

from flask import request
from twilio.request_validator import RequestValidator, get_signature_algorithm
from werkzeug.datastructures import MultiDict

from inbound.web.problems import problem

FORM: Final = "application/x-www-form-urlencoded"
MOST_BYTES: Final = 32_768
"""1,600 characters of three octets are 14,400 in a form, and Twilio adds fields as it likes."""


def signed_form(validator: RequestValidator, url: str, once: Iterable[str]) -> MultiDict[str, str]:
    """The form of this request, if it was signed for this address. Problem if not, or if a field of `once` is twice.

    What is read must be there once or not at all: of two one reader takes the first, another the last.
    """
    request.max_content_length = MOST_BYTES
    if request.mimetype != FORM:
        raise problem("not_a_form")
    signature = request.headers.get("X-Twilio-Signature", "")
    algorithm = get_signature_algorithm(request.headers.get("X-Twilio-Webhooks-Signature-Settings"))
    if not validator.validate(url, request.form, signature, algorithm):
        raise problem("not_signed")
    if found := [name for name in once if len(request.form.getlist(name)) > 1]:
        raise problem("field_twice", field=found[0])
    return request.form
