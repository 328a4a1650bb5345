"""The door killed at each of its points, cut off on its wire, doubled: one call for each mail, all of it put away."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from cordboard.lab.dovecot import Dovecot
from cordboard.lab.house import Enrolled, House
from inbound.intake import LEFT_AFTER_MS
from kernel.crashpoints import OF_MAILBOXES, POINTS
from orders.states import MessageState, OrderState
from orders.tables import messages
from tests.parts.mailboxes.calling import Mailed, mailbox
from tests.parts.places import PRESSES_1, QUICK_CALLS, TALKS, place_on_the_exchange
from tests.parts.talks import ImapTalk
from tests.parts.wire import Fault, What, Wire

pytestmark = pytest.mark.parts

ITS_OWN = [*OF_MAILBOXES, *(label for label in POINTS if label.startswith(("accept.", "handle.")))]
CUT: tuple[tuple[What, str], ...] = (
    ("lose_reply", "BODY.PEEK"), ("lose_request", "MOVE"), ("lose_reply", "MOVE"), ("lose_reply", "DONE"),
)  # fmt: skip


@dataclass
class Door:
    """What is done to it."""

    mailed: Mailed
    wire: Wire
    trigger: Path


@pytest.fixture(scope="module")
def door(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("mailbox-deaths")
    trigger = folder / "crash-at"
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("CORDBOARD_CRASH_FILE", str(trigger))
        wire = stack.enter_context(Wire(ImapTalk, dovecot.port))
        boxes = [mailbox(dovecot, "deaths", wire.port, idle_s=2)]
        # The sweeper is this test's own: another one might come to a point first, and die there.
        house = stack.enter_context(House(folder / "home", {"calls": QUICK_CALLS, "mailboxes": boxes}))
        house.start("--without", "sweeper")
        mailed = Mailed(place_on_the_exchange(house), dovecot, "deaths")
        mailed.opened()
        yield Door(mailed, wire, trigger)


def pid_of(door: Door) -> int:
    return door.mailed.place.house.pids().get("imap", [0])[0]


def sweep(door: Door) -> None:
    """As the sweeper does when half a minute has gone by since somebody died: what the dead had is anybody's then."""
    parts = door.mailed.place.house.parts
    with parts.db.write() as conn:
        conn.execute(update(messages).values(taken_until_ms=0, stored_ms=messages.c.stored_ms - LEFT_AFTER_MS))
    parts.intake.leftovers()


def outcome(door: Door, who: Enrolled) -> str:
    """What came of their one order. It is rung for again until somebody hears it."""
    place = door.mailed.place

    def is_over() -> bool:
        place.house.parts.due.ring()
        return place.state(who) == OrderState.ENDED

    place.house.until(is_over)
    return str(place.outcome(who).outcome)


@pytest.mark.parametrize("label", ITS_OWN)
def test_the_door_dies_and_the_call_is_placed_once(door: Door, label: str) -> None:
    place, before = door.mailed.place, pid_of(door)
    rung = place.rung(PRESSES_1)
    door.trigger.write_text(label, encoding="ascii")
    who = door.mailed.mail(f"CALL {TALKS}")
    place.house.until(lambda: not door.trigger.exists())
    place.house.until(lambda: pid_of(door) not in (0, before))
    place.house.until(door.mailed.all_away)
    sweep(door)
    assert outcome(door, who) == "talked"
    assert place.rung(PRESSES_1) == rung + 1


@pytest.mark.parametrize(("what", "on"), CUT)
def test_the_connection_breaks_and_the_call_is_placed_once(door: Door, what: What, on: str) -> None:
    place = door.mailed.place
    rung = place.rung(PRESSES_1)
    door.wire.order(Fault(what, (on,)))
    who = door.mailed.mail(f"CALL {TALKS}")
    assert outcome(door, who) == "talked"
    assert place.rung(PRESSES_1) == rung + 1
    place.house.until(lambda: door.wire.left() == 0)
    place.house.until(door.mailed.all_away)


def test_a_mail_that_comes_twice_by_two_doors_is_one_call(door: Door) -> None:
    place = door.mailed.place
    rung = place.rung(PRESSES_1)
    who = door.mailed.mail(f"CALL {TALKS}")
    door.mailed.again(who, f"CALL {TALKS}")
    place.mail(who, f"CALL {TALKS}", f"<once@{who.user_id}>")
    assert outcome(door, who) == "talked"
    place.house.until(lambda: sum(row.state == MessageState.HANDLED for row in rows(door)[-3:]) == 3)
    while place.house.parts.sender.send_waiting():
        pass
    answers = place.told(who, 4)
    assert sum(answer.startswith("A1 Ringing") for answer in answers) == 3
    assert place.rung(PRESSES_1) == rung + 1


def test_two_processes_that_read_one_mailbox_place_each_call_once(door: Door) -> None:
    place, house = door.mailed.place, door.mailed.place.house
    rung = place.rung(PRESSES_1)
    words = [sys.executable, "-m", "cordboard", "--config", str(house.file), "imap"]
    with (house.home / "second.log").open("wb") as log:
        second = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        people = [door.mailed.mail(f"CALL {TALKS}") for _ in range(10)]
        second.kill()
        people += [door.mailed.mail(f"CALL {TALKS}") for _ in range(5)]
        place.house.until(door.mailed.all_away)
        sweep(door)  # what the killed one had begun
        assert [outcome(door, who) for who in people] == ["talked"] * 15
    finally:
        second.kill()
        second.wait(30)
    assert place.rung(PRESSES_1) == rung + 15
    place.house.until(door.mailed.all_away)


def test_a_server_that_was_away_is_found_again(door: Door) -> None:
    server = door.mailed.server
    server.stop()
    pid = pid_of(door)
    server.start()
    who = door.mailed.mail(f"CALL {TALKS}")
    assert outcome(door, who) == "talked"
    assert pid_of(door) == pid


def test_and_when_all_is_quiet_again_nothing_was_doubled_and_nothing_is_left(door: Door) -> None:
    house, people = door.mailed.place.house, door.mailed.people
    assert len(people) >= len(ITS_OWN) + len(CUT) + 16
    assert sorted(order.user_id for order in house.orders()) == sorted(who.user_id for who in people)
    assert {row.state for row in rows(door)} == {MessageState.HANDLED}
    by_mailbox = [row for row in rows(door) if row.door == "imap"]
    assert len(by_mailbox) == len(people) + 1  # each mail was stored once, and one had come twice
    assert house.problems() == []
    assert max(door.mailed.place.stats()["dial_requests_by_channel"].values()) == 1


def rows(door: Door) -> list[Any]:
    with door.mailed.place.house.parts.db.read() as conn:
        return list(conn.execute(select(messages).order_by(messages.c.id)))
