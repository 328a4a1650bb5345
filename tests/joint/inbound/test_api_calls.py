"""Ordering over HTTP: durable, once, judged like every other order, and told in the same words."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection

from accounts import manage, tokens
from accounts.people import account_named, users_of
from accounts.tables import accounts
from billing.tables import balances, holds
from inbound.api.reader import API, ApiReader
from inbound.heard import Heard
from inbound.ordering import Ordering
from kernel.db import metadata
from kernel.errors import Unavailable
from orders.states import MessageState
from orders.tables import messages, orders
from tests.joint.inbound.web import Web, live
from tests.unit.inbound.house import LIMITS, NOW, OWN_NUMBER, PIN, SECRETS, House

COMMANDS: list[tuple[dict[str, str], str]] = [
    ({"to": "mum"}, "CALL mum"),
    ({"to": "+44 (20) 7946-0018"}, "CALL +44 (20) 7946-0018"),
    ({"to": "+442079460018 x512"}, "CALL +442079460018 x512"),
    ({"to": "mum", "from_": "home", "bill": "refit"}, "CALL mum FROM home BILL refit"),
    ({"to": "(202) 555-0147"}, "CALL (202) 555-0147"),
]


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found


def rows(house: House) -> list[Any]:
    return [house.rows(table) for table in metadata.sorted_tables]


@pytest.mark.parametrize(("fields", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_an_order_is_the_one_that_a_mail_makes(house: House, web: Web, fields: dict[str, str], line: str) -> None:
    answer = web.order(**fields)
    assert answer.status == 201
    house.change(orders, state="ended")
    house.send(house.mail(f"{line} PIN {PIN}"))
    ours, mailed = (row._mapping for row in house.orders)
    apart = {"id", "ref", "message_id", "door", "key", "answer", "answer_to", "state"}
    assert {k: v for k, v in ours.items() if k not in apart} == {k: v for k, v in mailed.items() if k not in apart}
    assert (ours["door"], mailed["door"]) == ("api", "email")
    assert mailed["answer"] == ours["answer"].replace("A1", "B1")
    first, second = house.rows(holds)
    assert (first.amount, first.quote) == (second.amount, second.quote)
    assert house.bell.rung == [ours["id"], mailed["id"]]


def test_the_answer_tells_all_that_is_needed(house: House, web: Web) -> None:
    answer = web.order(to="mum", bill="7")
    (order,) = house.orders
    assert answer.headers["location"] == f"/api/v1/calls/{order.id}"
    assert answer.json == {
        "id": order.id, "ref": "A1", "state": "due", "to": "Mum", "from": "+1 2..0101", "private": False,
        "price_per_minute": "0.0415", "currency": "USD",
        "message": "A1 Ringing +1 2..0101. Press 1, then Mum. About $0.04/min.",
    }  # fmt: skip
    assert (order.bill, order.press_1) == ("7", True)


def test_nothing_is_mailed(house: House, web: Web) -> None:
    web.order(to="mum")
    web.order(to="911")
    assert house.said() == []
    assert {row.answer_to for row in house.orders} == {""}


def test_it_is_committed_before_it_is_answered(house: House, web: Web) -> None:
    web.order(to="mum")
    (message,) = house.rows(messages)
    assert (message.door, message.state, message.raw) == (API, MessageState.HANDLED, None)
    assert message.sender == web.token[:8] + ".."
    assert web.token.encode() not in house.bytes_on_disk()


def test_the_same_key_gets_the_first_answer_whatever_has_become_of_the_call(house: House, web: Web) -> None:
    first = web.order("k1", to="mum")
    house.change(orders, state="ended", outcome="talked")
    house.clock.now_ms += 3 * 86_400_000
    again = web.order("k1", to="+44 20 7946 0018")
    assert (first.status, again.status) == (201, 200)
    assert (first.body, first.headers["location"]) == (again.body, again.headers["location"])
    assert len(house.orders) == len(house.bell.rung) == 1


@pytest.mark.parametrize("other", [{"to": "+442079460019"}, {"to": "mum", "bill": "7"}, {"to": "911"}])
def test_another_order_under_the_same_key_is_refused(house: House, web: Web, other: dict[str, str]) -> None:
    web.order("k1", to="mum")
    for _ in range(2):
        refused = web.order("k1", **other)
        assert (refused.status, refused.reason) == (409, "other_command")
    assert web.order("k1", to="mum").status == 200
    assert len(house.orders) == 1


def test_a_refusal_under_a_key_stays_one(house: House, web: Web) -> None:
    house.change(accounts, cap_call=1)
    first = web.order("k1", to="mum")
    house.change(accounts, cap_call=10_000_000)
    again = web.order("k1", to="mum")
    assert (first.status, first.body) == (again.status, again.body)
    assert web.order("k2", to="mum").status == 201


def test_five_at_once_under_one_key_are_one_order(house: House, web: Web) -> None:
    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(lambda _: web.order("k1", to="mum"), range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.body for answer in answers}) == 1
    assert len(house.orders) == len(house.rows(holds)) == len(house.bell.rung) == 1


def test_without_a_key_each_request_is_its_own(house: House, web: Web) -> None:
    web.order(to="mum")
    same = web.order(to="Mum")
    assert (same.status, same.reason) == (409, "same_call")
    assert same.json["detail"] == "Not called: A1 for the same call is about to ring you."
    house.change(orders, state="ended")
    assert web.order(to="mum").status == 201
    assert len(house.orders) == 2


def test_a_key_is_the_users_own(house: House, web: Web) -> None:
    with house.db.write() as conn:
        rig = account_named(conn, "Rig")
        assert rig is not None
        bobs = tokens.new_token(conn, NOW, SECRETS, users_of(conn, rig.id)[0].id)
    web.order("k1", to="mum")
    theirs = replace(web, token=bobs).order("k1", to="+442079460019")
    assert theirs.status == 201
    assert len(house.orders) == 2


REFUSED: list[tuple[str, dict[str, str], int, str]] = [
    ("funds", {"to": "mum"}, 402, "no_funds"),
    ("cap", {"to": "mum"}, 403, "over_call_cap"),
    ("closed", {"to": "mum"}, 403, "account_closed"),
    ("", {"to": "+870773123456"}, 403, "satellite_off"),
    ("", {"to": "+33140000000"}, 403, "no_rate"),
    ("", {"to": "mum", "from_": "+12025550102"}, 403, "phone_not_yours"),
    ("", {"to": "+12025550101"}, 403, "same_number"),
    ("", {"to": "911"}, 422, "not_understood"),
    ("", {"to": "dad"}, 422, "not_understood"),
    ("", {"to": "mum", "bill": "a b"}, 422, "not_understood"),
]


@pytest.mark.parametrize(
    ("before", "fields", "status", "reason"), REFUSED, ids=[f"{r}-{f['to']}" for _, f, _, r in REFUSED]
)
def test_a_refusal_is_told_in_the_words_that_a_mail_gets(
    house: House, web: Web, before: str, fields: dict[str, str], status: int, reason: str
) -> None:  # fmt: skip
    if before == "funds":
        house.change(balances, amount=10_000)
    if before == "cap":
        house.change(accounts, cap_call=1)
    if before == "closed":
        house.change(accounts, active=False)
    refused = web.order(**fields)
    assert (refused.status, refused.reason) == (status, reason)
    assert house.orders == []
    if reason != "not_understood" or "bill" not in fields:
        words = f"CALL {fields['to']}" + (f" FROM {fields['from_']}" if "from_" in fields else "")
        house.send(house.mail(f"{words} PIN {PIN}"))
        assert [refused.json["detail"]] == [text for _, text in house.said()]


@pytest.mark.parametrize(
    "text",
    ["mum from +442079460019", "mum bill 7", "mum pin 73915482", "mum please", "mum, thanks", "mum mum", "call mum",
     "again", "drop", "drop A1", "+442079460018 from home", "+442079460018 +442079460019", "+442079460018,,,1234#",
     "", " ", ".", "from home", "sip:mum@evil.example", "&PJSIP/1900", "mum\u200b", "${SHELL(id)}",
     "'; DROP TABLE orders; --", "{{7*7}}"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["to", "from"])
def test_a_field_is_one_thing_and_is_never_obeyed(house: House, web: Web, field: str, text: str) -> None:
    fields = {"to": "mum", "from": "home"} | {field: text}
    assert web.order(**fields).status == 422
    assert house.orders == []


def test_who_comes_with_a_token_taken_back_meanwhile_is_not_obeyed(house: House, web: Web) -> None:
    class SlowReader(ApiReader):
        def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
            with house.db.write() as other:
                tokens.revoke_tokens(other, NOW, house.user)
            with house.db.read() as fresh:
                return super().read(fresh, recipients, raw, peer)

    house.intake = replace(house.intake, readers={API: SlowReader()})
    assert web.order(to="mum").status == 403
    assert house.orders == []


class BrokenOrdering(Ordering):
    def answer(self, *_args: Any) -> NoReturn:
        raise ZeroDivisionError("a secret of ours")


class AwayOrdering(Ordering):
    def answer(self, *_args: Any) -> NoReturn:
        raise Unavailable("The database is away.")


def ordering(kind: type[Ordering], house: House) -> Ordering:
    return kind(SECRETS, house.clock, LIMITS, OWN_NUMBER, frozenset(), bool)


def test_what_fails_unforeseen_is_set_aside_and_can_be_replayed(house: House, web: Web) -> None:
    ours = house.intake
    house.intake = replace(ours, ordering=ordering(BrokenOrdering, house))
    failed = web.order("k1", to="mum")
    assert (failed.status, failed.reason) == (500, "shunted")
    assert "secret" not in failed.json["detail"]
    assert [to for to, _ in house.said()] == ["operator"]
    house.intake = ours
    assert web.order("k1", to="mum").status == 201


def test_what_could_not_be_acted_on_yet_is_not_lost_nor_doubled(house: House, web: Web) -> None:
    ours = house.intake
    house.intake = replace(ours, ordering=ordering(AwayOrdering, house))
    waits = web.order("k1", to="mum")
    assert (waits.status, waits.reason, waits.headers["retry-after"]) == (503, "pending", "1")
    house.intake = ours
    house.clock.now_ms += 60_000
    assert house.intake.leftovers() == 1
    (order,) = house.orders
    again = web.order("k1", to="mum")
    assert (again.status, again.json["id"]) == (200, order.id)


def test_what_could_not_be_stored_is_not_ordered(house: House, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any) -> NoReturn:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr("orders.messages.store", away)
    refused = web.order(to="mum")
    assert (refused.status, refused.reason) == (503, "away")
    assert house.rows(messages) == []


def test_a_call_is_shown_to_its_user_and_nobody_else(house: House, web: Web) -> None:
    order_id = web.order(to="mum").json["id"]
    shown = web.show(order_id)
    assert shown.status == 200
    assert {k: shown.json[k] for k in ("state", "outcome", "legs", "charge", "receipt", "door")} == {
        "state": "due", "outcome": None, "legs": [], "charge": "0.00", "receipt": None, "door": "api",
    }  # fmt: skip
    with house.db.write() as conn:
        account = manage.add_account(conn, NOW, manage.Terms("Other", "USD", "retail", "US", 1_000_000))
        ship = account_named(conn, "Ship")
        assert ship is not None
        eve = tokens.new_token(conn, NOW, SECRETS, manage.add_user(conn, NOW, account, "Eve", "US"))
        mate = tokens.new_token(conn, NOW, SECRETS, manage.add_user(conn, NOW, ship.id, "Mate", "US"))
    unknown = web.show("0" * 28)
    for token in (eve, mate):
        theirs = replace(web, token=token).show(order_id)
        assert (theirs.status, theirs.body) == (404, unknown.body)


def test_looking_changes_nothing(house: House, web: Web) -> None:
    order_id = web.order(to="mum").json["id"]
    before = rows(house)
    for path in (order_id, "0" * 28, "x" * 28, "%00" * 28, "..%2f..", "'"):
        web.show(path)
    web.ask("GET", "/healthz")
    assert rows(house) == before
