"""What strangers, thieves, other sites and odd browsers may send to the pages; numbers are those of bad-inputs.md."""

import http.client
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NoReturn
from urllib.parse import quote, urlencode

import pytest

from accounts import manage
from accounts.tables import accounts, contacts, phones, users
from billing.tables import holds
from inbound.pages.tickets import IDLE_S, WHOLE_S, Tickets
from inbound.web.server import WebLimits
from kernel.db import metadata
from kernel.errors import Unavailable
from kernel.secrets import Secrets
from orders.tables import messages, orders, wishes
from tests.joint.inbound.browser import BROWSERS, FORM, Browser, Shown
from tests.joint.inbound.web import HOST, WRONG_A_MINUTE, Web, live
from tests.unit.inbound.house import NOW, PIN, PLAIN_CAP, SECRETS, House

SIGN_IN_AGAIN = "That page was too old. Nothing was done. Sign in again."
WRONG = "That name and PIN do not go together"
KINDS = pytest.mark.parametrize("kind", BROWSERS)


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with live(house) as found:
        yield found


@pytest.fixture
def html(web: Web) -> Browser:
    return Browser(web, BROWSERS["html"])


def rows(house: House) -> list[object]:
    return [house.rows(table) for table in metadata.sorted_tables]


# -- 93, 94: the PIN -------------------------------------------------------------------------------------------------


def test_93_an_unknown_name_and_a_wrong_pin_read_alike(house: House, html: Browser) -> None:
    said = {html.sign_in(name, pin).text for name, pin in (("ann", "111111"), ("nobody", PIN), ("ann", ""), ("", PIN))}
    assert len(said) == 1
    assert WRONG in said.pop()


def _noting(looked: list[str], really: Callable[[Secrets, str, str], bool]) -> Callable[[Secrets, str, str], bool]:
    def is_pin(self: Secrets, kept: str, pin: str) -> bool:
        looked.append(pin)
        return really(self, kept, pin)

    return is_pin


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_93_and_each_takes_one_hash(house: House, web: Web, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    looked: list[str] = []
    really = Secrets.is_pin
    monkeypatch.setattr(Secrets, "is_pin", _noting(looked, really))
    html = Browser(web, BROWSERS["html"])
    for tries in range(1, WRONG_A_MINUTE):  # of which for Ann some are locked out
        html.sign_in(name, "111111")
        assert len(looked) == tries


def test_93_five_wrong_ones_lock_also_the_right_one_and_it_reads_alike(house: House, web: Web) -> None:
    with house.db.write() as conn:
        conn.execute(users.update().where(users.c.id == house.user).values(pin_failures=4))
    html = Browser(web, BROWSERS["html"])
    wrong, right = html.sign_in(pin="111111"), html.sign_in()
    assert wrong.text == right.text
    assert "home" not in right.buttons
    assert {to for to, _ in house.said()} == {"operator", "ann@ship.example"}


def test_93_an_address_that_guesses_is_held_back(house: House, html: Browser) -> None:
    for _ in range(WRONG_A_MINUTE):
        assert WRONG in html.sign_in("nobody", "1").text
    held = html.sign_in()
    assert held.answer.status == 429
    assert "Wait a minute" in held.text


def test_93_who_signs_in_rightly_is_never_held_back(html: Browser) -> None:
    for _ in range(WRONG_A_MINUTE * 3):
        assert "dial" in str(html.sign_in().buttons)


def test_94_full_width_digits_and_spaces(html: Browser) -> None:
    wide = PIN.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert "Mum" in html.sign_in(pin=f" {wide[:3]} {wide[3:]} ").buttons.values()


def test_a_name_is_read_as_it_is_keyed_in(house: House, html: Browser) -> None:
    assert "Mum" in html.get().press("Sign in", u=" ANN ", p=PIN).buttons.values()


# -- 95: tickets -----------------------------------------------------------------------------------------------------


def nothing_happened(house: House, page: Shown) -> None:
    assert house.orders == []
    assert house.rows(wishes) == []
    assert house.rows(messages) == []
    assert SIGN_IN_AGAIN in page.text
    assert list(page.buttons) == ["sign"]


@pytest.mark.parametrize("later_s", [IDLE_S + 1, WHOLE_S])
def test_95_expired(house: House, html: Browser, later_s: int) -> None:
    page = html.sign_in().press("Mum")
    house.clock.now_ms += later_s * 1000
    nothing_happened(house, page.press("Call"))


def test_95_a_session_is_not_kept_alive_for_ever(house: House, html: Browser) -> None:
    page = html.sign_in()
    for _ in range(WHOLE_S // IDLE_S):
        house.clock.now_ms += IDLE_S * 1000
        page = page.press("Home") if "home" in page.buttons else page.tap("balance").press("Home")
    house.clock.now_ms += IDLE_S * 1000
    nothing_happened(house, page.tap("balance"))


def test_95_of_another_user(house: House, html: Browser) -> None:
    """Ann's call with a ticket of Bob's is a call of Bob's, if it is one: of her book there is nothing in his."""
    mine = html.sign_in().press("Mum").body("call")
    bobs = html.sign_in("bob").press("Call", to="+442079460019").body("call")
    nothing_happened(house, html.post(mine | {"t": bobs["t"]}))


@pytest.mark.parametrize("at", [0, 5, 20, 39, 41, 60, 67])
def test_95_tampered(house: House, html: Browser, at: int) -> None:
    body = html.sign_in().press("Mum").body("call")
    swapped = "A" if body["t"][at] != "A" else "B"
    nothing_happened(house, html.post(body | {"t": body["t"][:at] + swapped + body["t"][at + 1 :]}))


@pytest.mark.parametrize("ticket", ["", "x", ".", "a.b", "A" * 40 + ".", "A" * 5000, "\N{DEVANAGARI DIGIT ONE}" * 40])
def test_95_no_ticket_at_all(house: House, html: Browser, ticket: str) -> None:
    body = html.sign_in().press("Mum").body("call")
    page = html.post(body | {"t": ticket[:200]})
    nothing_happened(house, page)


def test_95_for_another_purpose(house: House, html: Browser) -> None:
    home = html.sign_in()
    look = home.body("book")["t"]
    confirm = home.press("Mum")
    nothing_happened(house, html.post(confirm.body("call") | {"t": look}))
    move = home.press("Where").body("move")
    nothing_happened(house, html.post(confirm.body("call") | {"t": move["t"]}))
    nothing_happened(house, html.post({"t": confirm.body("call")["t"], "drop": "1", "ref": "A1"}))
    nothing_happened(house, html.post({"t": confirm.body("call")["t"], "home": "1"}))


def test_95_for_another_call(house: House, html: Browser) -> None:
    body = html.sign_in().press("Mum").body("call")
    nothing_happened(house, html.post(body | {"to": "+442079460019." + body["to"].rpartition(".")[2]}))


def test_95_of_another_installation(house: House, html: Browser) -> None:
    body = html.sign_in().press("Mum").body("call")
    with house.db.read() as conn:
        from accounts.handles import holder

        ann = holder(conn, SECRETS, house.user)
    assert ann is not None
    forged = Tickets(Secrets(b"q" * 32, b"s" * 32)).issue(ann, NOW, NOW // 1000, "call", (body["to"],))
    assert html.post(body).answer.status == 200
    house.change(orders, state="ended")
    assert SIGN_IN_AGAIN in html.post(body | {"t": forged}).text
    assert len(house.orders) == 1


def test_95_a_new_pin_ends_what_was_signed_in_with_the_old_one(house: House, html: Browser) -> None:
    page = html.sign_in().press("Mum")
    with house.db.write() as conn:
        manage.set_pin(conn, SECRETS, house.user, "90817263")
    nothing_happened(house, page.press("Call"))


def test_95_a_new_pin_also_ends_what_was_stored_and_not_yet_handled(house: House, html: Browser) -> None:
    body = html.sign_in().press("Mum").body("call")
    really, house.intake = house.intake, _Mute(house.intake)  # type: ignore[assignment]
    assert "will act on it soon" in html.post(body).text
    with house.db.write() as conn:
        manage.set_pin(conn, SECRETS, house.user, "90817263")
    house.intake = really
    (message,) = house.rows(messages)
    house.intake.handle(message.id)
    assert house.orders == []


@pytest.mark.parametrize("table", [users, accounts])
def test_who_is_shut_out_sees_nothing_more(house: House, html: Browser, table: object) -> None:
    page = html.sign_in().press("Mum")
    house.change(table, active=False)  # type: ignore[arg-type]
    for shown in (page.press("Call"), page.press("Home"), html.sign_in()):
        assert "this account is closed" in shown.text
        assert shown.buttons == {}
    assert house.orders == []


# -- 96: twice -------------------------------------------------------------------------------------------------------


@KINDS
def test_96_back_and_again_shows_the_first_call(house: House, web: Web, kind: str) -> None:
    confirm = Browser(web, BROWSERS[kind]).sign_in().press("Mum")
    first = confirm.press("Call")
    again = confirm.press("Call")
    assert (first.title, again.title) == ("A1", "A1")
    house.change(orders, state="ended", outcome="b_busy")
    after = confirm.press("Call")
    assert "Mum busy" in after.text
    assert len(house.orders) == len(house.rows(holds)) == len(house.bell.rung) == 1


def test_96_five_at_once(house: House, html: Browser) -> None:
    confirm = html.sign_in().press("Mum")
    with ThreadPoolExecutor(5) as crowd:
        pages = list(crowd.map(lambda _: confirm.press("Call"), range(5)))
    assert {page.title for page in pages} == {"A1"}
    assert len(house.orders) == len(house.bell.rung) == 1


def test_96_another_page_for_the_same_call_shows_the_one_under_way(house: House, html: Browser) -> None:
    html.sign_in().press("Mum").press("Call")
    again = html.sign_in().press("Mum").press("Call")
    assert again.title == "A1"
    assert "A1 for the same call is about to ring you" in again.text
    assert len(house.orders) == 1


def test_96_what_was_shown_is_what_is_called(house: House, html: Browser) -> None:
    """The book, or the phone that rings, changed between the price and the Call."""
    confirm = html.sign_in().press("Mum")
    house.change(contacts, number="+442079460019")
    assert "changed meanwhile. Nothing was called." in confirm.press("Call").text
    confirm = html.sign_in().press("Mum")
    house.change(phones, number="+12025550103")
    assert "changed meanwhile. Nothing was called." in confirm.press("Call").text
    confirm = html.sign_in().press("Mum")
    house.change(contacts, name="Dad", name_key="dad")
    assert len(confirm.press("Call").title) == 2
    assert [order.name_b for order in house.orders] == ["Dad"]


def test_96_a_drop_twice(house: House, html: Browser) -> None:
    page = html.sign_in().press("Mum").press("Call")
    assert page.press("Drop").text == page.press("Drop").text
    assert len(house.rows(wishes)) == 1


# -- 97: from elsewhere, and by GET ----------------------------------------------------------------------------------

ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_97_a_form_of_another_site_does_nothing(house: House, html: Browser, headers: dict[str, str]) -> None:
    body = html.sign_in().press("Mum").body("call")
    page = html.post(body, **{name.replace("-", "_"): value for name, value in headers.items()})
    assert page.answer.status == 403
    assert "another site" in page.text
    assert house.orders == []


def test_97_nor_without_a_ticket_whatever_it_says_of_itself(house: House, html: Browser) -> None:
    nothing_happened(house, html.post({"call": "1", "to": "+442079460018.00000000"}, Sec_Fetch_Site="same-origin"))


def test_97_ones_own_site_is_no_other(house: House, html: Browser) -> None:
    body = html.sign_in().press("Mum").body("call")
    assert html.post(body, Origin=f"http://{HOST}:{html.web.port}").title == "A1"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_97_a_get_changes_nothing(house: House, html: Browser, method: str) -> None:
    body = html.sign_in().press("Mum").body("call")
    before = rows(house)
    for path in (f"/m?{urlencode(body)}", f"/m/ann?{urlencode(body)}", "/m/call", f"/m/{body['t']}"):
        answer = html.web.ask(method, path, None, Authorization="", User_Agent=BROWSERS["html"]["User-Agent"])
        assert answer.status == 200
        assert b"Mum" not in answer.body
    assert rows(house) == before


def test_97_other_methods_are_none(house: House, html: Browser) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert html.web.ask(method, "/m", b"", Authorization="").status == 405


@KINDS
def test_no_ticket_and_no_number_is_in_any_address(web: Web, kind: str) -> None:
    page = Browser(web, BROWSERS[kind]).sign_in().press("Mum").press("Call")
    assert "location" not in page.answer.headers
    assert "set-cookie" not in page.answer.headers
    assert page.answer.body.lower().count(b'"/m"') == page.answer.body.lower().count(b"action=") or kind == "wml"


# -- 98: odd letters, and too many of them ---------------------------------------------------------------------------


@KINDS
def test_98_emoji_and_odd_letters(house: House, web: Web, kind: str) -> None:
    browser = Browser(web, BROWSERS[kind])
    page = browser.sign_in().press("Book").press("New name")
    page = page.press("Save", name="Zoë 😀 <b>&amp;", number="+442079460019")
    assert any("Zoë" in label for label in page.buttons.values())
    for typed in ("😀" * 20, "\u202e123", "\x00", "%00", "\ud7ff\ufffe", "ā" * 40):
        assert browser.sign_in().press("Call", to=typed).answer.status == 200


def test_98_the_letters_of_1999(house: House, web: Web) -> None:
    """A Palm sends its form in Windows' letters, not in UTF-8."""
    palm = Browser(web, BROWSERS["palm"])
    body = palm.sign_in().press("Book").press("New name").body("add", number="+442079460019")
    sent = urlencode(body | {"name": "Zoë"}, encoding="cp1252").encode()
    assert "Zoë" in palm.post(sent).buttons.values()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a" * 5000, None),
        (b"", None),
        (b"t=1&t=2&home=1", None),
        (b"home=1&book=1", None),
        (b"&".join(b"to=%d" % n for n in range(50)), None),
        (b"to=" + b"9" * 201 + b"&ring=1", None),
        (b"x[]=1&home=1", None),
        (b"\xff\xfe", None),
        (b"nonsense=1&t=x.y", None),
        (b'{"t": "x"}', "application/json"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ],
    ids=str,
)
def test_98_what_is_no_form_of_ours(house: House, html: Browser, body: bytes, kind: str | None) -> None:
    before = rows(house)
    headers = {"Content_Type": kind} if kind else {}
    page = html.post(body, **headers)
    assert page.answer.status in {400, 403, 413}
    assert page.answer.headers["content-type"].startswith("text/html")
    assert rows(house) == before


# -- 99, 100, 108, 110 -----------------------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("host", ["evil.example", 'x"><script>', "evil.example:80@127.0.0.1", "[::1", ""])
def test_99_a_host_is_believed_in_nothing(web: Web, kind: str, host: str) -> None:
    connection = http.client.HTTPConnection(HOST, web.port, timeout=15)
    connection.putrequest("GET", "/m/ann", skip_host=True)
    for name, value in BROWSERS[kind].items():
        connection.putheader(name, value)
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server"):
        connection.putheader(name, host or "")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert b"evil" not in body
    assert b"script" not in body.lower()
    assert "evil" not in str(answer.getheaders())


@pytest.mark.parametrize(
    "path",
    ["/m/../../etc/passwd", "/m/..%2f..%2fetc%2fpasswd", "/m/%00", "/m//", "/m/a/b", "/m/" + "a" * 3000, "/m/%ff"],
)
def test_100_no_path_leads_anywhere(html: Browser, path: str) -> None:
    answer = html.web.ask("GET", path, None, Authorization="", User_Agent="x")
    assert answer.status in {200, 404}
    assert b"root:" not in answer.body


@KINDS
@pytest.mark.parametrize(
    "name",
    [
        "{{111111*111111}}",
        "{% for x in (1,) %}boo{% endfor %}",
        "<script>alert(1)</script>",
        "$(t)",
        "$t",
        "&lt;",
        '"><p>',
    ],
)
def test_108_110_names_are_words_and_nothing_more(house: House, web: Web, kind: str, name: str) -> None:
    house.change(contacts, name=name)
    browser = Browser(web, BROWSERS[kind])
    page = browser.sign_in()
    shown = page.buttons[next(button for button in page.buttons if button.startswith("dial."))]
    assert shown == (name if len(name) <= 20 or kind == "html" else name[:18].rstrip() + "..")
    page = page.press(shown).press("Call")
    assert name[:10] in page.text.replace(" | ", "")
    for body in (page.answer.body, browser.get(f"/m/{quote(name.replace('/', ''))}").answer.body):
        assert b"<script" not in body.lower()
        assert b"12345654321" not in body  # a product that no ticket has in it by chance, as it may have 49


# -- money without TLS, and floods -----------------------------------------------------------------------------------


def test_without_tls_a_call_may_cost_less(house: House, html: Browser) -> None:
    page = html.sign_in().press("Mum")
    assert "At most $3.00 for the call." in page.text
    page.press("Call")
    (hold,) = house.rows(holds)
    assert hold.most == PLAIN_CAP


def test_with_tls_it_is_the_accounts_own(house: House) -> None:
    with live(house, limits=WebLimits(trusted_proxy=HOST)) as web:
        https = Browser(web, BROWSERS["html"] | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
        page = https.sign_in().press("Mum")
        assert "At most" not in page.text
        page.press("Call")
    (hold,) = house.rows(holds)
    assert hold.most == 5_000_000


def test_a_stranger_who_says_that_it_was_tls_is_not_believed(house: House, web: Web) -> None:
    liar = Browser(web, BROWSERS["html"] | {"X-Forwarded-Proto": "https", "Forwarded": "proto=https"})
    liar.sign_in().press("Mum").press("Call")
    (hold,) = house.rows(holds)
    assert hold.most == PLAIN_CAP


def test_one_users_changes_are_so_many_a_minute(house: House, html: Browser) -> None:
    form = html.sign_in().press("Book").press("New name")
    for number in range(25):
        form.press("Save", name="Zed", number=f"+44207946{1000 + number}")
    before = rows(house)
    assert "this was not taken" in form.press("Save", name="Yet", number="+442079460019").text
    assert rows(house) == before


class _Mute:
    """Stores, and can't handle just now."""

    def __init__(self, intake: object) -> None:
        self.accept, self.ordering = intake.accept, intake.ordering  # type: ignore[attr-defined]

    def handle(self, _message: str) -> NoReturn:
        raise Unavailable("away")


def test_what_is_stored_is_said_to_be_and_is_found_later(house: House, html: Browser) -> None:
    confirm = html.sign_in().press("Mum")
    really, house.intake = house.intake, _Mute(house.intake)  # type: ignore[assignment]
    assert "will act on it soon" in confirm.press("Call").text
    house.intake = really
    house.clock.now_ms += 60_000
    house.intake.leftovers()
    assert confirm.press("Call").title == "A1"
    assert len(house.orders) == 1


@KINDS
def test_every_answer_is_for_nobody_else_and_depends_on_the_browser(web: Web, kind: str) -> None:
    browser = Browser(web, BROWSERS[kind])
    for page in (browser.get(), browser.sign_in(), browser.sign_in(pin="1"), browser.post(b"x")):
        assert page.answer.headers["cache-control"] == "no-store"
        assert page.answer.headers["vary"] == "Accept, User-Agent"
        assert "unsafe" not in page.answer.headers["content-security-policy"]
        if kind != "html":  # which show no page that comes with an error
            assert page.answer.status == 200


def test_a_browser_is_held_to_the_form_it_says(web: Web) -> None:
    plain = replace(Browser(web, BROWSERS["html"]))
    assert plain.post(b"home=1", Content_Type=FORM["Content-Type"] + "; charset=utf-8").answer.status == 403
