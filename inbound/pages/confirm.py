"""Before a call: whom it is to, which phone rings first, what a minute of both legs costs. Call places it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from accounts.people import phones_of, split_number
from billing.holds import available
from billing.quotes import Quote, connect, dearest, dearness, leg_minute, per_minute, plan
from gate.quoting import fingerprint, quote_of
from gate.rules import Asked
from gate.spending import call_caps
from gate.terminals import with_terminals
from inbound.given import service_numbers
from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.home import at_home
from inbound.pages.model import Listing, Page
from inbound.pages.people import ENTRY, Unclear, ringing, target_of, written, written_of
from inbound.pages.reader import PAGE
from kernel.errors import Refused
from kernel.masking import mask_number
from kernel.money import display
from orders import of_user
from orders.states import OrderKind
from parsers.commands import NamedNumber, Target, numbers_of
from parsers.numbers import Number, parse_number
from replies import sentences
from replies.lists import shortened
from replies.refusals import refusal_text
from satellite.numbering import why_silent

SURELY: Final = 3
"""Whom, where and for how much: this is said on the smallest screen."""
ROOMY: Final = 9


@dataclass(frozen=True, slots=True)
class Meant:
    """A call as it was shown: `what` is on the button, and which numbers that stood for is its `version`."""

    what: str
    target: Target
    phone: str | None
    phone_told: str

    @property
    def version(self) -> str:
        """Another one when the book or the phone has changed meanwhile."""
        numbers = "\n".join([*(number.canonical() for number in numbers_of(self.target)), str(self.phone)])
        return hashlib.sha256(numbers.encode()).hexdigest()[:8]


def dial(here: Here, form: Form) -> Listing:
    """A name of the book."""
    return _ask(here, ENTRY + form.about)


def ring(here: Here, form: Form) -> Listing:
    """What was keyed in at home."""
    try:
        return _ask(here, written(here.conn, here.user, form["to"], here.language))
    except Unclear as unclear:
        return at_home(here, str(unclear))


def again(here: Here, form: Form) -> Listing:
    """The other party of a call that was."""
    order = of_user.called(here.conn, here.account.id, here.user.id, form.about)
    if order is None or order.kind != OrderKind.CALL:
        return at_home(here, here.say(words.NO_CALL, ref=form.about))
    return _ask(here, written_of(here.conn, order))


def anew(here: Here, what: str) -> Listing:
    """The same call at another price than was shown."""
    return _ask(here, what, here.say(words.REPRICED))


def meant(here: Here, what: str) -> Meant | None:
    """What the button stands for now; None if it stands for nothing any more."""
    try:
        target = target_of(here.conn, here.user, what)
    except Refused:
        return None
    return Meant(what, target, *ringing(here.conn, here.holder)) if target else None


def shown_parts(to: str) -> tuple[str, str, str]:
    """What the button sends along: what it stands for, the version of that, the price by its fingerprint."""
    what, version, terms = (*to.rsplit(".", 2), "", "")[:3]
    return what, version, terms


def terms_of(here: Here, call: Meant) -> str:
    """By which the page's price is known again; "" if there is none any more."""
    try:
        return fingerprint(_quote(here, call))
    except Refused:
        return ""


def _ask(here: Here, what: str, *first: str) -> Listing:
    call = meant(here, what)
    if call is None:
        return at_home(here, here.say(words.NO_NAME))
    if call.phone is None:
        return at_home(here, here.say(words.NO_PHONE))
    try:
        quote = _quote(here, call)
    except Refused as refused:
        return at_home(here, refusal_text(refused, here.language))
    number = "" if here.account.private else ", ".join(mask_number(each.e164) for each in numbers_of(call.target))
    unnamed = here.say(sentences.PRIVATE_PARTY) if here.account.private else ""
    name = shortened(call.target.name) if isinstance(call.target, NamedNumber) else unnamed
    price, dear = _price(here, call, quote), dearness(quote) > here.account.quote_above
    lines = (
        *first, here.say(words.PARTY, name=name, number=number).strip(),
        here.say(words.FIRST, phone=call.phone_told), *price,
    )  # fmt: skip
    shown = f"{what}.{call.version}.{fingerprint(quote)}"
    main = here.change(here.button("call", words.CALL), hidden=(("to", shown),))
    surely = SURELY + len(first) + dear
    links = (here.button("home", words.HOME), here.button("where", words.WHERE))
    token = here.look()

    def listing(most: int) -> Page:
        """Where room is scarce, the way to another phone is left out, and last what is added to the price."""
        return here.page(
            words.CONFIRM, lines=lines[: surely + most // 2], main=main, links=links[: 1 + (most >= ROOMY)], token=token
        )

    return listing


def _quote(here: Here, call: Meant) -> Quote:
    """What it costs now; Refused if nobody knows, or no telephone answers there."""
    assert call.phone is not None
    a, *to = (_hidden(here, number) for number in (parse_number(call.phone, None), *numbers_of(call.target)))
    asked = Asked(
        account=here.account, user=here.user, proof=PAGE, a=a, b=to[0],
        phones=tuple(phones_of(here.conn, here.user.id)),
        service_numbers=service_numbers(here.desk, here.account), has_route=here.desk.has_route,
        sent_ms=here.now_ms, now_ms=here.now_ms, limits=here.desk.limits,
    )  # fmt: skip
    asked = with_terminals(here.conn, asked, to)
    for number in asked.parties:
        if silent := why_silent(number.e164):
            raise Refused(silent, number=number.original)
    limits = here.desk.limits
    return quote_of(
        here.conn, here.account, a, asked.called, here.now_ms,
        ring_b_s=limits.ring_b_s, confirm_s=limits.confirm_s, also=asked.also,
    )  # fmt: skip


def _hidden(here: Here, number: Number) -> Number:
    """As a page's refusal tells it: where calls are private, not even masked."""
    told = here.say(sentences.PRIVATE_PARTY) if here.account.private else mask_number(number.e164)
    return replace(number, original=told)


def _price(here: Here, call: Meant, quote: Quote) -> tuple[str, ...]:
    """Both legs' price, tax included; of a dear call what is paid at least, and how long the money lasts."""
    b, currency = dearest(quote, "B"), quote.currency
    of_a, of_b = (display(leg_minute(leg, quote.tax_ppm), currency) for leg in (quote.a, b))
    lines = [here.say(words.PRICE, price=display(per_minute(quote), currency), a=of_a, b=of_b)]
    if dearness(quote) > here.account.quote_above:
        minutes = _minutes(here, call, quote)
        lines.append(here.say(words.AT_LEAST, a=quote.a.first, b=b.first, minutes=minutes))
    if fee := connect(quote):
        lines.append(here.say(words.CONNECT, fee=display(fee, currency)))
    if here.cap is not None and here.cap < here.account.cap_call:
        lines.append(here.say(words.AT_MOST, cap=display(here.cap, currency)))
    return tuple(lines)


def _minutes(here: Here, call: Meant, quote: Quote) -> int:
    """Whole ones that balance and limits pay for, however long it rings."""
    numbers = (split_number(call.phone or "")[0], *(number.e164 for number in numbers_of(call.target)))
    limits = (here.account.cap_call, *call_caps(here.conn, here.account.id, numbers))
    budget = min(available(here.conn, here.account.id), *limits, *(() if here.cap is None else (here.cap,)))
    made = plan(quote, budget, max_talk_s=here.desk.limits.max_talk_s, min_talk_s=1)
    return made.talk_s // 60 if made else 0
