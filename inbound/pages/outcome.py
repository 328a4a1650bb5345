"""What came of a button that changes something, from what is kept of its message: told alike each time."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from kernel.errors import Refused
from orders import of_user
from orders.states import MessageState
from orders.tables import messages, orders
from replies.refusals import refusal_text


@dataclass(frozen=True, slots=True)
class Outcome:
    """The sentence for it, and the call that it is about if there is one. None said: nobody has acted on it yet."""

    said: str | None
    order: Row[Any] | None = None


def outcome(conn: Connection, account_id: str, user_id: str, message_id: str, language: str) -> Outcome:
    """What is known of a message that this user's button made."""
    message = conn.execute(select(messages).where(messages.c.id == message_id)).one()
    if message.state == MessageState.STORED:
        return Outcome(None)
    if message.state == MessageState.SHUNTED:
        return Outcome(refusal_text(Refused("shunted"), language))
    said = message.answer.strip() or refusal_text(Refused("not_proven"), language)
    placed = conn.execute(select(orders).where(orders.c.key == message.key)).one_or_none() if message.key else None
    if placed is not None:
        return Outcome(said, placed)
    rules = json.loads(message.verdict or "[]")
    if rules and rules[-1][0] == "same call":
        return Outcome(said, of_user.called(conn, account_id, user_id, rules[-1][1]))
    return Outcome(said)
