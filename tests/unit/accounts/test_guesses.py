"""Wrong PINs counted together: who rotates senders, users or accounts gets no more tries."""

from itertools import count

import pytest
from sqlalchemy import select

from accounts import guesses, manage, pins
from accounts.guesses import HOUR_MS, MOST
from accounts.pins import FREE_TRIES, Locked, check_pin
from accounts.tables import counters
from kernel.db import Database
from kernel.secrets import Secrets

from .conftest import NOW

PIN, WRONG = "482913", "482914"


def people(db: Database, secrets: Secrets, users: int, *, apart: bool) -> list[str]:
    """So many users with that PIN, of one account or each of their own."""
    found = []
    with db.write() as conn:
        for at in range(users):
            if apart or not at:
                account = manage.add_account(conn, NOW, manage.Terms(f"Ship {at}", "USD", "standard", "US", 1_000_000))
            user = manage.add_user(conn, NOW, account, f"Ann {at}", "US")
            manage.set_pin(conn, secrets, user, PIN)
            found.append(user)
    return found


def guess(db: Database, secrets: Secrets, users: list[str], senders: list[str]) -> tuple[int, Locked]:
    """Guess a wrong PIN of one after the other until none is looked at; how many were, and what is said then."""
    for tries in count():
        right = check_pin(db, secrets, users[tries % len(users)], WRONG, NOW, senders[tries % len(senders)])
        if isinstance(right, Locked):
            return tries, right
    raise AssertionError


def test_93_of_one_sender(db: Database, secrets: Secrets) -> None:
    tries, locked = guess(db, secrets, people(db, secrets, 30, apart=True), ["eve"])
    assert (tries, locked) == (MOST["sender"], Locked(NOW + HOUR_MS, "sender"))


def test_93_rotating_senders_at_one_account(db: Database, secrets: Secrets) -> None:
    senders = [f"eve{at}" for at in range(100)]
    tries, locked = guess(db, secrets, people(db, secrets, 30, apart=False), senders)
    assert (tries, locked) == (MOST["account"], Locked(NOW + HOUR_MS, "account"))


def test_93_rotating_senders_and_accounts(db: Database, secrets: Secrets) -> None:
    users = people(db, secrets, MOST["all"] + 5, apart=True)
    tries, locked = guess(db, secrets, users, [f"eve{at}" for at in range(1000)])
    assert (tries, locked) == (MOST["all"], Locked(NOW + HOUR_MS, "all"))
    assert check_pin(db, secrets, users[-1], PIN, NOW) == locked
    assert check_pin(db, secrets, users[-1], PIN, NOW + HOUR_MS) is True


def test_93_rotating_senders_at_one_user(db: Database, secrets: Secrets, ann: str) -> None:
    with db.write() as conn:
        manage.set_pin(conn, secrets, ann, PIN)
    tries, locked = guess(db, secrets, [ann], [f"eve{at}" for at in range(100)])
    assert (tries, locked.kind) == (FREE_TRIES, "user")


def test_a_locked_users_further_guesses_lock_nobody_else(db: Database, secrets: Secrets) -> None:
    ann, bob = people(db, secrets, 2, apart=False)
    for _ in range(MOST["all"] * 2):
        check_pin(db, secrets, ann, WRONG, NOW, "eve")
    assert check_pin(db, secrets, bob, PIN, NOW, "bob") is True


def test_right_pins_are_not_counted(db: Database, secrets: Secrets) -> None:
    (ann,) = people(db, secrets, 1, apart=True)
    for _ in range(MOST["all"] + 5):
        assert check_pin(db, secrets, ann, PIN, NOW, "ann") is True
    with db.read() as conn:
        assert set(conn.execute(select(counters.c.count)).scalars()) == {0}


def test_a_window_ends(db: Database) -> None:
    with db.write() as conn:
        for at in range(MOST["account"]):
            assert guesses.count(conn, f"s{at}", "acc", NOW) is None
        assert guesses.count(conn, "s", "acc", NOW + HOUR_MS - 1) is not None
        assert guesses.count(conn, "s", "acc", NOW + HOUR_MS) is None


@pytest.mark.parametrize("text", ["４８２９１３", "48 29 13", "482\u00a0913"])  # noqa: RUF001 - as a phone writes them
def test_94_other_writings_of_the_digits(db: Database, secrets: Secrets, text: str) -> None:
    (ann,) = people(db, secrets, 1, apart=True)
    assert check_pin(db, secrets, ann, text, NOW) is True
    assert check_pin(db, secrets, ann, pins.read_pin(WRONG), NOW) is False
