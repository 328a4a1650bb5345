"""One connection to a mailbox: the few things that the door asks of an IMAP server (RFC 3501), by IMAPClient.

Whatever goes wrong raises OSError or `imaplib.IMAP4.error`; the connection is then of no more use. That of IMAPClient
and imaplib which is not as one would think is said where it matters.
"""

import contextlib
import imaplib
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from inbound.imap.box import Mailbox
from inbound.imap.cursor import Selected

log = logging.getLogger(__name__)

SLICE_SECONDS = 0.5
"""A wait is looked up from this often, to see whether we are to end."""
KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
"""A server that vanished without a word is found out in two minutes, also while nothing is said."""
AT_ONCE = 100
"""UIDs in one command; its line must not become too long for a server."""
LONGEST_HEAD = 65_536


class Refused(Exception):
    """The server does not let us in; trying again soon can lock the account."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as it lies in the folder: its size in octets, and when the server took it (ms), if it says so."""

    uid: int
    octets: int
    arrived_ms: int | None


class ImapSession:
    """One logged-in connection."""

    def __init__(self, box: Mailbox, client: IMAPClient) -> None:
        self._box, self._client = box, client
        self._readonly = False

    def select(self) -> Selected:
        """Open the folder, again if it was: that shows for certain what is new, and under which UIDVALIDITY.

        Raises imaplib.IMAP4.error if there is no such folder.
        """
        client, folder = self._client, self._box.folder
        try:
            said = client.select_folder(folder, readonly=self._readonly)
        except imaplib.IMAP4.readonly:
            self._readonly = True
            said = client.select_folder(folder, readonly=True)
        if b"UIDVALIDITY" not in said:
            raise imaplib.IMAP4.error("the server gives its mails no lasting numbers (UIDVALIDITY)")
        return Selected(said[b"UIDVALIDITY"], said.get(b"UIDNEXT"), said[b"EXISTS"], not self._readonly)

    def newest_uid(self, selected: Selected) -> int:
        """The highest UID given so far, 0 for none."""
        if selected.uidnext is not None:
            return selected.uidnext - 1
        return max(self._client.search("ALL"), default=0)

    def uids_over(self, uid: int) -> list[int]:
        """Mails over this UID that nobody has deleted, in the order in which they came."""
        found = self._client.search(["UID", f"{uid + 1}:*", "UNDELETED"])
        return sorted(each for each in found if each > uid)  # `*` stands for the last mail, which may be lower

    def look(self, uids: Sequence[int]) -> list[Lying]:
        """Those of them that are still there."""
        said = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return [
            Lying(uid, int(said[uid][b"RFC822.SIZE"]), _ms(said[uid].get(b"INTERNALDATE")))
            for uid in uids
            if b"RFC822.SIZE" in said.get(uid, {})
        ]

    def read(self, uids: Sequence[int], octets: int) -> dict[int, bytes]:
        """The mails, each cut at `octets`: what a server says of a size need not be so. They stay unseen."""
        return self._fetch(uids, f"BODY.PEEK[]<0.{octets}>", b"BODY[]<0>")

    def head(self, uid: int) -> bytes | None:
        """A mail's header with its empty line, as far as it is not too long itself; None if it is gone."""
        return self._fetch([uid], f"BODY.PEEK[HEADER]<0.{LONGEST_HEAD}>", b"BODY[HEADER]<0>").get(uid)

    def _fetch(self, uids: Sequence[int], item: str, key: bytes) -> dict[int, bytes]:
        said = self._client.fetch(uids, [item]) if uids else {}
        return {uid: said[uid][key] or b"" for uid in uids if key in said.get(uid, {})}

    def mark_seen(self, uids: Sequence[int]) -> None:
        """For whoever looks into the folder. A server that does not let us is none the worse for it."""
        if uids and not self._readonly:
            with _unless_broken():
                self._client.add_flags(uids, [SEEN], silent=True)

    def put_away(self, uids: Sequence[int]) -> None:
        """Move them to the folder for handled mail, which is made if it is not there. Those that are gone are no error.

        Raises imaplib.IMAP4.error if the server refuses.
        """
        if self._readonly:
            raise imaplib.IMAP4.error("the folder is read-only")
        for at in range(0, len(uids), AT_ONCE):
            some = uids[at : at + AT_ONCE]
            try:
                self._move(some)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                self._make_done_folder()
                self._move(some)

    def _move(self, uids: Sequence[int]) -> None:
        client, folder = self._client, self._box.done_folder
        if client.has_capability("MOVE"):
            client.move(uids, folder)
            return
        client.copy(uids, folder)
        client.add_flags(uids, [DELETED], silent=True)
        if client.has_capability("UIDPLUS"):  # a plain EXPUNGE would take what others have marked, too
            client.uid_expunge(uids)

    def _make_done_folder(self) -> None:
        with _unless_broken():
            self._client.create_folder(self._box.done_folder)
            self._client.subscribe_folder(self._box.done_folder)

    def wait(self, stop: Event) -> None:
        """Until something happens in the folder, or for as long as a wait may last."""
        if not self._client.has_capability("IDLE"):
            stop.wait(self._box.poll_s)
            return
        self._client.idle()
        until = time.monotonic() + self._box.idle_s
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            began, some = time.monotonic(), min(left, SLICE_SECONDS)
            # When the server has hung up this comes back at once, with nothing: then DONE tells.
            if self._client.idle_check(timeout=some) or time.monotonic() - began < some / 2:
                break
        self._client.idle_done()


@contextlib.contextmanager
def connected(box: Mailbox) -> Iterator[ImapSession]:
    """A connection, logged in. Raises Refused, Unavailable (there is no password), OSError, imaplib.IMAP4.error."""
    secret = box.secret()
    implicit = box.tls if not box.starttls else None
    client = IMAPClient(
        box.host, box.port, ssl=implicit is not None, ssl_context=implicit,
        timeout=SocketTimeout(box.timeout_s, box.timeout_s),
    )  # fmt: skip
    client.normalise_times = False
    try:
        _keep_alive(client.socket())
        if box.starttls:
            client.starttls(box.tls)
        _log_in(client, box, secret)
        yield ImapSession(box, client)
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            client.logout()
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            client.shutdown()


def _log_in(client: IMAPClient, box: Mailbox, secret: str) -> None:
    try:
        if box.oauth:
            client.oauth2_login(box.user, secret)
        else:
            client.login(box.user, secret)
    except LoginError as e:
        # It is also what IMAPClient says when the connection broke meanwhile; and servers that are out of order for
        # now (RFC 5530) do not mean us.
        if isinstance(e.__context__, imaplib.IMAP4.abort) or "[UNAVAILABLE]" in str(e).upper():
            raise imaplib.IMAP4.abort(f"no login: {e}") from e
        raise Refused(str(e)) from e


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if (option := getattr(socket, name, None)) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


@contextlib.contextmanager
def _unless_broken() -> Iterator[None]:
    """What the server may refuse without harm."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as e:
        log.info("the mail server refuses a step", extra={"why": str(e)[:200]})


def _ms(date: Any) -> int | None:
    return int(date.timestamp() * 1000) if isinstance(date, datetime) and date.tzinfo else None
