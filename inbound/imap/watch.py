"""A mailbox watched for as long as the process lives: connected, read, waited for; and again, whatever happens."""

import imaplib
import logging
import random
import time
from collections.abc import Callable
from threading import Event

from inbound.imap import cursor
from inbound.imap.cursor import Overtaken, Selected
from inbound.imap.round import Rounds
from inbound.imap.session import ImapSession, Refused, connected
from kernel.errors import Unavailable
from replies import outbox

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 300.0
REFUSED_WAIT_S, REFUSED_LONGEST_S = 30.0, 1800.0
"""A server that is asked with a wrong password again and again locks the account."""
OVERTAKEN_WAIT_S = 1.0
"""Of two that begin a mailbox the second waits; they may be at odds about which mailbox that name is."""
LASTED_S = 60.0
"""A connection that lasted so long, or brought a mail, was a good one: the next waits are short again."""
TELL_AFTER_S = 600.0
"""The operator is told of a server that can't be reached when it has been away for so long."""

REFUSED, NO_FOLDER, STAYS, AWAY = "refused", "no_folder", "stays", "away"
TELLS = {
    REFUSED: "Mailbox {name}: the server refuses the login. No mail is taken from there until that is mended.",
    NO_FOLDER: "Mailbox {name}: there is no folder {folder} that we may read. No mail is taken from there.",
    STAYS: "Mailbox {name}: handled mail can't be moved to {done}. It stays where it is; calls go on.",
    AWAY: "Mailbox {name}: the server can't be reached. Mail waits there until it can be.",
}
"""What the operator is told, once until the mailbox was opened again."""


class NoFolder(Exception):
    """The server lets us in, but not into the folder."""


class Watch:
    """Watches one mailbox, in a thread of its own. `jitter` draws from [0, 1)."""

    def __init__(self, rounds: Rounds, jitter: Callable[[], float] = random.random) -> None:
        self._rounds, self._box, self._jitter = rounds, rounds.box, jitter
        self._waits = 0
        self._good_s = time.monotonic()

    def run(self, stop: Event) -> None:
        """Until told to stop."""
        while not stop.is_set():
            stop.wait(self._once(stop))

    def _once(self, stop: Event) -> float:
        """One connection, to its end; how many seconds to wait until the next."""
        try:
            with connected(self._box) as session:
                self._watch(session, stop)
        except Refused as e:
            return self._trouble(REFUSED, e, REFUSED_WAIT_S, REFUSED_LONGEST_S)
        except NoFolder as e:
            return self._trouble(NO_FOLDER, e, REFUSED_WAIT_S, REFUSED_LONGEST_S)
        except (OSError, imaplib.IMAP4.error, Unavailable) as e:
            return self._trouble(AWAY, e, FIRST_WAIT_S, LONGEST_WAIT_S)
        except Exception as e:  # a server may say anything, and there are other mailboxes
            log.exception("a mailbox could not be read", extra={"mailbox": self._box.name})
            return self._trouble(AWAY, e, FIRST_WAIT_S, LONGEST_WAIT_S)
        return 0.0

    def _watch(self, session: ImapSession, stop: Event) -> None:
        """Look, take, look again since mails come meanwhile; when there is nothing new, wait.

        SELECT alone tells for certain what is new: what the server says of that beside other answers, IMAPClient drops.
        """
        began_s, looked_at, sweep, refused = time.monotonic(), -1, True, False
        while not stop.is_set():
            known = self._rounds.known()
            selected = _open(session)
            newest = selected.uidnext or 0
            if newest == looked_at:
                session.wait(stop)
                looked_at = -1  # whatever it says of itself, after each wait it is looked for mail
                continue
            try:
                taken = self._rounds.take(session, selected, known, sweep=sweep)
            except Overtaken:
                stop.wait(OVERTAKEN_WAIT_S)
                continue
            # A server may refuse a move just since another of the same mail is under way: it is asked once more first.
            once_more, refused = taken.stays and not refused, taken.stays
            looked_at, sweep = (-1, sweep) if once_more else (newest, False)
            if taken.stays and not once_more:
                self._tell(STAYS, f"{selected.uidvalidity}")
            if taken.mails or time.monotonic() - began_s > LASTED_S:
                self._waits = 0
            self._good_s = time.monotonic()

    def _trouble(self, kind: str, error: Exception, first_s: float, longest_s: float) -> float:
        """Note it, tell the operator if it needs one; the seconds to wait, twice as many each time."""
        wait = min(first_s * float(2**self._waits), longest_s) * (0.5 + self._jitter())
        self._waits = min(self._waits + 1, 20)
        extra = {"mailbox": self._box.name, "kind": kind, "why": f"{error}"[:200] or type(error).__name__}
        log.warning("a mailbox is out of reach", extra=extra | {"again_in_s": round(wait, 1)})
        if kind != AWAY or time.monotonic() - self._good_s > TELL_AFTER_S:
            self._tell(kind)
        return wait

    def _tell(self, kind: str, since: str = "") -> None:
        """Tell the operator, once since the mailbox was last opened. The database may be what is away."""
        box, rounds = self._box, self._rounds
        told = TELLS[kind].format(name=box.name, folder=box.folder, done=box.done_folder)
        try:
            with rounds.db.write() as conn:
                since = since or f"{cursor.seen_ms(conn, box.name)}"
                outbox.tell_operator(conn, f"mailbox:{box.name}:{kind}:{since}", told, rounds.clock.ms())
        except Unavailable as e:
            log.warning("the operator could not be told", extra={"mailbox": box.name, "why": str(e)})


def _open(session: ImapSession) -> Selected:
    try:
        return session.select()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as e:
        raise NoFolder(str(e)) from e
