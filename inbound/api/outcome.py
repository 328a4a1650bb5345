"""What became of a message of the HTTP door, from what is kept of it: so it is told alike the first time and again."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from inbound.api.answers import quoted
from inbound.web.problems import Problem, problem
from kernel.errors import Refused
from orders.states import MessageState
from orders.tables import messages, orders
from replies.refusals import refusal_text

STATUS: Final = {
    "funds": HTTPStatus.PAYMENT_REQUIRED,
    "same call": HTTPStatus.CONFLICT,
    "repeated": HTTPStatus.CONFLICT,
}
"""By the rule that refused. Any other rule of the gate forbids; what no rule has seen was not understood."""
REASON: Final = {"same call": "same_call"}
"""Where what the rule said is not the reason itself."""


@dataclass(frozen=True, slots=True)
class Placed:
    """There is an order; `again` if this was not its first message."""

    order: Row[Any]
    again: bool


def outcome(conn: Connection, message_id: str) -> Placed:
    """The order that a message placed or asked for again. Problem if there is none."""
    message = conn.execute(select(messages).where(messages.c.id == message_id)).one()
    if message.state == MessageState.STORED:
        raise problem("pending")
    if message.state == MessageState.SHUNTED:
        raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "shunted", refusal_text(Refused("shunted")))
    rule, said = _last_rule(message)
    if (rule, said) != ("repeated", "other_command"):
        order = conn.execute(select(orders).where(orders.c.key == message.key)).one_or_none()
        if order is not None:
            return Placed(order, again=order.message_id != message_id)
        if rule == "repeated":  # of one that was refused
            return outcome(conn, said)
    raise _refusal(message, rule, said)


def _last_rule(message: Row[Any]) -> tuple[str, str]:
    """The rule that had the say, and what it said; two times "" if none was asked."""
    rules = json.loads(message.verdict or "[]")
    return (rules[-1][0], rules[-1][1]) if rules else ("", "")


def _refusal(message: Row[Any], rule: str, said: str) -> Problem:
    if not message.answer:  # closed in silence: the token was taken back after it had let the order in
        return Problem(HTTPStatus.FORBIDDEN, "not_proven", refusal_text(Refused("not_proven")))
    if not rule:
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_understood", message.answer)
    evidence = json.loads(message.evidence)
    more = {"quote": quoted(evidence)} if "quote" in evidence else {}
    return Problem(STATUS.get(rule, HTTPStatus.FORBIDDEN), REASON.get(rule, said), message.answer, more=more)
