"""Orders that are not carried out but asked about, and what stands in for an answer where nobody can be asked.

The last rules: what another rule refuses is never asked about. A call above the account's price waits for an OK to its
quote, whoever orders it; where the order itself says what its sender consents to, it needs no other.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from accounts.people import sure_numbers_of
from billing.holds import available
from billing.quotes import Quote, dearness, per_minute, plan
from gate.quoting import fingerprint
from gate.sureness import Sure, sureness
from kernel.errors import Refused
from kernel.masking import mask_number
from kernel.money import display_price
from orders import of_user
from parsers.numbers import Number

if TYPE_CHECKING:
    from gate.rules import Asked

MINUTE_S = 60


class AskBack(Refused):
    """Not now, but if the sender says OK. `key`: "ask_quote", "ask_late", "ask_costly", "ask_phone", "ask_new"."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the order itself agrees to: so much a minute of both legs (micro-units), or just the terms it was shown."""

    per_minute: int | None = None
    terms: str = ""  # by their fingerprint

    def covers(self, quote: Quote) -> bool:
        """Whether it agrees to this."""
        if self.per_minute is not None:
            return dearness(quote) <= self.per_minute
        return fingerprint(quote) == self.terms


def consent(asked: "Asked", conn: Connection) -> None:
    """Who can't be asked has said a most beforehand, by order or device, and calls whom they wrote down beforehand."""
    if asked.answerable:
        return
    if _is_late(asked):
        raise Refused("late", minutes=_minutes(asked))
    if asked.most is None and not asked.has_max:
        raise Refused("no_consent")
    for number in asked.parties:
        if not _is_written_down(asked, conn, number):
            raise Refused("not_in_book", number=number.original)


def asked_back(asked: "Asked", conn: Connection) -> None:
    """What is dear; what is late; and of who but claims to be the sender what is not cheap, or new."""
    assert asked.quote is not None
    if asked.agreed is not None:
        return
    _must_be_agreed(asked, conn, asked.quote)
    if not asked.answerable:
        return
    if _is_late(asked):
        kind = Refused if asked.b is None else AskBack
        raise kind("late" if asked.b is None else "ask_late", minutes=_minutes(asked))
    if sureness(asked.proof) > Sure.CLAIMED:
        return
    if dearness(asked.quote) > asked.account.ask_above:
        raise Refused("dear_to_verify") if asked.b is None else AskBack("ask_costly")
    if asked.b is None or asked.proof != "pin" or not asked.account.ask_new:
        return  # what is verified is always new
    if not _is_known(asked, conn, asked.a, "A"):
        raise AskBack("ask_phone", phone=mask_number(asked.a.e164))
    if not all(_is_known(asked, conn, number, "B") for number in asked.telephones):
        raise AskBack("ask_new")


def _must_be_agreed(asked: "Asked", conn: Connection, quote: Quote) -> None:
    """Beyond what the order consents to, or beyond the account's price where it says nothing, nothing is called."""
    dear = dearness(quote) > asked.account.quote_above
    if asked.consent is not None:
        dear = not asked.consent.covers(quote)
    if not dear:
        return
    if asked.in_place:
        minutes, _ = _buys(asked, conn, quote)
        raise Refused("dear", price=display_price(per_minute(quote), quote.currency), minutes=minutes)
    if asked.b is None:
        raise Refused("dear_to_verify")
    if asked.answerable:
        minutes, by = _buys(asked, conn, quote)
        raise AskBack("ask_quote", minutes=minutes, by=by)


def _buys(asked: "Asked", conn: Connection, quote: Quote) -> tuple[str, str]:
    """Whole minutes of talk that the money pays for, however long it rings, and what ends them: balance or limit."""
    balance = available(conn, asked.account.id)
    limits, budget = asked.limits, min(balance, asked.cap)
    made = plan(quote, budget, max_talk_s=limits.max_talk_s, min_talk_s=1)
    talk_s = made.talk_s if made else 0
    by_limit = asked.cap < balance or talk_s == limits.max_talk_s
    return str(talk_s // MINUTE_S), "limit" if by_limit else "balance"


def _is_late(asked: "Asked") -> bool:
    return asked.now_ms - asked.sent_ms > asked.limits.stale_ms


def _minutes(asked: "Asked") -> str:
    return str((asked.now_ms - asked.sent_ms) // 60_000)


def _is_written_down(asked: "Asked", conn: Connection, number: Number) -> bool:
    """In the phone book, by who was sure to be the user, or among the user's own phones."""
    own = {phone.e164 for phone in asked.phones}
    return number.e164 in own or number.e164 in sure_numbers_of(conn, asked.user.id)


def _is_known(asked: "Asked", conn: Connection, number: Number, role: str) -> bool:
    return _is_written_down(asked, conn, number) or of_user.reached(conn, asked.user.id, number.e164, role)
