"""NO: the question is answered, and nothing is called."""

from sqlalchemy import Connection

from inbound import questions
from inbound.given import Given, Ordered
from parsers.results import NoCommand


def no(conn: Connection, given: Given, command: NoCommand) -> Ordered:
    """Close the question."""
    return questions.decline(conn, given, command)
