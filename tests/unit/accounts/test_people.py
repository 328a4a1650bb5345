import pytest

from accounts import manage, people
from kernel.db import Database
from kernel.errors import Refused
from kernel.secrets import Secrets

from .conftest import NOW


def test_sender_is_found_with_user_and_account(db: Database, ann: str, account: str) -> None:
    with db.write() as conn:
        manage.add_device(conn, NOW, ann, "Ann@Petrel.Example")
        sender = people.who_is(conn, "email", "ANN@petrel.example ")
        stranger = people.who_is(conn, "email", "bob@petrel.example")
        other_kind = people.who_is(conn, "phone", "ann@petrel.example")
    assert stranger is None
    assert other_kind is None
    assert sender is not None
    assert (sender.user.id, sender.account.id) == (ann, account)
    assert sender.device.address == sender.device.answer_address == "ann@petrel.example"
    assert sender.device.press_1
    assert sender.account.zones == {"US", "GB"}
    assert sender.account.currency == "USD"
    assert sender.user.country == "GB"
    assert not sender.user.has_pin


def test_closed_ones_are_found_and_said_to_be_closed(db: Database, ann: str, account: str) -> None:
    with db.write() as conn:
        manage.add_device(conn, NOW, ann, "ann@petrel.example")
        manage.set_active(conn, account, False)
        manage.set_user_active(conn, ann, False)
        sender = people.who_is(conn, "email", "ann@petrel.example")
    assert sender is not None
    assert not sender.account.active
    assert not sender.user.active


def test_alias_is_secret_found_by_digest_and_revoked(db: Database, secrets: Secrets, ann: str) -> None:
    with db.write() as conn:
        alias = manage.new_alias(conn, NOW, secrets, ann)
        owner = people.by_alias(conn, manage.alias_digest(secrets, alias.upper()))
        assert owner is not None
        assert owner.user.id == ann
        hints = people.alias_hints(conn, ann)
        assert people.by_alias(conn, alias) is None
        assert manage.revoke_aliases(conn, NOW, ann, hints[0]) == 1
        assert people.by_alias(conn, manage.alias_digest(secrets, alias)) is None
        assert people.alias_hints(conn, ann) == []
    name, _, chosen = alias.partition("-")
    assert name == "ann"
    assert len(chosen) == 12
    assert set(chosen) <= set(manage.ALIAS_LETTERS)
    assert hints == [chosen[:2]]


@pytest.mark.parametrize(("name", "begins"), [("José María", "jose-"), ("李雷", ""), ("O'Neil-Smith", "oneilsmith-")])
def test_alias_of_any_name_is_a_plain_local_part(
    db: Database, secrets: Secrets, account: str, name: str, begins: str
) -> None:
    with db.write() as conn:
        alias = manage.new_alias(conn, NOW, secrets, manage.add_user(conn, NOW, account, name, "ES"))
    assert alias.isascii()
    assert alias.startswith(begins)
    assert len(alias) == len(begins) + 12


def test_main_phone(db: Database, ann: str) -> None:
    with db.write() as conn:
        assert people.main_phone(conn, ann) is None
        manage.add_phone(conn, NOW, ann, "+442079460018 x512")
        manage.add_phone(conn, NOW + 1, ann, "+12025550143", "ship")
        assert [p.main for p in people.phones_of(conn, ann)] == [True, False]
        manage.set_main_phone(conn, ann, "+12025550143")
        main = people.main_phone(conn, ann)
        assert main is not None
        assert (main.e164, main.extension, main.label) == ("+12025550143", "", "ship")
        manage.remove_phone(conn, ann, "+12025550143")
        left = people.main_phone(conn, ann)
    assert left is not None
    assert (left.e164, left.extension) == ("+442079460018", "512")


def test_phone_book(db: Database, ann: str) -> None:
    with db.write() as conn:
        manage.add_contact(conn, NOW, ann, " Mum ", "+442079460018")
        manage.add_contact(conn, NOW, ann, "Zoë  at work", "+12025550143x9")
        assert people.names_of(conn, ann) == {"Mum": "+442079460018", "Zoë at work": "+12025550143 x9"}
        manage.remove_contact(conn, ann, "zoe at work.")
        assert list(people.names_of(conn, ann)) == ["Mum"]


def test_names_that_read_alike_are_one(db: Database, ann: str) -> None:
    with db.write() as conn:
        manage.add_contact(conn, NOW, ann, "José", "+442079460018")
        with pytest.raises(Refused, match="contact_exists"):
            manage.add_contact(conn, NOW, ann, "jose", "+12025550143")
