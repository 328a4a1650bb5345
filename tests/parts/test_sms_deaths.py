"""The web door killed at each of its points while a text is in it: one call, and its sender told once.

Of Kannel it can't be known whether it took an answer: a door that dies between the writing of one and the note that it
was written has it said twice. Twilio is asked.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cordboard.lab.house import Enrolled
from cordboard.lab.kannel import Kannel
from cordboard.lab.twilio import FakeTwilio
from kernel.crashpoints import AT_THE_DOOR, POINTS
from orders.states import OrderState
from tests.parts.gateways import OURS, by_kannel, by_twilio, kannels_door, mobile_of, text_by
from tests.parts.places import PRESSES_1, TALKS, Place, on_the_exchange
from tests.parts.test_web_deaths import without_sweeper

pytestmark = pytest.mark.parts
ITS_OWN = [*(label for label in POINTS if label.startswith(("accept.", "handle."))), *AT_THE_DOOR]
ANSWERED = ("reply.out", "reply.noted")
"""Behind these the gateway has its answer, and does not ask again."""
PATIENCE = 180.0


@pytest.fixture(scope="module")
def trigger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sms-deaths") / "crash-at"


@pytest.fixture(scope="module")
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio((OURS,)) as found:
        yield found


@pytest.fixture(scope="module")
def place(trigger: Path, twilio: FakeTwilio, gateway: Kannel) -> Iterator[Place]:
    sms: dict[str, Any] = {"twilio": by_twilio(twilio), "kannel": by_kannel(gateway)}
    with ExitStack() as stack:
        variables = {"CORDBOARD_CRASH_FILE": str(trigger)}
        place = stack.enter_context(on_the_exchange(trigger.parent / "home", variables=variables, sms=sms))
        gateway.door = kannels_door(place)
        gateway.start()
        yield place


@pytest.fixture(scope="module")
def texted() -> dict[str, tuple[Enrolled, str]]:
    """Who texted by Twilio while the door died, and from where, by where it died and whether it was asked again."""
    return {}


@pytest.mark.parametrize("label", ITS_OWN)
def test_a_text_by_kannel(place: Place, gateway: Kannel, trigger: Path, label: str) -> None:
    who, rung = place.somebody(names={"Bob": TALKS}), place.rung(PRESSES_1)
    mobile = mobile_of(place, who)
    (before,) = place.house.pids()["web"]
    with without_sweeper(place):
        trigger.write_text(label, encoding="ascii")
        with gateway.phone(mobile, OURS, "CALL Bob") as found:
            place.house.until(lambda: not trigger.exists())
            place.house.until(lambda: place.house.pids().get("web", [before]) != [before])
            place.house.until(lambda: found.received)
    assert found.received == ["A1 Ringing +33 1..1234. Press 1, then Bob. About $0.14/min."]
    assert place.outcome(who).outcome == "talked"
    assert place.rung(PRESSES_1) == rung + 1


@pytest.mark.parametrize("again", [0, 60])
@pytest.mark.parametrize("label", ITS_OWN)
def test_a_text_by_twilio(
    place: Place, twilio: FakeTwilio, trigger: Path, texted: dict[str, Any], label: str, again: int
) -> None:
    who = place.somebody(names={"Bob": TALKS})
    mobile = texted[f"{label} {again}"] = (who, mobile_of(place, who))
    (before,) = place.house.pids()["web"]
    with without_sweeper(place):
        trigger.write_text(label, encoding="ascii")
        answer = text_by(twilio, place, mobile[1], "CALL Bob", again=again)
        assert (answer.status == 200) == (again > 0 or label in ANSWERED)
        place.house.until(lambda: not trigger.exists())
        place.house.until(lambda: place.house.pids().get("web", [before]) != [before])


def is_over(place: Place, who: Enrolled) -> bool:
    """Whether the call has ended, and both answers are known to be out."""
    return [order.state for order in place.orders_of(who)] == [OrderState.ENDED] and place.texts_sent(who) == 2


def test_all_of_them_had_one_call_and_were_told_once(
    place: Place, twilio: FakeTwilio, texted: dict[str, tuple[Enrolled, str]]
) -> None:
    never_came = "accept.before_commit 0"  # nobody was told that it was taken, and nobody asked again
    assert len(texted) == 2 * len(ITS_OWN)
    for name, (who, mobile) in texted.items():
        if name == never_came:
            assert (place.orders_of(who), twilio.sent_to(mobile)) == ([], [])
            continue
        place.house.until(partial(is_over, place, who), PATIENCE)
        told = sorted(twilio.sent_to(mobile), key=lambda text: text.startswith("A1 Ringing "))
        # How it went depends on when the telephones were rung, beside a door that dies; that it was told once does not.
        assert [text[:3] for text in told] == ["A1 ", "A1 "], name
        assert ["You paid" in text for text in told] == [True, False], name
    assert place.house.problems() == []
