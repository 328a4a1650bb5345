"""OK K7: yes to a question."""

from sqlalchemy import Connection

from inbound import questions
from inbound.given import Given, Ordered
from parsers.results import OkCommand


def ok(conn: Connection, given: Given, command: OkCommand) -> Ordered:
    """Place the call that was asked about."""
    return questions.confirm(conn, given, command)
