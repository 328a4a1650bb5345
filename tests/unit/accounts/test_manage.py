from collections.abc import Callable

import pytest

from accounts import manage, people, valid
from kernel.db import Database
from kernel.errors import Refused

from .conftest import NOW


def terms(**changes: object) -> manage.Terms:
    values = {"name": "Other", "currency": "USD", "deck": "standard", "zones": "GB", "cap_call": 1_000_000} | changes
    return manage.Terms(**values)  # type: ignore[arg-type]


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.key


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": "mv petrel"}, "account_exists"),
        ({"name": " "}, "not_a_name"),
        ({"name": "a\nb\x00"}, "not_a_name"),
        ({"name": "x" * 81}, "not_a_name"),
        ({"currency": "US"}, "not_a_currency"),
        ({"currency": "XXX"}, "not_a_currency"),
        ({"zones": "GB,UK"}, "not_a_country"),
        ({"zones": "GB FR"}, "not_a_country"),
        ({"cap_call": 0}, "cap_not_positive"),
        ({"caller_id": "0207"}, "not_a_number"),
    ],
)
def test_accounts_are_checked(db: Database, account: str, changes: dict[str, object], key: str) -> None:
    def add() -> None:
        with db.write() as conn:
            manage.add_account(conn, NOW, terms(**changes))

    assert refusal(add) == key
    with db.read() as conn:
        assert [a.id for a in people.all_accounts(conn)] == [account]


def test_everything_is_denied_until_allowed(db: Database, account: str) -> None:
    with db.write() as conn:
        assert people.account_of(conn, account).allow_verify  # behind the whole gate, and told of everywhere
        manage.allow(conn, account, "verify", False)
        for what in manage.SWITCHES:
            assert not getattr(people.account_of(conn, account), f"allow_{what}")
            manage.allow(conn, account, what, True)
            assert getattr(people.account_of(conn, account), f"allow_{what}")
        assert refusal(lambda: manage.allow(conn, account, "active", False)) == "no_such_switch"
        manage.set_zones(conn, account, "")
        assert people.account_of(conn, account).zones == frozenset()


def test_account_is_found_by_name_in_any_case_or_id(db: Database, account: str) -> None:
    with db.read() as conn:
        for name in ("mv petrel", " MV PETREL ", account):
            found = people.account_named(conn, name)
            assert found is not None
            assert found.id == account
        assert people.account_named(conn, "petrel") is None


def test_one_address_one_user(db: Database, ann: str, account: str) -> None:
    def twice() -> None:
        with db.write() as conn:
            bob = manage.add_user(conn, NOW, account, "Bob", "FR")
            manage.add_device(conn, NOW, ann, "ann@petrel.example")
            manage.add_device(conn, NOW, bob, "ANN@petrel.example")

    assert refusal(twice) == "device_exists"
    with db.read() as conn:
        assert people.who_is(conn, "email", "ann@petrel.example") is None  # nothing of a refused command stays
        assert [u.name for u in people.users_of(conn, account)] == ["Ann"]


def test_answers_may_go_elsewhere_or_nowhere(db: Database, ann: str) -> None:
    with db.write() as conn:
        manage.add_device(conn, NOW, ann, "a@petrel.example", answers="B@petrel.example")
        manage.add_device(conn, NOW + 1, ann, "c@petrel.example", answers="")
        manage.set_press_1(conn, "C@petrel.example", False)
        answers = [(d.answer_address, d.press_1) for d in people.devices_of(conn, ann)]
        assert answers == [("b@petrel.example", True), ("", False)]
        manage.remove_device(conn, "a@petrel.example")
        assert refusal(lambda: manage.remove_device(conn, "a@petrel.example")) == "no_such_device"
        assert refusal(lambda: manage.set_press_1(conn, "a@petrel.example", True)) == "no_such_device"


@pytest.mark.parametrize(
    "address",
    ["", "ann", "@x.org", "ann@", "ann@localhost", "a b@x.org", "ann@x..org", "ann@-x.org", "a@b@x.org", ".a@x.org",
     "a..b@x.org", "a.@x.org", "<ann@x.org>", "ann@x.org\r\nBcc: y@z.org", "ann@x.o\x00rg", "a@[127.0.0.1]",
     "a" * 65 + "@x.org", "a@" + "x" * 250 + ".org", '"ann"@x.org', "ann@x.org,bob@x.org"],
)  # fmt: skip
def test_what_is_no_mail_address(address: str) -> None:
    assert refusal(lambda: valid.email(address)) == "not_an_email"


@pytest.mark.parametrize("address", ["ann@x.org", "a.b+call@mail.x-y.co.uk", "o'neil@x.org"])
def test_mail_addresses(address: str) -> None:
    assert valid.email(f" {address.upper()} ") == address


@pytest.mark.parametrize("name", ["", "12 34", "...", "a b c d e f g", "x" * 61])
def test_what_is_no_contact(name: str) -> None:
    assert refusal(lambda: valid.contact_name(name)) in {"not_a_name", "not_a_contact_name"}


@pytest.mark.parametrize(
    "number", ["", "442079460018", "+0123456", "+44 20", "+442079460018 x", "+442079460018 x123456789"]
)
def test_what_is_no_number(number: str) -> None:
    assert refusal(lambda: valid.number(number)) == "not_a_number"


def test_unknown_phones_and_users(db: Database, ann: str, account: str) -> None:
    with db.write() as conn:
        manage.add_phone(conn, NOW, ann, "+12025550143")
    for action, key in (
        (lambda c: manage.add_phone(c, NOW, ann, "+12025550143"), "phone_exists"),
        (lambda c: manage.remove_phone(c, ann, "+12025550144"), "no_such_phone"),
        (lambda c: manage.set_main_phone(c, ann, "+12025550144"), "no_such_phone"),
        (lambda c: manage.remove_contact(c, ann, "mum"), "no_such_contact"),
        (lambda c: manage.add_user(c, NOW, account, "ANN", "GB"), "user_exists"),
    ):

        def within(action: Callable[[object], object] = action) -> None:
            with db.write() as conn:
                action(conn)

        assert refusal(within) == key
    with db.read() as conn:
        assert people.main_phone(conn, ann) is not None  # what was refused changed nothing
