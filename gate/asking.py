"""Orders that are not carried out but asked about, and what stands in for an answer where nobody can be asked.

The last rules: what another rule refuses is never asked about.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from accounts.people import sure_numbers_of
from billing.quotes import Quote, cost, per_minute
from gate.sureness import Sure, sureness
from kernel.errors import Refused
from kernel.money import display
from orders import of_user

if TYPE_CHECKING:
    from gate.rules import Asked

MINUTE_S = 60


class AskBack(Refused):
    """Not now, but if the sender says OK. `key` is one of "ask_late", "ask_costly", "ask_new"."""


def consent(asked: "Asked", conn: Connection) -> None:
    """Who can't be asked has said a most beforehand, by order or device, and calls whom they wrote down beforehand."""
    if asked.answerable:
        return
    if _is_late(asked):
        raise Refused("late", minutes=_minutes(asked))
    if asked.most is None and not asked.has_max:
        raise Refused("no_consent")
    if not _is_written_down(asked, conn):
        raise Refused("not_in_book", number=asked.called.original)


def asked_back(asked: "Asked", conn: Connection) -> None:
    """What is late, and of who but claims to be the sender what is dear or new."""
    assert asked.quote is not None
    if asked.agreed is not None:
        if _costs_more(asked.quote, asked.agreed):
            raise Refused("dearer", price=display(per_minute(asked.quote), asked.quote.currency))
        return
    if not asked.answerable:
        return
    if _is_late(asked):
        kind = Refused if asked.b is None else AskBack
        raise kind("late" if asked.b is None else "ask_late", minutes=_minutes(asked))
    if sureness(asked.proof) > Sure.CLAIMED:
        return
    if per_minute(asked.quote) > asked.account.ask_above:
        raise Refused("dear_to_verify") if asked.b is None else AskBack("ask_costly")
    if asked.b is None:
        return  # what is verified is always new
    if asked.proof == "pin" and asked.account.ask_new and not _is_known(asked, conn):
        raise AskBack("ask_new")


def _is_late(asked: "Asked") -> bool:
    return asked.now_ms - asked.sent_ms > asked.limits.stale_ms


def _minutes(asked: "Asked") -> str:
    return str((asked.now_ms - asked.sent_ms) // 60_000)


def _is_written_down(asked: "Asked", conn: Connection) -> bool:
    """In the phone book, by who was sure to be the user, or among the user's own phones."""
    own = {phone.e164 for phone in asked.phones}
    return asked.called.e164 in own or asked.called.e164 in sure_numbers_of(conn, asked.user.id)


def _is_known(asked: "Asked", conn: Connection) -> bool:
    return _is_written_down(asked, conn) or of_user.reached(conn, asked.user.id, asked.called.e164)


def _costs_more(now: Quote, agreed: Quote) -> bool:
    """By the minute, or by what a minute comes to with fees and increments."""
    return per_minute(now) > per_minute(agreed) or cost(now, MINUTE_S) > cost(agreed, MINUTE_S)
