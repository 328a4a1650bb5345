"""A carrier stops our texts to a number: that is noted, and the operator told once."""

from sqlalchemy import Connection

from accounts import optouts
from kernel.masking import mask_number
from replies import outbox, sentences


def stopped(conn: Connection, number: str, now_ms: int) -> None:
    """Note it, in the caller's transaction."""
    if optouts.record(conn, number, now_ms):
        told = sentences.TEXTS_STOPPED_OPERATOR.format(phone=mask_number(number))
        outbox.tell_operator(conn, f"optout:{number}:{now_ms}", told, now_ms)
