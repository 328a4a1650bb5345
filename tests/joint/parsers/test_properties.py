"""Whatever comes in: only Refused comes out, and nothing launches with a word left over."""

from collections.abc import Callable
from time import process_time
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Refused
from parsers.commands import CallCommand, NotACommand, parse_text
from parsers.in_mail import parse_mail
from parsers.mail import read_mail
from parsers.numbers import parse_number
from parsers.words import fold

NAMES = {"mum": "+442079460000", "Bob": "+33140001234x512", "Ann Marie": "+14155552672", "bill": "+14155552673"}
KNOWN = {"call", "ring", "phone", "dial", "from", "bill", "pin", "please", "pls", "plz", "kindly", "thanks", "thank",
         "you", "thx", "cheers", "many", "mum", "bob", "ann", "marie"}  # fmt: skip

characters = st.text(st.sampled_from("0123456789+-. ()x,#*;@:/\u0661\uff11\u200b\u202eOabc=911\0\t"), max_size=50)
WORDS = """CALL call ring FROM BILL PIN mum Bob Ann Marie bill please thanks tomorrow +442079460000 415 555 2671 x512
ext 911 ACME-17 1234 12345678901 , . ! ? +1 not \u200b m\u00fcm sip:x *67 870-772-0012"""
MAIL_LINES = """From: a@b.org|Subject: CALL mum|Subject: =?x?q?=FF?=|Content-Type: multipart/mixed; boundary=a|--a|
--a--|Content-Type: text/html; charset="|CALL mum|> CALL bob|On x wrote:|Content-Transfer-Encoding: base64|From: (((|
Content-Type: message/rfc822|Date: Tue, 99|Content-Type: ;;;="|<p>|</div>|\0|\xff"""
words = st.sampled_from(WORDS.split())
mails = st.lists(st.sampled_from(MAIL_LINES.split("|")), max_size=15).map(
    lambda parts: "\n".join(parts).encode("latin-1")
)
lines = st.lists(words, max_size=12).map(" ".join)
countries = st.sampled_from(["US", "GB", "DE", "SH", "XX", "us", None])


T = TypeVar("T")


def attempt(read: Callable[[], T]) -> T | Refused:
    try:
        return read()
    except Refused as refused:
        return refused


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.text(max_size=60), characters), countries)
def test_a_number_is_read_or_refused(text: str, country: str | None) -> None:
    number = attempt(lambda: parse_number(text, country))
    if isinstance(number, Refused):
        assert all(value.isascii() and value.isprintable() for value in number.fields.values())
        return
    assert text.isascii()
    assert number.e164[0] == "+"
    assert number.e164[1:].isdigit()
    assert 7 <= len(number.e164) <= 16
    assert parse_number(number.canonical(), None).canonical() == number.canonical()


@settings(deadline=None)
@given(st.one_of(st.text(), lines, st.lists(lines, max_size=4).map("\n".join)), countries)
def test_only_a_line_without_an_unknown_word_launches(text: str, country: str | None) -> None:
    parsed = parse_text(text, country=country, names=NAMES)
    if isinstance(parsed, NotACommand):
        assert parsed.not_understood or parsed.why or not parsed.verb
        return
    line = next(line for line in text.split("\n") if line.strip(" \t"))
    strange = [word for word in line.split() if fold(word).strip(".,!:=#") not in KNOWN | {""}]
    said = parsed.canonical() + (parsed.pin or "")
    kept = [char for char in "".join(strange) if char.isalnum()]
    assert not ({"tomorrow", "not", "?", "sip:x", "*67"} & set(line.split()))
    assert all(char.lower() in said.lower() for char in kept if char not in "ext"), (strange, said)


@settings(deadline=None)
@given(lines, countries)
def test_an_order_reads_the_same_from_its_canonical_text(text: str, country: str | None) -> None:
    parsed = parse_text(text, country=country, names=NAMES)
    if isinstance(parsed, CallCommand):
        again = parse_text(parsed.canonical(), country=None, names={})
        assert isinstance(again, CallCommand)
        assert again.canonical() == parsed.canonical()


@given(st.one_of(st.binary(max_size=400), mails))
@settings(max_examples=150, deadline=None)
def test_a_mail_is_read_or_refused(raw: bytes) -> None:
    mail = attempt(lambda: read_mail(raw))
    if isinstance(mail, Refused):
        assert mail.key == "unreadable_mail"
        return
    assert "\0" not in mail.own_text + mail.subject
    assert "\n" not in mail.subject
    parse_mail(mail, country="US", names=NAMES)


def _seconds(read: Callable[[str], object], text: str) -> float:
    def once() -> float:
        started = process_time()
        read(text)
        return process_time() - started

    return min(once() for _ in range(3))


def test_time_grows_no_faster_than_the_text() -> None:
    names = {f"name {n} of {n % 7}": "+442079460000" for n in range(500)}
    lines_of = {
        "names": "CALL " + "name 1 of " * 15,
        "keywords": "CALL FROM BILL PIN " * 10,
        "please": "please " * 28,
        "digits": "CALL " + "1 " * 90,
        "extensions": "CALL +1 " + "x1 " * 60,
        "pins": "PIN " + "1 " * 90 + "call",
        "thanks": "CALL mum " + "thank you " * 18 + "x",
    }
    for line in lines_of.values():
        assert _seconds(lambda text: parse_text(text, country="US", names=names), line) < 0.05, line
    long = "call me " * 200_000
    assert _seconds(lambda text: parse_text(text, country="US", names=names), long) < 0.05
