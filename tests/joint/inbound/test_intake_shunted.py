"""Nothing is dropped: what a dead door left is taken up, and what cannot be handled is set aside for a person."""

from dataclasses import replace
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection

from inbound.heard import Heard
from inbound.mail_reader import EMAIL, MailReader
from inbound.ordering import Ordering
from kernel.errors import Unavailable
from kernel.secrets import Secrets
from orders import messages
from orders.states import MessageState
from tests.unit.inbound.house import ANN, LIMITS, ORDER, OWN_NUMBER, PIN, SECRETS, House

LEFT = 3_000
VALUE = "+44207946"
TOLD = "Not called: something went wrong here with your message. A person has been told and will look at it."


class BrokenOrdering(Ordering):
    """Fails as nobody foresaw, with something secret in its error."""

    def answer(self, conn: Connection, *_args: Any) -> NoReturn:
        conn.exec_driver_sql("INSERT INTO aliases (id) VALUES (?)", (VALUE,))
        raise AssertionError


class BrokenReader(MailReader):
    def read(self, *_args: Any) -> NoReturn:
        raise RecursionError("too deep")


class AwayReader(MailReader):
    """Is away for the first message it is given."""

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        if b"CALL +442079460019" in raw:
            raise Unavailable("The name server does not answer.")
        return super().read(conn, recipients, raw, peer)


def with_broken_ordering(house: House) -> None:
    broken = BrokenOrdering(SECRETS, house.clock, LIMITS, OWN_NUMBER, frozenset(), bool)
    house.intake = replace(house.intake, ordering=broken)


def state(house: House, message_id: str) -> str:
    return str(house.message(message_id).state)


def test_what_a_dead_door_accepted_is_handled(house: House) -> None:
    message_id = house.accept(house.mail(f"CALL mum PIN {PIN}"))
    house.clock.now_ms += LEFT - 1
    assert house.intake.leftovers() == 0
    house.clock.now_ms += 1
    assert house.intake.leftovers() == 1
    assert state(house, message_id) == MessageState.HANDLED
    assert len(house.orders) == len(house.said()) == 1
    assert house.intake.leftovers() == 0


def test_what_a_dead_handler_took_is_handled_by_another(house: House) -> None:
    message_id = house.accept(house.mail(f"CALL mum PIN {PIN}"))
    with house.db.write() as conn:
        messages.take(conn, message_id, house.clock.ms())
    house.clock.now_ms += messages.TAKE_MS - 1
    assert house.intake.leftovers() == 0
    house.intake.handle(message_id)
    assert not house.orders
    house.clock.now_ms += 1
    assert house.intake.leftovers() == 1
    assert len(house.orders) == 1


def test_one_that_must_wait_does_not_keep_the_others(house: House) -> None:
    first = house.accept(house.mail(f"CALL +442079460019 PIN {PIN}"))
    house.clock.now_ms += 1
    second = house.accept(house.mail(f"CALL mum PIN {PIN}"))
    house.intake = replace(house.intake, readers={EMAIL: AwayReader(SECRETS, ORDER, "door.test")})
    house.clock.now_ms += LEFT
    assert house.intake.leftovers() == 2
    assert (state(house, first), state(house, second)) == (MessageState.STORED, MessageState.HANDLED)
    assert len(house.orders) == 1


def test_what_needs_a_part_that_is_away_stays_stored(house: House) -> None:
    message_id = house.accept(house.mail(f"CALL mum PIN {PIN}"))
    other_key = Secrets(b"p" * 32, b"x" * 32)
    ours, house.intake = house.intake, replace(house.intake, secrets=other_key)
    with pytest.raises(Unavailable):
        house.intake.handle(message_id)
    assert state(house, message_id) == MessageState.STORED
    house.intake = ours
    house.clock.now_ms += messages.TAKE_MS
    house.intake.leftovers()
    assert len(house.orders) == 1


def test_what_is_never_finished_is_set_aside(house: House) -> None:
    message_id = house.accept(house.mail(f"CALL mum PIN {PIN}"))
    for _ in range(messages.MAX_TRIES):
        with house.db.write() as conn:
            assert messages.take(conn, message_id, house.clock.ms())
        house.clock.now_ms += messages.TAKE_MS
    assert house.intake.leftovers() == 1
    assert state(house, message_id) == MessageState.SHUNTED
    assert "5 times" in house.message(message_id).error
    assert house.said() == [("operator", f"A message was set aside. See: cordboard shunted {message_id}")]


def test_the_unexpected_is_set_aside_and_told(house: House) -> None:
    with_broken_ordering(house)
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
    row = house.message(message_id)
    assert (row.state, row.error.partition(":")[0]) == (MessageState.SHUNTED, "IntegrityError")
    assert SECRETS.unseal(row.raw).endswith(f"CALL mum PIN {PIN}\r\n".encode())
    assert sorted(house.said()) == [
        (ANN, TOLD),
        ("operator", f"A message was set aside. See: cordboard shunted {message_id}"),
    ]
    assert not house.orders
    assert not house.bell.rung


def test_why_it_was_set_aside_holds_no_value_of_anybodys(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with_broken_ordering(house)
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert VALUE not in house.message(message_id).error + caplog.text
    assert PIN not in house.message(message_id).error + caplog.text


@pytest.mark.parametrize("text", ["CALL mum", "CALL mum PIN 12345678"])
def test_who_is_not_proven_is_not_told(house: House, text: str) -> None:
    with_broken_ordering(house)
    message_id = house.send(house.mail(text))
    assert state(house, message_id) == MessageState.SHUNTED
    assert [to for to, _ in house.said()] == ["operator"]


def test_a_reader_that_fails_loses_nothing(house: House) -> None:
    message_id = house.accept(house.mail("CALL mum"), to=house.alias)
    ours, house.intake = house.intake, replace(house.intake, readers={EMAIL: BrokenReader(SECRETS, ORDER, "door.test")})
    house.intake.handle(message_id)
    assert state(house, message_id) == MessageState.SHUNTED
    house.intake = ours
    with house.db.write() as conn:
        assert messages.replay(conn, message_id)
    house.intake.handle(message_id)
    assert state(house, message_id) == MessageState.HANDLED
    assert len(house.orders) == 1


def test_a_replay_is_answered_though_its_trouble_was_told(house: House) -> None:
    ours = house.intake
    with_broken_ordering(house)
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
    house.intake = ours
    with house.db.write() as conn:
        assert messages.replay(conn, message_id)
    house.intake.handle(message_id)
    assert [text[:10] for to, text in house.said() if to == ANN] == [TOLD[:10], "A1 Ringing"]


def test_a_shunted_message_is_left_alone(house: House) -> None:
    with_broken_ordering(house)
    message_id = house.send(house.mail(f"CALL mum PIN {PIN}"))
    house.clock.now_ms += 3_600_000
    house.intake.handle(message_id)
    assert house.intake.leftovers() == 0
    assert len(house.said()) == 2


def test_what_was_left_does_not_keep_orders_waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbound.intake.LEFT_SECONDS", 0.0)
    for _ in range(2):
        house.accept(house.mail("hello"))
    house.clock.now_ms += LEFT
    assert [house.intake.leftovers() for _ in range(3)] == [1, 1, 0]
