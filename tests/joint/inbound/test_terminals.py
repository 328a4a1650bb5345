"""A name with several numbers: kept in order of preference, each judged, all written into the order."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select

from accounts import systems
from accounts.people import names_of
from accounts.systems import NO_CAPS
from accounts.tables import account_systems, accounts, contacts, users
from billing.quotes import Quote
from billing.tables import deck_rows, holds
from orders.tables import orders, questions, terminals
from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.saying import say
from tests.joint.inbound.web import live
from tests.unit.inbound.house import DOLLAR, ORDER, House

SHIP, IRIDIUM, OFFICE = "+870773111222", "+881612345678", "+442079460000"


def book(house: House) -> dict[str, str]:
    with house.db.read() as conn:
        return names_of(conn, house.user)


def also(house: House) -> list[tuple[int, str, str]]:
    with house.db.read() as conn:
        return [(row.rank, row.number, row.extension) for row in conn.execute(select(terminals))]


@pytest.fixture
def sea(house: House) -> House:
    """The house with Inmarsat allowed at any price."""
    with house.db.write() as conn:
        account = next(row.id for row in house.rows(accounts) if row.name == "Ship")
        systems.allow(conn, account, "Inmarsat", NO_CAPS)
    house.change(accounts, cap_call=30 * DOLLAR, ask_above=20 * DOLLAR, quote_above=20 * DOLLAR)
    return house


@pytest.mark.parametrize(
    ("text", "name", "answer"),
    [
        (f"NAME MV ASTRID {SHIP}, {IRIDIUM}", "MV ASTRID", "MV ASTRID is +870 7..1222, then +881 6..5678"),
        (f"NOMBRE MV ASTRID: {SHIP}, {IRIDIUM}", "MV ASTRID", "MV ASTRID es +870 7..1222, luego +881 6..5678"),
        (f"NAME M/V Petrel {SHIP}", "M/V Petrel", "M/V Petrel is +870 7..1222"),
        (f"NAME N123AB {IRIDIUM}, +44 20 7946 0000 x12", "N123AB", "N123AB is +881 6..5678, then +44 2..0000"),
        (f"NAME Ann {SHIP}, {SHIP}", "Ann", "Ann is +870 7..1222"),
    ],
)  # fmt: skip
def test_a_name_keeps_several_numbers_in_order(house: House, text: str, name: str, answer: str) -> None:
    verb = text.split(maxsplit=1)[0]
    assert say(house, text) in (f"{answer} from now on.", f"{answer} desde ahora.")
    assert say(house, f"{verb} {name}") == f"{answer}."
    assert list(book(house)) == sorted(["Mum", name])


@pytest.mark.parametrize(
    "text",
    [
        f"NAME Ann {SHIP} {IRIDIUM}",  # may be a slip: without a comma they are not two
        "NAME Ann " + ", ".join(f"+4420794600{at:02d}" for at in range(6)),
        f"NAME Ann {SHIP}, 911",
        f"NAME Ann {SHIP}, 12",
    ],
)
def test_what_is_not_surely_several_numbers_is_not_kept(house: House, text: str) -> None:
    assert say(house, text).startswith(("Nothing done:", "Not called:"))
    assert list(book(house)) == ["Mum"]


def test_a_name_is_changed_and_struck_out_with_all_its_numbers(house: House) -> None:
    say(house, f"NAME Astrid {SHIP}, {IRIDIUM}, {OFFICE}")
    (first,) = (row.id for row in house.rows(contacts) if row.number == SHIP)
    assert "and no longer +870 7..1222, then" in say(house, f"NAME Astrid {OFFICE}")
    assert book(house)["Astrid"] == OFFICE
    assert [row.id for row in house.rows(contacts) if row.number == OFFICE] == [first]  # as the pages' buttons have it
    say(house, f"NAME Astrid {IRIDIUM}, {SHIP}")
    assert book(house)["Astrid"] == f"{IRIDIUM}, {SHIP}"
    assert say(house, "NAME DELETE astrid") == "Astrid is no longer in your phone book."
    assert [row.name for row in house.rows(contacts)] == ["Mum"]


def test_a_card_keeps_its_numbers_the_preferred_one_first(house: House) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "ann@ship.example", ORDER, "<card@x>"
    mail.set_content("")
    lines = ("FN:MV Astrid", f"TEL:{OFFICE}", "TEL:junk", f"TEL;PREF=2:{IRIDIUM}", f"TEL;PREF=1:{SHIP}")
    card = "\r\n".join(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD", ""])
    mail.add_attachment(card.encode(), maintype="text", subtype="vcard", filename="a.vcf")
    house.send(mail.as_bytes(), to=house.alias)
    assert book(house)["MV Astrid"] == f"{SHIP}, {IRIDIUM}, {OFFICE}"


def test_the_answer_names_the_vessel_and_how_many_numbers_are_tried_and_the_dearest_is_quoted(sea: House) -> None:
    say(sea, f"NAME MV ASTRID {OFFICE} x12, {SHIP}")
    said = say(sea, "CALL MV ASTRID")
    assert said == "A1 Ringing +1 2..0101. Press 1, then MV ASTRID. About $6.52/min. I try its 2 numbers in turn."
    (order,), (hold,) = sea.orders, sea.rows(holds)
    assert (order.number_b, order.extension_b, also(sea)) == (OFFICE, "12", [(1, SHIP, "")])
    quote = Quote.from_json(hold.quote)
    assert (quote.terms("B").rate, quote.terms("B", 1).rate) == (24_500, 6_500_000)


def test_a_number_that_is_refused_is_left_out_if_another_passes(sea: House) -> None:
    say(sea, f"NAME MV ASTRID {IRIDIUM}, {SHIP}, +1 202 555 0101")  # not allowed; allowed; the phone that rings first
    said = say(sea, "CALL MV ASTRID")
    assert said.endswith("then MV ASTRID. About $6.52/min. I try 1 of its 3 numbers: the rest can't be called.")
    (order,) = sea.orders
    assert (order.number_b, also(sea)) == (SHIP, [])


def test_if_none_passes_the_first_says_why(house: House) -> None:
    say(house, f"NAME MV ASTRID {SHIP}, {IRIDIUM}")
    assert "+870773111222 is Inmarsat, which is off" in say(house, "CALL MV ASTRID")
    assert house.orders == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_first_answer_goes_into_one_text_however_long_the_name(sea: House, language: str) -> None:
    name = "Honourable Captain Archibald Haddock Sirius Karaboudjan"
    sea.change(users, language=language)
    say(sea, f"NAME {name} {IRIDIUM}, {SHIP}, {OFFICE}")
    for words in (f"CALL {name} MAX 20 MAX 60 MIN", "AGAIN"):
        said = say(sea, words)
        assert len(said) <= 160
        assert "2 of " in said or "2 de " in said
        sea.change(orders, state="ended")


def test_a_question_keeps_all_numbers_and_an_ok_calls_them(sea: House) -> None:
    sea.change(accounts, quote_above=0)
    say(sea, f"NAME MV ASTRID {OFFICE}, {SHIP}")
    asked = say(sea, "CALL MV ASTRID PRIVATE")
    assert "at $6.52" in asked or "$6.517/min" in asked
    code = asked.partition("OK A1 ")[2][:4]
    assert say(sea, f"OK A1 {code}").startswith("A1 Ringing")
    (order,) = sea.orders
    assert (order.number_b, order.private, also(sea)) == (OFFICE, True, [(1, SHIP, "")])
    assert len(sea.rows(questions)) == 1


def test_a_question_whose_numbers_are_others_by_now_calls_nobody(sea: House) -> None:
    sea.change(accounts, quote_above=0)
    say(sea, f"NAME MV ASTRID {OFFICE}, {SHIP}")
    code = say(sea, "CALL MV ASTRID").partition("OK A1 ")[2][:4]
    with sea.db.write() as conn:
        conn.execute(account_systems.delete())
    assert "others than when I asked" in say(sea, f"OK A1 {code}")
    assert sea.orders == []


@pytest.mark.parametrize(("before", "after"), [("Inmarsat", "Iridium"), ("Iridium", "Inmarsat")])
def test_an_ok_to_one_number_calls_no_other_at_its_price(sea: House, before: str, after: str) -> None:
    def only(system: str) -> None:
        with sea.db.write() as conn:
            conn.execute(account_systems.delete())
            systems.allow(conn, next(row.id for row in sea.rows(accounts) if row.name == "Ship"), system, NO_CAPS)

    with sea.db.write() as conn:
        row = conn.execute(select(deck_rows).where(deck_rows.c.prefix == "87077")).one()
        iridium = {"id": "f" * 28, "prefix": "8816", "destination": "Iridium", "rate": 900_000}
        conn.execute(deck_rows.insert().values(row._asdict() | iridium))
    sea.change(accounts, quote_above=0)
    say(sea, f"NAME MV ASTRID {IRIDIUM}, {SHIP}")
    only(before)
    code = say(sea, "CALL MV ASTRID").partition("OK A1 ")[2][:4]
    only(after)
    assert "others than when I asked" in say(sea, f"OK A1 {code}")
    assert sea.orders == []
    only(before)
    code = say(sea, "CALL MV ASTRID").partition("OK A1 ")[2][:4]
    assert say(sea, f"OK A1 {code}").startswith("A1 Ringing")
    assert [order.number_b for order in sea.orders] == [SHIP if before == "Inmarsat" else IRIDIUM]


def test_the_pages_show_and_call_all_numbers(house: House) -> None:
    say(house, f"NAME Astrid +1 202 555 0188, {OFFICE}")
    with live(house) as web:
        page = Browser(web, BROWSERS["html"]).sign_in().press("Astrid")
        assert "+1 2..0188, +44 2..0000" in page.text
        assert "$0.04/min: you $0.02, they $0.02." in page.text
        page = page.press("Call")
        assert "I try its 2 numbers in turn." in page.text
    assert also(house) == [(1, OFFICE, "")]


def test_a_page_leaves_out_the_accounts_own_number_as_the_gate_does(house: House) -> None:
    """Else it shows a price that the gate does not find, and asks for it again and again."""
    house.change(accounts, caller_id=OFFICE, quote_above=0)
    say(house, f"NAME Astrid +442079460018, {OFFICE}")
    with live(house) as web:
        page = Browser(web, BROWSERS["html"]).sign_in().press("Astrid").press("Call")
        assert "I try 1 of its 2 numbers: the rest can't be called." in page.text
    assert [order.number_b for order in house.orders] == ["+442079460018"]
