"""Twilio's voice as a switch. A call of two is one call of Twilio's, to who is rung first; its TwiML dials the other.

What Twilio tells comes in at the webhook, which writes it beside the legs; here those rows are read, what is to be said
next is written into them, and Twilio is asked for the little that only a request can do: call, end, cut, look.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Row

from dispatcher.switches.base import Kind, LegPlan, LiveLeg, Opening, SwitchEvent, SwitchSilent
from dispatcher.switches.twilio import legs, twiml
from dispatcher.switches.twilio.desk import Desk
from dispatcher.switches.twilio.once import TwilioOnce
from dispatcher.switches.twilio.rest import AT_ONCE, NewCall, Refused, Rest
from dispatcher.switches.twilio.statuses import refused
from dispatcher.switches.twilio.twiml import Where
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
        self._once, self._desk = TwilioOnce(db, clock, switch, own), Desk(db, clock, switch, rest, where)
        self._papers = ThreadPoolExecutor(4, "legs")
        self._asking = ThreadPoolExecutor(AT_ONCE, "twilio")  # of their own: Twilio may be mute, what is written is not

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for threads in (self._papers, self._asking):
            threads.shutdown(wait=False, cancel_futures=True)

    # -- what a call asks for ------------------------------------------------------------------------------------

    async def create(self, plan: LegPlan) -> None:
        """Write the leg down; Twilio hears of it when it is dialled."""
        await self._aside(self._once.create, plan)

    async def dial(self, attempt_id: str, ring_s: int, opening: Opening = Opening()) -> None:  # noqa: B008 (frozen)
        """The first leg: one request. A further one: words for the first, which Twilio comes for."""
        row = await self._aside(self._desk.row, attempt_id)
        if row is None or row.over:
            raise SwitchSilent("The leg is gone.")
        if row.first_leg:
            await self._aside(self._desk.dial_second, row, ring_s, opening)
        else:
            await self._dial_first(row, ring_s, opening)

    async def arm(self, attempt_id: str, limit_ms: int) -> None:
        """Twilio counts from the answer, in whole seconds, and was told of the first limit with the leg."""
        row = await self._aside(self._desk.row, attempt_id)
        if row is None or row.over:
            return
        late_ms = self._clock.ms() - row.answered_ms if row.answered_ms else 0
        limit_s = legs.whole_seconds(late_ms + limit_ms)
        if limit_s == row.limit_s:
            return
        if row.dialled_ms is None:
            await self._aside(self._desk.noted, attempt_id, limit_s=limit_s)
            return
        if not row.sid:
            raise SwitchSilent("Twilio has not told its id of the leg yet.")
        await self._asked(self._rest.limit, row.sid, limit_s)
        await self._aside(self._desk.noted, attempt_id, limit_s=limit_s)

    async def tell(self, attempt_id: str, cause: str) -> None:
        """Words for the leg's next request."""
        await self._aside(self._desk.say, attempt_id, twiml.tell(self._where, attempt_id, cause))

    async def speak(self, attempt_id: str, digits: str) -> None:
        """A code, for the leg's next request."""
        await self._aside(self._desk.say, attempt_id, twiml.speak(self._where, attempt_id, digits))

    async def hang_up(self, attempt_id: str) -> None:
        """End the leg, wherever it is; one that Twilio has no call for ends here."""
        row = await self._aside(self._desk.row, attempt_id)
        if row is None or row.over:
            return
        sid = row.sid or await self._asked(self._desk.find, row)
        if not sid:
            await self._aside(self._desk.bury, attempt_id, None)
        elif not await self._asked(self._rest.end, sid):
            await self._asked(self._desk.ask_of, attempt_id, sid)

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
        await self._asked(self._rest.ping)
        await self._aside(self._desk.read_until, now_ms)

    # -- what is there -------------------------------------------------------------------------------------------

    async def look(self) -> list[LiveLeg]:
        """Every leg that is not over. What Twilio did not speak of for a while it is asked about."""
        began_ms = self._clock.ms()
        rows = await self._aside(self._desk.live)
        quiet = [row for row in rows if row.dialled_ms is not None and row.heard_ms < began_ms - QUIET_MS]
        said = await asyncio.gather(*(self._asked(self._desk.catch_up, row) for row in quiet), return_exceptions=True)
        away = [e for e in said if isinstance(e, BaseException)]
        for e in away:
            if not isinstance(e, CordboardError):
                raise e
        if away:
            raise SwitchSilent("Twilio does not tell of every leg.") from away[0]
        await self._aside(self._desk.read_until, 0)
        return [_live_leg(row) for row in await self._aside(self._desk.live)]

    async def bridges(self) -> list[str]:
        """None: see `bridge`."""
        return []

    async def events(self) -> AsyncGenerator[SwitchEvent | None]:
        """What is new in the legs' rows. Told anew to each who listens: who took it before may have died with it."""
        yield None
        told: set[SwitchEvent] = set()
        while True:
            try:
                rows = await self._aside(self._desk.live)
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
        await self._aside(self._desk.noted, leg, dialled_ms=self._clock.ms(), opening=again)
        crash_point("voice.before_create")
        try:
            sid = await self._asked(self._rest.create, call)
        except Refused as e:
            log.warning("Twilio rings nobody", extra={"leg": leg, "why": str(e)})
            await self._aside(self._desk.bury, leg, refused(e.status, e.code))
            return
        except SwitchSilent as e:
            log.warning("nobody knows whether Twilio rings", extra={"leg": leg, "why": str(e)})
            sid = await self._looked_for(leg)
        crash_point("voice.after_create")
        await self._aside(self._desk.known_as, leg, sid)

    async def _looked_for(self, leg: str) -> str:
        """A call that was asked for and not heard of. It is never asked for again. SwitchSilent if it is not there."""
        for seconds in LOOK_FOR_S:
            await asyncio.sleep(seconds)
            row = await self._aside(self._desk.row, leg)
            if row is None or row.over:
                break
            try:
                sid: str = row.sid or await self._asked(self._desk.find, row)
            except CordboardError:
                continue
            if sid:
                return sid
        raise SwitchSilent("Twilio has no such call, or does not tell.")

    # -- in threads, those of Twilio's own: it may be mute, what is written is not ------------------------------

    async def _aside(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._papers, lambda: work(*args, **more))

    async def _asked(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._asking, work, *args)


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
