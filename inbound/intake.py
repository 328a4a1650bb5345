"""The one way in: a message is stored, then read, judged, ordered and answered, whatever door it came through.

`accept` stores. `handle` does the rest in one transaction: order, hold, answer and the message's own end are there
together or not at all, so a message may be handled again after any death. `leftovers` are those nobody handled.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from sqlalchemy import Connection, Row

from accounts import optouts
from accounts.people import mail_addresses_of
from inbound.evidence.weigher import Weigher
from inbound.heard import Heard, Reader
from inbound.ordering import Ordering
from inbound.proving import Proving
from inbound.rewritten import rewritten
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.errors import Refused, Unavailable
from kernel.masking import mask_number
from kernel.secrets import Secrets
from orders import messages
from parsers.commands import NotACommand
from replies import outbox, sentences
from replies.envelope import EMAIL
from replies.language import say
from replies.outbox import Envelope
from replies.refusals import refusal_text
from replies.sentences import FROM_ELSEWHERE

log = logging.getLogger(__name__)

LEFT_AFTER_MS = 3_000
LEFT_SECONDS = 5.0
"""One round of them ends after so long: orders wait to be rung for beside it."""
BOUNDARY = b"\n\n"


class Delivered(Protocol):
    """What a door hands over: a message as it came, and what was seen of who brought it."""

    @property
    def sender(self) -> str:
        """As the wire named it, "" for nobody."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses it was brought for."""

    @property
    def raw(self) -> bytes:
        """The message, unchanged."""

    @property
    def peer(self) -> str:
        """The address it came from."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Accepts and handles messages. `readers` holds each door's, by the door's name."""

    db: Database
    clock: Clock
    secrets: Secrets
    doorbell: Doorbell
    readers: Mapping[str, Reader]
    ordering: Ordering
    weigher: Weigher | None = None  # without one no signature is looked at

    def accept(
        self, door: str, *delivered: Delivered, also: Callable[[Connection], None] = lambda _conn: None
    ) -> list[str]:
        """Store messages durably, all or none; their ids. Only after this may a door say that it has them.

        What `also` does is stored with them; whatever it raises, nothing is.
        """
        new = [self._sealed(door, each) for each in delivered]
        with self.db.write() as conn:
            also(conn)
            ids = messages.store(conn, new, self.clock.ms())
            crash_point("accept.before_commit")
        crash_point("accept.after_commit")
        return ids

    def _sealed(self, door: str, delivered: Delivered) -> messages.NewMessage:
        sealed = self.secrets.seal("\n".join(delivered.recipients).encode() + BOUNDARY + delivered.raw)
        shown = self.readers[door].shown(delivered.recipients)
        return messages.NewMessage(door, sealed, delivered.sender[:254], shown, delivered.peer)

    def handle(self, message_id: str) -> None:
        """Act on a stored message, if nobody else does. What fails unexpectedly is shunted, never lost."""
        self._handle(message_id, waited_for=True)

    def _handle(self, message_id: str, *, waited_for: bool) -> None:
        with self.db.write() as conn:
            row = messages.take(conn, message_id, self.clock.ms())
        if row is None:
            return
        crash_point("handle.taken")
        if row.tries > messages.MAX_TRIES:
            self._shunt(row, None, "", Unavailable(f"It was taken {messages.MAX_TRIES} times and never finished."))
            return
        heard: Heard | None = None
        proof = ""
        try:
            heard = self._read(row)
            proof = self._proving.proof(row, heard) if heard else ""
            order_id = self._decide(row, heard, proof, waited_for=waited_for)
        except Unavailable:
            raise  # it stays stored; the sweeper brings it back
        except Exception as e:
            log.exception("a message could not be handled", extra={"message_id": message_id})
            self._shunt(row, heard, proof, e)
            return
        crash_point("handle.after_commit")
        if order_id:
            self.doorbell.ring(order_id)
            crash_point("handle.after_ring")

    def leftovers(self, limit: int = 100) -> int:
        """Handle what dead doors left behind, as far as a round's time goes; how many that was."""
        with self.db.read() as conn:
            left = messages.leftovers(conn, self.clock.ms(), LEFT_AFTER_MS, limit)
        until = monotonic() + LEFT_SECONDS
        for done, message_id in enumerate(left, 1):
            try:
                self._handle(message_id, waited_for=False)
            except Unavailable as e:  # the others need not wait for it
                log.warning("a message is put off", extra={"message_id": message_id, "why": str(e)})
            if monotonic() >= until:
                return done
        return len(left)

    def _read(self, row: Row[Any]) -> Heard | None:
        brought_for, _, raw = self.secrets.unseal(row.raw).partition(BOUNDARY)
        recipients = tuple(brought_for.decode().split("\n"))
        try:
            with self.db.read() as conn:
                heard = self.readers[row.door].read(conn, recipients, raw, row.peer)
        except Refused as refused:
            self._close_silently(row, {"unreadable": refused.key})
            return None
        return self._proving.weighed(row, heard, recipients, raw)

    @property
    def _proving(self) -> Proving:
        return Proving(self.db, self.clock, self.secrets, self.weigher)

    def _decide(self, row: Row[Any], heard: Heard | None, proof: str, *, waited_for: bool) -> str | None:
        """The order's id if there is one to launch now."""
        if heard is None:
            return None
        if why := _nothing_to_say(row, heard):
            self._close_silently(row, heard.said | {"why": why})
            return None
        envelope = heard.envelope.sealed(self.secrets) if proof else ""
        with self.db.write() as conn:
            done = self.ordering.answer(conn, row, heard, proof, envelope)
            number = rewritten(heard.parsed)
            evidence = heard.said | ({"number": number} if number else {}) | {"proof": proof} | done.said
            said, verdict = json.dumps(evidence), json.dumps(done.rules)
            now_ms = self.clock.ms()
            if not messages.handled(
                conn, row.id, kept=heard.kept, evidence=said, verdict=verdict, answer=done.answer, now_ms=now_ms,
                key=done.key, digest=done.digest,
            ):  # fmt: skip
                raise Unavailable("Somebody else handled this message.")
            text = f"{done.answer}\n{texts_stopped(conn, heard)}"
            if waited_for or not (heard.at_once and done.repeats):
                outbox.put(conn, f"answer:{row.id}", envelope, text, now_ms, _wait_ms(heard))
            if proof and not envelope and not heard.answerable and done.order_id is None:
                self._tell_elsewhere(conn, row, heard, done.answer)
            crash_point("handle.before_commit")
        if not proof:
            log.info("a message was not acted on", extra={"message_id": row.id, "why": "not_proven"})
        return done.order_id

    def _tell_elsewhere(self, conn: Connection, row: Row[Any], heard: Heard, answer: str) -> None:
        """Why nothing was called, to whoever reads the user's other answers, else to the operator."""
        assert heard.user is not None
        others = mail_addresses_of(conn, heard.user.id)
        told = say(self._language(heard), FROM_ELSEWHERE, address=heard.said.get("from", "?"), answer=answer)
        key, now_ms = f"elsewhere:{row.id}", self.clock.ms()
        if others:
            outbox.put(conn, key, Envelope(others[0], "").sealed(self.secrets), told + "\n", now_ms)
        else:
            outbox.tell_operator(conn, key, f"For {heard.user.name}. {told}", now_ms)

    def _set_aside(self, heard: Heard) -> str:
        return refusal_text(Refused("shunted"), self._language(heard))

    def _language(self, heard: Heard) -> str:
        return (heard.user.language if heard.user else "") or self.ordering.language

    def _close_silently(self, row: Row[Any], said: dict[str, str]) -> None:
        log.info("a message was not acted on", extra={"message_id": row.id, "why": said.get("why", "unreadable")})
        with self.db.write() as conn:
            _close(conn, row.id, said, self.clock.ms())

    def _shunt(self, row: Row[Any], heard: Heard | None, proof: str, error: Exception) -> None:
        with self.db.write() as conn:
            now_ms = self.clock.ms()
            if not messages.shunt(conn, row.id, f"{type(error).__name__}: {error}", now_ms):
                return
            told = f"A message was set aside. See: cordboard shunted {row.id}"
            outbox.tell_operator(conn, f"shunted:{row.id}", told, now_ms)
            if heard and proof and not heard.automatic:
                sealed = heard.envelope.sealed(self.secrets)
                # By a key of its own: the answer proper is still to come, should it be replayed.
                told = self._set_aside(heard) + "\n"
                outbox.put(conn, f"set-aside:{row.id}", sealed, told, now_ms, _wait_ms(heard))


def texts_stopped(conn: Connection, heard: Heard) -> str:
    """What a mail tells a user whose carrier stops our texts, which no text can: a paragraph, or ""."""
    if heard.user is None or not heard.envelope.to or heard.envelope.way != EMAIL:
        return ""
    stopped = optouts.of_user(conn, heard.user.id)
    return "".join(f"\n{sentences.TEXTS_STOPPED.format(phone=mask_number(number))}\n" for number in stopped)


def _wait_ms(heard: Heard) -> int:
    """A door that gives the answer itself has its time for that."""
    return outbox.AT_THE_DOOR_MS if heard.at_once else 0


def _nothing_to_say(row: Row[Any], heard: Heard) -> str:
    """Why a message is neither acted on nor answered; "" if it is."""
    if heard.automatic or not row.sender:  # RFC 3834: the null sender least of all
        return "automatic"
    if heard.user is None or heard.account is None:
        return "not_enrolled"
    if isinstance(heard.parsed, NotACommand) and heard.parsed.kind:
        return "thanks"
    return ""


def _close(conn: Connection, message_id: str, said: dict[str, str], now_ms: int) -> None:
    messages.handled(conn, message_id, kept="", evidence=json.dumps(said), verdict="[]", answer="", now_ms=now_ms)
