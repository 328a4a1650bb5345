"""Accepted means stored, durably and sealed, before anything else happens to a message."""

import sqlite3
from dataclasses import replace

import pytest

from kernel.db import Database
from kernel.errors import Unavailable
from orders.states import MessageState
from tests.unit.inbound.house import NOW, ORDER, PIN, SECRETS, House


def test_what_was_accepted_is_there_for_another_connection(house: House) -> None:
    raw = house.mail(f"CALL mum PIN {PIN}")
    message_id = house.accept(raw)
    with sqlite3.connect(f"file:{house.path}?mode=ro", uri=True) as other:
        row = other.execute("SELECT state, stored_ms, sender, recipients, raw FROM messages WHERE id = ?", [message_id])
        state, stored_ms, sender, recipients, sealed = row.fetchone()
    other.close()
    assert (state, stored_ms, sender, recipients) == (MessageState.STORED, NOW, "ann@ship.example", ORDER)
    assert SECRETS.unseal(sealed) == ORDER.encode() + b"\n\n" + raw


def test_a_commit_waits_for_the_disk(house: House) -> None:
    ours = Database(f"sqlite:///{house.path}")
    with ours.read() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    ours.close()


def test_neither_pin_nor_text_can_be_read_before_it_is_handled(house: House) -> None:
    message_id = house.accept(house.mail(f"CALL mum BILL JOB.17 PIN {PIN}", subject="Seafarer"))
    stored = house.bytes_on_disk()
    assert message_id.encode() in stored
    assert not any(secret in stored for secret in (PIN.encode(), b"JOB.17", b"Seafarer", b"CALL"))


def test_the_pin_is_never_on_the_disk_and_the_raw_mail_is_gone(house: House) -> None:
    message_id = house.send(house.mail(f"CALL mum BILL JOB.17 PIN {PIN}"))
    assert house.message(message_id).raw is None
    assert house.message(message_id).kept == "Subject: \n\nCALL mum BILL JOB.17 PIN ****"
    assert PIN.encode() not in house.bytes_on_disk()
    assert len(house.orders) == 1


def test_a_secret_alias_is_never_on_the_disk(house: House) -> None:
    house.send(house.mail("CALL mum"), to=(ORDER, house.alias))
    assert len(house.orders) == 1
    assert house.alias.partition("@")[0].encode() not in house.bytes_on_disk()


def test_what_cannot_be_stored_is_not_accepted(house: House) -> None:
    house.db.close()
    gone = Database(f"sqlite:///{house.path.parent}/no/such/folder/x.db")
    house.intake = replace(house.intake, db=gone)
    with pytest.raises(Unavailable):
        house.accept(house.mail("CALL mum"))


def test_a_sender_too_long_for_its_column_is_cut(house: House) -> None:
    message_id = house.accept(house.mail("CALL mum"), sender="x" * 300)
    assert house.message(message_id).sender == "x" * 254
