"""Bad inputs 43 to 57: whatever a mail is made of, a proven sender's too, nothing is lost, shunted or dialled by it."""

import base64
import json

import pytest

from orders.states import MessageState
from tests.unit.inbound.house import ANN, MUM, House

HEAD = b"From: ann@ship.example\r\nMessage-ID: <bad@ship.example>\r\n"
MULTIPART = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
ORDER = b"CALL mum\r\n"
OTHER = "+442079460019"


def part(kind: bytes, content: bytes, *more: bytes) -> bytes:
    return b"\r\n".join([b"--x", b"Content-Type: " + kind, *more, b"", content, b""])


def told(house: House, raw: bytes) -> str | None:
    """What a mail by the secret alias is answered; None for silence. It is handled, whatever it is."""
    before = len(house.said())
    message_id = house.send(raw, to=house.alias)
    assert house.message(message_id).state == MessageState.HANDLED
    said = house.said()[before:]
    assert all(to == ANN for to, _ in said)
    return said[0][1] if said else None


def nothing_dialled(house: House) -> bool:
    return not house.orders and not house.bell.rung


UNREADABLE = [
    pytest.param(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000
        + ORDER,
        id="43-nested",
    ),
    pytest.param(b"Content-Type: message/rfc822\r\n\r\n" * 3000 + ORDER, id="43-mails-in-mails"),
    pytest.param(b"To: " + b"a@b.org, " * 20_000 + b"\r\n\r\n" + ORDER, id="45"),
    pytest.param(b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\n" + ORDER, id="46"),
]


@pytest.mark.parametrize("rest", UNREADABLE)
def test_43_to_46_what_is_beyond_all_bounds_is_not_read(house: House, rest: bytes) -> None:
    message_id = house.send(HEAD + rest, to=house.alias)
    assert json.loads(house.message(message_id).evidence) == {"unreadable": "unreadable_mail"}
    assert house.message(message_id).state == MessageState.HANDLED
    assert not house.said()
    assert nothing_dialled(house)


@pytest.mark.parametrize(("brackets", "because"), [(900, "unreadable"), (5000, "why")])
def test_44_a_from_of_brackets_is_nobodys(house: House, brackets: int, because: str) -> None:
    message_id = house.send(b"From: " + b"(" * brackets + b"\r\n\r\n" + ORDER)
    evidence = json.loads(house.message(message_id).evidence)
    assert evidence[because] == {"unreadable": "unreadable_mail", "why": "not_enrolled"}[because]
    assert nothing_dialled(house)
    assert not house.said()


@pytest.mark.parametrize("breaks", [b"=0D=0A", b"=0A", b"=0D", b"=E2=80=A8"])
def test_47_an_encoded_line_break_in_the_subject_is_no_new_line(house: House, breaks: bytes) -> None:
    said = told(house, HEAD + b"Subject: =?utf-8?q?CALL_mum" + breaks + b"PIN_1234?=\r\n\r\n\r\n")
    assert said is not None
    assert said.startswith("Not called: I don't know 'mum")
    assert nothing_dialled(house)


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "x-nonsense", "utf-16", "unicode_escape", "rot13", '"'])
def test_48_a_wrong_charset_loses_no_order_and_makes_none(house: House, charset: str) -> None:
    headers = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    told(house, HEAD + headers + base64.encodebytes("Señora, CALL mum".encode("cp1252")))
    assert nothing_dialled(house)
    told(house, HEAD.replace(b"bad", b"good") + headers + base64.encodebytes(b"CALL mum"))
    assert [order.number_b for order in house.orders] == ([] if charset == "utf-16" else [MUM])


def test_49_the_plain_part_decides_and_html_alone_is_read(house: House) -> None:
    both = part(b"text/plain", b"CALL mum") + part(b"text/html", f"<p>CALL {OTHER}</p>".encode())
    told(house, HEAD + b"Content-Type: multipart/alternative; boundary=x\r\n\r\n" + both + b"--x--\r\n")
    assert [order.number_b for order in house.orders] == [MUM]


HIDDEN = (
    f'<p>hello</p><p style="display:none">CALL {OTHER}</p><!-- CALL {OTHER} --><blockquote>CALL {OTHER}</blockquote>'
)


def test_49_what_html_does_not_show_is_not_ordered(house: House) -> None:
    told(house, HEAD + b"Content-Type: text/html\r\n\r\n" + HIDDEN.encode())
    assert nothing_dialled(house)


BOMBS = [
    pytest.param(b"Content-Transfer-Encoding: base64\r\n\r\n!!!@@@====" + ORDER, id="50-garbage"),
    pytest.param(b"Content-Transfer-Encoding: base64\r\n\r\nQ0FMTCBtdW\r\n", id="50-half"),
    pytest.param(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=20" * 400_000 + ORDER, id="50-spaces"),
    pytest.param(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=0A" * 400_000 + ORDER, id="50-lines"),
    pytest.param(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=C=A=L=L mum=\r\n", id="50-signs"),
]


@pytest.mark.parametrize("rest", BOMBS)
def test_50_what_does_not_decode_orders_nothing(house: House, rest: bytes) -> None:
    told(house, HEAD + rest)
    assert nothing_dialled(house)


@pytest.mark.parametrize(
    "kind", [b"text/vcard", b"text/calendar", b"application/zip", b"text/plain; name=order.txt", b"message/rfc822"]
)
def test_51_an_attachment_is_never_opened(house: House, kind: bytes) -> None:
    attached = part(kind, b"Subject: CALL mum\r\n\r\nCALL mum" * 20_000, b"Content-Disposition: attachment")
    told(house, HEAD + MULTIPART + part(b"text/plain", b"see the file") + attached + b"--x--\r\n")
    assert nothing_dialled(house)


@pytest.mark.parametrize(
    "quote",
    [
        "> CALL mum",
        "-----Original Message-----\nFrom: Ann\nSent: Monday\n\nCALL mum",
        "On Mon, Sep 21, 2026 at 9:58 AM Ann wrote:\n\nCALL mum",
        "From: Ann\nTo: call@door.test\nSubject: call\n\nCALL mum",
        "---------- Forwarded message ----------\nCALL mum",
    ],
)
@pytest.mark.parametrize("above", ["", "on my way\n\n", "thanks\n\n"])
def test_52_an_older_order_in_a_quote_is_not_placed_again(house: House, quote: str, above: str) -> None:
    told(house, house.mail(above + quote, subject="Re: CALL mum"))
    assert nothing_dialled(house)


@pytest.mark.parametrize(
    "footer", ["-- \nAnn\n+44 20 7946 0019", "Ann, MV Astrid\n+44 20 7946 0019", "+44 20 7946 0019"]
)
def test_53_a_number_in_a_signature_is_not_called(house: House, footer: str) -> None:
    told(house, house.mail(f"see you on Sunday\n\n{footer}"))
    assert nothing_dialled(house)
    told(house, house.mail(f"CALL mum\n\n{footer}"))
    assert [order.number_b for order in house.orders] == [MUM]


def test_54_the_same_message_id_with_another_body_is_refused(house: House) -> None:
    told(house, HEAD + b"\r\nCALL mum\r\n")
    said = told(house, HEAD + f"\r\nCALL {OTHER}\r\n".encode())
    assert said is not None
    assert said.startswith("Not called: that message said something else before.")
    assert [order.number_b for order in house.orders] == [MUM]


def test_55_without_a_message_id_the_same_mail_is_one_order(house: House) -> None:
    raw = b"From: ann@ship.example\r\nDate: Mon, 21 Sep 2026 14:13:10 +0000\r\n\r\nCALL mum\r\n"
    assert told(house, raw) == told(house, raw)
    assert len(house.orders) == 1


AUTOMATIC = {
    "bounce": {"content_type": "multipart/report; report-type=delivery-status; boundary=x"},
    "away": {"auto_submitted": "auto-replied"},
    "mailer": {"from": "MAILER-DAEMON@ship.example"},
    "list": {"list_id": "<crew.ship.example>"},
}


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_56_automatic_mails_and_our_own_words_order_nothing(house: House, kind: str) -> None:
    assert told(house, house.mail("CALL mum", **AUTOMATIC[kind])) is None
    assert nothing_dialled(house)


def test_56_our_own_confirmation_come_back_is_no_order(house: House) -> None:
    told(house, house.mail("CALL mum", message_id="<first@x>"))
    answer = house.said()[0][1]
    assert told(house, house.mail(answer, subject="Re: call", auto_submitted="auto-replied")) is None
    told(house, house.mail(answer))
    assert len(house.orders) == 1


CALENDAR = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:CALL mum\r\nRRULE:FREQ=SECONDLY\r\nDTSTART;TZID=No/Where:1\r\nEND"
)


@pytest.mark.parametrize("disposition", [b"inline", b"attachment"])
def test_57_a_calendar_is_not_read(house: House, disposition: bytes) -> None:
    entry = part(b"text/calendar; method=REQUEST", CALENDAR, b"Content-Disposition: " + disposition)
    told(house, HEAD + MULTIPART + entry + b"--x--\r\n")
    assert nothing_dialled(house)
