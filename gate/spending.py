"""What may be spent within a call, an hour and a day, and how many calls there may be at once: rules of the gate.

"A day" is the last 24 hours, "an hour" the last 60 minutes. The account's row is locked, so that nobody else spends
the same.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from accounts.systems import NO_CAPS, allowed
from billing.quotes import plan
from billing.spending import DAY_MS, HOUR_MS, billed, under_way
from kernel.errors import Refused
from kernel.money import display_held
from satellite.numbering import classify

if TYPE_CHECKING:
    from gate.rules import Asked


def satellite(asked: "Asked", conn: Connection) -> None:
    """Voice only, and only by systems that the account allows, for no more than it allows to each."""
    for number in asked.parties:
        family = classify(number.e164)
        if family is None:
            continue
        if family.why_not:
            raise Refused(family.why_not, number=number.original)
        caps = allowed(conn, asked.account.id).get(family.system)
        if caps is None:
            raise Refused("satellite_off", number=number.original, system=family.system)
        asked.systems[family.system] = caps
        if caps.call is not None:
            asked.bounds.append(caps.call)


def call_caps(conn: Connection, account_id: str, numbers: Iterable[str]) -> list[int]:
    """What systems allow a call between these (E.164) to cost."""
    families = (classify(number) for number in numbers)
    caps = allowed(conn, account_id)
    of_legs = (caps.get(family.system, NO_CAPS).call for family in families if family)
    return [cap for cap in of_legs if cap is not None]


def at_once(asked: "Asked", conn: Connection) -> None:
    """So many calls of the account may be under way."""
    most = asked.account.most_at_once
    if most is not None and len(under_way(conn, asked.account.id)) >= most:
        raise Refused("at_once", count=str(most))


def spending(asked: "Asked", conn: Connection) -> None:
    """What is left of each cap pays for at least the shortest talk, and bounds the call."""
    account = asked.account
    for span_ms, cap in ((HOUR_MS, account.cap_hour), (DAY_MS, account.cap_day)):
        if cap is None:
            continue
        left = cap - _spent(asked, conn, span_ms)
        if not _is_enough(asked, left):
            told = _shown(asked, cap), _shown(asked, left)
            raise Refused("over_hour" if span_ms == HOUR_MS else "over_day", cap=told[0], left=told[1])
    for system, caps in asked.systems.items():
        if caps.day is None:
            continue
        left = caps.day - _spent(asked, conn, DAY_MS, system)
        if not _is_enough(asked, left):
            raise Refused("over_system_day", system=system, cap=_shown(asked, caps.day), left=_shown(asked, left))


def _is_enough(asked: "Asked", left: int) -> bool:
    """Whether that pays for the shortest talk; no more than it may the call cost."""
    assert asked.quote is not None
    asked.bounds.append(left)
    limits = asked.limits
    asked.plan = plan(asked.quote, asked.cap, max_talk_s=limits.max_talk_s, min_talk_s=limits.min_talk_s)
    return asked.plan is not None


def _shown(asked: "Asked", micro: int) -> str:
    return display_held(max(micro, 0), asked.account.currency)


def _spent(asked: "Asked", conn: Connection, span_ms: int, system: str = "") -> int:
    """By the account's legs within the span and by its calls under way; by those of one system."""
    legs = billed(conn, asked.account.id, asked.now_ms, span_ms)
    going = under_way(conn, asked.account.id)
    spent = sum(total for number, total in legs.items() if _is_of(number, system))
    return spent + sum(call.may_cost for call in going if any(_is_of(each, system) for each in call.numbers))


def _is_of(e164: str, system: str) -> bool:
    family = classify(e164) if system else None
    return not system or (family is not None and family.system == system)
