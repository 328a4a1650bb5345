"""Which number each leg sees, by what its account says."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from accounts.people import Account, Phone
from accounts.shown import WITHHELD, Seen, Show, own_phone, seen

SERVICE, OURS = "+12025550100", "+33140009999"
A, B, DESK = "+12025550101", "+442079460018", "+12025550102"
ACCOUNT = Account(
    id="1", name="Ship", currency="USD", deck="d", zones=frozenset(), allow_premium=False, allow_high_cost=False,
    allow_any_phone=False, allow_verify=True, cap_call=1, charge_unjoined=True, tax_ppm=0, caller_id="", show_a="usual",
    show_b="usual", private=False, active=True, ask_new=True, ask_above=1, quote_above=1, cap_hour=None, cap_day=None,
    most_at_once=None,
)  # fmt: skip


def phone(number: str, *, main: bool = False) -> Phone:
    return Phone(number, number, "", main, "operator")


PHONES = (phone(DESK, main=True), phone(A))


@pytest.mark.parametrize(
    ("terms", "sees"),
    [
        ({}, Seen(SERVICE, SERVICE)),
        ({"caller_id": OURS}, Seen(OURS, OURS)),
        ({"caller_id": OURS, "show_b": "service"}, Seen(OURS, SERVICE)),
        ({"show_a": "own", "show_b": "own"}, Seen(SERVICE, A)),  # leg A never sees itself
        ({"show_b": "own", "caller_id": OURS}, Seen(OURS, OURS)),
        ({"show_a": "withheld", "show_b": "own"}, Seen(WITHHELD, A)),
        ({"show_b": "withheld", "caller_id": OURS}, Seen(OURS, WITHHELD)),
        ({"caller_id": A}, Seen(SERVICE, A)),
        ({"caller_id": B}, Seen(B, SERVICE)),
    ],
)
def test_each_leg_sees_what_the_account_says(terms: dict[str, Any], sees: Seen) -> None:
    assert seen(replace(ACCOUNT, **terms), PHONES, A, [B], SERVICE) == sees


def test_no_terminal_of_the_other_party_sees_its_own_number() -> None:
    account = replace(ACCOUNT, show_b="own", caller_id=DESK)
    assert seen(account, PHONES, A, [B, DESK], SERVICE).b == A
    assert seen(account, PHONES, A, [B], SERVICE).b == DESK


@pytest.mark.parametrize(("a", "b", "own"), list(product(Show, Show, ["", A, B, OURS])))
def test_in_a_private_call_each_side_sees_the_service_or_nobody(a: Show, b: Show, own: str) -> None:
    account = replace(ACCOUNT, show_a=a, show_b=b, caller_id=own)
    sees = seen(account, PHONES, A, [B], SERVICE, private=True)
    assert sees == Seen(*(WITHHELD if show is Show.WITHHELD else SERVICE for show in (a, b)))


def test_a_users_own_phone_is_the_one_that_rings_else_the_main_one_and_none_behind_an_extension() -> None:
    assert own_phone(PHONES, A) == A
    assert own_phone(PHONES, "+33140001234") == DESK
    assert own_phone([phone(f"{DESK} x9", main=True), phone(A)], "+33140001234") == ""
    assert own_phone([], A) == ""
