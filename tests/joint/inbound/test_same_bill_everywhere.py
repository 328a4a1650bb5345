"""Same call, same bill: any call, ordered by every door there is, is booked the same but for the door's name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accounts.tables import accounts
from billing.tables import cdrs
from tests.joint.inbound import texting, web
from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.test_same_bill import carried
from tests.joint.inbound.texting import Texting
from tests.joint.inbound.web import Web
from tests.unit.inbound.house import PIN, House

OFTEN = 10_000
"""An hour of orders a second: how often one may order is told elsewhere."""


@dataclass(frozen=True)
class Doors:
    """Every door of one house, and Ann at each."""

    house: House
    web: Web
    texting: Texting

    def mailed(self, number: str) -> None:
        self.house.send(self.house.mail(f"CALL {number} PIN {PIN}"))

    def mailed_to_the_alias(self, number: str) -> None:
        self.house.send(self.house.mail(f"CALL {number}"), self.house.alias)

    def found_in_a_mailbox(self, number: str) -> None:
        self.house.found(self.house.mail(f"CALL {number}"), self.house.alias)

    def texted_by_twilio(self, number: str) -> None:
        assert self.texting.text(f"CALL {number}").status == 200

    def texted_by_kannel(self, number: str) -> None:
        assert self.texting.kannel(f"CALL {number}").status == 200

    def tapped_on_a_palm(self, number: str) -> None:
        self._tapped("palm", number)

    def tapped_on_a_wap_phone(self, number: str) -> None:
        self._tapped("wml", number)

    def asked_over_http(self, number: str) -> None:
        assert self.web.order(to=number).status == 201

    def _tapped(self, kind: str, number: str) -> None:
        Browser(self.web, BROWSERS[kind]).sign_in().press("Call", to=number).press("Call")


ORDERS: Mapping[str, tuple[str, Callable[[Doors, str], None]]] = {
    "a mail with a PIN": ("email", Doors.mailed),
    "a mail to the secret address": ("email", Doors.mailed_to_the_alias),
    "a mail in a mailbox": ("imap", Doors.found_in_a_mailbox),
    "a text by Twilio": ("twilio", Doors.texted_by_twilio),
    "a text by Kannel": ("kannel", Doors.texted_by_kannel),
    "a Palm": ("page", Doors.tapped_on_a_palm),
    "a WAP phone": ("page", Doors.tapped_on_a_wap_phone),
    "a program": ("api", Doors.asked_over_http),
}
"""How a call can be ordered: the door's name on the bill, and what is done there."""

numbers = st.one_of(
    st.integers(0, 999).map(lambda n: f"+442079460{n:03d}"),
    st.integers(110, 199).map(lambda n: f"+12025550{n:03d}").filter(lambda number: number != "+12025550177"),
)
"""Of another deck row each; none of Ann's own, nor ours."""


@st.composite
def times(draw: st.DrawFn) -> tuple[int, int | None, int | None]:
    """Milliseconds from A's answer: A's end, B's answer, B's end; B may never answer, or after A has left."""
    a_ended = draw(st.integers(0, 7_200_000))
    if draw(st.booleans()):
        return a_ended, None, None
    b_from = draw(st.integers(0, a_ended + 3_000))
    return a_ended, b_from, b_from + draw(st.integers(0, 7_200_000))


terms = st.fixed_dictionaries({"tax_ppm": st.integers(0, 300_000), "charge_unjoined": st.booleans()})


@pytest.fixture
def doors(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    monkeypatch.setattr(texting, "EACH", OFTEN)
    monkeypatch.setattr(web, "ORDERS_A_MINUTE", OFTEN)
    with web.live(house) as of_the_web, texting.live(house) as of_texts:
        yield Doors(house, of_the_web, of_texts)


def bills(doors: Doors, order: Any) -> list[dict[str, Any]]:
    with doors.house.db.read() as conn:
        rows = conn.execute(select(cdrs).where(cdrs.c.order_id == order.id).order_by(cdrs.c.role))
        return [dict(row._mapping) for row in rows]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=numbers, went=times(), account=terms)
def test_a_call_is_booked_the_same_by_any_two_doors(
    doors: Doors, number: str, went: tuple[int, int | None, int | None], account: dict[str, Any]
) -> None:
    doors.house.change(accounts, **account)
    booked, billed = {}, {}
    for how, (door, order) in ORDERS.items():
        before = len(doors.house.orders)
        order(doors, number)
        placed = doors.house.orders
        assert len(placed) == before + 1, how
        assert (placed[-1].door, placed[-1].number_b) == (door, number)
        booked[how] = carried(doors.house, went)
        billed[how] = bills(doors, placed[-1])
    for one, other in combinations(ORDERS, 2):
        assert booked[one] == booked[other], (one, other)
        for mine, theirs in zip(billed[one], billed[other], strict=True):
            differs = {name for name in mine if mine[name] != theirs[name]}
            assert differs <= {"attempt_id", "order_id", "ref", "door"}
            assert ("door" in differs) is (ORDERS[one][0] != ORDERS[other][0])
