"""How far a mailbox was read: kept in SQL, and moved on in the transaction that stores the mails.

Two processes may read one mailbox: whoever moves the cursor first has the mails, the other's transaction comes to
nothing. What was there before the first look is nobody's order, nor is what is there under a new UIDVALIDITY: a mail
that was called for years ago would else be called for again.
"""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, select

from inbound.imap.box import Mailbox
from inbound.tables import mailboxes
from kernel.db import Database, change, once
from replies import outbox

_NEW = once(mailboxes)
SEEN_MS = 60_000
"""That a mailbox was opened is noted so often at most."""


class Overtaken(Exception):
    """Another process was quicker; nothing of ours is stored."""


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
        if change(conn, mailboxes, self.here, {"last_uid": to_uid}) != 1:
            raise Overtaken
        return replace(self, last_uid=to_uid)

    @property
    def here(self) -> dict[str, str | int]:
        """Guards: so it is unless another process changed it."""
        return {"name": self.name, "place": self.place, "uidvalidity": self.uidvalidity, "last_uid": self.last_uid}


def find(conn: Connection, name: str) -> Cursor | None:
    """The mailbox's cursor, if it was ever opened."""
    row = conn.execute(select(mailboxes).where(mailboxes.c.name == name)).one_or_none()
    return Cursor(**row._mapping) if row else None


def seen_ms(conn: Connection, name: str) -> int:
    """When the mailbox was last opened, 0 if it never was."""
    known = find(conn, name)
    return known.seen_ms if known else 0


def cursor_for(
    db: Database, box: Mailbox, known: Cursor | None, selected: Selected, newest_uid: int, now_ms: int
) -> Cursor:
    """Where to go on. A mailbox that is not the one we knew begins at `newest_uid`, and the operator is told.

    `known` was read before the folder was opened: who looks the other way round meets another process that has read on
    meanwhile, and takes the folder for an older one. Raises Overtaken if another process has begun it.
    """
    why = _why_anew(known, box, selected)
    if known and not why:
        return known if now_ms - known.seen_ms < SEEN_MS else _seen(db, known, now_ms)
    begun = Cursor(box.name, box.place, selected.uidvalidity, newest_uid, newest_uid, now_ms)
    with db.write() as conn:
        if not _put(conn, known, begun):
            raise Overtaken
        _tell(conn, begun, f"{why} and is read from now on" if why else "is read from now on", selected)
    return begun


def _seen(db: Database, known: Cursor, now_ms: int) -> Cursor:
    """Note that it was opened: what troubles it from here on is another trouble."""
    with db.write() as conn:
        change(conn, mailboxes, {"name": known.name}, {"seen_ms": now_ms})
    return replace(known, seen_ms=now_ms)


def _why_anew(known: Cursor | None, box: Mailbox, selected: Selected) -> str:
    """Why its UIDs can't be those that we knew; "" if they are, or if we knew none."""
    if known is None:
        return ""
    if known.place != box.place:
        return "is another one than before"
    if known.uidvalidity != selected.uidvalidity:
        return "was made anew by its server"
    if selected.uidnext is not None and selected.uidnext <= known.last_uid:
        return "was put back by its server"
    return ""


def _put(conn: Connection, known: Cursor | None, begun: Cursor) -> bool:
    """In the place of what we knew, if that is still so."""
    values = asdict(begun)
    if known is None:
        return conn.execute(_NEW[conn.dialect.name], values).rowcount == 1
    return change(conn, mailboxes, known.here, values) == 1


def _tell(conn: Connection, begun: Cursor, what: str, selected: Selected) -> None:
    if not selected.mails:
        return
    there = "1 mail" if selected.mails == 1 else f"{selected.mails} mails"
    told = f"Mailbox {begun.name} {what}. What is in it already ({there}) stays there and calls nobody."
    key = f"mailbox:{begun.name}:begun:{begun.seen_ms}:{begun.uidvalidity}:{begun.start_uid}"
    outbox.tell_operator(conn, key, told, begun.seen_ms)
