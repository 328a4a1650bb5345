"""What the driver writes and looks up of its legs, and what it asks of Twilio to find out how they are. It blocks."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Row

from dispatcher import switchlog
from dispatcher.switches.base import Opening
from dispatcher.switches.twilio import legs, twiml
from dispatcher.switches.twilio.rest import Refused, Rest
from dispatcher.switches.twilio.twiml import Second, Where
from kernel.clock import Clock
from kernel.db import Database

T = TypeVar("T")


class Desk:
    """For one switch. Used from many threads."""

    def __init__(self, db: Database, clock: Clock, switch: str, rest: Rest, where: Where) -> None:
        self._db, self._clock, self._switch, self._rest, self._where = db, clock, switch, rest, where

    def dial_second(self, row: Row[Any], ring_s: int, opening: Opening) -> None:
        """Write the words that ring a second leg beside its first, which comes for them."""
        leg, first = row.attempt_id, row.first_leg
        second = Second(leg, row.number, row.shown, row.limit_s, ring_s, opening.tones, opening.holds)
        with self._db.write() as conn:
            legs.say(conn, first, twiml.dial(self._where, first, second), rings=leg)
            legs.note(conn, leg, dialled_ms=self._clock.ms())

    def find(self, row: Row[Any]) -> str:
        """Twilio's id of a leg that it did not tell; "" if it has no such call."""
        if row.dialled_ms is None:
            return ""
        with self._db.read() as conn:
            first = legs.by_id(conn, row.first_leg) if row.first_leg else None
            known = legs.sids(conn, row.number, row.first_leg)
        if row.first_leg:
            return self._rest.child(first.sid, known) if first is not None and first.sid else ""
        return self._rest.made(row.number, row.shown, row.dialled_ms, known)

    def catch_up(self, row: Row[Any]) -> None:
        """Ask Twilio of a leg that it did not speak of for a while: a callback may be lost."""
        sid = row.sid or self.find(row)
        if sid:
            self.ask_of(row.attempt_id, sid)
        if row.first_leg and row.ended_ms is not None:  # its end is held back, and nobody came to tell why
            first = self.row(row.first_leg)
            if first is not None and first.sid and not first.over:
                self.ask_of(first.attempt_id, first.sid)
            with self._db.write() as conn:
                legs.first_is_there(conn, row.attempt_id, self._clock.ms())

    def ask_of(self, attempt_id: str, sid: str) -> None:
        """Ask Twilio how far a leg is, and take that in."""
        heard = self._rest.look(sid, self._clock.ms())
        with self._db.write() as conn:
            legs.hear(conn, attempt_id, heard, self._clock.ms())

    def known_as(self, attempt_id: str, sid: str) -> None:
        """Twilio made the leg's call, under this id."""
        with self._db.write() as conn:
            legs.hear(conn, attempt_id, legs.Heard("queued", self._clock.ms(), sid), self._clock.ms())

    def bury(self, attempt_id: str, cause: int | None) -> None:
        """The leg ends here: Twilio has no call for it."""
        with self._db.write() as conn:
            legs.bury(conn, attempt_id, self._clock.ms(), cause)

    def say(self, attempt_id: str, words: str) -> None:
        """What the leg's next request is answered with. Refused if it is over."""
        with self._db.write() as conn:
            if not legs.say(conn, attempt_id, words):
                raise Refused(404, 0, "the leg is gone")

    def noted(self, attempt_id: str, **values: Any) -> None:
        """Write something down of a leg."""
        with self._db.write() as conn:
            legs.note(conn, attempt_id, **values)

    def read_until(self, canary_ms: int) -> None:
        """All that Twilio could tell by now was read; `canary_ms` if it was there when it was asked."""
        with self._db.write() as conn:
            switchlog.append(conn, self._switch, [], self._clock.ms(), canary_ms)

    def row(self, attempt_id: str) -> Row[Any] | None:
        """The leg of this id."""
        return self._read(lambda conn: legs.by_id(conn, attempt_id))

    def live(self) -> list[Row[Any]]:
        """Every leg that is not over."""
        return self._read(lambda conn: legs.live(conn, self._switch))

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._db.read() as conn:
            return work(conn)
