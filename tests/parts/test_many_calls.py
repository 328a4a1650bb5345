"""Two hundred mails at once on a real Asterisk: every call made, sound both ways, every bill the log's."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from cordboard.lab.asterisk import Asterisk
from orders.tables import attempts
from tests.parts.places import Place, on_a_real_switch
from tests.parts.stories import Handsets

pytestmark = pytest.mark.parts

CALLS, SENDERS, CONNECTIONS = 200, 5, 20


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, switch: Asterisk, handsets: Handsets) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("many")
    waits = {"confirm_s": 20, "ring_a_s": 45, "ring_b_s": 60, "min_talk_s": 60, "lease_s": 6}
    with on_a_real_switch(folder, switch, handsets, waits, {"+33": "answers", "+44": "hangs_up_after"}) as found:
        yield found


def test_two_hundred_mails_are_two_hundred_calls_billed_to_the_millisecond(place: Place) -> None:
    people = [
        place.somebody(press_1=False, balance=500_000_000, phone=f"+3314000{n:04d}") for n in range(1, SENDERS + 1)
    ]

    def order(number: int) -> None:
        place.mail(people[number % SENDERS], f"CALL +44 20 7946 {number:04d}")

    with ThreadPoolExecutor(CONNECTIONS) as crowd:
        list(crowd.map(order, range(CALLS)))
    place.house.until(lambda: place.house.ended() == CALLS, 600)
    assert Counter(each.outcome for each in place.house.orders()) == {"talked": CALLS}
    assert place.house.problems() == []
    with place.house.parts.db.read() as conn:
        legs = list(conn.execute(select(attempts)))
    assert len(legs) == 2 * CALLS
    assert place.switch is not None
    sound = place.switch.sound()
    for leg in legs:
        assert place.times_in_log(leg.id) == (leg.answered_ms, leg.ended_ms)
        assert sound[leg.id].received >= 25  # half a second of the two that B talks
        assert sound[leg.id].sent >= 25
    answers = sum(len(place.told(each, 2 * CALLS // SENDERS)) for each in people)
    assert answers == 2 * CALLS
