"""A process killed at each labelled point, under traffic: nothing lost, nothing doubled, everybody told."""

import os
import random
import smtplib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from billing.tables import holds
from cordboard.lab.house import Enrolled
from kernel.crashpoints import POINTS
from orders.states import OrderState
from orders.tables import orders
from replies.maildir_view import list_mails
from tests.parts.places import BUSY, TALKS, VOICEMAIL, Place, on_the_exchange
from tests.parts.waiting import until

pytestmark = pytest.mark.parts

ROUNDS = int(os.environ.get("CORDBOARD_CRASH_ROUNDS", "2"))
DIES_WITHIN, QUIET_WITHIN = 30.0, 120.0


@dataclass
class Traffic:
    """Mails of users of their own, sent as a mail host sends them: again and again until it hears 250."""

    place: Place
    trigger: Path
    senders: list[Enrolled] = field(default_factory=list)

    def mail(self, text: str, **terms: object) -> None:
        who = self.place.somebody(**terms)
        self.senders.append(who)
        until(lambda: self._taken(who, text), DIES_WITHIN)

    def _taken(self, who: Enrolled, text: str) -> bool:
        try:
            self.place.mail(who, text, f"<once@{who.user_id}>")
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def dies_at(self, label: str) -> None:
        """Arm one point, and send what comes by every point until somebody died there."""
        self.trigger.write_text(label, encoding="ascii")
        while self.trigger.exists():
            self.mail(f"CALL {TALKS}")
            self.mail(f"CALL {BUSY}", press_1=False)
            self.mail(f"CALL {TALKS}", phone=VOICEMAIL)
            died = self._soon()
        assert died

    def _soon(self) -> bool:
        try:
            until(lambda: not self.trigger.exists(), 6.0)
        except AssertionError:
            return False
        return True


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    folder = tmp_path_factory.mktemp("crashes")
    trigger = folder / "crash-at"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORDBOARD_CRASH_FILE", str(trigger))
        with on_the_exchange(folder / "home", {"lease_s": 2, "confirm_s": 2}) as place:
            yield Traffic(place, trigger)


LABELS = [label for turn in range(ROUNDS) for label in random.Random(turn).sample(POINTS, len(POINTS))]
"""In an order of their own, so that it is not always the same process that dies; the same order each time."""


@pytest.mark.parametrize("label", LABELS)
def test_a_process_dies(traffic: Traffic, label: str) -> None:
    traffic.dies_at(label)


def test_and_when_all_is_quiet_again_everything_is_as_if_nobody_had_died(traffic: Traffic) -> None:
    place, senders = traffic.place, traffic.senders
    assert len(senders) >= 3 * ROUNDS * len(POINTS)
    place.house.until(lambda: place.house.ended() == len(senders), QUIET_WITHIN)
    with place.house.parts.db.read() as conn:
        placed = Counter(conn.execute(select(orders.c.user_id)).scalars())
        held = conn.execute(select(func.count()).select_from(holds).where(holds.c.open)).scalar_one()
    assert placed == {who.user_id: 1 for who in senders}
    assert held == 0
    assert place.house.problems() == []
    dials = place.stats()["dial_requests_by_channel"]
    assert max(dials.values()) == 1
    place.house.until(lambda: _unanswered(place, senders) == [], QUIET_WITHIN)
    assert {order.state for order in place.house.orders()} == {OrderState.ENDED}


def _unanswered(place: Place, senders: list[Enrolled]) -> list[str]:
    """Those who were not told twice: that their phone would ring, and what came of it."""
    told: dict[str, set[str]] = {}
    for mail in list_mails(place.house.settings.maildir):
        told.setdefault(mail.to, set()).add(mail.text)
    return [who.email for who in senders if len(told.get(who.email, set())) < 2]
