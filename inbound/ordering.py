"""From a command to what comes of it: the first answer or the same again, all in the caller's transaction.

What each command does: `inbound/commands/`. How a call is placed: `inbound/placing.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row

from accounts.people import account_of, user_of
from gate import gate
from inbound.commands import DOINGS, Doing
from inbound.given import Desk, Given, Ordered
from inbound.heard import Heard
from kernel.errors import Refused
from orders import messages
from parsers.commands import NotACommand
from parsers.results import name_of
from replies.refusals import refusal_text

__all__ = ["Ordered", "Ordering"]


@dataclass(frozen=True, slots=True)
class Ordering(Desk):
    """Does what messages of known users ask for, each once."""

    def answer(self, conn: Connection, message: Row[Any], heard: Heard, proof: str, envelope: str) -> Ordered:
        """Judge a message of a known user. A redelivery of a proven one gets the first answer again."""
        assert heard.user is not None
        gate.lock(conn, heard.user.account_id)
        # As they are now: since the mail was read, its PIN was checked, and somebody may have closed the account.
        user, account = user_of(conn, heard.user.id), account_of(conn, heard.user.account_id)
        key = self.secrets.digest("message", f"{user.id}\n{heard.key}")  # what others order takes no key of theirs
        # Of what was said, AGAIN too: a redelivery says the same, whatever the last call has come to be meanwhile.
        said = "" if isinstance(heard.parsed, NotACommand) else heard.parsed.canonical()
        digest = self.secrets.digest("command", f"{user.id}\n{said}") if said else ""
        given = Given(self, message, heard, user, account, proof, envelope, key, digest)
        if proof and (before := messages.first_of(conn, key)):
            return replace(_again(given, before), key=key)
        done = _done(conn, given)
        return replace(done, key=key if proof and not done.anew else None, digest=digest)


def _done(conn: Connection, given: Given) -> Ordered:
    """What comes of a message that was not here before."""
    command = given.heard.parsed
    if isinstance(command, NotACommand):
        return Ordered(refusal_text(command, given.language), ())
    doing = DOINGS.get(type(command))
    if doing is None:
        return given.refused((("command", name_of(command)),), Refused("not_here"))
    if against := next(_against(given, doing), None):
        rule, why = against
        return given.not_done(name_of(command), why, rule)
    return doing.do(conn, given, command)


def _against(given: Given, doing: Doing) -> Iterator[tuple[str, Refused]]:
    """What is against doing it, before anything is told of the sender's affairs."""
    if not given.proof and not doing.unproven:
        yield "proven", Refused("not_proven")
    if not doing.closed and not (given.account.active and given.user.active):
        yield "enrolled", Refused("account_closed")
    if not doing.late and given.desk.clock.ms() - given.sent_ms > given.desk.limits.oldest_ms:
        yield "fresh", Refused("too_old")


def _again(given: Given, before: Row[Any]) -> Ordered:
    """The first answer; or no, if the same message now says something else."""
    if before.digest == given.digest:
        return Ordered(before.answer, (("repeated", before.id),), digest=given.digest, repeats=True)
    return given.refused((("repeated", "other_command"),), Refused("other_command"))
