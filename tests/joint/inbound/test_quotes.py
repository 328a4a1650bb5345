"""A dear call waits for an OK to its quote, whoever orders it; what was quoted is what is billed."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from click.testing import CliRunner

from accounts import systems
from accounts.systems import NO_CAPS, Caps
from accounts.tables import accounts, devices, users
from billing.quotes import Quote
from billing.tables import balances, deck_rows, decks, holds
from cordboard.cli import main
from orders.questions import OPEN_MS
from orders.tables import messages, orders, questions
from replies.gsm import economical, is_gsm, parts
from tests.crowd import together
from tests.joint.inbound.browser import BROWSERS, Browser
from tests.joint.inbound.web import HOST, live
from tests.unit.inbound.house import ANN, DOLLAR, PIN, House

SHIP = "+870773111222"
LATE = "Mon, 21 Sep 2026 14:01:00 +0000"
QUOTE = (
    "A1 Call +870 7..1222 at $6.517/min: them $6.50 (first 60 s), you $0.017 (6 s)? "
    "Balance buys 3 min. Reply OK A1 in 30 min."
)


def allow(house: House, system: str = "Inmarsat", caps: Caps = NO_CAPS) -> None:
    with house.db.write() as conn:
        account = next(row.id for row in house.rows(accounts) if row.name == "Ship")
        systems.allow(conn, account, system, caps)


@pytest.fixture
def sea(house: House) -> House:
    """The house with Inmarsat allowed, calls of up to thirty dollars, and Ann's mail signed."""
    allow(house)
    house.change(accounts, cap_call=30 * DOLLAR)
    house.signed.add(ANN)
    return house


def say(house: House, text: str, **headers: str) -> str:
    house.send(house.mail(text, **headers))
    return house.said()[-1][1]


def test_even_who_is_proven_is_asked_and_called_after_an_ok(sea: House) -> None:
    message_id = sea.send(sea.mail(f"CALL {SHIP}"))
    assert sea.said()[-1][1] == QUOTE
    assert sea.rules(message_id)[-1] == ["asked back", "ask_quote"]
    assert (sea.orders, sea.rows(holds), sea.bell.rung) == ([], [], [])
    assert say(sea, "OK A1") == "A1 Ringing +1 2..0101. Press 1, then +870 7..1222. About $6.52/min."
    (order,), (question,), (hold,) = sea.orders, sea.rows(questions), sea.rows(holds)
    assert (order.ref, order.number_b, question.state, question.order_id) == ("A1", SHIP, "placed", order.id)
    assert hold.quote == question.quote


@pytest.mark.parametrize("rates", [{"rate": 99_000_000, "connect_fee": 5_000_000}, {"rate": 1}, {"first": 600}])
def test_the_deck_may_change_the_price_does_not(sea: House, rates: dict[str, int]) -> None:
    say(sea, f"CALL {SHIP}")
    sea.change(deck_rows, **rates)
    assert say(sea, "OK A1").endswith("About $6.52/min.")
    terms = Quote.from_json(sea.rows(holds)[0].quote).terms("B")
    assert (terms.rate, terms.connect_fee, terms.first, terms.next) == (6_500_000, 0, 60, 15)


def test_what_has_no_price_any_more_is_called_at_the_one_that_was_said(sea: House) -> None:
    say(sea, f"CALL {SHIP}")
    sea.change(deck_rows, to_ms=sea.clock.now_ms - 1)
    assert say(sea, "OK A1").startswith("A1 Ringing")
    assert say(sea, f"CALL {SHIP}").startswith("Not called:")


def test_permission_funds_and_caps_are_judged_anew(sea: House) -> None:
    say(sea, f"CALL {SHIP}")
    (account,) = (row.id for row in sea.rows(accounts) if row.name == "Ship")
    with sea.db.write() as conn:
        systems.deny(conn, account, "Inmarsat")
    assert say(sea, "OK A1") == (
        f"Not called: {SHIP} is Inmarsat, which is off for your account. Whoever runs this can allow it."
    )
    allow(sea, caps=Caps(day=5 * DOLLAR))
    assert say(sea, "OK A1") == "Not called: Inmarsat calls may cost $5.00 in 24 hours, and $5.00 is left for them."
    allow(sea)
    sea.change(balances, amount=3 * DOLLAR)
    assert say(sea, "OK A1").startswith("Not called: your balance of $3.00")
    sea.change(balances, amount=20 * DOLLAR)
    assert say(sea, "OK A1").startswith("A1 Ringing")
    assert len(sea.orders) == 1


def test_half_an_hour_later_it_must_be_ordered_again(sea: House) -> None:
    say(sea, f"CALL {SHIP}", date="")
    sea.clock.now_ms += OPEN_MS
    assert say(sea, "OK A1", date="").startswith("Not called: A1 was not answered in time.")
    assert sea.orders == []


def test_at_the_accounts_price_nobody_is_asked(sea: House) -> None:
    sea.change(accounts, quote_above=6_517_000)
    assert say(sea, f"CALL {SHIP}").startswith("A1 Ringing")
    sea.change(accounts, quote_above=6_516_999)
    assert say(sea, "CALL +870773111223").startswith("B1 Call +870")


def test_a_fee_to_be_put_through_is_dear_like_a_minute(sea: House) -> None:
    sea.change(deck_rows, connect_fee=5 * DOLLAR, rate=10_000)
    assert say(sea, f"CALL {SHIP}").startswith("A1 Call ")
    sea.change(accounts, quote_above=10 * DOLLAR)
    assert say(sea, f"CALL {SHIP}").startswith("B1 Ringing")


def test_who_but_claims_to_be_the_sender_says_the_code_too(sea: House) -> None:
    sea.signed.clear()
    said = say(sea, f"CALL {SHIP} PIN {PIN}")
    assert said.startswith(QUOTE.partition(" Reply")[0])
    code = said.partition("OK A1 ")[2][:4]
    assert say(sea, f"OK A1 PIN {PIN}").startswith("Not called: answer with the code")
    assert say(sea, f"OK A1 {code}").startswith("A1 Ringing")


def test_a_dear_call_that_comes_late_is_quoted_and_called_after_an_ok(sea: House) -> None:
    assert say(sea, f"CALL {SHIP}", date=LATE) == QUOTE
    assert say(sea, "OK A1").startswith("A1 Ringing")


def test_again_of_a_dear_call_asks_anew_at_the_price_of_today(sea: House) -> None:
    say(sea, f"CALL {SHIP}")
    say(sea, "OK A1")
    sea.change(orders, state="ended", outcome="b_busy")
    sea.change(holds, open=False)
    with sea.db.write() as conn:
        conn.execute(deck_rows.update().where(deck_rows.c.prefix == "87077").values(rate=7_000_000))
    assert say(sea, "AGAIN").startswith("B1 Call +870 7..1222 from +1 2..0101 at $7.017/min: them $7.00")
    assert len(sea.orders) == 1
    assert say(sea, "OK B1").startswith("B1 As A1 again: ringing")
    assert Quote.from_json(sea.rows(holds)[1].quote).terms("B").rate == 7_000_000


def test_max_is_no_consent_to_a_price_but_bounds_what_the_quote_says(sea: House) -> None:
    assert "Your limit is 1 min. Reply OK A1" in say(sea, f"CALL {SHIP} MAX 8")
    assert say(sea, "OK A1").endswith("About $6.52/min. $8.00 at most.")
    assert [hold.most for hold in sea.rows(holds)] == [8 * DOLLAR]


@pytest.mark.parametrize("asked", ["MAX 8", ""])
def test_who_cannot_be_asked_has_said_a_most(sea: House, asked: str) -> None:
    sea.change(devices, answer_address="", limit_call=9 * DOLLAR)
    say(sea, f"NAME astrid {SHIP}")
    sea.send(sea.mail(f"CALL astrid {asked}"))
    assert [hold.most for hold in sea.rows(holds)] == [8 * DOLLAR if asked else 9 * DOLLAR]
    assert sea.rows(questions) == []


def test_a_code_is_spoken_to_no_dear_number(sea: House) -> None:
    assert say(sea, f"VERIFY {SHIP}").startswith("Not called: a call there costs too much for a code.")


def test_fee_and_phone_and_name_are_said_as_far_as_a_text_goes(sea: House) -> None:
    sea.change(deck_rows, connect_fee=1_250_000, first=60)
    sea.change(decks, currency="EUR")
    sea.change(accounts, currency="EUR", tax_ppm=190_000, allow_any_phone=True)
    long = "Captain Haddock of the Karaboudjan Two"
    say(sea, f"NAME {long} {SHIP}")
    for language in ("en", "es"):
        sea.change(users, language=language)
        said = say(sea, f"CALL {long} FROM +12025550188")
        assert len(said) <= 160
        assert is_gsm(economical(said))
        assert ("EUR 2.975" if language == "en" else "2,975 EUR") in said  # the fee of both legs, with its tax
        assert ("EUR 7.735" if language == "en" else "7,735 EUR") in said


@pytest.mark.parametrize("name", ["Al", "Mum Two", "Captain Haddock"])
def test_the_phone_that_is_rung_is_said_beside_a_name_of_any_length(sea: House, name: str) -> None:
    sea.change(accounts, allow_any_phone=True)
    say(sea, f"NAME {name} {SHIP}")
    assert say(sea, f"CALL {name} FROM +12025550188").startswith(f"A1 Call {name} from +1 2..0188 at $6.517/min")


@pytest.mark.parametrize("name", ["Ship [A]{B}[C]{D}[E]{F}[G]", "Łódź Żółw Ślimak Gęś Jaźń Łabędź"])
def test_a_quote_is_one_text_whatever_letters_a_name_has(sea: House, name: str) -> None:
    sea.change(deck_rows, connect_fee=1_250_000)
    sea.change(accounts, tax_ppm=190_000, allow_any_phone=True)
    say(sea, f"NAME {name} {SHIP}")
    said = say(sea, f"CALL {name} FROM +12025550188")
    assert said.startswith("A1 Call ")
    assert parts(economical(said)) == 1


def test_in_spanish(sea: House) -> None:
    assert say(sea, f"LLAMAR {SHIP}") == (
        "A1 ¿Llamo a +870 7..1222 a 6,517 USD/min: allí 6,50 USD (mín. 60 s), tú 0,017 USD (6 s)? "
        "Saldo: 3 min. Responde OK A1 en 30 min."
    )


def test_what_a_cap_leaves_no_two_orders_spend(sea: House) -> None:
    allow(sea, caps=Caps(call=12 * DOLLAR, day=13 * DOLLAR))
    sea.change(accounts, quote_above=10 * DOLLAR)
    sea.change(balances, amount=100 * DOLLAR)
    ids = [sea.accept(sea.mail(f"CALL +87077311122{digit}")) for digit in range(6)]
    together(3, lambda at: sea.handle(ids[at::3]))
    assert sum(hold.most for hold in sea.rows(holds)) <= 13 * DOLLAR
    assert len(sea.orders) == 1


class TestCaps:
    def test_of_a_system_lower_what_a_call_may_cost(self, sea: House) -> None:
        allow(sea, caps=Caps(call=14 * DOLLAR))
        sea.change(accounts, quote_above=10 * DOLLAR)
        say(sea, f"CALL {SHIP}")
        assert [hold.most for hold in sea.rows(holds)] == [14 * DOLLAR]

    def test_of_a_day_count_calls_under_way_with_all_that_they_may_cost(self, sea: House) -> None:
        allow(sea, caps=Caps(call=12 * DOLLAR, day=20 * DOLLAR))
        sea.change(accounts, quote_above=10 * DOLLAR)
        say(sea, f"CALL {SHIP}")
        say(sea, "CALL +870773111223")
        assert [hold.most for hold in sea.rows(holds)] == [12 * DOLLAR, 8 * DOLLAR]  # the second gets what is left
        assert say(sea, "CALL +870773111224").endswith(
            "Inmarsat calls may cost $20.00 in 24 hours, and $0.00 is left for them."
        )

    def test_of_a_day_are_of_one_system(self, sea: House) -> None:
        allow(sea, caps=Caps(day=7 * DOLLAR))
        sea.change(accounts, quote_above=10 * DOLLAR)
        say(sea, f"CALL {SHIP}")
        assert say(sea, "CALL mum").startswith("B1 Ringing")

    def test_of_the_account(self, house: House) -> None:
        house.change(accounts, cap_hour=6 * DOLLAR, most_at_once=2)
        house.signed.add(ANN)
        for _ in range(2):
            say(house, f"CALL +44207946001{len(house.orders)}")
        assert [hold.most for hold in house.rows(holds)] == [5 * DOLLAR, DOLLAR]
        assert say(house, "CALL +442079460015").startswith("Not called: no more than 2 calls of your account at once.")
        house.change(accounts, most_at_once=3)
        assert say(house, "CALL +442079460015") == (
            "Not called: your account may spend $6.00 an hour, and $0.00 is left. Try again later."
        )


class TestOverHttp:
    def test_without_a_consent_the_quote_comes_back_and_nothing_is_called(self, sea: House) -> None:
        with live(sea) as web:
            said = web.order(to=SHIP, key="k1")
            assert (said.status, said.reason) == (403, "dear")
            assert said.json["detail"] == (
                "Not called: a minute costs $6.517; your money buys 3 min. Order it again, agreeing to the price."
            )
            assert said.json["quote"] == {
                "price_per_minute": "6.517", "connect_fee": "0.00", "currency": "USD", "minutes": 3,
                "legs": [
                    {"role": "A", "price_per_minute": "0.017", "first_seconds": 6, "next_seconds": 6},
                    {"role": "B", "price_per_minute": "6.50", "first_seconds": 60, "next_seconds": 15},
                ],
            }  # fmt: skip
            assert (sea.orders, sea.rows(questions)) == ([], [])

    def test_a_most_per_minute_is_the_consent_under_the_same_key_too(self, sea: House) -> None:
        with live(sea) as web:
            web.order(to=SHIP, key="k1")
            assert web.order(to=SHIP, key="k1", max_per_minute="6.516999").reason == "dear"
            placed = web.order(to=SHIP, key="k1", max_per_minute="6.517")
            assert (placed.status, placed.json["price_per_minute"]) == (201, "6.517")
            again = web.order(to=SHIP, key="k1", max_per_minute="6.517")
            assert (again.status, again.json) == (200, placed.json)
        assert len(sea.orders) == 1

    def test_it_also_bounds_what_would_need_none(self, sea: House) -> None:
        with live(sea) as web:
            assert web.order(to="mum", max_per_minute="0.0414").reason == "dear"
            assert web.order(to="mum", max_per_minute="0.0415").status == 201

    @pytest.mark.parametrize("most", ["", "-1", "1e3", "6,52", "٦", "1.1234567", "9" * 10, 7])
    def test_what_is_no_price_is_none(self, sea: House, most: object) -> None:
        with live(sea) as web:
            assert web.order(to="mum", max_per_minute=most).status == 422
        assert sea.rows(messages) == []

    def test_the_command_says_so(self, sea: House) -> None:
        with live(sea) as web:
            door = ("call", SHIP, "--url", f"http://{HOST}:{web.port}")
            for most, code, told in (((), 2, "a minute costs $6.517"), (("--max-per-minute", "7"), 0, "A1 Ringing")):
                ran = CliRunner().invoke(main, [*door, *most], env={"CORDBOARD_TOKEN": web.token})
                assert (ran.exit_code, told in ran.output) == (code, True), ran.output


class TestOnPages:
    @pytest.fixture(autouse=True)
    def dear(self, sea: House) -> None:
        """What the open line's own cap pays for is dear here."""
        sea.change(accounts, quote_above=0)

    def test_call_is_the_ok_to_the_price_that_the_page_shows(self, sea: House) -> None:
        with live(sea) as web:
            page = Browser(web, BROWSERS["html"]).sign_in().press("Mum")
            assert "$0.04/min: you $0.02, they $0.02." in page.text
            assert "Billed first: you 6 s, they 30 s. Money for 71 min." in page.text
            page.press("Call")
        assert Quote.from_json(sea.rows(holds)[0].quote).terms("B").rate == 24_500

    def test_the_minutes_are_those_of_the_installations_limits(self, sea: House) -> None:
        with live(sea) as web:
            object.__setattr__(sea.intake.ordering, "limits", replace(sea.limits, max_talk_s=600))
            page = Browser(web, BROWSERS["html"]).sign_in().press("Mum")
            assert "Money for 10 min." in page.text

    @pytest.mark.parametrize("change", [{"rate": 70_000}, {"first": 120}, {"connect_fee": 100}])
    def test_at_another_price_the_page_asks_anew(self, sea: House, change: dict[str, int]) -> None:
        with live(sea) as web:
            page = Browser(web, BROWSERS["html"]).sign_in().press("Mum")
            sea.change(deck_rows, **change)
            page = page.press("Call")
            assert sea.orders == []
            assert "The price has changed. Nothing was called yet." in page.text
            page.press("Call")
        assert len(sea.orders) == 1

    def test_a_price_that_changes_while_the_button_is_on_its_way_calls_nobody(self, sea: House) -> None:
        """The look at the page is in another transaction than the order."""
        with live(sea) as web:
            page = Browser(web, BROWSERS["html"]).sign_in().press("Mum")
            accept = sea.intake.accept

            def dearer(*args: Any, **kwargs: Any) -> Any:
                sea.change(deck_rows, rate=70_000)
                return accept(*args, **kwargs)

            sea.intake = _With(sea.intake, dearer)  # type: ignore[assignment]
            page = page.press("Call")
        assert sea.orders == []
        assert "Not called: a minute costs $0.14" in page.text


@dataclass(frozen=True)
class _With:
    """An intake whose `accept` is another one."""

    intake: Any
    accept: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.intake, name)
