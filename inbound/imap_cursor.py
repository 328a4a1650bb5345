"""How far a mailbox was read: kept in SQL, and moved on in the transaction that stores the mails.

Two processes may read one mailbox: whoever moves the cursor first has the mails, the other's transaction comes to
nothing. What was there before the first look is nobody's order, nor is what is there under a new UIDVALIDITY: a mail
that was called for years ago would else be called for again.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from inbound.imap_box import Mailbox
from inbound.tables import mailboxes
from kernel.db import Database, change, once
from replies import outbox

_NEW = once(mailboxes)
SEEN_MS = 60_000
"""That a mailbox was opened is noted so often at most."""


class Overtaken(Exception):
    """Another process has taken these mails; nothing of ours is stored."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What the server says of a folder when it is opened."""

    uidvalidity: int
    uidnext: int | None
    mails: int
    writable: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """Mails with a UID over `start_uid` are ours, up to `last_uid` they are stored."""

    name: str
    place: str
    uidvalidity: int
    start_uid: int
    last_uid: int
    seen_ms: int

    def move(self, conn: Connection, to_uid: int) -> "Cursor":
        """Move on, from where we believe it to be. Raises Overtaken if it is not there any more."""
        here = {"name": self.name, "place": self.place, "uidvalidity": self.uidvalidity, "last_uid": self.last_uid}
        if change(conn, mailboxes, here, {"last_uid": to_uid}) != 1:
            raise Overtaken
        return replace(self, last_uid=to_uid)


def find(conn: Connection, name: str) -> Cursor | None:
    """The mailbox's cursor, if it was ever opened."""
    row = conn.execute(select(mailboxes).where(mailboxes.c.name == name)).one_or_none()
    return Cursor(**row._mapping) if row else None


def seen_ms(conn: Connection, name: str) -> int:
    """When the mailbox was last opened, 0 if it never was."""
    known = find(conn, name)
    return known.seen_ms if known else 0


def cursor_for(db: Database, box: Mailbox, selected: Selected, newest_uid: int, now_ms: int) -> Cursor:
    """Where to go on. A mailbox that is not the one we knew begins at `newest_uid`, and the operator is told."""
    with db.read() as conn:
        known = find(conn, box.name)
    if known and not _why_anew(known, box, selected):
        return known if now_ms - known.seen_ms < SEEN_MS else _seen(db, known, now_ms)
    with db.write() as conn:
        _begin(conn, box, selected, newest_uid, now_ms)
        begun = find(conn, box.name)
    assert begun is not None
    return begun


def _seen(db: Database, known: Cursor, now_ms: int) -> Cursor:
    """Note that it was opened: what troubles it from here on is another trouble."""
    with db.write() as conn:
        change(conn, mailboxes, {"name": known.name}, {"seen_ms": now_ms})
    return replace(known, seen_ms=now_ms)


def _why_anew(known: Cursor, box: Mailbox, selected: Selected) -> str:
    """Why its UIDs can't be those that we knew; "" if they are."""
    if known.place != box.place:
        return "is another one than before"
    if known.uidvalidity != selected.uidvalidity:
        return "was made anew by its server"
    if selected.uidnext is not None and selected.uidnext <= known.last_uid:
        return "was put back by its server"
    return ""


def _begin(conn: Connection, box: Mailbox, selected: Selected, newest_uid: int, now_ms: int) -> None:
    start = {"place": box.place, "uidvalidity": selected.uidvalidity, "start_uid": newest_uid, "last_uid": newest_uid}
    start |= {"seen_ms": now_ms}
    if conn.execute(_NEW[conn.dialect.name], {"name": box.name, **start}).rowcount == 1:
        _tell(conn, box, "is read from now on", selected, now_ms)
        return
    known = find(conn, box.name)
    assert known is not None
    if why := _why_anew(known, box, selected):
        guards = {"name": box.name, "place": known.place, "uidvalidity": known.uidvalidity, "last_uid": known.last_uid}
        if change(conn, mailboxes, guards, start) == 1:
            _tell(conn, box, f"{why} and is read from now on", selected, now_ms)


def _tell(conn: Connection, box: Mailbox, what: str, selected: Selected, now_ms: int) -> None:
    if not selected.mails:
        return
    there = "1 mail that is" if selected.mails == 1 else f"{selected.mails} mails that are"
    told = f"Mailbox {box.name} {what}. The {there} in it already stay there and call nobody."
    outbox.tell_operator(conn, f"mailbox:{box.name}:begun:{now_ms}", told, now_ms)
