"""VERIFY: ring a number and speak a code there."""

from sqlalchemy import Connection

from inbound.given import Given, Ordered
from inbound.verifying import start
from parsers.results import VerifyCommand


def verify(conn: Connection, given: Given, command: VerifyCommand) -> Ordered:
    """Order the call, if it passes the gate."""
    return start(conn, given, command.number)
