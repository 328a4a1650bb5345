"""How a carrier does, by what became of its last attempts."""

import pytest

from dispatcher.calls import NOT_CREATED, QUIET
from dispatcher.health import KNOWN_FOR_MS, MOST, Doctor, Health, HealthRules, look
from orders.states import AttemptState
from tests.unit.dispatcher.desk import Desk
from tests.unit.factory import NOW

RULES = HealthRules(minutes=15, least=10, failed=50, answered=5)
FAILED, BUSY, WINDOW_MS = 34, 17, 15 * 60_000


def ended(desk: Desk, count: int, cause: int | None = None, *, carrier: str = "trunk", **columns: object) -> None:
    order = desk.order()
    for _ in range(count):
        desk.attempt(
            order, "B", AttemptState.ENDED, **{"carrier": carrier, "cause": cause, "dialling_ms": NOW, **columns}
        )


def seen(desk: Desk) -> Health:
    with desk.db.read() as conn:
        return look(conn, "trunk", desk.now.ms(), RULES)


@pytest.mark.parametrize(
    ("health", "ill"),
    [
        (Health(9, 0, 9), False),  # too few to tell
        (Health(10, 5, 5), True),
        (Health(10, 5, 4), False),
        (Health(20, 1, 0), False),
        (Health(100, 4, 0), True),
        (Health(), False),
    ],
)
def test_what_is_ill(health: Health, ill: bool) -> None:
    assert health.is_ill(RULES) is ill


def test_the_answer_seizure_ratio() -> None:
    assert (Health(8, 3, 1).asr, Health().asr) == (37, None)


def test_what_counts_is_what_was_dialled_and_ended_by_itself(desk: Desk) -> None:
    ended(desk, 2, 16, answered_ms=NOW)
    ended(desk, 3, BUSY)
    ended(desk, 4, FAILED)
    ended(desk, 5, None, dialling_ms=None)  # never dialled
    ended(desk, 2, None, dialling_ms=None, end_reason=NOT_CREATED)  # the switch could not even begin
    ended(desk, 5, None, dialling_ms=None, end_reason="not_reached")  # nor could it be asked to
    ended(desk, 6, 19, end_reason="dropped")  # by us
    ended(desk, 1, 16, end_reason=QUIET)  # by us, since it did not even ring
    ended(desk, 1, 18)  # no answer to our INVITE
    ended(desk, 1, 23)  # a redirection, which is not followed
    ended(desk, 7, FAILED, carrier="other")
    desk.attempt(desk.order(), "A", AttemptState.DIALLING, dialling_ms=NOW)  # nobody knows yet
    desk.attempt(desk.order(), "A", AttemptState.ANSWERED, dialling_ms=NOW, answered_ms=NOW)
    assert seen(desk) == Health(seizures=15, answered=3, failed=9)


def test_a_carrier_gets_well_when_its_failures_are_old(desk: Desk) -> None:
    ended(desk, 10, FAILED)
    assert seen(desk).is_ill(RULES)
    desk.now.later(WINDOW_MS)
    assert seen(desk) == Health()


def test_however_many_calls_there_were_the_last_ones_count(desk: Desk) -> None:
    ended(desk, 5, FAILED)
    desk.now.later(1)
    ended(desk, MOST, BUSY)
    assert seen(desk) == Health(MOST, 0, 0)


def test_it_is_looked_at_every_few_seconds_and_no_more(desk: Desk) -> None:
    doctor = Doctor(RULES)

    def says() -> int:
        with desk.db.read() as conn:
            return doctor.of(conn, "trunk", desk.now.ms()).seizures

    assert says() == 0
    ended(desk, 3, BUSY)
    desk.now.later(KNOWN_FOR_MS - 1)
    assert says() == 0
    desk.now.later(1)
    assert says() == 3
    ended(desk, 1, BUSY)
    desk.now.later(-KNOWN_FOR_MS)  # a clock that was set back
    assert says() == 4
