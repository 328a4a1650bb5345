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
from sqlalchemy import func, select, update

from cordboard.lab.house import Enrolled
from cordboard.lab.kannel import Kannel
from cordboard.lab.twilio import FakeTwilio
from kernel.crashpoints import AT_THE_DOOR, POINTS
from orders.states import MessageState, OrderState
from orders.tables import MESSAGE_IS_OPEN, messages
from replies.tables import IS_WAITING, outbox
from tests.parts.gateways import OURS, by_kannel, by_twilio, kannels_door, mobile_of, text_by
from tests.parts.places import PRESSES_1, TALKS, UNTIRING, Place, on_the_exchange
from tests.parts.test_web_deaths import without_sweeper

pytestmark = pytest.mark.parts
ITS_OWN = [*(label for label in POINTS if label.startswith(("accept.", "handle."))), *AT_THE_DOOR]
ANSWERED = ("reply.out", "reply.noted")
"""Behind these the gateway has its answer, and does not ask again."""
ALWAYS = 600
NEVER_CAME = "accept.before_commit 0"
"""Nobody was told that it was taken, and nobody asked again."""
RINGING = "A1 Ringing +33 1..1234. Press 1, then Bob. About $0.14/min."
PATIENCE = 180.0


@pytest.fixture(scope="module")
def trigger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sms-deaths") / "crash-at"


@pytest.fixture(scope="module")
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio((OURS,), again_s=0.1) as found:
        yield found


@pytest.fixture(scope="module")
def place(trigger: Path, twilio: FakeTwilio, gateway: Kannel) -> Iterator[Place]:
    sms: dict[str, Any] = {"twilio": by_twilio(twilio), "kannel": by_kannel(gateway)}
    with ExitStack() as stack:
        variables = {"CORDBOARD_CRASH_FILE": str(trigger)}
        home = trigger.parent / "home"
        place = stack.enter_context(on_the_exchange(home, variables=variables, program=UNTIRING, sms=sms))
        gateway.door = kannels_door(place)
        gateway.start()
        yield place


@pytest.fixture(scope="module")
def texted() -> dict[str, tuple[Enrolled, str]]:
    """Who texted while the door died, and from where, by where it died and whether Twilio asked again."""
    return {}


@pytest.mark.parametrize("label", ITS_OWN)
def test_a_text_by_kannel(
    place: Place, gateway: Kannel, trigger: Path, texted: dict[str, tuple[Enrolled, str]], label: str
) -> None:
    who = place.somebody(names={"Bob": TALKS})
    mobile = mobile_of(place, who)
    texted[f"{label} kannel"] = (who, mobile)
    (before,) = place.house.pids()["web"]
    with without_sweeper(place):
        trigger.write_text(label, encoding="ascii")
        with gateway.phone(mobile, OURS, "CALL Bob") as found:
            place.house.until(lambda: place.web_is_back(before))
            place.house.until(lambda: found.received)
            assert found.received == [RINGING]
    assert not trigger.exists()


@pytest.mark.parametrize("again", [0, ALWAYS])
@pytest.mark.parametrize("label", ITS_OWN)
def test_a_text_by_twilio(
    place: Place, twilio: FakeTwilio, trigger: Path, texted: dict[str, tuple[Enrolled, str]], label: str, again: int
) -> None:
    who = place.somebody(names={"Bob": TALKS})
    mobile = mobile_of(place, who)
    texted[f"{label} {again}"] = (who, mobile)
    (before,) = place.house.pids()["web"]
    with without_sweeper(place):
        trigger.write_text(label, encoding="ascii")
        answer = text_by(twilio, place, mobile, "CALL Bob", again=again)
        assert (answer.status == 200) == (again > 0 or label in ANSWERED)
        place.house.until(lambda: place.web_is_back(before))
    assert not trigger.exists()


def all_is_done(place: Place) -> bool:
    """Whether nothing is left to do: no message, no call, no text of Twilio's. What waits for a time need not."""
    o, m = outbox.c, messages.c
    with place.house.parts.db.write() as conn:
        conn.execute(update(messages).where(MESSAGE_IS_OPEN).values(taken_until_ms=0))
        waits = IS_WAITING & (o.tries == 0) & (o.next_ms > o.created_ms)
        conn.execute(update(outbox).where(waits).values(next_ms=o.created_ms + 1))
        left = conn.execute(select(func.count()).where(m.state != MessageState.HANDLED)).scalar_one()
        to_say = conn.execute(select(func.count()).where(IS_WAITING, o.way == "twilio")).scalar_one()
    return left == to_say == 0 and all(order.state == OrderState.ENDED for order in place.house.orders())


def test_all_of_them_had_one_call_and_were_told_once(
    place: Place, twilio: FakeTwilio, texted: dict[str, tuple[Enrolled, str]]
) -> None:
    assert len(texted) == 3 * len(ITS_OWN)
    place.house.until(partial(all_is_done, place), PATIENCE)
    had = {name: [order.outcome for order in place.orders_of(who)] for name, (who, _) in texted.items()}
    assert had == {name: ["talked"] for name in texted} | {NEVER_CAME: []}
    told = {name: twilio.sent_to(mobile) for name, (_, mobile) in texted.items() if "kannel" not in name}
    assert told.pop(NEVER_CAME) == []
    for name, texts in told.items():
        answers = [text for text in texts if text == RINGING]
        receipts = [text for text in texts if text.startswith("A1 Bob, ")]
        assert (len(answers), len(receipts), len(texts)) == (1, 1, 2), f"{name}: {texts}"
    assert place.rung(PRESSES_1) == len(had) - 1
    assert place.house.problems() == []
