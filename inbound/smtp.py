"""The SMTP door: a mail is stored durably, answered 250, then handed on. A thin shell around functions it is given."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future

from aiosmtpd.smtp import SMTP, Envelope, Session

from inbound.smtp_limits import Callers, SmtpLimits
from inbound.smtp_session import Connection, MailIn
from inbound.smtp_wire import LATER
from kernel.errors import Unavailable

__all__ = ["Entrance", "MailIn", "SmtpDoor"]

log = logging.getLogger(__name__)

KNOWN_SECONDS = 1.0
KNOWN_MOST = 1024


class SmtpDoor:
    """The one seam between the wire and the product; everything given to it is synchronous and runs off the loop.

    `recipient_known(address)` says whether we have that mailbox. `accept(mail)` stores the mail durably and returns
    its id; only then is 250 said. `handle(id)` acts on it, in `pool`; what it leaves undone is the sweeper's.
    `accept` and `recipient_known` run in `accept_pool`. Whatever they raise, the sender is told to try again (451).
    """

    def __init__(
        self,
        *,
        settings: SmtpLimits,
        recipient_known: Callable[[str], bool],
        accept: Callable[[MailIn], str],
        handle: Callable[[str], None],
        pool: Executor,
        accept_pool: Executor,
    ) -> None:
        self.limits = settings
        self.callers = Callers(settings)
        self.connections: set[Connection] = set()
        self.storing: set[asyncio.Future[str | None]] = set()
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
        """Whether we have this mailbox, None if that cannot be said now; an answer is kept for a second."""
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
        self._known[address] = (loop.time() + KNOWN_SECONDS, known)
        return known

    def store(self, mail: MailIn) -> asyncio.Future[str | None]:
        """Begin to store a mail; the result is its id, or None if it is not stored."""
        outcome = asyncio.get_running_loop().run_in_executor(self._accept_pool, self._accept_or_none, mail)
        self.storing.add(outcome)
        outcome.add_done_callback(self.storing.discard)
        return outcome

    def stored(self, outcome: asyncio.Future[str | None]) -> None:
        """Hand on what was stored, even when its sender went away before the 250: it may not come back for hours."""
        message_id = None if outcome.cancelled() else outcome.result()
        if message_id is None:
            return
        try:
            handling = self._pool.submit(self._handle_quietly, message_id)
        except RuntimeError:
            log.info("SMTP message left to the sweeper, the pool is closed: %s", message_id)
            return
        self.handling.add(handling)
        handling.add_done_callback(self.handling.discard)

    def _accept_or_none(self, mail: MailIn) -> str | None:
        try:
            return self._accept(mail)
        except Unavailable as error:
            log.warning("SMTP message not stored, sender told to try again: %s", error)
        except Exception:
            log.exception("SMTP message not stored, sender told to try again")
        return None

    def _handle_quietly(self, message_id: str) -> None:
        try:
            self._handle(message_id)
        except Exception:
            log.exception("SMTP message left to the sweeper: %s", message_id)


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
