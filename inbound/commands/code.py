"""CODE: the digits that the call spoke, sent back."""

from sqlalchemy import Connection

from inbound.given import Given, Ordered
from inbound.verifying import check
from parsers.results import CodeCommand


def code(conn: Connection, given: Given, command: CodeCommand) -> Ordered:
    """The phone at which it was heard becomes the sender's."""
    return check(conn, given, command.digits)
