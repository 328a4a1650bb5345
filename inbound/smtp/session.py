"""One SMTP connection: aiosmtpd's commands under our own limits, and the way of a mail from DATA to 250.

The command loop, DATA and EHLO are ours: aiosmtpd's loop counts nothing, its DATA lets a bare LF and NUL through, its
EHLO offers AUTH once TLS is on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from inbound.smtp.limits import Callers, SmtpLimits
from inbound.smtp.wire import CLOSING, CRLF, FIXED, LATER, NULL_SENDER, WireFault, read_data, split_command, split_path

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MailIn:
    """A mail as it came over the wire, with what we saw of who brought it."""

    sender: str
    """MAIL FROM; empty for the null sender of bounces."""
    recipients: tuple[str, ...]
    raw: bytes
    """Header and body unchanged: no header added, dot-stuffing undone."""
    peer: str
    helo: str


class Door(Protocol):
    """What a connection needs of the door behind it."""

    limits: SmtpLimits
    callers: Callers
    connections: "set[Connection]"
    closing: bool

    async def handle_RCPT(  # noqa: N802 (aiosmtpd finds hooks by name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient; the reply."""

    def coming(self, connection: "Connection") -> None:
        """A mail is coming in on this connection."""

    def came(self, connection: "Connection") -> None:
        """It was stored, refused or given up, or its sender is gone; nothing if none was coming."""

    def store(self, mail: MailIn) -> "asyncio.Future[str | None]":
        """Store durably, off the loop; the message's id, or None if that failed."""

    def stored(self, outcome: "asyncio.Future[str | None]") -> None:
        """Hand a stored message on; called when its sender was answered or has gone."""


_COMMANDS = [f"smtp_{verb}" for verb in ("HELO", "EHLO", "NOOP", "STARTTLS", "MAIL", "RCPT", "RSET", "DATA")]
"""Those with an answer that depends; the others are `FIXED`."""


class Connection(SMTP):
    """A peer that was let in."""

    envelope: Envelope
    session: Session

    def __init__(self, door: Door, peer: str, loop: asyncio.AbstractEventLoop) -> None:
        limits = door.limits
        super().__init__(
            door,
            data_size_limit=limits.message_octets,
            hostname=limits.hostname,
            tls_context=limits.tls,
            timeout=limits.idle_seconds,
            loop=loop,
        )
        self.door, self.limits, self.peer = door, limits, peer
        self.started = loop.time()
        self.commands = self.messages = self.errors = 0
        self.busy = self.over = False
        self.keeps_word = True

    def __dir__(self) -> list[str]:
        """The commands. aiosmtpd looks for them on each connection; among all our names that takes long."""
        return _COMMANDS

    async def push(self, status: str | bytes) -> None:
        """Send one reply line, counting refusals."""
        self.errors += status[:1] in {"5", b"5"}
        await super().push(status if isinstance(status, bytes) else status.encode("ascii"))

    def dismiss(self) -> None:
        """End the connection soon: what is under way is finished, and who is just saying QUIT hears 221."""
        if not self.busy:
            self._reset_timeout(self.limits.linger_seconds)

    def task(self) -> "asyncio.Task[None]":
        """The task that ends with the connection."""
        assert self._handler_coroutine is not None
        return self._handler_coroutine

    def _timeout_cb(self) -> None:
        transport = self._writer.transport
        if not self.over and not transport.is_closing():
            reason = CLOSING if self.door.closing else "421 4.4.2 Too slow, closing"
            self._writer.write(reason.encode() + CRLF)
            transport.close()
            self.loop.call_later(self.limits.linger_seconds, transport.abort)

    async def _handle_client(self) -> None:
        try:
            await self.push(f"220 {self.limits.hostname} ESMTP")
            while not self.over:
                await self._one_command()
            await self._linger()
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException) as gone:
            log.debug("SMTP peer gone: %s", type(gone).__name__)
        finally:
            self.door.came(self)
            if self._timeout_handle:
                self._timeout_handle.cancel()
            self._writer.close()

    async def _one_command(self) -> None:
        self._reset_timeout(self.limits.linger_seconds if self.door.closing else self.limits.idle_seconds)
        try:
            line = await self._reader.readuntil(b"\n")
            self.busy = True
            verb, argument = split_command(line, self.limits)
            await self._method(verb)(argument)
            self._announce()
        except WireFault as fault:
            await self.push(fault.reply)
            self.over = fault.close
        except asyncio.LimitOverrunError:
            await self.push("500 5.5.2 Line too long")
            self.over = True
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            raise
        except Exception:
            log.exception("SMTP command failed")
            await self.push(LATER)
        finally:
            self.busy = False
        reason = None if self.over else self._why_leave()
        if reason:
            await self.push(reason)
            self.over = True

    def _announce(self) -> None:
        """Tell the door of a mail for a mailbox of ours, and of one taken back.

        It makes others wait. So who announced one is believed again only after it was delivered.
        """
        if not self.envelope.rcpt_tos:
            self.door.came(self)
        elif self.keeps_word:
            self.keeps_word = False
            self.door.coming(self)

    def _method(self, verb: str) -> Callable[[str | None], Awaitable[None]]:
        self.commands += 1
        if self.commands > self.limits.commands:
            raise WireFault("421 4.7.0 Too many commands", close=True)
        if verb == "MAIL" and self.messages >= self.limits.messages:
            raise WireFault("421 4.7.0 Enough messages on this connection, please open another", close=True)
        if verb in FIXED:
            reply, close = FIXED[verb]
            raise WireFault(reply, close=close)
        if self.door.closing:
            raise WireFault(CLOSING, close=True)
        method: Callable[[str | None], Awaitable[None]] | None = self._smtp_methods.get(verb)
        if method is None:
            raise WireFault("500 5.5.2 Unknown command")
        return method

    def _why_leave(self) -> str | None:
        if self.errors >= self.limits.errors:
            return "421 4.7.0 Too many errors"
        if self.loop.time() - self.started > self.limits.connection_seconds:
            return "421 4.4.2 Connected for too long, please open another"
        return None

    async def _linger(self) -> None:
        """Let the peer read our last reply: closing with its input unread would reset the connection."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        try:
            async with asyncio.timeout(self.limits.linger_seconds):
                while await self._reader.read(65536):
                    pass
        except TimeoutError:
            pass

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return split_path(arg) or (None, None)

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802
        """Say what we can: never AUTH, CHUNKING or SMTPUTF8."""
        if not hostname:
            raise WireFault("501 5.5.4 Syntax: EHLO hostname")
        self.envelope = self._create_envelope()
        self.session.extended_smtp = True
        self.session.host_name = hostname
        offers = [self.limits.hostname, f"SIZE {self.limits.message_octets}", "8BITMIME"]
        if self.tls_context and not self._tls_protocol:
            offers.append("STARTTLS")
        await self.push("\r\n".join([f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]))

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Read a mail, have it stored, and only then say 250."""
        if not self.envelope.rcpt_tos:
            raise WireFault("503 5.5.1 RCPT first")
        if arg:
            raise WireFault("501 5.5.4 Syntax: DATA")
        try:
            await self._take_in()
        finally:
            self.door.came(self)

    async def _take_in(self) -> None:
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        envelope, self.envelope = self.envelope, self._create_envelope()
        self._reset_timeout(self.limits.message_seconds)
        raw = await read_data(self._reader, self.limits)
        self._reset_timeout(self.limits.accept_seconds + self.limits.idle_seconds)
        sender = "" if envelope.mail_from == NULL_SENDER else envelope.mail_from or ""
        helo = self.session.host_name or ""
        await self._store(MailIn(sender, tuple(envelope.rcpt_tos), raw, self.peer, helo))

    async def _store(self, mail: MailIn) -> None:
        outcome = self.door.store(mail)
        try:
            # Shielded: a peer that hangs up now does not undo what is being stored.
            message_id = await asyncio.wait_for(asyncio.shield(outcome), self.limits.accept_seconds)
            if message_id is None:
                raise WireFault(LATER)
            await self.push(f"250 2.0.0 Ok: {message_id}")
            self.messages += 1
            self.commands = 0
            self.keeps_word = True
        except TimeoutError:
            log.warning("SMTP message not stored in time")
            raise WireFault(LATER) from None
        finally:
            outcome.add_done_callback(self.door.stored)

    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """Begin TLS, unless something was slipped in behind the command."""
        if not self.tls_context or self._tls_protocol:
            raise WireFault("502 5.5.1 STARTTLS not available")
        if self._pending():
            raise WireFault("421 4.7.0 Nothing may follow STARTTLS before TLS", close=True)
        await super().smtp_STARTTLS(arg or "")

    def _pending(self) -> bool:
        buffer: Any = self._reader._buffer  # type: ignore[attr-defined]
        return bool(buffer)
