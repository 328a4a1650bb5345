"""Traffic under which things go wrong, and what must be so when all is quiet again."""

import itertools
import smtplib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import func, select

from billing.tables import holds
from cordboard.lab.house import Enrolled
from orders.states import OrderState
from orders.tables import orders
from replies.maildir_view import list_mails
from tests.parts.places import BUSY, BY_THE_SECOND, TALKS, VOICEMAIL, Place
from tests.parts.waiting import until

TAKEN_WITHIN, QUIET_WITHIN = 120.0, 300.0


@dataclass
class Traffic:
    """Mails of users of their own, sent as a mail host sends them: again and again until it hears 250."""

    place: Place
    senders: list[Enrolled] = field(default_factory=list)
    _last: str = ""

    KINDS: ClassVar[tuple[tuple[str, dict[str, Any]], ...]] = (
        (f"CALL {TALKS}", {}), (f"CALL {BUSY}", {"press_1": False}), (f"CALL {TALKS}", {"phone": VOICEMAIL}),
        (f"VERIFY {TALKS}", {}), (f"CALL {TALKS}", {"phone": BY_THE_SECOND}),
    )  # fmt: skip
    """A call that talks, one that finds B busy, one that nobody confirms, one that speaks a code, and one whose first
    leg the first carrier can't carry.
    """

    def each_kind(self) -> None:
        for text, terms in self.KINDS:
            self.mail(text, **terms)

    def mail(self, text: str, **terms: Any) -> None:
        self._last = text
        self.deliver(self.sender(**terms), text)

    def mail_again(self) -> None:
        """The last mail once more, as from a host that did not hear that it was taken."""
        self.deliver(self.senders[-1], self._last)

    def sender(self, **terms: Any) -> Enrolled:
        """Somebody who will order one call."""
        who = self.place.somebody(**terms)
        self.senders.append(who)
        return who

    def deliver(self, who: Enrolled, text: str, first_door: int = 0) -> None:
        """As a mail host does: at one door, then at the next, until one has taken it."""
        doors = itertools.count(first_door)
        until(lambda: self._taken(who, text, next(doors)), TAKEN_WITHIN)

    def _taken(self, who: Enrolled, text: str, door: int) -> bool:
        """Whether this door took it."""
        try:
            self.place.mail(who, text, f"<once@{who.user_id}>", door=door)
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def is_as_if_nothing_had_happened(self) -> None:
        """Every order placed once and final, no second dial, books in order, nothing held, everybody told twice."""
        place, senders = self.place, self.senders
        place.house.until(lambda: place.house.ended() == len(senders), QUIET_WITHIN)
        with place.house.parts.db.read() as conn:
            placed = Counter(conn.execute(select(orders.c.user_id)).scalars())
            held = conn.execute(select(func.count()).select_from(holds).where(holds.c.open)).scalar_one()
        assert placed == {who.user_id: 1 for who in senders}
        assert held == 0
        assert place.house.problems() == []
        assert max(place.stats()["dial_requests_by_channel"].values()) == 1
        place.house.until(lambda: self._unanswered() == [], QUIET_WITHIN)
        assert {order.state for order in place.house.orders()} == {OrderState.ENDED}

    def _unanswered(self) -> list[str]:
        """Those who were not told twice: that their phone would ring, and what came of it."""
        told: dict[str, set[str]] = {}
        for mail in list_mails(self.place.house.settings.maildir):
            told.setdefault(mail.to, set()).add(mail.text)
        return [who.email for who in self.senders if len(told.get(who.email, set())) < 2]
