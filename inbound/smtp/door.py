"""The SMTP door: a mail is stored durably, answered 250, then handed on. A thin shell around functions it is given."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from itertools import accumulate
from threading import Event
from time import monotonic

from aiosmtpd.smtp import SMTP, Envelope, Session

from inbound.smtp.limits import Callers, SmtpLimits
from inbound.smtp.session import Connection, MailIn
from inbound.smtp.wire import LATER
from kernel.errors import Unavailable

__all__ = ["Entrance", "MailIn", "SmtpDoor"]

log = logging.getLogger(__name__)

LET_IN_SECONDS = 0.5
DAWDLES_SECONDS = 0.25
CROWD_SECONDS = 0.1
KNOWN_SECONDS, UNKNOWN_SECONDS = 30.0, 1.0
KNOWN_MOST = 1024
TOGETHER_MOST, TOGETHER_OCTETS = 50, 4_000_000
"""Of mails stored in one transaction: others write to the same database and wait meanwhile."""
_Ids = list[str | None]


class SmtpDoor:
    """The one seam between the wire and the product; everything given to it is synchronous and runs off the loop.

    `recipient_known(address)` says whether we have that mailbox. `accept(mails)` stores mails durably, all or none, and
    returns their ids; only then is 250 said. Mails that come while others are being stored are stored together, up to
    `TOGETHER_MOST` and `TOGETHER_OCTETS`.
    `handle(id)` acts on one, in `pool`; what it leaves undone is the sweeper's. Handling waits for mails that are still
    coming in, since what is not stored yet can still be lost. Anybody may say that a mail is coming, so it waits no
    longer than `LET_IN_SECONDS`.
    `accept` and `recipient_known` run in `accept_pool`. Whatever they raise, the sender is told to try again (451).
    """

    def __init__(
        self,
        *,
        settings: SmtpLimits,
        recipient_known: Callable[[str], bool],
        accept: Callable[[Sequence[MailIn]], list[str]],
        handle: Callable[[str], None],
        pool: Executor,
        accept_pool: Executor,
    ) -> None:
        self.limits = settings
        self.callers = Callers(settings)
        self.connections: set[Connection] = set()
        self.storing: set[asyncio.Future[str | None]] = set()
        self.coming_in: dict[Connection, asyncio.TimerHandle] = {}
        self._waiting: list[tuple[MailIn, asyncio.Future[str | None]]] = []
        self._at_it = False
        self._crowd_until = 0.0
        self._calm = Event()
        self._calm.set()
        self.handling: set[Future[None]] = set()
        self.closing = False
        self._recipient_known, self._accept, self._handle = recipient_known, accept, handle
        self._pool, self._accept_pool = pool, accept_pool
        self._known: dict[str, tuple[float, bool]] = {}
        # aiosmtpd logs every address; a mailbox may be somebody's secret.
        logging.getLogger("mail.log").setLevel(logging.WARNING)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd finds hooks by name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a mailbox that we have, up to the limit of recipients."""
        if address in envelope.rcpt_tos:
            return "250 2.1.5 Ok"
        if len(envelope.rcpt_tos) >= self.limits.recipients:
            return "452 4.5.3 Too many recipients"
        known = await self._knows(address)
        if known is None:
            return LATER
        if not known:
            return f"550 5.1.1 <{address}>: no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def _knows(self, address: str) -> bool | None:
        """Whether we have this mailbox, None if that cannot be said now. An answer is kept: it only opens the door."""
        loop = asyncio.get_running_loop()
        until, known = self._known.get(address, (0.0, False))
        if until > loop.time():
            return known
        try:
            known = await loop.run_in_executor(self._accept_pool, self._recipient_known, address)
        except Unavailable as error:
            log.warning("SMTP recipient not looked up: %s", error)
            return None
        except Exception:
            log.exception("SMTP recipient not looked up")
            return None
        if len(self._known) >= KNOWN_MOST:
            self._known.clear()
        self._known[address] = (loop.time() + (KNOWN_SECONDS if known else UNKNOWN_SECONDS), known)
        return known

    def coming(self, connection: Connection) -> None:
        """A mail is coming in on this connection; one that dawdles does not count for long."""
        if connection not in self.coming_in:
            loop = asyncio.get_running_loop()
            self.coming_in[connection] = loop.call_later(DAWDLES_SECONDS, self.came, connection)
            self._calm.clear()

    def came(self, connection: Connection) -> None:
        """It was stored, refused or given up, or its sender is gone. After one of a crowd the next is soon there."""
        dawdles = self.coming_in.pop(connection, None)
        if dawdles is None:
            return
        dawdles.cancel()
        loop = asyncio.get_running_loop()
        if loop.time() < self._crowd_until:
            loop.call_later(CROWD_SECONDS, self._calm_down)
        else:
            self._calm_down()

    def _calm_down(self) -> None:
        if not self.coming_in:
            self._calm.set()

    def store(self, mail: MailIn) -> asyncio.Future[str | None]:
        """Begin to store a mail; the result is its id, or None if it is not stored."""
        outcome: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.storing.add(outcome)
        outcome.add_done_callback(self.storing.discard)
        self._waiting.append((mail, outcome))
        if not self._at_it:
            self._store_waiting()
        return outcome

    def _store_waiting(self) -> None:
        """Store what waits in one go, as far as that is not too much; the rest and what comes meanwhile is the next."""
        count = _how_many([len(mail.raw) for mail, _ in self._waiting[:TOGETHER_MOST]])
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        self._at_it = bool(batch)
        if not batch:
            return
        if len(batch) > 1:
            self._crowd_until = asyncio.get_running_loop().time() + CROWD_SECONDS
        mails = [mail for mail, _ in batch]
        stored = asyncio.get_running_loop().run_in_executor(self._accept_pool, self._accept_or_none, mails)
        stored.add_done_callback(lambda done: self._tell(batch, done))

    def _tell(self, batch: list[tuple[MailIn, asyncio.Future[str | None]]], done: asyncio.Future[_Ids]) -> None:
        ids: _Ids = [None] * len(batch) if done.cancelled() or done.exception() else done.result()
        for (_, outcome), message_id in zip(batch, ids, strict=True):
            if not outcome.done():
                outcome.set_result(message_id)
        self._store_waiting()

    def stored(self, outcome: asyncio.Future[str | None]) -> None:
        """Hand on what was stored, even when its sender went away before the 250: it may not come back for hours."""
        message_id = None if outcome.cancelled() else outcome.result()
        if message_id is None:
            return
        try:
            handling = self._pool.submit(self._handle_quietly, message_id, monotonic() + LET_IN_SECONDS)
        except RuntimeError:
            log.info("SMTP message left to the sweeper, the pool is closed: %s", message_id)
            return
        self.handling.add(handling)
        handling.add_done_callback(self.handling.discard)

    def _accept_or_none(self, mails: Sequence[MailIn]) -> _Ids:
        try:
            return [*self._accept(mails)]
        except Unavailable as error:
            log.warning("SMTP message not stored, sender told to try again: %s", error)
        except Exception:
            if len(mails) > 1:  # one of them may be at fault: the others are not
                return [message_id for mail in mails for message_id in self._accept_or_none([mail])]
            log.exception("SMTP message not stored, sender told to try again")
        return [None] * len(mails)

    def _handle_quietly(self, message_id: str, at_latest: float) -> None:
        self._calm.wait(max(at_latest - monotonic(), 0))
        try:
            self._handle(message_id)
        except Unavailable as error:
            log.warning("SMTP message %s left to the sweeper: %s", message_id, error)
        except Exception:
            log.exception("SMTP message left to the sweeper: %s", message_id)


def _how_many(octets: Sequence[int]) -> int:
    """How many of these mails are stored together: at least one, if there is any."""
    return max(sum(so_far <= TOGETHER_OCTETS for so_far in accumulate(octets)), min(len(octets), 1))


class Entrance(asyncio.Protocol):
    """Lets a peer in, or says 421 when there are too many."""

    def __init__(self, door: SmtpDoor) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the transport to a connection of its own, counted until that ends."""
        assert isinstance(transport, asyncio.Transport)
        door = self._door
        peername = transport.get_extra_info("peername")
        peer = str(peername[0]) if peername else ""
        if door.closing or not door.callers.enter(peer):
            transport.write(f"421 4.7.0 {door.limits.hostname}: too many connections\r\n".encode())
            transport.close()
            return
        connection = Connection(door, peer, asyncio.get_running_loop())
        transport.set_protocol(connection)
        connection.connection_made(transport)
        door.connections.add(connection)
        connection.task().add_done_callback(lambda _task: self._left(connection))

    def _left(self, connection: Connection) -> None:
        self._door.connections.discard(connection)
        self._door.callers.leave(connection.peer)
