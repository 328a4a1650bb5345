"""Errors over HTTP: `application/problem+json` (RFC 9457), whatever went wrong and wherever it was noticed.

`type` is always `about:blank`, so `title` is the status in words; the member `reason` names the problem to a program,
`detail` is a sentence for people.
"""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from kernel.errors import Unavailable
from replies.problems import PROBLEMS

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
BY_STATUS: Final = {404: "no_such_page", 405: "wrong_method", 413: "too_big", 415: "wrong_type"}
AGAIN_S: Final = {HTTPStatus.SERVICE_UNAVAILABLE: "1", HTTPStatus.TOO_MANY_REQUESTS: "60"}
LONGEST_TOLD: Final = 40


class Problem(Exception):
    """Ends a request with an answer that is not what was asked for. `headers` come on top of the usual ones.

    So do the members of `more` in its body (RFC 9457, 3.2).
    """

    def __init__(
        self, status: int, reason: str, detail: str, headers: dict[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(reason)
        self.status, self.reason, self.detail = HTTPStatus(status), reason, detail
        self.headers, self.more = headers or {}, more or {}


def problem(reason: str, headers: dict[str, str] | None = None, **fields: object) -> Problem:
    """The problem of `replies/problems.py` that has this reason."""
    status, sentence = PROBLEMS[reason]
    told = {name: str(value)[:LONGEST_TOLD] for name, value in fields.items()}
    return Problem(status, reason, sentence.format(**told), headers)


def as_json(found: Problem) -> bytes:
    """The body."""
    told = {"type": "about:blank", "title": found.status.phrase, "status": found.status.value}
    return json.dumps(told | {"detail": found.detail, "reason": found.reason, **found.more}).encode() + b"\n"


def respond(found: Problem) -> Response:
    """The whole answer."""
    again = {"Retry-After": AGAIN_S[found.status]} if found.status in AGAIN_S else {}
    return Response(as_json(found), found.status, again | found.headers, content_type=CONTENT_TYPE)


def install(app: Flask, most_bytes: int) -> None:
    """Have every error of an app told so: ours, Flask's own, and what nobody foresaw."""

    def of_flask(error: HTTPException) -> Response:
        reason = BY_STATUS.get(error.code or 500, "bad_request" if (error.code or 500) < 500 else "failed")
        headers = {name: value for name, value in error.get_headers() if name == "Allow"}
        return respond(problem(reason, headers, longest=most_bytes))

    def unforeseen(error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        return respond(problem("failed"))

    def away(error: Unavailable) -> Response:
        log.warning("a request was put off", extra={"why": str(error)})
        return respond(problem("away"))

    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, of_flask)
    app.register_error_handler(Unavailable, away)
    app.register_error_handler(Exception, unforeseen)
