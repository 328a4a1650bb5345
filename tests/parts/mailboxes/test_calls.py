"""A mail in a real mailbox to a call on a real Asterisk, and its answer."""

from pathlib import Path

import pytest

from cordboard.lab.asterisk import Asterisk
from cordboard.lab.dovecot import Dovecot
from cordboard.lab.phones import Kind, Phone
from tests.parts.mailboxes.calling import Mailed, mailbox
from tests.parts.places import PRESSES_1, TALKS, on_a_real_switch

pytestmark = pytest.mark.parts


def test_a_mail_in_a_mailbox_is_a_call_and_is_answered(
    tmp_path: Path, switch: Asterisk, handsets: dict[Kind, Phone], dovecot: Dovecot
) -> None:
    boxes = [mailbox(dovecot, "orders"), mailbox(dovecot, "more")]
    with on_a_real_switch(tmp_path, switch, handsets, mailboxes=boxes) as place:
        first, second = (Mailed(place, dovecot, user) for user in ("orders", "more"))
        first.opened()
        second.opened()
        a_rung, b_rung = place.rung(PRESSES_1), place.rung(TALKS)
        people = [first.mail(f"CALL {TALKS} BILL one"), second.mail(f"CALL {TALKS} BILL two")]
        for who in people:
            order = place.outcome(who)
            assert (order.door, order.outcome) == ("imap", "talked")
            bills = place.bills(order)
            for role, leg in place.attempts(order).items():
                assert (bills[role].answered_ms, bills[role].ended_ms) == place.times_in_log(leg.id)
            told = place.told(who, 2)
            assert told[0].startswith("A1 Ringing")
            assert "You paid" in told[1]
        assert (place.rung(PRESSES_1), place.rung(TALKS)) == (a_rung + 2, b_rung + 2)
        assert place.house.problems() == []
        place.house.until(lambda: first.all_away() and second.all_away())
        assert len(dovecot.mails("orders", "Cordboard")) == len(dovecot.mails("more", "Cordboard")) == 1
