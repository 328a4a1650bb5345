"""What a pressed button does: it shows a page, or changes something by way of the intake and shows what came of it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from accounts.handles import Holder, holder
from inbound.delivery import Delivery
from inbound.intake import Intake
from inbound.pages import calls, confirm, facts, home, names, where, words
from inbound.pages.choosing import Rendering
from inbound.pages.forms import Form, Unreadable
from inbound.pages.here import Here
from inbound.pages.model import Listing
from inbound.pages.order import PageOrder
from inbound.pages.outcome import outcome
from inbound.pages.reader import PAGE, order_key
from inbound.pages.tickets import Stale, Ticket, Tickets
from kernel.clock import Clock
from kernel.db import Database
from kernel.errors import Refused, Unavailable
from kernel.secrets import Secrets
from orders import messages, of_user
from replies.refusals import refusal_text

log = logging.getLogger(__name__)

VIEWS: Final[Mapping[str, Callable[[Here, Form], Listing]]] = {
    "home": home.home,
    "more": home.more,
    "dial": confirm.dial,
    "ring": confirm.ring,
    "again": confirm.again,
    "status": calls.status,
    "calls": calls.calls,
    "book": names.listed,
    "find": names.listed,
    "entry": names.one,
    "new": names.new,
    "where": where.where,
    "phone": where.phone,
    "balance": facts.balance,
    "help": facts.help_page,
}
"""The buttons that only look. Those that change something: BOUND."""
BOUND: Final[Mapping[str, tuple[str, ...]]] = {
    "call": ("to",),
    "drop": ("ref",),
    "delete": ("entry",),
    "move": ("entry",),
    "add": (),
}
"""The hidden fields that say what a change is for; its ticket is for that alone."""


class Closed(Exception):
    """Signed in, and shut out since; the sentence says so."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """Does it. `may_order(user's id)` counts one more change, and says whether that is still within bounds."""

    db: Database
    clock: Clock
    secrets: Secrets
    intake: Intake
    tickets: Tickets
    may_order: Callable[[str], bool]
    language: str
    human_contact: str
    plain_cap: int

    def first(self, who: Holder, *, secure: bool) -> Listing:
        """The page after the PIN."""
        with self.db.read(snapshot=True) as conn:
            return home.at_home(self._here(conn, who, self.clock.ms() // 1000, secure))

    def pressed(self, form: Form, rendering: Rendering, peer: str, *, secure: bool) -> Listing:
        """The page that a button leads to. Stale: its ticket is none for it. Unreadable: there is no such one."""
        ticket = self.tickets.whose(form["t"])
        with self.db.read(snapshot=True) as conn:
            who = holder(conn, self.secrets, ticket.user_id)
            if who is None:
                raise Stale
            here = self._here(conn, who, ticket.since_s, secure)
            if form.action in VIEWS:
                self.tickets.check(form["t"], who, here.now_ms)
                return VIEWS[form.action](here, form)
            if form.action not in BOUND:
                raise Unreadable
            hidden = [form[name] for name in BOUND[form.action]]
            self.tickets.check(form["t"], who, here.now_ms, form.action, hidden)
            if form.action == "call" and (instead := self._not_as_shown(here, form, ticket)):
                return instead
        what, terms = hidden[0] if hidden else "", ""
        if form.action == "call":
            what, _, terms = confirm.shown_parts(what)
        order = PageOrder(
            who.user.id, who.generation, ticket.nonce, form.action, what, form["name"],
            form["number"], rendering, secure, terms,
        )  # fmt: skip
        return self._changed(who, ticket, order, peer)

    def _here(self, conn: Connection, who: Holder, since_s: int, secure: bool) -> Here:
        """Who may order nothing any more sees nothing any more."""
        language = who.user.language or self.language
        if not (who.user.active and who.account.active):
            raise Closed(refusal_text(Refused("account_closed"), language))
        now_ms = self.clock.ms()

        def issue(purpose: str, about: Sequence[str]) -> str:
            return self.tickets.issue(who, now_ms, since_s, purpose, about)

        cap = None if secure else self.plain_cap
        return Here(conn, who, now_ms, language, self.human_contact, cap, issue, self.intake.ordering)

    def _not_as_shown(self, here: Here, form: Form, ticket: Ticket) -> Listing | None:
        """What is shown instead, if a call is not to the numbers and at the price that were shown.

        What was ordered already is not judged anew.
        """
        key = self.secrets.digest("message", f"{here.user.id}\n{order_key(ticket.nonce)}")
        if messages.first_of(here.conn, key):
            return None
        what, version, terms = confirm.shown_parts(form["to"])
        call = confirm.meant(here, what)
        if call is None or call.phone is None or call.version != version:
            return home.at_home(here, here.say(words.CHANGED))
        return None if confirm.terms_of(here, call) == terms else confirm.anew(here, what)

    def _changed(self, who: Holder, ticket: Ticket, order: PageOrder, peer: str) -> Listing:
        if not self.may_order(who.user.id):
            return self._told(who, ticket, order, words.TOO_MANY_ORDERS)
        (message_id,) = self.intake.accept(PAGE, Delivery.of(who.user.name, order, peer))
        try:
            self.intake.handle(message_id)
        except Unavailable as e:  # it is stored, so the sweeper may yet act on it
            log.warning("an order waits", extra={"message_id": message_id, "why": str(e)})
        return self._told(who, ticket, order, message_id=message_id)

    def _told(self, who: Holder, ticket: Ticket, order: PageOrder, words_: str = "", message_id: str = "") -> Listing:
        """The page after a change: where it can be seen, with the sentence for it."""
        with self.db.read(snapshot=True) as conn:
            here = self._here(conn, holder(conn, self.secrets, who.user.id) or who, ticket.since_s, order.secure)
            if not message_id:
                return home.at_home(here, here.say(words_))
            came = outcome(conn, who.account.id, who.user.id, message_id, here.language)
            if came.said is None:
                return home.at_home(here, here.say(words.PENDING))
            called = came.order
            if order.action == "drop":
                called = of_user.called(conn, who.account.id, who.user.id, order.what)
            if called is not None:
                return calls.standing(here, called, came.said)
            return AFTER.get(order.action, home.at_home)(here, came.said)


AFTER: Final[Mapping[str, Callable[..., Listing]]] = {
    "add": names.names_with,
    "delete": names.names_with,
    "move": where.places,
}
"""Where a change is seen that is about no call."""
