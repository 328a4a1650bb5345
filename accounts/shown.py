"""Which number each leg of a call sees as its caller's, by what the account says.

A leg is never shown its own number (a telephone that rings itself is answered by its own voicemail), and in a private
call neither side is shown one that leads to the other: the service's, or none (docs/circuits.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accounts.people import Account, Phone

WITHHELD: Final = "withheld"
"""In place of a number: the leg sees none."""


class Show(StrEnum):
    """What one leg sees, as an account has it (`accounts.show_a`, `accounts.show_b`)."""

    USUAL = "usual"  # the account's own number, else the service's
    OWN = "own"  # the account's own number, else a telephone that is the user's, else the service's
    SERVICE = "service"
    WITHHELD = WITHHELD


@dataclass(frozen=True, slots=True)
class Seen:
    """What leg A and leg B of one call see: E.164, or WITHHELD."""

    a: str
    b: str


def seen(
    account: Account, phones: Iterable[Phone], a: str, to: Iterable[str], service: str, *, private: bool = False
) -> Seen:
    """For a call that rings `a` and one of `to` (all E.164); `phones` are the user's verified ones."""
    own = own_phone(phones, a)
    here, there = frozenset({a}), frozenset(to)
    if private:  # the account's own number may be a desk of the other side: only the service's is nobody's
        return Seen(*(WITHHELD if show == Show.WITHHELD else service for show in (account.show_a, account.show_b)))
    return Seen(
        _number(account.show_a, (account.caller_id, own), service, here),
        _number(account.show_b, (account.caller_id, own), service, there),
    )


def own_phone(phones: Iterable[Phone], a: str) -> str:
    """The user's own telephone to be shown: the one that is rung, if it is theirs, else their main one; "" if none.

    One behind an extension is a switchboard's number, and stands for nobody alone.
    """
    alone = [phone for phone in phones if not phone.extension]
    mine = next((phone for phone in alone if phone.e164 == a), None)
    found = mine or next((phone for phone in alone if phone.main), None)
    return found.e164 if found else ""


def _number(show: str, own: tuple[str, str], service: str, its_own: frozenset[str]) -> str:
    """The first of what it may be shown that there is; what rings itself is shown the service's."""
    account, phone = own
    if show == Show.WITHHELD:
        return WITHHELD
    wanted = {Show.USUAL: (account,), Show.OWN: (account, phone)}.get(Show(show), ())
    return next((number for number in wanted if number and number not in its_own), service)
