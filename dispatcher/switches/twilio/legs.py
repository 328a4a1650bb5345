"""Legs on Twilio as they are kept: what we want of each, and what Twilio said of it, told to the log once.

The first leg's row is locked before the second's, everywhere.
"""

import logging
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, false, insert, or_, select

from dispatcher import switchlog
from dispatcher.switches.base import LegPlan
from dispatcher.switches.twilio.statuses import FINAL, LAST, cause, rank
from dispatcher.switchlog import LogLine
from dispatcher.tables import twilio_legs
from kernel.db import change
from replies import outbox

log = logging.getLogger(__name__)

NAMELESS: Final = "-"
"""A request without a token: nobody can tell whether the next one is it again."""
_MAKE = insert(twilio_legs)
_BY_ID = select(twilio_legs).where(twilio_legs.c.attempt_id == bindparam("leg"))
_LOCK = _BY_ID.with_for_update()
_LIVE = (
    select(twilio_legs)
    .where(twilio_legs.c.switch == bindparam("switch"), twilio_legs.c.over.is_(False))
    .order_by(twilio_legs.c.made_ms, twilio_legs.c.attempt_id)
)
_SECONDS = (
    select(twilio_legs)
    .where(
        twilio_legs.c.first_leg == bindparam("first"),
        twilio_legs.c.over.is_(False),
        twilio_legs.c.ended_ms.is_not(None),
    )
    .order_by(twilio_legs.c.attempt_id)
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What Twilio says of a leg. `at_ms` is when, by its clock; `seconds` how long it was talked, if it says so."""

    status: str
    at_ms: int
    sid: str = ""
    sequence: int = -1
    sip: int = 0
    seconds: int | None = None


def make(conn: Connection, switch: str, plan: LegPlan, shown: str, now_ms: int) -> None:
    """Write a leg down; Twilio hears nothing of it. Once: a second time changes nothing."""
    if by_id(conn, plan.attempt_id) is not None:
        return
    row = {
        "attempt_id": plan.attempt_id, "switch": switch, "over": False, "first_leg": plan.first_leg,
        "number": plan.number, "shown": shown, "limit_s": whole_seconds(plan.limit_ms), "made_ms": now_ms,
        "opening": "", "status": "", "sequence": -1, "heard_ms": 0, "up": False, "digit": "", "told": False,
        "says": "", "says_leg": "", "given_to": "",
    }  # fmt: skip
    conn.execute(_MAKE, row)


def whole_seconds(limit_ms: int) -> int:
    """A limit as Twilio takes it: never more than it is, and never none."""
    return max(limit_ms // 1000, 1)


def by_id(conn: Connection, attempt_id: str) -> Row[Any] | None:
    """The leg of this id."""
    return conn.execute(_BY_ID, {"leg": attempt_id}).one_or_none()


def live(conn: Connection, switch: str) -> list[Row[Any]]:
    """Every leg that is not over, oldest first."""
    return list(conn.execute(_LIVE, {"switch": switch}))


def sids(conn: Connection, number: str, first: str) -> set[str]:
    """Twilio's ids of every leg to a number, or that this first leg dialled: what is not among them is new."""
    x = twilio_legs.c
    query = select(x.sid).where(x.sid.is_not(None), or_(x.number == number, x.first_leg == first if first else false()))
    return set(conn.execute(query).scalars())


def note(conn: Connection, attempt_id: str, **values: Any) -> bool:
    """Write what is wanted or was learned of a leg that is not over."""
    return change(conn, twilio_legs, {"attempt_id": attempt_id, "over": False}, values) == 1


def say(conn: Connection, attempt_id: str, words: str, rings: str = "") -> bool:
    """What the leg's next request is to be answered with; `rings` is the leg that these words ring."""
    return note(conn, attempt_id, says=words, says_leg=rings, given_to="")


def take_words(conn: Connection, attempt_id: str, token: str, of: str = "") -> str:
    """What a request of a leg is answered with; empty if there is nothing yet.

    Words that ring another leg are given to one request: to the same again, by its token, only while Twilio has not
    begun to ring it. `of` is the leg whose ringing is over, by this request.
    """
    row = conn.execute(_LOCK, {"leg": attempt_id}).one_or_none()
    if row is None or (row.says_leg and row.says_leg == of):
        return ""
    if not row.says_leg:
        return str(row.says)
    second = by_id(conn, row.says_leg)
    if second is None or second.over or second.sid:
        return ""
    if row.given_to and (row.given_to == NAMELESS or row.given_to != token):
        return ""
    change(conn, twilio_legs, {"attempt_id": attempt_id}, {"given_to": token or NAMELESS})
    return str(row.says)


def hear(conn: Connection, attempt_id: str, heard: Heard, now_ms: int) -> None:
    """Take in what Twilio says of a leg, in any order, any number of times; the log is told of what is new."""
    row = _locked(conn, attempt_id)
    if row is None:
        return
    if heard.sid and row.sid and heard.sid != row.sid:
        _twice(conn, row, heard, now_ms)
        return
    values: dict[str, Any] = {"heard_ms": now_ms} | ({"sid": heard.sid} if heard.sid else {})
    if row.over and not row.sid and heard.sid and row.ended_ms is None and heard.status not in FINAL:
        values["over"] = False  # it was given up, and rings: whoever looks finds a stray, and ends it
    lines: list[LogLine] = []
    if row.ended_ms is None and rank(heard.status) > rank(row.status):
        lines = _news(row, heard, values)
    change(conn, twilio_legs, {"attempt_id": attempt_id}, values)
    switchlog.append(conn, row.switch, lines, now_ms)
    was_answered = row.answered_ms is not None or "answered_ms" in values
    if "ended_ms" in values and (was_answered or row.told or not row.first_leg or _is_over(conn, row.first_leg)):
        tell_end(conn, attempt_id, now_ms)


def _news(row: Row[Any], heard: Heard, values: dict[str, Any]) -> list[LogLine]:
    """What a status adds to a leg; its answer, for the log, if that was not known."""
    answered_ms = row.answered_ms
    if heard.status == "in-progress":
        answered_ms = heard.at_ms if answered_ms is None else answered_ms
    elif heard.status == "completed" and answered_ms is None:
        if heard.seconds is None:
            return []  # since when it was talked has to be asked for
        answered_ms = heard.at_ms - heard.seconds * 1000
    values |= {"status": heard.status, "sequence": max(heard.sequence, row.sequence)}
    if rank(heard.status) == LAST:
        values |= {
            "ended_ms": max(heard.at_ms, answered_ms or 0), "cause": cause(heard.status, heard.sip),
        }  # fmt: skip
    if answered_ms is None or row.answered_ms is not None:
        return []
    values |= {"up": True, "answered_ms": answered_ms}
    return [LogLine(row.attempt_id, "answer", answered_ms, None)]


def tell_end(conn: Connection, attempt_id: str, now_ms: int) -> None:
    """Tell the log of a leg's end that is known, and of those that were held back behind it.

    Of a second leg that nobody answered the end is held back until it is known whether the first one is still there:
    Twilio ends it when the first leaves, and says so in any order.
    """
    row = by_id(conn, attempt_id)
    if row is None or row.over or row.ended_ms is None:
        return
    change(conn, twilio_legs, {"attempt_id": attempt_id}, {"over": True, "says": "", "opening": ""})
    switchlog.append(conn, row.switch, [LogLine(attempt_id, "hangup", row.ended_ms, row.cause)], now_ms)
    if not row.first_leg:
        for second in conn.execute(_SECONDS, {"first": attempt_id}).all():
            tell_end(conn, second.attempt_id, now_ms)


def first_is_there(conn: Connection, second: str, now_ms: int) -> None:
    """The first leg outlived the ringing of this one: its end is no longer held back."""
    row = _locked(conn, second)
    if row is not None and not row.over:
        change(conn, twilio_legs, {"attempt_id": second}, {"told": True})
        tell_end(conn, second, now_ms)


def bury(conn: Connection, attempt_id: str, now_ms: int, why: int | None = None) -> None:
    """A leg that Twilio has no call for ends here; nobody is told to ring it any more."""
    row = _locked(conn, attempt_id)
    if row is None or row.over or row.sid:
        return
    if row.first_leg:
        guards = {"attempt_id": row.first_leg, "says_leg": attempt_id}
        change(conn, twilio_legs, guards, {"says": "", "says_leg": ""})
    change(conn, twilio_legs, {"attempt_id": attempt_id}, {"over": True, "says": "", "opening": ""})
    switchlog.append(conn, row.switch, [LogLine(attempt_id, "hangup", now_ms, why)], now_ms)


def _locked(conn: Connection, attempt_id: str) -> Row[Any] | None:
    row = by_id(conn, attempt_id)
    if row is not None and row.first_leg:
        conn.execute(_LOCK, {"leg": row.first_leg})
    return conn.execute(_LOCK, {"leg": attempt_id}).one_or_none() if row is not None else None


def _is_over(conn: Connection, attempt_id: str) -> bool:
    row = by_id(conn, attempt_id)
    return row is None or row.over


def _twice(conn: Connection, row: Row[Any], heard: Heard, now_ms: int) -> None:
    """Two of Twilio's calls for one leg. Nothing we do makes that; a person must look."""
    told = (
        f"Leg {row.attempt_id} is Twilio's call {row.sid}, and {heard.sid} says that it is that leg, too. Look there."
    )
    log.error("two calls of Twilio's for one leg", extra={"leg": row.attempt_id, "sid": heard.sid})
    outbox.tell_operator(conn, f"twice:{row.attempt_id}", told, now_ms)
