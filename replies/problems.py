"""What is said over HTTP when a request is not even an order: its status and one plain sentence, by a reason.

Refusals of orders are worded in `replies/refusals.py`, the same for every door.
"""

from http import HTTPStatus
from typing import Final

PROBLEMS: Final[dict[str, tuple[HTTPStatus, str]]] = {
    # who asks
    "no_token": (HTTPStatus.UNAUTHORIZED, "Send your token in the header: Authorization: Bearer cbt_..."),
    "wrong_token": (HTTPStatus.UNAUTHORIZED, "That token is not one in use. Ask whoever runs this for another."),
    "too_many_wrong_tokens": (HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong tokens from where you are. Wait a minute."),
    "too_many_orders": (
        HTTPStatus.TOO_MANY_REQUESTS, "Too many orders with this token; this one was not taken. Wait a minute.",
    ),
    # what is asked
    "not_json": (HTTPStatus.BAD_REQUEST, 'I can not read the body as a JSON object. Send one like {{"to": "mum"}}.'),
    "field_twice": (HTTPStatus.BAD_REQUEST, "The body has {field} twice. Send it once."),
    "field_unknown": (
        HTTPStatus.UNPROCESSABLE_ENTITY, "I know no field {field}; only to, from, bill, max_per_minute and private.",
    ),
    "field_missing": (HTTPStatus.UNPROCESSABLE_ENTITY, "The field {field} is missing: whom shall I call?"),
    "field_not_text": (HTTPStatus.UNPROCESSABLE_ENTITY, "The field {field} must be a line of text."),
    "field_not_yes_or_no": (HTTPStatus.UNPROCESSABLE_ENTITY, "The field {field} must be true or false."),
    "field_too_long": (HTTPStatus.UNPROCESSABLE_ENTITY, "The field {field} has more than {longest} characters."),
    "not_a_price": (
        HTTPStatus.UNPROCESSABLE_ENTITY, "The field {field} must be a price in plain digits, like 6.52.",
    ),
    "bad_key": (HTTPStatus.BAD_REQUEST, "An Idempotency-Key has 1 to {longest} visible ASCII characters, no spaces."),
    "no_query": (HTTPStatus.BAD_REQUEST, "I read no words behind a ? here. Put the order into the body."),
    # where and how
    "no_such_call": (HTTPStatus.NOT_FOUND, "There is no call of yours with that id."),
    "no_such_page": (HTTPStatus.NOT_FOUND, "There is nothing at this address."),
    "wrong_method": (HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take that method."),
    "wrong_type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the order as application/json."),
    "too_big": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too much for one order; {longest} bytes are the most."),
    "bad_request": (HTTPStatus.BAD_REQUEST, "That is not a request I can read."),
    # gateways of texts
    "not_signed": (HTTPStatus.FORBIDDEN, "That is not signed by who should send it, for the address in the settings."),
    "not_a_form": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the text as a form (application/x-www-form-urlencoded)."),
    "not_our_gateway": (HTTPStatus.FORBIDDEN, "That token, or the address you ask from, is not our gateway's."),
    # our side
    "away": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "A part of our system is away. Try again later; an order with the same Idempotency-Key.",
    ),
    "pending": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "I have your order and will act on it soon. Ask again with the same Idempotency-Key; without one, don't.",
    ),
    "failed": (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. Try again later."),
}  # fmt: skip
