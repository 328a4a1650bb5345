"""Before a call: whom it is to, which phone rings first, what a minute of both legs costs. Call places it."""

import hashlib
from dataclasses import dataclass
from typing import Final

from accounts.people import split_number
from billing.decks import find_terms
from billing.quotes import Quote, per_minute
from billing.rating import Terms
from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.home import at_home
from inbound.pages.model import Listing, Page
from inbound.pages.people import ENTRY, Unclear, ringing, target_of, written, written_of
from kernel.errors import Refused
from kernel.masking import mask_number
from kernel.money import MICRO, charge_up, display
from orders import of_user
from orders.states import OrderKind
from parsers.commands import NamedNumber, Target, number_of
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
        numbers = f"{number_of(self.target).canonical()}\n{self.phone}"
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


def meant(here: Here, what: str) -> Meant | None:
    """What the button stands for now; None if it stands for nothing any more."""
    try:
        target = target_of(here.conn, here.user, what)
    except Refused:
        return None
    return Meant(what, target, *ringing(here.conn, here.holder)) if target else None


def _ask(here: Here, what: str) -> Listing:
    call = meant(here, what)
    if call is None:
        return at_home(here, here.say(words.NO_NAME))
    if call.phone is None:
        return at_home(here, here.say(words.NO_PHONE))
    try:
        price = _price(here, call, split_number(call.phone)[0])
    except Refused as refused:
        return at_home(here, refusal_text(refused, here.language))
    number = mask_number(number_of(call.target).e164)
    name = shortened(call.target.name) if isinstance(call.target, NamedNumber) else ""
    lines = (
        here.say(words.PARTY, name=name, number=number).strip(),
        here.say(words.FIRST, phone=call.phone_told), *price,
    )  # fmt: skip
    main = here.change(here.button("call", words.CALL), hidden=(("to", f"{what}.{call.version}"),))
    links = (here.button("home", words.HOME), here.button("where", words.WHERE))
    token = here.look()

    def listing(most: int) -> Page:
        """Where room is scarce, the way to another phone is left out, and last what is added to the price."""
        return here.page(
            words.CONFIRM, lines=lines[: SURELY + most // 2], main=main, links=links[: 1 + (most >= ROOMY)], token=token
        )

    return listing


def _price(here: Here, call: Meant, a: str) -> tuple[str, ...]:
    """Both legs' price, tax included; Refused if there is none, or no telephone answers there."""
    b = number_of(call.target)
    for e164 in (a, b.e164):
        if silent := why_silent(e164):
            raise Refused(silent, number=mask_number(e164))
    legs = _terms(here, a), _terms(here, b.e164)
    quote = Quote(*legs, here.account.tax_ppm)
    of_a, of_b = (display(_gross(leg.rate, quote), quote.currency) for leg in legs)
    lines = [here.say(words.PRICE, price=display(per_minute(quote), quote.currency), a=of_a, b=of_b)]
    if fee := _gross(sum(leg.connect_fee for leg in legs), quote):
        lines.append(here.say(words.CONNECT, fee=display(fee, quote.currency)))
    if here.cap is not None and here.cap < here.account.cap_call:
        lines.append(here.say(words.AT_MOST, cap=display(here.cap, quote.currency)))
    return tuple(lines)


def _terms(here: Here, e164: str) -> Terms:
    terms = find_terms(here.conn, here.account.deck, e164, here.now_ms)
    if terms is None or terms.currency != here.account.currency:
        raise Refused("no_rate", number=mask_number(e164))
    return terms


def _gross(amount: int, quote: Quote) -> int:
    return charge_up(amount * (MICRO + quote.tax_ppm), MICRO)
