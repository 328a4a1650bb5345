"""CALL: ring the sender, then the other party, and join them."""

from sqlalchemy import Connection

from inbound.given import Given, Ordered
from inbound.placing import Wanted, place
from parsers.commands import CallCommand


def call(conn: Connection, given: Given, command: CallCommand) -> Ordered:
    """Place it, if it passes the gate."""
    return place(conn, given, Wanted(command, given.digest))
