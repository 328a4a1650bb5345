"""What the doors of all gateways share: a text is stored, handled, and answered in the gateway's own request.

The answer's row waits in the outbox meanwhile, and is struck out when the answer has been written to the gateway. If
this process dies before that, or the gateway has hung up, the row goes out as a text of its own.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import Response, request
from sqlalchemy import Connection, Row, select

from accounts.optouts import SMS
from accounts.people import who_is
from inbound.delivery import Delivery
from inbound.intake import Intake
from inbound.sms.limits import TextLimits
from inbound.sms.text import Text
from inbound.web.server import STILL_THERE
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database
from kernel.errors import Unavailable
from kernel.masking import mask_number
from orders.tables import messages
from replies import outbox, sentences
from replies.as_text import as_text

log = logging.getLogger(__name__)

Made = Callable[[str], Response]
"""A gateway's form of an answer; of "" that nothing is to be said."""


@dataclass(frozen=True, slots=True)
class SmsDoor:
    """Takes texts by the name of one gateway's door."""

    name: str
    db: Database
    clock: Clock
    intake: Intake
    limits: TextLimits

    def take(self, text: Text, peer: str, made: Made) -> Response:
        """Store a text, act on it, and answer. Unavailable if it could not be stored."""
        with self.db.read() as conn:
            known = who_is(conn, SMS, text.sender) is not None
        if not self.limits.may_send(text.sender, known=known):
            return made(self._turned_away(text, known=known))
        (message_id,) = self.intake.accept(self.name, Delivery.of(text.sender, text, peer, text.to))
        self.limits.count(text.sender, known=known)
        try:
            self.intake.handle(message_id)
            with self.db.read() as conn:
                keys = _keys(conn, message_id)
                rows = sorted(outbox.at_the_door(conn, keys, self.clock.ms()), key=lambda row: keys.index(row.key))
        except Unavailable as e:  # it is stored: the sweeper acts on it, and the answer follows
            log.warning("a text waits", extra={"message_id": message_id, "why": str(e)})
            return made("")
        crash_point("reply.ready")
        return self._out(made(as_text(rows[0].text)), rows) if rows else made("")

    def _turned_away(self, text: Text, *, known: bool) -> str:
        """What is said of a text that is not taken."""
        log.warning("too many texts", extra={"from": mask_number(text.sender), "known": known})
        return sentences.TOO_MANY_TEXTS if known and self.limits.may_be_told(text.sender) else ""

    def _out(self, response: Response, rows: Sequence[Row[object]]) -> Response:
        """The response, with its rows struck out once it is out to a gateway that waits for it, else not."""
        body, is_still_there = response.get_data(), request.environ[STILL_THERE]

        def written() -> Iterator[bytes]:
            waits = is_still_there()  # asked before: who has read the whole answer may hang up at once
            if not waits:
                log.warning("a gateway did not wait for its answer", extra={"rows": len(rows)})
            yield body
            crash_point("reply.out")
            if not waits:
                return
            with suppress(Unavailable), self.db.write() as conn:
                outbox.said(conn, [row.id for row in rows], self.clock.ms())
            crash_point("reply.noted")

        response.response = written()
        response.content_length = len(body)
        return response


def _keys(conn: Connection, message_id: str) -> list[str]:
    """Of what there may be to say: this message's own answer first; that of the one that it repeats, too."""
    verdict = conn.execute(select(messages.c.verdict).where(messages.c.id == message_id)).scalar_one()
    found = [message_id, *(said for rule, said in json.loads(verdict or "[]") if rule == "repeated")]
    return [f"{what}:{each}" for each in found for what in ("answer", "set-aside")]
