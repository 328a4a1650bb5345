"""What is new in an open mailbox: stored, the cursor with it, then moved out of the way.

A mail is fetched, committed together with the cursor, and only then marked and moved. Who dies before the commit finds
the mail again; who dies after it finds it below the cursor, and moves it.
"""

import imaplib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import compat32

from sqlalchemy import Connection

from inbound.imap.box import Mailbox
from inbound.imap.cursor import Cursor, Overtaken, Selected, cursor_for, find
from inbound.imap.reader import stamped
from inbound.imap.session import ImapSession, Lying
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database
from replies import outbox

log = logging.getLogger(__name__)

TOGETHER_MOST, TOGETHER_OCTETS = 20, 4_000_000
"""Of mails fetched and stored in one go."""
TRIES = 5
"""A mail that could not be fetched so often is passed over: it must not keep the others."""
LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class MailFound:
    """A mail of a mailbox, for the intake. IMAP does not tell who the envelope named, nor who brought it."""

    recipients: tuple[str, ...]
    raw: bytes
    peer: str
    sender: str = "not told by IMAP"


Accept = Callable[[Sequence[MailFound], Callable[[Connection], None]], list[str]]
"""Store mails durably, all or none, and in the same transaction what the second does; their ids."""


@dataclass(frozen=True, slots=True)
class Taken:
    """So many mails were taken; `stays`: they can't be moved to where handled mail goes."""

    mails: int
    stays: bool


@dataclass(slots=True)
class Rounds:
    """Takes what is new in one mailbox. Lives longer than a connection, so that it knows what failed before."""

    box: Mailbox
    db: Database
    clock: Clock
    accept: Accept
    handle: Callable[[str], None]
    failed: Counter[int] = field(default_factory=Counter)
    """By UID, how often it could not be fetched."""
    passed_over: set[int] = field(default_factory=set)
    stored: set[int] = field(default_factory=set)
    """By us, and not yet moved."""
    _uidvalidity: int = 0

    def known(self) -> Cursor | None:
        """How far the mailbox was read, to be asked before it is opened."""
        with self.db.read() as conn:
            return find(conn, self.box.name)

    def take(self, session: ImapSession, selected: Selected, known: Cursor | None, *, sweep: bool) -> Taken:
        """Take all that is new. Raises what the session raises, Unavailable if it can't be stored, Overtaken.

        With `sweep` also what others stored is moved, who may have died before they did. Not always, since of two that
        move one mail at once each makes a copy (seen with Dovecot 2.3).
        """
        self._forget_unless(selected.uidvalidity)
        cursor = cursor_for(self.db, self.box, known, selected, session.newest_uid(selected), self.clock.ms())
        moves = bool(self.box.done_folder) and selected.writable
        found = session.uids_over(cursor.start_uid if moves else cursor.last_uid)
        new = [uid for uid in found if uid > cursor.last_uid]
        try:
            for group in self._groups(new):
                cursor = self._take(session, group, cursor)
        except Overtaken:
            log.info("another process reads this mailbox, too", extra={"mailbox": self.box.name})
        done = [uid for uid in found if uid <= cursor.last_uid and (sweep or uid in self.stored)]
        session.mark_seen([uid for uid in done if uid not in self.passed_over])
        stays = self._put_away(session, done) if moves else bool(self.box.done_folder)
        return Taken(sum(uid <= cursor.last_uid for uid in new), stays)

    def _put_away(self, session: ImapSession, done: Sequence[int]) -> bool:
        """Move what is done; whether the server refuses."""
        crash_point("imap.before_move")
        try:
            session.put_away(done)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as e:
            log.warning("handled mail can't be moved", extra={"mailbox": self.box.name, "why": str(e)[:200]})
            return True
        crash_point("imap.after_move")
        self.stored.clear()
        return False

    def _forget_unless(self, uidvalidity: int) -> None:
        """What is known of UIDs is so under this UIDVALIDITY only."""
        if uidvalidity != self._uidvalidity:
            self._uidvalidity = uidvalidity
            for known in (self.failed, self.passed_over, self.stored):
                known.clear()

    def _groups(self, uids: Sequence[int]) -> Iterator[Sequence[int]]:
        """Together; but alone each of those with which something went wrong before."""
        group: list[int] = []
        for uid in uids:
            if group and (len(group) == TOGETHER_MOST or self.failed[uid] or self.failed[group[-1]]):
                yield group
                group = []
            group.append(uid)
        if group:
            yield group

    def _take(self, session: ImapSession, group: Sequence[int], cursor: Cursor) -> Cursor:
        if self.failed[group[0]] >= TRIES:
            return self._pass_over(group[0], cursor)
        try:
            lying = session.look(group)
            for some in _not_too_much(lying):
                cursor = self._store(self._read(session, some), some[-1].uid, cursor)
                self.stored.update(each.uid for each in some)
        except (OSError, imaplib.IMAP4.error):
            self.failed.update(uid for uid in group if uid > cursor.last_uid)
            raise
        return cursor

    def _read(self, session: ImapSession, some: Sequence[Lying]) -> list[MailFound]:
        """Those that are still there. Of one that is too large only the header is asked for."""
        most = self.box.max_octets
        whole = session.read([each.uid for each in some if each.octets <= most], most + 1)
        found: list[MailFound] = []
        for each in some:
            raw, is_whole = whole.get(each.uid), True
            if each.octets > most or (raw and len(raw) > most):
                raw, is_whole = session.head(each.uid), False
            if raw == b"" and each.octets:
                raise imaplib.IMAP4.error("the server gives nothing of a mail that it says is there")
            if raw:
                found.append(self._mail(raw, each.arrived_ms or self.clock.ms(), is_whole))
        return found

    def _mail(self, raw: bytes, arrived_ms: int, whole: bool) -> MailFound:
        recipient = _topmost(raw, self.box.recipient_header) or self.box.address
        return MailFound((recipient,), stamped(raw, arrived_ms, whole=whole), f"mailbox {self.box.name}")

    def _store(self, mails: Sequence[MailFound], last_uid: int, cursor: Cursor) -> Cursor:
        moved: list[Cursor] = []

        def also(conn: Connection) -> None:
            moved[:] = [cursor.move(conn, last_uid)]

        crash_point("imap.fetched")
        ids = self.accept(mails, also)
        crash_point("imap.accepted")
        for message_id in ids:
            self.handle(message_id)
        return moved[0]

    def _pass_over(self, uid: int, cursor: Cursor) -> Cursor:
        where = f"in {self.box.done_folder}, unread" if self.box.done_folder else "where it was"
        told = f"Mailbox {self.box.name}: a mail could not be fetched and is passed over. It is {where}. (UID {uid})"
        log.error("a mail is passed over", extra={"mailbox": self.box.name, "uid": uid})
        with self.db.write() as conn:
            moved = cursor.move(conn, uid)
            key = f"mailbox:{self.box.name}:passed:{cursor.uidvalidity}:{uid}"
            outbox.tell_operator(conn, key, told, self.clock.ms())
        self.passed_over.add(uid)
        self.stored.add(uid)
        return moved


def _not_too_much(lying: Sequence[Lying]) -> Iterator[Sequence[Lying]]:
    """In their order, so many together as are not too many octets; at least one."""
    some: list[Lying] = []
    for each in lying:
        if some and sum(one.octets for one in some) + each.octets > TOGETHER_OCTETS:
            yield some
            some = []
        some.append(each)
    if some:
        yield some


def _topmost(raw: bytes, name: str) -> str:
    """The header's topmost address, which the last server wrote; "" if it is not there, or is none."""
    if not name:
        return ""
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    written = str(BytesHeaderParser(policy=compat32).parsebytes(head).get(name, "")).strip()
    plain = written.isascii() and written.isprintable() and not set(written) & set(" <>,;")
    return written if plain and "@" in written and len(written) <= LONGEST_ADDRESS else ""
