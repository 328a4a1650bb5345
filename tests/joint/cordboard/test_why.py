"""What `cordboard why` tells of orders and messages, and what it never tells."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, update

from accounts.tables import accounts
from billing.settle import Leg, close_order, finalise
from billing.tables import hold_slices
from billing.tables import holds as holds_table
from cordboard.cli import main
from cordboard.cli.context import Tools
from cordboard.configure import settings_from
from dispatcher.tables import switch_log
from kernel.db import metadata
from orders import messages as kept_messages
from orders import wishes
from orders.states import AttemptState, OrderState
from orders.tables import messages, orders
from replies.tables import outbox
from tests.unit import factory
from tests.unit.billing.world import QUOTE
from tests.unit.inbound.house import ANN, ANNS_PHONE, MUM, NOW, ORDER, PIN, SECRETS, House, build, unsynced


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    user, alias = build(tmp_path / "house.db")
    db = unsynced(tmp_path / "house.db")
    yield House(db, user, f"{alias}@door.test")
    db.close()


def ask(house: House, *args: str, fails: int = 0) -> Result:
    settings = settings_from({"home": str(house.path.parent), "mail": {"domain": "door.test"}})
    assert settings.mail.order_address == ORDER
    tools = Tools(settings, house.db, SECRETS, house.clock)
    with patch("cordboard.cli.context.open_tools", lambda _config: tools):
        result = CliRunner().invoke(main, ["why", *args])
    assert result.exit_code == fails, result.output
    assert max(map(len, result.stdout.splitlines()), default=0) <= 80 or "--json" in args
    return result


def why(house: House, *args: str) -> str:
    """What is printed, its lines joined as if the page were wide."""
    return " ".join(ask(house, *args).stdout.split())


def as_json(house: House, *args: str) -> Any:
    return json.loads(ask(house, *args, "--json").stdout)


def finished(house: House, *, b_answers: bool = True, hold: dict[str, Any] | None = None, **told: Any) -> str:
    """Ann's call to Mum, over and billed; its order's id."""
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    order = house.orders[-1]
    legs = {}
    with house.db.write() as conn:
        if hold:
            conn.execute(update(holds_table).values(**hold))
        for role, number in (("A", order.number_a), ("B", order.number_b)):
            answered = NOW + 5_000 if role == "A" else NOW + 15_123 if b_answers else None
            legs[role] = factory.attempt(
                conn, order.id, role, number=number, answered_ms=answered, ended_ms=NOW + 76_200, cause=16
            )
            if answered:
                _log(conn, legs[role], "answer", answered, None)
                b_answered = NOW + 15_123 if b_answers else None
                finalise(conn, Leg(legs[role], answered, NOW + 76_200, 16, second_answered_ms=b_answered, **told), NOW)
            _log(conn, legs[role], "hangup", NOW + 76_200, 16 if answered else 17)
        ended = {"state": OrderState.ENDED, "outcome": "talked", "joined_ms": NOW + 15_130, "ended_ms": NOW + 76_300}
        conn.execute(update(orders).where(orders.c.id == order.id).values(**ended))
        close_order(conn, order.id, NOW + 76_300)
    return str(order.id)


def _log(conn: Any, attempt: str, what: str, at_ms: int, cause: int | None) -> None:
    conn.execute(insert(switch_log).values(switch="main", attempt_id=attempt, what=what, at_ms=at_ms, cause=cause))


def test_a_finished_order_is_told_to_the_millisecond(house: House) -> None:
    finished(house)
    text = why(house, "a1")
    for told in (
        "A1 Ship, Ann: talked, $0.0574 charged",
        "+1 202-555-0101, then Mum +44 20 7946 0018",
        "14:13:25.000 switch's log: answer of leg A",
        "14:13:35.123 switch's log: answer of leg B",
        "14:14:36.200 switch's log: hangup of leg B, cause 16 (hung up)",
        "14:13:35.130 joined",
        "Wrote Subject: CALL mum PIN ****",
        "Proof pin, a claim",
        "44 United Kingdom: $0.0245/min + $0.01 to connect, by 30 s, then 6 s; deck retail",
        "released 14:14:36.300",
        "71.200 s, billed 72 s (6/6) at 0.017 a minute = 0.0204 USD",
        "61.077 s, billed 66 s (30/6) at 0.0245 a minute + 0.01 = 0.037",
        "charge A1 leg B: customer -0.037, revenue 0.037 USD",
        "answer to the sender, NOT SENT, waiting after 0 tries A1 Ringing +1 2..0101.",
    ):
        assert told in text, told


def test_a_code_that_was_ordered_is_a_story_of_one_leg(house: House) -> None:
    house.send(house.mail(f"VERIFY +442079460777 PIN {PIN}"))
    text = why(house, "A1")
    assert "+44 20 7946 0777, to hear a code" in text
    assert "Pays for 30 s talk; A is cut 29.5 s after answer" in text
    assert "Leg B" not in text
    assert as_json(house, str(house.orders[-1].id))["price"]["b"] is None


def test_what_was_added_to_the_hold_and_a_drop_are_in_the_story(house: House) -> None:
    order = finished(house)
    with house.db.write() as conn:
        conn.execute(insert(hold_slices).values(order_id=order, talk_s=246, more=149_400, at_ms=NOW + 20_000))
        assert wishes.drop(conn, order, NOW + 70_000)
    text = why(house, "A1")
    assert "14:13:40.000 held 0.1494 USD more, to 4:06 of talk" in text
    assert "14:14:30.000 a drop was asked for" in text
    assert "Ceiling $5.00, 7200 s talk" in text
    told = as_json(house, order)
    assert told["price"]["hold"]["slices"] == [{"at": "2026-09-21T14:13:40.000Z", "more": "0.1494", "talk_s": 246}]
    assert told["order"]["drop_at"] == "2026-09-21T14:14:30.000Z"


def test_the_timeline_is_in_order_and_amounts_are_exact(house: House) -> None:
    order = finished(house)
    told = as_json(house, order)
    times = [each["at"] for each in told["timeline"]]
    assert times == sorted(times)
    assert (told["order"]["id"], told["order"]["joined_at"]) == (order, "2026-09-21T14:13:35.130Z")
    assert [(leg["number"], leg["bill"]["charge"]) for leg in told["legs"]] == [(ANNS_PHONE, "0.0204"), (MUM, "0.037")]
    assert [line["what"] for leg in told["legs"] for line in leg["log"]] == ["answer", "hangup"] * 2
    assert told["price"]["hold"]["spent"] == "0.0574"
    assert (told["now"], told["again"]) == (None, [])


def test_why_a_bill_is_not_what_the_time_costs(house: House) -> None:
    finished(house, estimated=True, hold={"amount": 50_000})
    text = why(house, "A1")
    assert "estimated: nobody recorded its end" in text
    assert "capped: the hold had no more left than what was charged" in text
    assert "charged $0.0296 + $0.00 tax" in text


def test_why_a_leg_cost_nothing(house: House) -> None:
    quote = replace(QUOTE, charge_unjoined=False)
    finished(house, b_answers=False, hold={"quote": quote.to_json()})
    text = why(house, "A1")
    assert (
        "71.200 s, billed 72 s (6/6) at 0.017 a minute = 0.0204 USD not charged: the other leg never answered" in text
    )
    assert "Bill nothing: it was not answered" in text
    assert "Tax 20.00 % Waiting 20 s to press 1, 60 s of ringing Unjoined leg A is not charged" in text


def test_an_attempt_never_dialled_and_one_never_billed_are_told(house: House) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    order = house.orders[0].id
    with house.db.write() as conn:
        factory.attempt(conn, order, "A", dialling_ms=None, end_reason="never_dialled")
        lost = factory.attempt(conn, order, "A", answered_ms=NOW + 1_000, ended_ms=NOW, end_reason="absurd_record")
        _log(conn, lost, "answer", NOW + 1_000, None)
        factory.attempt(conn, order, "B", ended_ms=NOW + 3_000, cause=17)
    text = why(house, order)
    unbilled = f"ANSWERED AND NOT BILLED; see `cordboard ledger settle {lost}`"
    no_end = "leg B ended, by what we know; the log has no end"
    for told in ("NEVER DIALLED", unbilled, "End reason absurd_record", "Cause 17 (busy)", no_end):
        assert told in text


def test_a_live_order_says_how_far_it_is_and_what_is_away(house: House) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    with house.db.write() as conn:
        factory.attempt(conn, house.orders[0].id, "A", state=AttemptState.DIALLING)
        conn.execute(update(orders).values(state=OrderState.RINGING_1))
    text = why(house, "A1")
    assert "now, 14:13:20.000: ringing a; conductor NOT AT WORK; switch's log NOT READ, so nobody is rung" in text
    assert "STILL HELD" in text
    assert as_json(house, "A1")["now"]["state"] == "ringing_a"


def test_a_redelivery_is_in_the_order_and_names_it(house: House) -> None:
    mail = house.mail(f"CALL mum PIN {PIN}")
    first = house.send(mail)
    house.clock.now_ms += 60_000
    second = house.send(mail)
    assert [each["id"] for each in as_json(house, first)["again"]] == [second]
    assert "14:14:20.000 the same message again, from 192.0.2.1" in why(house, "A1")
    text = why(house, second)
    for told in (f"Order A1 {house.orders[0].id}", f"Stopped repeated: {first}", "again: A1 Ringing"):
        assert told in text


def test_an_old_satellite_code_is_told_with_its_region(house: House) -> None:
    house.allow_satellites()
    house.signed.add(ANN)
    message = house.send(house.mail("CALL +873 773 123456"), house.alias)
    told = as_json(house, message)
    written = "+873 773 123456 is dialled as +870773123456; +873 named the Indian Ocean (IOR)"
    assert told["message"]["evidence"]["number"] == written
    assert told["order"]["number_b"] == "+870773123456"
    assert f"number: {written}" in why(house, message)
    assert "CALL +873 773 123456" in told["message"]["wrote"]


def test_a_ref_of_several_accounts_has_to_be_told_apart(house: House) -> None:
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    house.send(house.mail(f"CALL {MUM} PIN {PIN}", **{"from": "bob@rig.example"}))
    assert "--account NAME" in ask(house, "A1", fails=2).stderr
    choices = json.loads(ask(house, "A1", "--json", fails=2).stdout)["choices"]
    assert [each["account"] for each in choices] == ["Ship", "Rig"]
    assert "A1 Rig, Bob: due" in why(house, "A1", "--account", "rig")


@pytest.mark.parametrize(
    ("text", "sender", "told"),
    [
        ("CALL mum", ANN, "Stopped proven: not_proven Not asked fresh, own phone"),
        ("CALL mum PIN 11112222", ANN, "not answered, not proven, neither alias nor right PIN: Not called"),
        ("CALL mum", "x@y.example", "nobody who is enrolled: neither acted on nor answered"),
        (f"CALL mum tomorow PIN {PIN}", ANN, "Not called: I don't know"),
        ("thanks", ANN, "a bare thank-you"),
        (f"CALL +33140001234 PIN {PIN}", ANN, "Stopped rate known: no_rate Not asked route, at once, cap per call"),
    ],
)
def test_a_message_without_an_order_says_what_became_of_it(house: House, text: str, sender: str, told: str) -> None:
    page = why(house, house.send(house.mail(text, **{"from": sender})))
    assert page.startswith("A message that placed no order")
    assert told in page


def test_messages_that_wait_or_were_set_aside_are_told(house: House) -> None:
    waits, aside = (house.accept(house.mail("CALL mum")) for _ in range(2))
    with house.db.write() as conn:
        kept_messages.shunt(conn, aside, "ValueError: \x1b[2Jodd", NOW)
    assert "waits to be handled; taken 0 times so far" in why(house, waits)
    assert "set aside for a person: ValueError: \ufffd[2Jodd" in why(house, aside)


def test_the_last_messages_leave_a_trace_each(house: House) -> None:
    assert why(house, "--last") == "No message has come yet."
    for text in (f"CALL mum PIN {PIN}", "CALL mum", "thanks"):
        house.clock.now_ms += 1_000
        house.send(house.mail(text))
    lines = ask(house, "--last").stdout.splitlines()
    assert len(lines) == 6
    for place, told in ((1, "bare thank-you"), (3, "not answered, not proven"), (4, "  A1  ")):
        assert told in lines[place]
    assert len(as_json(house, "--last", "--count", "2")) == 2
    for line in lines[::2]:
        ask(house, line.split()[-1])


def test_no_secret_and_no_control_character_is_ever_shown(house: House) -> None:
    evil = f"CALL mum PIN {PIN}\n\n-- \nwrite to {house.alias.upper()} or {ORDER} \x1b]0;x\x07 \u202e \x9b31m"
    message = house.send(house.mail(evil, subject=f"pin {PIN}"), to=house.alias)
    with house.db.write() as conn:
        conn.execute(update(messages).values(kept=f"{evil.replace(PIN, '****')}"))
        conn.execute(update(outbox).values(error=f"550 {house.alias} refused"))
        envelopes = list(conn.execute(select(outbox.c.envelope)).scalars())
    for args in ((message,), (message, "--json"), ("--last",)):
        shown = ask(house, *args).stdout
        assert house.alias.partition("@")[0].lower() not in shown.lower()
        assert PIN not in shown
        assert not any(envelope in shown for envelope in envelopes)
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(shown)
    assert f"write to (alias) or {ORDER}" in why(house, message)


def test_it_only_reads(house: House) -> None:
    finished(house)
    before = [house.rows(table) for table in metadata.sorted_tables]
    why(house, "A1")
    why(house, "--last")
    assert [house.rows(table) for table in metadata.sorted_tables] == before


def test_what_there_is_not_is_said(house: House) -> None:
    assert "There is no order or message 'Z9'" in ask(house, "Z9", fails=2).stderr
    assert "There is no account none" in ask(house, "A1", "--account", "none", fails=2).stderr
    for both_or_none in ((), ("--last", "A1"), ("A1", "--last")):
        assert "say --last and no name" in ask(house, *both_or_none, fails=2).stderr


def test_a_question_is_told_by_its_reference_before_and_after_it_is_answered(house: House) -> None:
    house.change(accounts, ask_new=True)
    message_id = house.send(house.mail(f"CALL +442079460019 PIN {PIN}"))
    said = house.said()[0][1]
    for told in (why(house, "a1"), why(house, message_id)):
        assert "A message that placed no order A1 +44 2..0019 is new." in told
        assert "Question A1: its number was new, and the sender known by a PIN alone; not answered, and nothing" in told
        assert "Stopped asked back: ask_new" in told
        assert "asked back as A1" in told
    house.send(house.mail(said.partition("Reply ")[2].partition(" (")[0]))
    told = why(house, "A1")
    assert "A1 Ship, Ann: due" in told
    assert f"OK was said asked for message {message_id}" in told
    assert "Proof code, a claim" in told
    assert "A1 +44 2..0019 is new. Call at about $0.04/min?" in told
    assert "answered: OK" in told
    assert as_json(house, "A1")["question"]["why"] == "ask_new"


def test_evidence_is_told_in_words(house: House) -> None:
    house.signed.add(ANN)
    message_id = house.send(house.mail("CALL mum"))
    told = why(house, message_id)
    assert "Proof dkim, proven Evidence alias: no dkim: as the test says" in told
    house.signed.clear()
    assert "Proof none" in why(house, house.send(house.mail("CALL mum")))
