import pytest
from sqlalchemy import select

from accounts import manage
from accounts.handles import by_handle, free_handle, holder, plain
from accounts.tables import users
from kernel.db import Database
from kernel.secrets import Secrets

NOW = 1_790_000_000_000
TERMS = manage.Terms("Ship", "USD", "retail", "US", 1_000_000)


@pytest.mark.parametrize(
    ("written", "handle"),
    [("Ann", "ann"), (" Zoë O'Hara ", "zoeohara"), ("田中", "tianzhong"), ("...", ""), ("A" * 99, "a" * 20), ("", "")],
)
def test_a_name_as_a_handle(written: str, handle: str) -> None:
    assert plain(written) == handle


def test_each_is_had_once(db: Database) -> None:
    with db.write() as conn:
        made = []
        for number, name in enumerate(("Ann", "ann.", "Ánn", "Anna", "!?1")):
            account = manage.add_account(conn, NOW, manage.Terms(f"Ship {number}", "USD", "retail", "US", 1_000_000))
            user = manage.add_user(conn, NOW, account, name, "US")
            made.append(conn.execute(select(users.c.handle).where(users.c.id == user)).scalar_one())
        assert made == ["ann", "ann2", "ann3", "anna", "1"]
        assert free_handle(conn, "+++") == "user"


def test_who_has_it_and_by_which_pin(db: Database, secrets: Secrets) -> None:
    with db.write() as conn:
        user = manage.add_user(conn, NOW, manage.add_account(conn, NOW, TERMS), "Ann", "US")
        found = by_handle(conn, secrets, " ANN ")
        assert found is not None
        assert (found.user.id, found.generation) == (user, "")
        manage.set_pin(conn, secrets, user, "481516")
        first = holder(conn, secrets, user)
        manage.set_pin(conn, secrets, user, "481516")
        second = holder(conn, secrets, user)
        assert first is not None
        assert second is not None
        assert first.generation != second.generation != ""
        assert by_handle(conn, secrets, "nobody") is None
        assert by_handle(conn, secrets, "") is None
        assert holder(conn, secrets, "x") is None
