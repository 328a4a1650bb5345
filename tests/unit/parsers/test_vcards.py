"""vCards as telephones and address books write them, and as nobody should."""

import base64
import io
import zipfile
from email.message import EmailMessage

import pytest

from parsers.vcards import LONGEST_LINE, MOST_BYTES, MOST_CARDS, Card, cards_in, cards_of

BOB = "BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nTEL:+442079460018\nEND:VCARD\n"


def card(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""])


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("VERSION:3.0", "N:S;Ann;;;", "FN:Ann Smith", "TEL;TYPE=CELL:+442079460018"), ("Ann Smith", "+442079460018")),
        (("VERSION:2.1", "N:Smith;Ann", "TEL;HOME;VOICE:020 7946 0018"), ("Ann Smith", "020 7946 0018")),
        (("FN:Ann", "TEL;TYPE=WORK:+442079460001", "i1.TEL;type=CELL,pref:+442079460018"), ("Ann", "+442079460018")),
        (("FN:Ann", "TEL;TYPE=work,fax:+442079460001", "TEL;TYPE=home:+442079460018"), ("Ann", "+442079460018")),
        (("FN;CHARSET=UTF-8;QUOTED-PRINTABLE:Jos=C3=A9=", " Luis", "TEL:+34912345678"), ("José Luis", "+34912345678")),
        (("FN:Zoe", "TEL;VALUE=uri:tel:+1-201-555-0124;ext=102"), ("Zoe", "+1-201-555-0124 x102")),
        (("FN:A long", "  name", "TEL:+442079460018"), ("A long name", "+442079460018")),
        (("FN:Ann", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", " SkZJRgAB", "TEL:+442079460018"), ("Ann", "+442079460018")),
    ],
)  # fmt: skip
def test_a_card_is_read(lines: tuple[str, ...], found: tuple[str, str]) -> None:
    assert [(each.name, each.numbers[0]) for each in cards_of(card(*lines))] == [found]


@pytest.mark.parametrize(
    ("numbers", "ordered"),
    [
        (("TEL:1", "TEL;TYPE=CELL:2", "TEL;TYPE=pref:3"), ("3", "2", "1")),
        (("TEL;PREF=2:1", "TEL;PREF=1:2", "TEL;PREF=100;TYPE=cell:3", "TEL:4"), ("2", "1", "3", "4")),
        (("TEL:1", "TEL;PREF:2", "TEL;VOICE:3"), ("2", "3", "1")),
        (("TEL;PREF=0:1", "TEL;PREF=101:2", "TEL;PREF=x:3", "TEL;PREF=99:4"), ("4", "1", "2", "3")),
    ],
)
def test_several_numbers_stand_in_order_of_preference(numbers: tuple[str, ...], ordered: tuple[str, ...]) -> None:
    assert cards_of(card("FN:MV Astrid", *numbers)) == [Card("MV Astrid", ordered)]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("FN:Ann",),
        ("TEL:+442079460018",),
        ("FN:Ann", "TEL;FAX:+442079460018"),
        ("FN: ", "TEL:+442079460018"),
        ("FN:" + "n" * (LONGEST_LINE + 1), "TEL:+442079460018"),
        ("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=hex:=FF", "TEL:+442079460018"),
        ("FN:Ann", "TEL;A" + "," * 400),
        ("FN:Ann", "TEL;A=" + "=," * 200),
        ("FN:Ann", 'TEL;A="' + "x" * 400),
    ],
)
def test_what_is_no_name_with_a_number_is_passed_over_and_keeps_no_other(lines: tuple[str, ...]) -> None:
    assert cards_of(card(*lines) + BOB) == [Card("Bob", ("+442079460018",))]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\n" * 50_000,
        "BEGIN:VCARD\nTEL;QUOTED-PRINTABLE:" + "=\n" * 100_000,
        "BEGIN:VCARD\nFN:x" + "\n y" * 20_000 + "\nEND:VCARD\n",
        "END:VCARD\n" * 50_000,
    ],
)
def test_51_a_hostile_file_is_read_in_a_line(text: str) -> None:
    assert cards_of(text) == []


def test_no_more_than_so_many() -> None:
    assert len(cards_of(BOB * (MOST_CARDS + 20))) == MOST_CARDS


def mail(content: bytes, kind: str = "text/vcard", name: str = "ann.vcf") -> bytes:
    message = EmailMessage()
    message["From"] = "ann@ship.example"
    message.set_content("")
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("text/vcard", "x"), ("text/x-vcard", "x"), ("application/octet-stream", "ann.VCF"), ("text/directory", "x")],
)
def test_a_card_is_found_in_a_mail(kind: str, name: str) -> None:
    assert cards_in(mail(BOB.encode(), kind, name)) == (Card("Bob", ("+442079460018",)),)


def test_one_of_another_kind_or_within_another_mail_is_not() -> None:
    assert cards_in(mail(BOB.encode(), "text/plain", "vcard.txt")) == ()
    inner = mail(BOB.encode())
    outer = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--\n"
    assert cards_in(outer) == ()


def test_51_nothing_is_unpacked_and_only_so_much_is_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("ann.vcf", BOB * 100_000)
    assert cards_in(mail(packed.getvalue(), "application/zip", "ann.vcf.zip")) == ()
    assert cards_in(mail(packed.getvalue(), "text/vcard")) == ()
    large = base64.b64encode(b"x" * MOST_BYTES).decode()
    assert cards_in(mail(card("FN:Big", f"PHOTO:{large}", "TEL:+442079460018").encode() + BOB.encode())) == ()
