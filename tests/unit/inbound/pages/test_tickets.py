from dataclasses import replace
from typing import cast

import pytest

from accounts.handles import Holder
from accounts.people import Account, User
from inbound.pages.tickets import IDLE_S, LONGEST, WHOLE_S, Stale, Tickets
from tests.unit.inbound.house import NOW, SECRETS

TICKETS = Tickets(SECRETS)
SHIP = cast(Account, None)  # tickets are the user's
ANN = Holder(User("0" * 27 + "1", "a", "Ann", "US", True, True), SHIP, "one")
BOB = replace(ANN, user=replace(ANN.user, id="0" * 27 + "2"))
NOW_S = NOW // 1000


def test_it_is_short_and_good_for_what_it_was_given_for() -> None:
    text = TICKETS.issue(ANN, NOW, NOW_S, "call", ("=1f00ba12",))
    assert len(text) == 68 < LONGEST
    assert TICKETS.check(text, ANN, NOW, "call", ("=1f00ba12",)).user_id == ANN.user.id
    assert TICKETS.issue(ANN, NOW, NOW_S) != TICKETS.issue(ANN, NOW, NOW_S)


@pytest.mark.parametrize(
    ("holder", "later_s", "purpose", "about"),
    [
        (BOB, 0, "call", ("x", "y")),
        (replace(ANN, generation="two"), 0, "call", ("x", "y")),
        (replace(ANN, generation=""), 0, "call", ("x", "y")),
        (ANN, IDLE_S + 1, "call", ("x", "y")),
        (ANN, 0, "drop", ("x", "y")),
        (ANN, 0, "look", ()),
        (ANN, 0, "call", ("x",)),
        (ANN, 0, "call", ("xy",)),
        (ANN, 0, "call", ("y", "x")),
        (ANN, 0, "callx", ("y",)),
    ],
)
def test_and_for_nothing_else(holder: Holder, later_s: int, purpose: str, about: tuple[str, ...]) -> None:
    text = TICKETS.issue(ANN, NOW, NOW_S, "call", ("x", "y"))
    with pytest.raises(Stale):
        TICKETS.check(text, holder, NOW + later_s * 1000, purpose, about)


def test_however_often_it_is_renewed_it_ends() -> None:
    text = TICKETS.issue(ANN, NOW, NOW_S - WHOLE_S)
    TICKETS.check(text, ANN, NOW)
    with pytest.raises(Stale):
        TICKETS.check(text, ANN, NOW + 1000)


@pytest.mark.parametrize("at", range(68))
def test_each_letter_of_it_counts(at: int) -> None:
    text = TICKETS.issue(ANN, NOW, NOW_S)
    other = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    with pytest.raises(Stale):
        TICKETS.check(other, replace(ANN, user=replace(ANN.user)), NOW)


@pytest.mark.parametrize("text", ["", ".", "a.b", "x" * 40 + "." + "y" * 27, "é" * 40 + ".", "A" * 40, "A" * 500])
def test_what_is_none(text: str) -> None:
    with pytest.raises(Stale):
        TICKETS.check(text, ANN, NOW)
