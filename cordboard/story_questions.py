"""The question in an order's story: that it was asked about before it was placed, or never was placed for it."""

from typing import Any, Final

from sqlalchemy import Connection, select

from gate.sureness import sureness
from orders.tables import questions

Facts = dict[str, Any]
WHY: Final = {
    "ask_quote": "its minute costs more than the account takes without an OK",
    "ask_new": "its number was new, and the sender known by a PIN alone",
    "ask_phone": "the phone to ring was new, and the sender known by a PIN alone",
    "ask_costly": "its minute was dear, and the sender not proven",
    "ask_late": "it came late",
}
_SHOWN: Final = (
    "ref", "why", "state", "proof", "tries", "asked_ms", "expires_ms", "answered_ms", "message_id", "order_id",
)  # fmt: skip


def question_of(conn: Connection, message_id: str, order_id: str | None) -> Facts | None:
    """The question that led to an order, or that a message was answered with."""
    q = questions.c
    mine = q.order_id == order_id if order_id else q.message_id == message_id
    row = conn.execute(select(*(q[name] for name in _SHOWN)).where(mine)).first()
    return None if row is None else dict(row._mapping)


def asked_under(conn: Connection, ref: str, account_id: str | None) -> list[Facts]:
    """The messages that were answered with a question of this reference."""
    query = select(questions.c.message_id).where(questions.c.ref == ref.upper())
    rows = conn.execute(query.where(questions.c.account_id == account_id) if account_id else query)
    return [dict(row._mapping) for row in rows]


def times_of(question: Facts) -> list[tuple[int | None, str]]:
    """What happened to it, for the timeline."""
    how = {"placed": "OK", "declined": "no"}.get(question["state"], question["state"])
    return [(question["asked_ms"], f"asked back as {question['ref']}"), (question["answered_ms"], f"answered: {how}")]


def in_words(question: Facts) -> str:
    """Why it was asked and what became of it."""
    became = {
        "placed": "OK was said",
        "declined": "no was said, and nothing called",
        "shut": f"shut after {question['tries']} wrong codes, and nothing called",
    }.get(question["state"], "not answered, and nothing called")
    return f"{question['ref']}: {WHY[question['why']]}; {became}"


def proof_in_words(proof: str) -> str:
    """`pin, which only claims it`."""
    words = {0: "none", 1: f"{proof}, a claim", 2: f"{proof}, likely", 3: f"{proof}, proven"}
    return words[sureness(proof)]
