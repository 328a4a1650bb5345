"""A private call at the doors: which orders are, and that no answer of any door has a number in it."""

import re

import pytest

from accounts.tables import accounts
from orders.states import OrderState
from orders.tables import orders
from parsers.commands import CallCommand, NotACommand, parse_text
from replies import sentences
from replies.language import say as told_in
from replies.receipts import private_phone
from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.saying import say
from tests.joint.inbound.web import live
from tests.unit.inbound.house import ANNS_PHONE, MUM, OWN_NUMBER, PIN, House

DIGITS = re.compile(r"\d\.\.\d|\d{7}")


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("CALL mum", False),
        ("CALL mum PRIVATE", True),
        ("CALL mum private BILL X1 MAX 5", True),
        ("please call +442079460018 privately, thanks", True),
        ("CALL mum\nPRIVATE\nPIN 4711", True),
        ("llamar a mum privado", True),
        ("llama a mum en privado por favor", True),
    ],
)
def test_what_orders_a_private_call(text: str, private: bool) -> None:
    said = parse_text(text, country="US", names={"Mum": MUM})
    assert isinstance(said, CallCommand)
    assert said.private is private
    assert ("PRIVATE" in said.canonical()) is private


@pytest.mark.parametrize("text", ["CALL mum PRIVATE X", "CALL PRIVATE", "PRIVATE", "CALL mum PRIVATE PRIVATE"])
def test_what_orders_none(text: str) -> None:
    assert isinstance(parse_text(text, country="US", names={"Mum": MUM}), NotACommand)


def test_a_name_that_holds_the_word_is_asked_about_if_it_may_be_either() -> None:
    names = {"Mum": MUM, "Mum Private": ANNS_PHONE}
    said = parse_text("CALL mum private", country="US", names=names)
    assert isinstance(said, NotACommand)
    assert said.why is not None
    assert said.why.key == "ambiguous"


@pytest.mark.parametrize("to", ["mum", "+44 20 7946 0018"])
@pytest.mark.parametrize("by_account", [True, False])
def test_no_answer_tells_a_number_and_again_keeps_it_so(house: House, to: str, by_account: bool) -> None:
    house.change(accounts, private=by_account)
    first = say(house, f"CALL {to}" + ("" if by_account else " PRIVATE"))
    name = "Mum" if to == "mum" else "a private number"
    assert first == f"A1 Ringing home. Press 1, then {name}. About $0.04/min."
    said = [first, say(house, "STATUS"), say(house, "STATUS A1"), say(house, "LAST"), say(house, "DROP A1")]
    with live(house) as web:
        page = Browser(web, BROWSERS["html"]).sign_in()
        pages = [page.text, page.press("Calls").text, page.tap("status.A1").text]
        said += [text.partition("You are rung at")[0] + text.partition("Name or number")[2] for text in pages]
    house.change(accounts, private=False)
    house.change(orders, state=OrderState.ENDED, outcome="dropped")
    said += [say(house, "STATUS A1"), say(house, "LAST"), say(house, "AGAIN")]
    assert [text for text in said if DIGITS.search(text)] == []
    assert all(said)
    assert [(order.private, order.shown_a, order.shown_b) for order in house.orders] == [
        (True, OWN_NUMBER, OWN_NUMBER)
    ] * 2


@pytest.mark.parametrize("by_account", [True, False])
@pytest.mark.parametrize("to", ["+881612345678", "+870600123456", ANNS_PHONE, "+19005551234", "+5355512345", "Ship"])
def test_no_refusal_tells_a_number(house: House, to: str, by_account: bool) -> None:
    say(house, "NAME Ship +881612345678")
    house.change(accounts, private=by_account)
    said = say(house, f"CALL {to}" + ("" if by_account else " PRIVATE"))
    assert said.startswith("Not called: ")
    assert ("Ship" if to == "Ship" else "a private number") in said
    assert not DIGITS.search(said)
    if by_account:
        with live(house) as web:
            refused = [web.order(to=to).json["detail"]]
            page = Browser(web, BROWSERS["html"]).sign_in()
            refused += [page.press("Call", to=to).text.partition("First home")[0].partition("You are rung")[0]]
        assert [text for text in refused if DIGITS.search(text)] == []


def test_no_question_tells_a_number(house: House) -> None:
    house.change(accounts, private=True, ask_new=True, allow_any_phone=True)
    for call, asked in (("mum FROM +12025550188", "your phone is new"), ("+442079460099", "a private number is new")):
        house.send(house.mail(f"CALL {call} PIN {PIN}"))
        said = house.said()[-1][1]
        assert asked in said
        assert not DIGITS.search(said)


def test_spanish_has_its_words_for_it(house: House) -> None:
    house.send(house.mail("llamar a +44 20 7946 0018 privado"), to=house.alias)
    assert (
        house.said()[-1][1].startswith("A1 Llamando a home. Marca 1 y luego un número privado.")
        or "un número" in (house.said()[-1][1])
    )


def test_over_http_it_is_true_or_false_and_numbers_are_null(house: House) -> None:
    with live(house) as web:
        placed = web.order(to=MUM, private=True)
        assert (placed.json["private"], placed.json["from"], placed.json["to"]) == (True, None, "a private number")
        seen = web.ask("GET", f"/api/v1/calls/{placed.json['id']}")
        assert (seen.json["private"], seen.json["from"]) == (True, None)
        assert not DIGITS.search(placed.json["message"])
        refused = web.order(to=MUM, private="yes")
        assert (refused.status, refused.json["reason"]) == (422, "field_not_yes_or_no")


@pytest.mark.parametrize("words", [each for each in sentences.OUTCOMES.values() if "{phone}" in each])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_phone_without_its_number_is_still_said_once(words: str, language: str) -> None:
    said = told_in(language, words, ref="K7", name="Bob", paid="$1.00", phone=private_phone(words))
    assert "{" not in said
    assert said.count("your phone your phone") == said.count("teléfono tu teléfono") == 0
    assert len(said) <= 160
