"""The HTTP door for programs: `POST /api/v1/calls`, `GET /api/v1/calls/{id}`, each with a user's token.

A thin shell around the intake, as the mail door is: an order is stored, handled, and answered from what is kept of it.
"""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from accounts import tokens
from accounts.tokens import Bearer
from inbound.api import answers
from inbound.api.order import from_request
from inbound.api.outcome import outcome
from inbound.api.reader import API
from inbound.delivery import Delivery
from inbound.intake import Intake
from inbound.web.problems import Problem, problem
from kernel.clock import Clock
from kernel.db import Database
from kernel.errors import Refused, Unavailable
from kernel.ids import new_id
from kernel.secrets import Secrets
from replies.refusals import refusal_text

log = logging.getLogger(__name__)

CALLS = "/api/v1/calls"
ID = re.compile(r"[0-9a-f]{28}")


@dataclass(frozen=True, slots=True)
class ApiDoor:
    """What the door needs.

    `wrong_token(address)` and `may_order(token's id)` count one more, and say whether that is still within bounds.
    """

    db: Database
    clock: Clock
    secrets: Secrets
    intake: Intake
    wrong_token: Callable[[str], bool]
    may_order: Callable[[str], bool]

    def blueprint(self) -> Blueprint:
        """The two addresses, for a Flask app."""
        made = Blueprint("api", __name__)
        made.add_url_rule(CALLS, view_func=self.place, methods=["POST"])
        made.add_url_rule(f"{CALLS}/<order_id>", view_func=self.show, methods=["GET"])
        return made

    def place(self) -> Response:
        """Place a call: 201 once it is durably ordered, 200 if it was already, under this key."""
        bearer = self._bearer()
        if not self.may_order(bearer.token_id):
            raise problem("too_many_orders")
        message_id = self._accept(bearer)
        try:
            self.intake.handle(message_id)
            with self.db.read() as conn:
                placed = outcome(conn, message_id)
                told = answers.accepted(conn, placed.order)
        except Unavailable as e:  # it is stored, so the sweeper may yet place it
            log.warning("an order waits", extra={"message_id": message_id, "why": str(e)})
            raise problem("pending") from e
        where = {"Location": f"{CALLS}/{placed.order.id}"}
        return _json(told, HTTPStatus.OK if placed.again else HTTPStatus.CREATED, where)

    def show(self, order_id: str) -> Response:
        """How a call of the token's own user stands."""
        bearer = self._bearer()
        with self.db.read(snapshot=True) as conn:
            found = answers.call(conn, bearer.user.id, order_id) if ID.fullmatch(order_id) else None
        if found is None:
            raise problem("no_such_call")
        return _json(found)

    def _accept(self, bearer: Bearer) -> str:
        """Store what was asked for; the message's id."""
        if request.mimetype != "application/json":
            raise problem("wrong_type")
        if request.query_string:
            raise problem("no_query")
        key, nonce = request.headers.get("Idempotency-Key"), new_id(self.clock.ms())
        order = from_request(request.get_data(), key, bearer.token_id, nonce)
        came = Delivery.of(f"{tokens.PREFIX}{bearer.hint}..", order, request.remote_addr or "")
        (message_id,) = self.intake.accept(API, came)
        return message_id

    def _bearer(self) -> Bearer:
        """Whose token came with the request (RFC 6750)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise problem("no_token", {"WWW-Authenticate": "Bearer"})
        try:
            with self.db.read() as conn:
                found = tokens.by_token(conn, self.secrets, token.strip())
        except Refused as e:
            raise Problem(HTTPStatus.FORBIDDEN, e.key, refusal_text(e)) from None
        if found:
            return found
        if self.wrong_token(request.remote_addr or ""):
            raise problem("wrong_token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        raise problem("too_many_wrong_tokens")


def _json(told: dict[str, Any], status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(told) + "\n", status, headers, content_type="application/json")
