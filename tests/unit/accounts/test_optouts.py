"""Telephones that text: enrolled like addresses; and who told their carrier to stop our texts."""

import pytest

from accounts import manage, optouts, people
from accounts.optouts import SMS
from kernel.db import Database
from kernel.errors import Refused
from tests.unit.accounts.conftest import NOW

MOBILE, OTHER = "+447700900123", "+447700900124"


def test_a_telephone_is_a_device_by_its_number(db: Database, ann: str) -> None:
    with db.write() as conn:
        manage.add_device(conn, NOW, ann, MOBILE)
        manage.add_device(conn, NOW + 1, ann, OTHER, answers="ann@petrel.example")
        manage.add_device(conn, NOW + 2, ann, "ann@petrel.example", answers=MOBILE)
        found = [(d.kind, d.address, d.answer_address) for d in people.devices_of(conn, ann)]
        assert found == [
            ("sms", MOBILE, MOBILE), ("sms", OTHER, "ann@petrel.example"), ("email", "ann@petrel.example", MOBILE),
        ]  # fmt: skip
        sender = people.who_is(conn, SMS, MOBILE)
        assert sender is not None
        assert sender.user.id == ann
        assert people.who_is(conn, "email", MOBILE) is None
        manage.set_press_1(conn, MOBILE, False)
        manage.remove_device(conn, MOBILE)
        assert people.who_is(conn, SMS, MOBILE) is None


@pytest.mark.parametrize("address", ["+44", "+44770090012x", "+447700900123 x5", "+0447700900123", "447700900123"])
def test_what_is_no_telephone(db: Database, ann: str, address: str) -> None:
    with db.write() as conn, pytest.raises(Refused):
        manage.add_device(conn, NOW, ann, address)


def test_noted_once_and_forgotten(db: Database) -> None:
    with db.write() as conn:
        assert optouts.of(conn, MOBILE) is None
        assert [optouts.record(conn, MOBILE, at) for at in (5, 6)] == [True, False]
        assert optouts.of(conn, MOBILE) == 5
        assert [optouts.clear(conn, MOBILE) for _ in range(2)] == [True, False]
        assert optouts.of(conn, MOBILE) is None


def test_a_user_is_told_of_their_own_telephones(db: Database, account: str, ann: str) -> None:
    with db.write() as conn:
        bob = manage.add_user(conn, NOW, account, "Bob", "gb")
        manage.add_device(conn, NOW, ann, MOBILE)
        manage.add_device(conn, NOW, bob, OTHER)
        optouts.record(conn, OTHER, NOW)
        assert optouts.of_user(conn, ann) == []
        optouts.record(conn, MOBILE, NOW)
        assert optouts.of_user(conn, ann) == [MOBILE]
