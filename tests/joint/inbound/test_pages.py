"""The pages' main jobs, in each rendering: sign in, call in three taps, see it, drop it, the book, being rung."""

from collections.abc import Iterator

import pytest

from accounts import manage
from accounts.people import names_of
from accounts.tables import accounts, phones, users
from billing.tables import holds
from inbound.pages.reader import PAGE
from orders.states import MessageState
from orders.tables import messages, orders
from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.every_page import up
from tests.joint.inbound.web import HUMAN, Web, live
from tests.unit.inbound.house import NOW, PIN, PLAIN_CAP, House

KINDS = pytest.mark.parametrize("kind", BROWSERS)


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found


@pytest.fixture
def html(web: Web) -> Browser:
    return Browser(web, BROWSERS["html"])


@KINDS
def test_after_the_pin_a_name_rings_in_three_taps(house: House, web: Web, kind: str) -> None:
    taps = [page := Browser(web, BROWSERS[kind]).sign_in(), page := page.press("Mum"), page := page.press("Call")]
    assert len(taps) <= 3
    (order,) = house.orders
    assert (order.door, order.name_b, order.number_b, order.press_1) == ("page", "Mum", "+442079460018", True)
    assert house.bell.rung == [order.id]
    assert "A1 Ringing +1 2..0101. Press 1, then Mum." in page.text


@KINDS
def test_what_is_asked_before_a_call(web: Web, kind: str) -> None:
    page = Browser(web, BROWSERS[kind]).sign_in().press("Mum")
    for said in (
        "Mum +44 2..0018",
        "home +1 2..0101 rings",
        "$0.04/min: you $0.02, they $0.02",
        "And $0.01 to connect",
    ):
        assert said in page.text


@KINDS
def test_a_number_keyed_in(house: House, web: Web, kind: str) -> None:
    Browser(web, BROWSERS[kind]).sign_in().press("Call", to="(202) 555-0147").press("Call")
    (order,) = house.orders
    assert (order.number_b, order.name_b) == ("+12025550147", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("911", "emergency"), ("", "no number"), ("nobody", "nobody"), ("CALL mum FROM +33140001234", ""), ("9" * 40, "")],
)
def test_what_is_nobody_to_call_is_said_at_once(house: House, html: Browser, typed: str, said: str) -> None:
    page = html.sign_in().press("Call", to=typed)
    assert "Not called: " in page.text
    assert said in page.text
    assert "call" not in page.buttons
    assert house.orders == []


def test_a_refusal_of_the_gate_is_the_page(house: House, html: Browser) -> None:
    page = html.sign_in().press("Mum")
    house.change(accounts, zones="US")
    assert "Not called: calls to +442079460018 (GB) are switched off for you." in page.press("Call").text
    assert house.orders == []


@KINDS
def test_a_call_as_it_stands_and_as_it_went(house: House, web: Web, kind: str) -> None:
    page = Browser(web, BROWSERS[kind]).sign_in().press("Mum").press("Call")
    up(house, house.orders[0].id, "A", "B")
    house.clock.now_ms += 60_000
    page = page.press("Refresh")
    assert "A1 Mum: going on." in page.text
    assert "So far $" in page.text
    assert "Mum +44 2..0018: 1 h 24 min" in page.text
    page = page.press("Drop")
    assert "A1 is being dropped." in page.text
    assert "Drop" not in page.buttons.values()
    house.change(orders, state="ended", outcome="dropped")
    page = page.press("Refresh")
    assert "The call to Mum was ended as asked" in page.text or "then ended as asked" in page.text
    assert "A1" in page.press("Home").press("Calls").text + " ".join(page.press("Calls").buttons.values())
    assert "Mum +44 2..0018" in page.press("Again").text


@KINDS
def test_the_book_is_written_and_struck(house: House, web: Web, kind: str) -> None:
    page = Browser(web, BROWSERS[kind]).sign_in().press("Book").press("New name")
    page = page.press("Save", name="Zoë", number="+44 20 7946 0019")
    assert "Zoë" in page.buttons.values()
    with house.db.read() as conn:
        assert names_of(conn, house.user) == {"Mum": "+442079460018", "Zoë": "+442079460019"}
    page = page.press("Zoë")
    assert "Zoë +44 2..0019" in page.text
    page.press("Delete")
    with house.db.read() as conn:
        assert list(names_of(conn, house.user)) == ["Mum"]


def test_a_wrong_number_in_the_book_can_be_mended_on_the_same_page(house: House, html: Browser) -> None:
    form = html.sign_in().press("Book").press("New name")
    assert "911" in form.press("Save", name="Police", number="911").text
    assert "Zed" in form.press("Save", name="Zed", number="+442079460019").buttons.values()


def test_paging_and_finding(house: House, web: Web) -> None:
    with house.db.write() as conn:
        for number in range(30):
            manage.add_contact(conn, NOW, house.user, f"N{number:02}", f"+4420794600{number + 10}")
    page, seen = Browser(web, BROWSERS["palm"]).sign_in().press("Book"), []
    found = page.press("Find", name="n17")
    assert next(iter(found.buttons.values())) == "N17"
    while True:
        seen += [label for name, label in page.buttons.items() if name.startswith("entry.")]
        if "More" not in page.buttons.values():
            break
        page = page.press("More")
    assert seen == ["Mum", *(f"N{number:02}" for number in range(30))]


def test_all_calls_are_reached(house: House, web: Web) -> None:
    palm = Browser(web, BROWSERS["palm"])
    for _ in range(14):
        palm.sign_in().press("Mum").press("Call")
        house.change(orders, state="ended", outcome="b_busy")
        house.clock.now_ms += 60_000
    page, seen = palm.sign_in().press("Calls"), []
    for _ in range(9):
        seen += [name for name in page.buttons if name.startswith("status.")]
        if "More" not in page.buttons.values():
            break
        page = page.press("More")
    assert seen == [f"status.{order.ref}" for order in sorted(house.orders, key=lambda order: -order.accepted_ms)]
    assert len(seen) == 14


def test_where_one_is_rung(house: House, html: Browser) -> None:
    with house.db.write() as conn:
        manage.add_phone(conn, NOW, house.user, "+12025550103 x7", "office")
    page = html.sign_in().press("Where")
    assert "You are rung at home +1 2..0101." in page.text
    page = page.press("office +1 2..0103").press("Ring me there")
    assert "You are rung at office +1 2..0103." in page.text
    assert "First office +1 2..0103 rings" in page.press("Home").press("Mum").text
    assert {row.number for row in house.rows(phones) if row.main} >= {"+12025550103 x7"}


def test_another_number_where_the_account_allows_it(house: House, html: Browser) -> None:
    assert "+33" not in html.sign_in().press("Where").press("Ring me there", number="+12025550177").text
    house.change(accounts, allow_any_phone=True)
    page = html.sign_in().press("Where").press("Ring me there", number="+1 202 555 0177")
    assert "You are rung at +1 2..0177." in page.text
    page.press("Home").press("Mum").press("Call")
    (order,) = house.orders
    assert (order.number_a, order.press_1) == ("+12025550177", True)


def test_balance_and_help(house: House, html: Browser) -> None:
    home = html.sign_in()
    assert "Balance $20.00." in home.press("Balance").text
    home.press("Mum").press("Call")
    assert "For new calls $19.9" in home.press("Balance").text
    assert HUMAN in home.press("Help").text
    assert HUMAN in html.get().text


def test_what_is_kept_of_it(house: House, html: Browser) -> None:
    html.sign_in().press("Mum").press("Call")
    (message,) = house.rows(messages)
    assert (message.door, message.state, message.raw) == (PAGE, MessageState.HANDLED, None)
    assert '"page": "html, plain HTTP"' in message.evidence
    assert '"proof": "page"' in message.evidence
    assert PIN.encode() not in house.bytes_on_disk()


def test_the_call_is_the_one_that_a_mail_makes(house: House, html: Browser) -> None:
    html.sign_in().press("Mum").press("Call")
    house.change(orders, state="ended")
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    ours, mailed = (row._mapping for row in house.orders)
    apart = {"id", "ref", "message_id", "door", "key", "answer", "answer_to", "state"}
    assert {k: v for k, v in ours.items() if k not in apart} == {k: v for k, v in mailed.items() if k not in apart}
    first, second = house.rows(holds)
    assert (first.amount, first.quote, first.most) == (second.amount, second.quote, min(second.most, PLAIN_CAP))


@pytest.mark.parametrize(("language", "book", "said"), [("", "Book", "Ringing"), ("es", "Agenda", "Llamo a")])
def test_pages_are_in_the_users_language(house: House, html: Browser, language: str, book: str, said: str) -> None:
    house.change(users, language=language)
    page = html.sign_in()
    assert book in page.buttons.values()
    page = page.press("Mum").tap("call")
    assert said in page.text
    assert page.answer.headers["content-language"] == (language or "en")
