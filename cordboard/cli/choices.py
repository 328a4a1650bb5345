"""Words on the command line turned into what they mean: an account, a user, a number, an amount."""

from typing import Any

import click
from sqlalchemy import Connection

from accounts import people
from accounts.people import Account, User
from kernel.errors import Refused
from kernel.money import parse_amount
from parsers.numbers import parse_number
from parsers.several import kept, parse_numbers


class Amount(click.ParamType[int]):
    """A decimal like `12.50`, in micro-units."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Exact, or refused."""
        if isinstance(value, int):
            return value
        try:
            return parse_amount(value)
        except Refused:
            self.fail(f"{value!r} is not an amount like 20 or 12.50.", param, ctx)


class OrNone(click.ParamType[int | None]):
    """Another type's value, or `none`."""

    def __init__(self, other: click.ParamType[int]) -> None:
        self.name, self._other = f"{other.name}|none", other

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """None for `none`."""
        return None if value in (None, NO_CAP) else self._other.convert(value, param, ctx)


NO_CAP = "none"
AMOUNT = Amount()
CAP = OrNone(AMOUNT)
COUNT = OrNone(click.IntRange(min=1))


def account_by(conn: Connection, name: str) -> Account:
    """The account of that name or id."""
    account = people.account_named(conn, name)
    if account is None:
        raise Refused("no_such_account", name=name)
    return account


def user_by(conn: Connection, account: Account, name: str | None) -> User:
    """The account's user of that name; without a name, its only one."""
    users = people.users_of(conn, account.id)
    names = ", ".join(user.name for user in users)
    if not users:
        raise Refused("account_has_no_user", name=account.name)
    if name is None:
        if len(users) > 1:
            raise Refused("which_user", account=account.name, users=names)
        return users[0]
    for user in users:
        if user.name.casefold() == name.strip().casefold():
            return user
    raise Refused("no_such_user", account=account.name, name=name, users=names)


def stored_number(text: str, country: str | None) -> str:
    """A number as the operator wrote it, as accounts keep it."""
    return parse_number(text, country).kept()


def stored_numbers(text: str, country: str | None) -> str:
    """The numbers of a name, parted by commas in order of preference, as accounts keep them."""
    return kept(parse_numbers(text, country))


def device_address(text: str, country: str | None) -> str:
    """What orders come from, as the operator wrote it: an e-mail address as it is, a telephone number as E.164."""
    is_number = "@" not in text and any(letter.isdigit() for letter in text)
    return stored_number(text, country) if is_number else text
