"""Twilio's voice as a switch. A call of two is one call of Twilio's, to who is rung first; its TwiML dials the other.

What Twilio tells comes in at the webhook, which writes it beside the legs; here those rows are read, what is to be said
next is written into them, and Twilio is asked for the little that only a request can do: call, end, cut, look.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, Row

from dispatcher import switchlog
from dispatcher.switches.base import Kind, LegPlan, LiveLeg, Opening, SwitchEvent, SwitchSilent
from dispatcher.switches.twilio import legs, twiml
from dispatcher.switches.twilio.once import TwilioOnce
from dispatcher.switches.twilio.rest import AT_ONCE, NewCall, Refused, Rest
from dispatcher.switches.twilio.statuses import refused
from dispatcher.switches.twilio.twiml import Second, Where
from kernel.clock import Clock
from kernel.crashpoints import crash_point
from kernel.db import Database
from kernel.errors import CordboardError, Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
POLL_S: Final = 0.05
LOOK_FOR_S: Final = (0.2, 0.6, 1.2, 2.0)
"""After a request for a call had no answer, its call is looked for so often: Twilio's list may be a little behind."""
QUIET_MS: Final = 5_000
"""Of a leg that Twilio spoke of less long ago nothing is asked."""


class TwilioVoice:
    """One account. `confirm_s` is how long a 1 is waited for."""

    def __init__(
        self, db: Database, clock: Clock, switch: str, rest: Rest, where: Where, *, own: str, confirm_s: int
    ) -> None:
        self._db, self._clock, self._switch, self._rest, self._where = db, clock, switch, rest, where
        self._confirm_s = confirm_s
        self._once = TwilioOnce(db, clock, switch, own)
        self._threads = ThreadPoolExecutor(AT_ONCE, "twilio")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- what a call asks for ------------------------------------------------------------------------------------

    async def create(self, plan: LegPlan) -> None:
        """Write the leg down; Twilio hears of it when it is dialled."""
        await self._aside(self._once.create, plan)

    async def dial(self, attempt_id: str, ring_s: int, opening: Opening = Opening()) -> None:  # noqa: B008 (frozen)
        """The first leg: one request. A further one: words for the first, which Twilio comes for."""
        row = await self._aside(self._row, attempt_id)
        if row is None or row.over:
            raise SwitchSilent("The leg is gone.")
        if row.first_leg:
            await self._aside(self._dial_second, row, ring_s, opening)
        else:
            await self._dial_first(row, ring_s, opening)

    async def arm(self, attempt_id: str, limit_ms: int) -> None:
        """Twilio counts from the answer, in whole seconds, and was told of the first limit with the leg."""
        row = await self._aside(self._row, attempt_id)
        if row is None or row.over:
            return
        late_ms = self._clock.ms() - row.answered_ms if row.answered_ms else 0
        limit_s = legs.whole_seconds(late_ms + limit_ms)
        if limit_s == row.limit_s:
            return
        if row.dialled_ms is None:
            await self._aside(self._noted, attempt_id, limit_s=limit_s)
            return
        if not row.sid:
            raise SwitchSilent("Twilio has not told its id of the leg yet.")
        await self._aside(self._rest.limit, row.sid, limit_s)
        await self._aside(self._noted, attempt_id, limit_s=limit_s)

    async def tell(self, attempt_id: str, cause: str) -> None:
        """Words for the leg's next request."""
        await self._aside(self._say, attempt_id, twiml.tell(self._where, attempt_id, cause))

    async def speak(self, attempt_id: str, digits: str) -> None:
        """A code, for the leg's next request."""
        await self._aside(self._say, attempt_id, twiml.speak(self._where, attempt_id, digits))

    async def hang_up(self, attempt_id: str) -> None:
        """End the leg, wherever it is; one that Twilio has no call for ends here."""
        row = await self._aside(self._row, attempt_id)
        if row is None or row.over:
            return
        sid = row.sid or await self._aside(self._find, row)
        if not sid:
            await self._aside(self._bury, attempt_id, None)
        elif not await self._aside(self._rest.end, sid):
            await self._aside(self._ask_of, attempt_id, sid)

    async def ask(self, attempt_id: str, who: str) -> None:
        """It is asked as soon as it answers, by its opening."""

    async def hush(self, attempt_id: str) -> None:
        """The question was over when the 1 came."""

    async def ask_to_hold(self, attempt_id: str) -> None:
        """It is said before the other is rung, by the same words."""

    async def hold_no_more(self, attempt_id: str) -> None:
        """It was over before that."""

    async def tones(self, attempt_id: str, digits: str) -> None:
        """They are sent as soon as the leg answers."""

    async def bridge(self, bridge_id: str, *attempt_ids: str) -> None:
        """Twilio joins the two that its <Dial> is about."""

    async def unbridge(self, bridge_id: str) -> None:
        """And parts them."""

    async def heartbeat(self, now_ms: int) -> None:
        """Twilio need not know: what a call does without us is in its TwiML."""

    async def canary(self, now_ms: int) -> None:
        """While Twilio can't be asked, nobody is rung: how long they talked could not be looked up."""
        await self._aside(self._rest.ping)
        await self._aside(self._read_until, now_ms)

    # -- what is there -------------------------------------------------------------------------------------------

    async def look(self) -> list[LiveLeg]:
        """Every leg that is not over. What Twilio did not speak of for a while it is asked about."""
        began_ms = self._clock.ms()
        rows = await self._aside(self._live)
        quiet = [row for row in rows if row.dialled_ms is not None and row.heard_ms < began_ms - QUIET_MS]
        said = await asyncio.gather(*(self._aside(self._catch_up, row) for row in quiet), return_exceptions=True)
        away = [e for e in said if isinstance(e, BaseException)]
        for e in away:
            if not isinstance(e, CordboardError):
                raise e
        if away:
            raise SwitchSilent("Twilio does not tell of every leg.") from away[0]
        await self._aside(self._read_until, 0)
        return [_live_leg(row) for row in await self._aside(self._live)]

    async def bridges(self) -> list[str]:
        """None: see `bridge`."""
        return []

    async def events(self) -> AsyncGenerator[SwitchEvent | None]:
        """What is new in the legs' rows. Told anew to each who listens: who took it before may have died with it."""
        yield None
        told: set[SwitchEvent] = set()
        while True:
            try:
                rows = await self._aside(self._live)
            except Unavailable as e:
                log.warning("the legs can't be read yet", extra={"why": str(e)})
                rows = []
            now = {event for row in rows for event in _events(row)}
            for event in sorted(now - told, key=lambda x: (x.attempt_id, _ORDER.index(x.kind))):
                yield event
            told = now if rows else told
            await asyncio.sleep(POLL_S)

    # -- the first leg ---------------------------------------------------------------------------------------------

    async def _dial_first(self, row: Row[Any], ring_s: int, opening: Opening) -> None:
        leg = row.attempt_id
        said = twiml.opening(self._where, leg, opening, self._confirm_s)
        again = twiml.opening(self._where, leg, Opening(opening.asks), self._confirm_s)
        call = NewCall(row.number, row.shown, said, ring_s, row.limit_s, self._where.at("status", leg))
        await self._aside(self._noted, leg, dialled_ms=self._clock.ms(), opening=again)
        crash_point("voice.before_create")
        try:
            sid = await self._aside(self._rest.create, call)
        except Refused as e:
            log.warning("Twilio rings nobody", extra={"leg": leg, "why": str(e)})
            await self._aside(self._bury, leg, refused(e.status, e.code))
            return
        except SwitchSilent as e:
            log.warning("nobody knows whether Twilio rings", extra={"leg": leg, "why": str(e)})
            sid = await self._looked_for(leg)
        crash_point("voice.after_create")
        await self._aside(self._known_as, leg, sid)

    async def _looked_for(self, leg: str) -> str:
        """A call that was asked for and not heard of. It is never asked for again. SwitchSilent if it is not there."""
        for seconds in LOOK_FOR_S:
            await asyncio.sleep(seconds)
            row = await self._aside(self._row, leg)
            if row is None or row.over:
                break
            try:
                sid: str = row.sid or await self._aside(self._find, row)
            except CordboardError:
                continue
            if sid:
                return sid
        raise SwitchSilent("Twilio has no such call, or does not tell.")

    # -- on the database, in a thread ------------------------------------------------------------------------------

    def _dial_second(self, row: Row[Any], ring_s: int, opening: Opening) -> None:
        leg, first = row.attempt_id, row.first_leg
        second = Second(leg, row.number, row.shown, row.limit_s, ring_s, opening.tones, opening.holds)
        with self._db.write() as conn:
            legs.say(conn, first, twiml.dial(self._where, first, second), rings=leg)
            legs.note(conn, leg, dialled_ms=self._clock.ms())

    def _find(self, row: Row[Any]) -> str:
        """Twilio's id of a leg that it did not tell; "" if it has no such call."""
        if row.dialled_ms is None:
            return ""
        with self._db.read() as conn:
            first = legs.by_id(conn, row.first_leg) if row.first_leg else None
            known = legs.sids(conn, row.number, row.first_leg)
        if row.first_leg:
            return self._rest.child(first.sid, known) if first is not None and first.sid else ""
        return self._rest.made(row.number, row.shown, row.dialled_ms, known)

    def _catch_up(self, row: Row[Any]) -> None:
        """Ask Twilio of a leg that it did not speak of for a while: a callback may be lost."""
        sid = row.sid or self._find(row)
        if sid:
            self._ask_of(row.attempt_id, sid)
        if row.first_leg and row.ended_ms is not None:  # its end is held back, and nobody came to tell why
            first = self._row(row.first_leg)
            if first is not None and first.sid and not first.over:
                self._ask_of(first.attempt_id, first.sid)
            with self._db.write() as conn:
                legs.first_is_there(conn, row.attempt_id, self._clock.ms())

    def _ask_of(self, attempt_id: str, sid: str) -> None:
        heard = self._rest.look(sid, self._clock.ms())
        with self._db.write() as conn:
            legs.hear(conn, attempt_id, heard, self._clock.ms())

    def _known_as(self, attempt_id: str, sid: str) -> None:
        with self._db.write() as conn:
            legs.hear(conn, attempt_id, legs.Heard("queued", self._clock.ms(), sid), self._clock.ms())

    def _bury(self, attempt_id: str, cause: int | None) -> None:
        with self._db.write() as conn:
            legs.bury(conn, attempt_id, self._clock.ms(), cause)

    def _say(self, attempt_id: str, words: str) -> None:
        with self._db.write() as conn:
            if not legs.say(conn, attempt_id, words):
                raise Refused(404, 0, "the leg is gone")

    def _noted(self, attempt_id: str, **values: Any) -> None:
        with self._db.write() as conn:
            legs.note(conn, attempt_id, **values)

    def _read_until(self, canary_ms: int) -> None:
        with self._db.write() as conn:
            switchlog.append(conn, self._switch, [], self._clock.ms(), canary_ms)

    def _row(self, attempt_id: str) -> Row[Any] | None:
        return self._read(lambda conn: legs.by_id(conn, attempt_id))

    def _live(self) -> list[Row[Any]]:
        return self._read(lambda conn: legs.live(conn, self._switch))

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._db.read() as conn:
            return work(conn)

    async def _aside(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **more))


_ORDER: Final = (Kind.READY, Kind.RINGS, Kind.UP, Kind.DIGIT, Kind.PLAYED)


def _events(row: Row[Any]) -> list[SwitchEvent]:
    """What an Asterisk would have told by now of such a leg. Its end is the log's to tell."""
    leg = row.attempt_id
    if row.dialled_ms is None:
        return [SwitchEvent(Kind.READY, leg)]
    found = [SwitchEvent(Kind.RINGS, leg)] if row.status == "ringing" else []
    found += [SwitchEvent(Kind.UP, leg)] if row.up else []
    found += [SwitchEvent(Kind.DIGIT, leg, row.digit)] if row.digit else []
    return found + ([SwitchEvent(Kind.PLAYED, leg)] if row.told and not row.first_leg else [])


def _live_leg(row: Row[Any]) -> LiveLeg:
    """Ringing is also what is known to be rung for: the words that ring a second leg are kept."""
    rings = row.dialled_ms is not None and bool(row.sid or row.first_leg)
    return LiveLeg(row.attempt_id, up=row.up, ringing=rings and not row.up)
