"""What Twilio asks and tells us during a call: each request is written down, and answered in TwiML.

It never asks Twilio for anything. What a call is to do next is decided by the conductor, which writes it beside the
leg; a request waits for that a little, and is else told to ask again.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from sqlalchemy import Connection

from dispatcher.switches.twilio import legs, twiml
from dispatcher.switches.twilio.legs import Heard
from dispatcher.switches.twilio.statuses import ANSWERED, FINAL, RANKS
from dispatcher.switches.twilio.twiml import Where
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database

log = logging.getLogger(__name__)

PURPOSES: Final = frozenset({"status", "wait", "gather", "dialled", "told"})
YES: Final = "1"
POLL_S: Final = 0.05
LAST_OF_DIAL_S: Final = 0.7
"""How long the callback that tells how a dialled leg ended may be behind the request that only tells that it did."""
THERE: Final = ("in-progress", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: for which leg, what for, and its form. `token` is the same when Twilio sends it again."""

    leg: str
    what: str
    of: str
    form: Mapping[str, str]
    token: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Takes requests that were found to be Twilio's."""

    db: Database
    clock: Clock
    where: Where
    wait_s: float = 2.0
    pause: Callable[[float], None] = time.sleep

    def take(self, asked: Asked) -> str:
        """Write it down; the TwiML to answer with, empty for a callback. Unavailable if it could not be written."""
        with self.db.read() as conn:
            row = legs.by_id(conn, asked.leg)
        if row is None or asked.what not in PURPOSES:
            log.warning("a call that is none of ours", extra={"leg": asked.leg})
            return twiml.end() if asked.what != "status" else ""
        self._note(asked)
        crash_point(f"voice.{asked.what}")
        match asked.what:
            case "status":
                return ""
            case "told":
                return twiml.last()
            case "gather" if asked.form.get("Digits") != YES:
                return row.opening or twiml.end()
            case "dialled" if asked.form.get("DialCallStatus") in ANSWERED:
                return twiml.end()  # the other party left, so this one is ended, whoever of us is alive
        return self._decided(asked) if asked.form.get("CallStatus", "") in THERE else twiml.end()

    def _note(self, asked: Asked) -> None:
        now_ms, form = self.clock.ms(), asked.form
        with self.db.write() as conn:
            if asked.what == "status" or form.get("CallStatus") in FINAL:
                legs.hear(conn, asked.leg, heard(form, now_ms), now_ms)
                return
            legs.hear(conn, asked.leg, Heard("", now_ms, form.get("CallSid", "")), now_ms)
            news: dict[str, object] = {"up": True}
            if asked.what == "gather" and form.get("Digits") == YES:
                news["digit"] = YES
            if asked.what == "told":
                news["told"] = True
            legs.note(conn, asked.leg, **news)
            if asked.what == "dialled":
                self._dialled(conn, asked, now_ms)

    def _dialled(self, conn: Connection, asked: Asked, now_ms: int) -> None:
        """What the first leg's request tells of the other, whose callbacks may come later or never."""
        if asked.form.get("DialCallStatus") in ANSWERED:
            legs.hear(conn, asked.of, Heard("", now_ms, asked.form.get("DialCallSid", "")), now_ms)
            legs.note(conn, asked.of, up=True)
        else:
            legs.first_is_there(conn, asked.of, now_ms)

    def _decided(self, asked: Asked) -> str:
        """What the conductor wants said, if it wants it soon."""
        rounds = round(self.wait_s / POLL_S)
        for turn in range(rounds):
            if words := self._words(asked):
                crash_point("voice.given")
                return words
            if asked.what == "dialled" and turn == round(LAST_OF_DIAL_S / POLL_S):
                self._without_callback(asked)
            self.pause(POLL_S)
        return twiml.wait(self.where, asked.leg)

    def _words(self, asked: Asked) -> str:
        with self.db.read() as conn:
            row = legs.by_id(conn, asked.leg)
        if row is None or not row.says:
            return ""
        with self.db.write() as conn:
            return legs.take_words(conn, asked.leg, asked.token, asked.of)

    def _without_callback(self, asked: Asked) -> None:
        """The dialled leg's own last callback is late or lost: nobody answered, so when it ended costs nothing."""
        now_ms, form = self.clock.ms(), asked.form
        status = form.get("DialCallStatus", "")
        if status in FINAL:
            with self.db.write() as conn:
                legs.hear(conn, asked.of, Heard(status, _floored(now_ms), form.get("DialCallSid", "")), now_ms)


def heard(form: Mapping[str, str], now_ms: int) -> Heard:
    """A callback's form. Times are whole seconds: Twilio tells no finer ones."""
    status = form.get("CallStatus", "")
    return Heard(
        status if status in FINAL or status in RANKS else "",
        stamp_ms(form.get("Timestamp", "")) or _floored(now_ms),
        form.get("CallSid", ""),
        number(form.get("SequenceNumber"), -1),
        number(form.get("SipResponseCode"), 0),
        number(form.get("CallDuration"), -1) if form.get("CallDuration", "").isdigit() else None,
    )


def number(text: str | None, otherwise: int) -> int:
    """A whole number in at most nine digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else otherwise


def stamp_ms(text: str) -> int:
    """A time as Twilio writes it (RFC 2822), 0 if it is none."""
    try:
        return int(parsedate_to_datetime(text).timestamp()) * 1000
    except (ValueError, TypeError, OverflowError):
        return 0


def _floored(now_ms: int) -> int:
    return now_ms // 1000 * 1000
