"""By what a message is known to be from its user: what its door says, a signature, the PIN, the code of a question.

All of it outside of any transaction that others wait for: it takes its time.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Row

from accounts.people import User, mail_addresses_of
from accounts.pins import Locked, check_pin
from inbound.evidence.weigher import Letter, Weigher
from inbound.heard import Heard
from inbound.questions import CODE, is_right_code
from kernel.clock import Clock, at
from kernel.db import Database
from kernel.errors import Unavailable
from kernel.secrets import Secrets
from parsers.results import OkCommand
from replies import outbox, sentences
from replies.language import say
from replies.outbox import Envelope

log = logging.getLogger(__name__)

MAIL_DOORS: Final = frozenset({"email", "imap"})
DKIM: Final = "dkim"
DAY_MS: Final = 24 * 3_600_000
MOST_LOOKS: Final = 3
"""So often a mail is looked at that only a silent name server could prove, half a minute apart."""


@dataclass(frozen=True, slots=True)
class Proving:
    """Finds the best proof that there is. Without a `weigher` no signature is looked at."""

    db: Database
    clock: Clock
    secrets: Secrets
    weigher: Weigher | None = None

    def weighed(self, row: Row[Any], heard: Heard, recipients: tuple[str, ...], raw: bytes) -> Heard:
        """With what can be looked up about it. Nothing is for strangers: they would choose what we look up.

        Unavailable if name servers are silent and there is no other proof in it: an order must not be lost by that.
        """
        if self.weigher is None or row.door not in MAIL_DOORS or heard.automatic or heard.device is None:
            return heard
        found = self.weigher.weigh(Letter(raw, heard.device.address, recipients, row.sender, row.peer))
        if found.later and row.tries < MOST_LOOKS and not (heard.proof or heard.pin or _has_code(heard)):
            raise Unavailable("Name servers do not answer. The mail is looked at again.")
        return replace(heard, said=heard.said | found.said, proof=DKIM if found.proven else heard.proof)

    def proof(self, row: Row[Any], heard: Heard) -> str:
        """The one that it has, else a PIN or code. The hash of a PIN takes its time."""
        if heard.user is None or heard.automatic or heard.proof:
            return heard.proof
        if heard.pin:
            return "pin" if self._is_pin(row, heard, heard.user) else ""
        if isinstance(heard.parsed, OkCommand) and heard.parsed.code:
            with self.db.write() as conn:
                right = is_right_code(conn, self.secrets, heard.user, heard.parsed, self.clock.ms())
            return CODE if right else ""
        return ""

    def _is_pin(self, row: Row[Any], heard: Heard, user: User) -> bool:
        sender = self.secrets.digest("sender", heard.device.address if heard.device else row.sender)[:32]
        right = check_pin(self.db, self.secrets, user.id, heard.pin or "", self.clock.ms(), sender)
        if isinstance(right, Locked):
            log.warning("PIN locked", extra={"user": user.id, "by": right.kind})
            self.tell_of_lock(user, right)
        return bool(right)

    def tell_of_lock(self, user: User, locked: Locked) -> None:
        """The operator each time that it locks; the user once a day, wherever their answers go."""
        now_ms = self.clock.ms()
        of_one = locked.kind == "user"
        whose = user.id if of_one else user.account_id if locked.kind == "account" else locked.kind
        told = f"Too many wrong PINs for {user.name}. See: cordboard devices pin --unlock"
        if not of_one:
            told = f"Too many wrong PINs by {locked.kind}, lately for {user.name}: PINs wait until {_time(locked)}."
        with self.db.write() as conn:
            outbox.tell_operator(conn, f"locked:{whose}:{locked.until_ms}", told, now_ms)
            if locked.kind not in ("user", "account"):
                return
            text = say(user.language, sentences.PIN_LOCKED, until=_time(locked))
            subject = say(user.language, sentences.PIN_LOCKED_SUBJECT)
            for address in mail_addresses_of(conn, user.id):
                key = f"locked:{self.secrets.digest('told', f'{user.id} {address}')[:32]}:{now_ms // DAY_MS}"
                outbox.put(conn, key, Envelope(address, "", subject).sealed(self.secrets),
                           text + "\n", now_ms)  # fmt: skip


def _has_code(heard: Heard) -> bool:
    """Whether it is the answer to a question, with digits that only who read that knows."""
    return isinstance(heard.parsed, OkCommand) and bool(heard.parsed.code)


def _time(locked: Locked) -> str:
    return f"{at(locked.until_ms):%d %b %H:%M} UTC"
