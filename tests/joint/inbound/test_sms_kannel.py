"""Kannel's door: who knows the secret and asks from where it may is believed; the answer is the body."""

import socket
import struct
from collections.abc import Iterator
from threading import Event

import pytest

from inbound.sms.kannel import PATH
from inbound.web.server import WebLimits
from orders.tables import messages
from tests.joint.inbound.texting import ANNS_MOBILE, EACH, OURS, SECRET, STRANGER, STRANGERS, Texting, away, live
from tests.joint.inbound.web import HOST
from tests.parts.waiting import until
from tests.unit.inbound.house import MUM, PIN, House

RINGING = "A1 Ringing +1 2..0101. Press 1, then Mum. About $0.04/min."


@pytest.fixture
def texting(house: House) -> Iterator[Texting]:
    with live(house) as found:
        yield found


def nothing_came_in(texting: Texting) -> bool:
    return texting.house.rows(messages) == [] and texting.answers() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_text_is_an_order_and_the_answer_is_the_body(texting: Texting, method: str) -> None:
    answer = texting.kannel("CALL mum", method)
    assert (answer.status, answer.kind, answer.body) == (200, "text/plain; charset=utf-8", RINGING)
    (order,) = texting.house.orders
    assert (order.door, order.number_b) == ("kannel", MUM)
    assert order.answer_to.startswith("kannel:")
    (row,) = texting.said()
    assert (row.way, texting.house.envelope(row).sender) == ("kannel", OURS)


def test_the_text_may_be_the_body_as_post_url_has_it(texting: Texting) -> None:
    query = f"from=%2B{ANNS_MOBILE[1:]}&to=%2B{OURS[1:]}&id=1&charset=UTF-8"
    answer = texting.ask("POST", f"{PATH}/{SECRET}?{query}", body=b"CALL mum", Content_Type="text/plain")
    assert answer.body == RINGING


def test_the_secret_may_be_a_parameter(texting: Texting) -> None:
    query = f"from=%2B{ANNS_MOBILE[1:]}&id=1&text=CALL+mum"
    assert texting.ask("GET", PATH, f"{query}&token={SECRET}").body == RINGING
    assert texting.ask("GET", PATH, query).status == 403


@pytest.mark.parametrize("token", ["x", SECRET[:-1], SECRET + "x", SECRET.upper(), "%00", "%F0%9F%98%80", "a" * 9_000])
def test_a_wrong_secret(texting: Texting, token: str) -> None:
    assert texting.kannel("CALL mum", token=token).status == 403
    assert nothing_came_in(texting)


def test_91_from_an_address_that_may_not(house: House) -> None:
    with live(house, allow="192.0.2.0/24") as texting:
        assert texting.kannel("CALL mum").status == 403
        assert nothing_came_in(texting)


def test_91_behind_a_proxy_the_address_is_the_one_that_it_names(house: House) -> None:
    with live(house, WebLimits(trusted_proxy="127.0.0.1"), allow="192.0.2.0/24") as texting:
        query = f"from=%2B{ANNS_MOBILE[1:]}&id=1&text=CALL+mum"
        assert texting.ask("GET", f"{PATH}/{SECRET}", query, X_Forwarded_For="198.51.100.1").status == 403
        assert texting.ask("GET", f"{PATH}/{SECRET}", query, X_Forwarded_For="192.0.2.7").body == RINGING


def test_91_a_header_alone_moves_nobody(house: House) -> None:
    with live(house, allow="192.0.2.0/24") as texting:
        answer = texting.ask("GET", f"{PATH}/{SECRET}", "from=%2B1&id=1", X_Forwarded_For="192.0.2.7")
        assert answer.status == 403


@pytest.mark.parametrize(
    "sender", ["Bank", "12345", "12025550177", "", "+", "+1202555017A", "tel:+12025550177", "+0123456789"]
)
def test_91_a_sender_that_is_no_international_number(texting: Texting, sender: str) -> None:
    answer = texting.kannel("CALL mum", from_=sender)
    assert (answer.status, answer.body) == (200, "")
    assert nothing_came_in(texting)


def test_a_sender_written_with_two_zeros_is_one(texting: Texting) -> None:
    assert texting.kannel("CALL mum", from_="00" + ANNS_MOBILE[1:]).body == RINGING


def test_the_same_id_again_gets_the_first_answer_again(texting: Texting) -> None:
    assert [texting.kannel("CALL mum", id="one").body for _ in range(3)] == [RINGING] * 3
    assert len(texting.house.orders) == 1
    assert len(texting.said()) == 3
    assert texting.kannel("CALL mum").body.startswith("Not called: A1 for the same call is ")


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("CALL mum".encode("utf-16-be"), "UTF-16BE"), (b"CALL mum", "UTF-8"), (b"CALL mum", ""),
        (b"CALL mum", "ISO-8859-1"), (b"CALL mum", "made-up"),
    ],
)  # fmt: skip
def test_a_text_in_its_charset(texting: Texting, text: bytes, charset: str) -> None:
    assert texting.kannel(text, charset=charset).body == RINGING


def test_octets_that_the_charset_has_not_are_not_understood(texting: Texting) -> None:
    assert texting.kannel(b"CALL mum \xff\xfe").body.startswith("Not called: I don't know ")
    assert texting.house.orders == []


def test_an_answer_beyond_the_alphabet_says_so(texting: Texting) -> None:
    """Kannel would put question marks there."""
    body = "CALL \u4f60\u597d"
    request = texting.kannel(body)
    assert "\u4f60\u597d" in request.body
    assert texting.house.orders == []


@pytest.mark.parametrize("name", ["from", "id", "text", "token", "anything"])
def test_88_a_parameter_twice(texting: Texting, name: str) -> None:
    query = f"from=%2B{ANNS_MOBILE[1:]}&id=1&text=CALL+mum&{name}=a&{name}=b"
    assert texting.ask("GET", f"{PATH}/{SECRET}", query).status == 400
    assert nothing_came_in(texting)


def test_88_a_parameter_in_the_address_and_in_the_form(texting: Texting) -> None:
    form = f"from=%2B{ANNS_MOBILE[1:]}&id=1&text=CALL+mum".encode()
    kind = "application/x-www-form-urlencoded"
    assert texting.ask("POST", f"{PATH}/{SECRET}?id=2", body=form, Content_Type=kind).status == 400
    assert nothing_came_in(texting)


def test_88_other_methods_change_nothing(texting: Texting) -> None:
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS"):
        assert texting.kannel("CALL mum", method).status == 405
    assert nothing_came_in(texting)


def test_hundreds_of_parameters_and_too_much_of_a_text(texting: Texting) -> None:
    assert texting.ask("GET", f"{PATH}/{SECRET}", "&".join(f"a{n}=1" for n in range(400))).status == 400
    assert texting.kannel("x" * 40_000, "POST").status == 413
    assert nothing_came_in(texting)


def test_a_stranger_hears_nothing_and_is_counted(texting: Texting) -> None:
    for _ in range(STRANGERS + 3):
        assert texting.kannel(f"CALL mum PIN {PIN}", from_=STRANGER).body == ""
    assert len(texting.house.rows(messages)) == STRANGERS
    assert texting.kannel("CALL mum").body == RINGING


def test_one_that_was_long_on_its_way_is_asked_about(texting: Texting) -> None:
    sent = texting.house.clock.now_ms // 1000 - 3_600
    assert texting.kannel("CALL mum", ts=str(sent)).body.startswith("A1 60 min late: call Mum")
    assert texting.house.orders == []
    said = texting.kannel("CALL mum", ts="99999999999999999999").body  # nobody's clock
    assert said == RINGING.replace("A1", "B1")


def test_what_could_not_be_stored_does_not_count_as_sent(texting: Texting) -> None:
    """Kannel asks every second while we are away; when we are back, the text is not one too many."""
    whole, texting.house.intake = texting.house.intake, away(texting.house.intake, "accept")
    assert {texting.kannel("CALL mum", id="one").status for _ in range(EACH + 5)} == {503}
    texting.house.intake = whole
    assert texting.kannel("CALL mum", id="one").body == RINGING


@pytest.mark.parametrize("how", ["ends", "resets"])
def test_an_answer_that_the_gateway_did_not_wait_for_goes_as_a_text(
    texting: Texting, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    house = texting.house
    taken, gone = Event(), Event()

    class Slow:
        accept = house.intake.accept

        def handle(self, message_id: str) -> None:
            taken.set()
            assert gone.wait(15)
            whole.handle(message_id)

    whole, house.intake = house.intake, Slow()  # type: ignore[assignment]
    query = f"from=%2B{ANNS_MOBILE[1:]}&id=1&text=CALL+mum"
    with socket.create_connection((HOST, texting.port), timeout=15) as line:
        line.sendall(f"GET {PATH}/{SECRET}?{query} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert taken.wait(15)
        if how == "resets":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    gone.set()
    until(lambda: "did not wait" in caplog.text or any(row.state == "sent" for row in texting.answers()), 15)
    house.intake = whole
    assert [row.state for row in texting.answers()] == ["waiting"]
    assert texting.kannel("CALL mum", id="1").body == RINGING  # it asks again, and then both are said
    assert len(texting.said()) == 2
