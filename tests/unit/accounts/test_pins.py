import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from accounts import manage, pins
from accounts.pins import FREE_TRIES, LOCK_MINUTES, MINUTE_MS, Locked, check_pin, make_pin
from accounts.tables import users
from kernel.db import Database
from kernel.errors import Refused
from kernel.secrets import Secrets

from .conftest import NOW

PIN, WRONG = "482913", "482914"


@pytest.fixture(autouse=True)
def _with_pin(db: Database, secrets: Secrets, ann: str) -> None:
    with db.write() as conn:
        manage.set_pin(conn, secrets, ann, PIN)


def failures(db: Database, user: str) -> int:
    with db.read() as conn:
        return int(conn.execute(select(users.c.pin_failures).where(users.c.id == user)).scalar_one())


def test_right_pin(db: Database, secrets: Secrets, ann: str) -> None:
    assert check_pin(db, secrets, ann, PIN, NOW) is True
    assert check_pin(db, secrets, ann, "４８２９１３", NOW) is True  # noqa: RUF001 - a phone's full-width digits
    assert failures(db, ann) == 0


def test_wrong_pin_counts_and_right_one_forgets(db: Database, secrets: Secrets, ann: str) -> None:
    for _ in range(FREE_TRIES - 1):
        assert check_pin(db, secrets, ann, WRONG, NOW) is False
    assert failures(db, ann) == FREE_TRIES - 1
    assert check_pin(db, secrets, ann, PIN, NOW) is True
    assert failures(db, ann) == 0


def test_lock_doubles_and_the_right_pin_does_not_open_it(db: Database, secrets: Secrets, ann: str) -> None:
    for _ in range(FREE_TRIES):
        assert check_pin(db, secrets, ann, WRONG, NOW) is False
    now = NOW
    for minutes in (*LOCK_MINUTES, LOCK_MINUTES[-1]):
        until = now + minutes * MINUTE_MS
        assert check_pin(db, secrets, ann, PIN, until - 1) == Locked(until)
        now = until
        assert check_pin(db, secrets, ann, WRONG, now) is False
    assert not check_pin(db, secrets, ann, PIN, now)
    assert check_pin(db, secrets, ann, PIN, now + LOCK_MINUTES[-1] * MINUTE_MS) is True
    assert failures(db, ann) == 0


def test_new_pin_and_unlock_open_it(db: Database, secrets: Secrets, ann: str) -> None:
    for opening in ("pin", "unlock"):
        for _ in range(FREE_TRIES):
            check_pin(db, secrets, ann, WRONG, NOW)
        with db.write() as conn:
            manage.set_pin(conn, secrets, ann, PIN) if opening == "pin" else manage.unlock_pin(conn, ann)
        assert check_pin(db, secrets, ann, PIN, NOW) is True


def test_a_crowd_of_guesses_gets_five_tries(
    db: Database, secrets: Secrets, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    monkeypatch.setattr(Secrets, "is_pin", lambda _self, _hash, pin: looked_at.append(pin))
    together = Barrier(16)

    def guess(number: int) -> bool | Locked:
        together.wait()
        return check_pin(db, secrets, ann, f"{number:06d}", NOW)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(16)))
    assert len(looked_at) == FREE_TRIES
    assert sum(isinstance(answer, Locked) for answer in answers) == 16 - FREE_TRIES
    assert not any(answers)


def test_counted_before_the_hash(db: Database, secrets: Secrets, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(Secrets, "is_pin", lambda _self, _hash, _pin: seen.append(failures(db, ann)))
    check_pin(db, secrets, ann, WRONG, NOW)
    assert seen == [1]


def test_no_pin_and_no_user(db: Database, secrets: Secrets, account: str) -> None:
    with db.write() as conn:
        bob = manage.add_user(conn, NOW, account, "Bob", "GB")
    assert check_pin(db, secrets, bob, "", NOW) is False
    assert check_pin(db, secrets, "nobody", PIN, NOW) is False
    assert failures(db, bob) == 0


def test_pin_is_nowhere(db: Database, secrets: Secrets, ann: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        check_pin(db, secrets, ann, PIN, NOW)
        check_pin(db, secrets, ann, WRONG, NOW)
    assert PIN not in caplog.text
    assert WRONG not in caplog.text
    with db.read() as conn:
        pin_hash = conn.execute(select(users.c.pin_hash).where(users.c.id == ann)).scalar_one()
    assert pin_hash.startswith("$argon2id$")
    assert PIN not in pin_hash
    assert secrets.is_pin(pin_hash, PIN)
    assert not Secrets.of(b"another secret").is_pin(pin_hash, PIN)


@pytest.mark.parametrize(
    "pin", ["", "12345", "48291a", "482 91", "12345678901", "123456", "987654", "890123", "555555", "123123", "112112"]
)
def test_bad_pins_are_refused_and_not_told_back(pin: str) -> None:
    with pytest.raises(Refused) as caught:
        pins.check_new_pin(pin)
    assert caught.value.key == "not_a_pin"
    assert caught.value.fields == {}


def test_made_pins_are_good_and_differ() -> None:
    made = {make_pin() for _ in range(300)}
    assert len(made) > 290
    assert all(pins.check_new_pin(pin) == pin for pin in made)
