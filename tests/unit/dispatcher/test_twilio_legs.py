"""What Twilio says of a leg, in any order and any number of times, and what the log is told of it."""

import itertools
import random
from typing import Any

import pytest
from sqlalchemy import select

from dispatcher.switches.base import LegPlan, Opening
from dispatcher.switches.twilio import legs, twiml
from dispatcher.switches.twilio.legs import Heard
from dispatcher.switches.twilio.statuses import cause, refused
from dispatcher.switches.twilio.twiml import Second, Where
from dispatcher.switches.twilio.webhook import heard
from dispatcher.tables import switch_log
from kernel.db import Database
from tests.unit.dispatcher.desk import Desk

FIRST, SECOND = "a" * 28, "b" * 28
SID, OTHER_SID = "CA" + "1" * 32, "CA" + "2" * 32
SWITCH = "main"
WHERE = Where("https://calls.example.com/voice/twilio")
LIFE = (
    Heard("initiated", 1_000, SID, 0),
    Heard("ringing", 2_000, SID, 1),
    Heard("in-progress", 4_000, SID, 2),
    Heard("completed", 9_000, SID, 3, seconds=5),
)
NOW = 10_500


@pytest.fixture
def db(desk: Desk) -> Database:
    with desk.db.write() as conn:
        legs.make(conn, SWITCH, LegPlan(FIRST, "twilio", "+33140001234", 60_500), "+12025550109", 0)
        legs.make(conn, SWITCH, LegPlan(SECOND, "twilio", "+442079460000", 7_500, "", FIRST), "+12025550109", 0)
        for leg in (FIRST, SECOND):
            legs.note(conn, leg, dialled_ms=500)
    return desk.db


def tell(db: Database, leg: str, *said: Heard) -> None:
    for each in said:
        with db.write() as conn:
            legs.hear(conn, leg, each, NOW)


def logged(db: Database, *of: str) -> list[tuple[str, str, int, int | None]]:
    with db.read() as conn:
        rows = conn.execute(select(switch_log).order_by(switch_log.c.id)).all()
    return [(x.attempt_id, x.what, x.at_ms, x.cause) for x in rows if not of or x.attempt_id in of]


def words(db: Database, token: str, of: str = "") -> str:
    with db.write() as conn:
        return legs.take_words(conn, FIRST, token, of)


def say(db: Database, text: str, rings: str = "") -> None:
    with db.write() as conn:
        legs.say(conn, FIRST, text, rings)


def one(db: Database, leg: str) -> Any:
    with db.read() as conn:
        return legs.by_id(conn, leg)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_life_in_any_order_and_twice_is_told_once(db: Database, order: tuple[int, ...]) -> None:
    chosen = [LIFE[i] for i in order]
    tell(db, FIRST, *chosen, *random.Random(1).sample(chosen, 4))
    assert logged(db) == [(FIRST, "answer", 4_000, None), (FIRST, "hangup", 9_000, 16)]


def test_an_end_without_its_length_waits_until_it_is_asked_for(db: Database) -> None:
    tell(db, FIRST, Heard("completed", 9_000, SID))
    assert logged(db) == []
    tell(db, FIRST, Heard("completed", 9_000, SID, seconds=3))
    assert logged(db) == [(FIRST, "answer", 6_000, None), (FIRST, "hangup", 9_000, 16)]


def test_the_end_of_a_second_that_nobody_answered_is_told_behind_that_of_its_first(db: Database) -> None:
    tell(db, FIRST, *LIFE[:3])
    tell(db, SECOND, Heard("ringing", 5_000, OTHER_SID), Heard("canceled", 9_000, OTHER_SID))
    assert logged(db, SECOND) == []
    tell(db, FIRST, LIFE[3])
    assert [row[0] for row in logged(db) if row[1] == "hangup"] == [FIRST, SECOND]


def test_or_as_soon_as_the_first_is_known_to_be_there(db: Database) -> None:
    tell(db, SECOND, Heard("busy", 9_000, OTHER_SID, sip=486))
    with db.write() as conn:
        legs.first_is_there(conn, SECOND, NOW)
    assert logged(db) == [(SECOND, "hangup", 9_000, 17)]


def test_that_of_a_second_that_was_answered_is_told_at_once(db: Database) -> None:
    tell(db, SECOND, *(Heard(x.status, x.at_ms, OTHER_SID, x.sequence, seconds=x.seconds) for x in LIFE))
    assert logged(db) == [(SECOND, "answer", 4_000, None), (SECOND, "hangup", 9_000, 16)]


def test_words_that_ring_somebody_are_given_to_one_request(db: Database) -> None:
    say(db, "<Dial/>", SECOND)
    assert words(db, "one") == "<Dial/>"
    assert words(db, "one") == "<Dial/>"  # the same again: its answer was lost
    assert words(db, "two") == ""
    tell(db, SECOND, Heard("initiated", 5_000, OTHER_SID))
    assert words(db, "one") == ""


def test_a_request_without_a_token_is_not_taken_for_another(db: Database) -> None:
    say(db, "<Dial/>", SECOND)
    assert words(db, "") == "<Dial/>"
    assert words(db, "") == ""


def test_when_the_ringing_is_over_its_words_are_not_given_again(db: Database) -> None:
    say(db, "<Dial/>", SECOND)
    assert words(db, "one", of=SECOND) == ""
    say(db, "<Say/>")
    assert words(db, "one", of=SECOND) == words(db, "two") == "<Say/>"


def test_a_leg_that_was_given_up_and_rings_is_there_again(db: Database) -> None:
    with db.write() as conn:
        legs.bury(conn, FIRST, NOW)
    assert logged(db) == [(FIRST, "hangup", NOW, None)]
    assert one(db, FIRST).over
    tell(db, FIRST, LIFE[1])
    assert not one(db, FIRST).over
    assert one(db, FIRST).sid == SID


def test_nobody_is_asked_to_ring_a_second_that_was_given_up(db: Database) -> None:
    say(db, "<Dial/>", SECOND)
    with db.write() as conn:
        legs.bury(conn, SECOND, NOW)
    assert words(db, "one") == ""


def test_two_calls_for_one_leg_are_for_a_person_to_see(db: Database) -> None:
    tell(db, FIRST, LIFE[0], Heard("in-progress", 4_000, OTHER_SID))
    assert logged(db) == []
    assert one(db, FIRST).sid == SID


@pytest.mark.parametrize(
    ("status", "sip", "is_"),
    [
        ("busy", 486, 17), ("busy", 603, 21), ("no-answer", 487, 19), ("failed", 404, 1), ("failed", 503, 34),
        ("failed", 480, 19), ("failed", 0, 31), ("canceled", 487, 16), ("completed", 200, 16),
    ],
)  # fmt: skip
def test_how_it_ended_as_a_cause(status: str, sip: int, is_: int) -> None:
    assert cause(status, sip) == is_


def test_why_it_was_not_made_as_a_cause() -> None:
    assert [refused(400, 21211), refused(403, 21215), refused(429, 20429), refused(401, 20003)] == [28, 3, 42, 38]


def test_a_callback_is_read_by_its_own_time() -> None:
    form = {"CallStatus": "completed", "Timestamp": "Mon, 16 Aug 2010 03:45:01 +0000", "CallSid": SID,
            "SequenceNumber": "3", "SipResponseCode": "200", "CallDuration": "5"}  # fmt: skip
    assert heard(form, NOW) == Heard("completed", 1_281_930_301_000, SID, 3, 200, 5)
    assert heard({"CallStatus": "<x>", "Timestamp": "x"}, NOW) == Heard("", 10_000)


def test_who_is_asked_for_a_1_hears_a_name_in_letters_and_nothing_of_a_users() -> None:
    asked = twiml.opening(WHERE, FIRST, Opening("ann", "512"), 20)
    assert '<Play digits="ww512" />' in asked
    assert f'action="https://calls.example.com/voice/twilio?leg={FIRST}&amp;at=gather#rc=5&amp;rp=all"' in asked
    assert 'numDigits="1"' in asked
    assert 'timeout="20"' in asked
    assert "It is for a, n, n." in asked
    assert asked.rstrip().endswith("<Hangup /></Response>")


def test_the_other_is_rung_with_its_limit_and_is_cut_there() -> None:
    rung = twiml.dial(WHERE, FIRST, Second(SECOND, "+442079460000", "+12025550109", 7, 30, "99", holds=True))
    for said in ('answerOnBridge="true"', 'timeLimit="7"', 'timeout="30"', 'callerId="+12025550109"', "Please hold."):
        assert said in rung
    assert 'sendDigits="ww99"' in rung
    assert f"?leg={SECOND}&amp;at=status" in rung
    assert f"?leg={FIRST}&amp;at=dialled&amp;of={SECOND}" in rung


def test_a_limit_is_rounded_down_and_never_none() -> None:
    assert [legs.whole_seconds(ms) for ms in (7_999, 1_000, 1)] == [7, 1, 1]
