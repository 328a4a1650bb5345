"""Whatever comes in: only Refused comes out, and nothing launches with a word left over."""

from collections.abc import Callable
from time import process_time
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Refused
from parsers.commands import COMMANDS, AgainCommand, CallCommand, DropCommand, NotACommand, Order, parse_text
from parsers.in_mail import parse_mail
from parsers.languages import LANGUAGES
from parsers.mail import Mail, read_mail
from parsers.numbers import parse_number
from parsers.words import fold

NAMES = {"mum": "+442079460000", "Bob": "+33140001234x512", "Ann Marie": "+14155552672", "bill": "+14155552673",
         "May": "+14155552674", "Again": "+14155552675", "Drop Zone": "+14155552676"}  # fmt: skip
OURS = [phrase for each in LANGUAGES for table in (each.verbs, each.clauses, each.words) for phrase in table.values()]
OURS += [command.english for command in COMMANDS]
KNOWN = {word for phrases in OURS for phrase in phrases for word in fold(phrase).split()} | {
    "mum", "bob", "ann", "marie", "may", "drop", "zone", "es",
}  # fmt: skip

characters = st.text(st.sampled_from("0123456789+-. ()x,#*;@:/\u0661\uff11\u200b\u202eOabc=911\0\t"), max_size=50)
WORDS = """CALL call ring FROM BILL PIN mum Bob Ann Marie bill May Again again Drop DROP Zone hang up the it now K7
stop redial please thanks tomorrow 2026 12.50 +442079460000 415 555 2671 x512
AT at LAST STATUS RATE BALANCE NAME name DELETE LIST OK ok yes NO no NOTICES ON OFF HELP VERIFY CODE LANG es MAX
max 20 min and me llama a desde en saldo otra vez sí cuelga por favor gracias mi de calls is my can
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
    nothing_left_over(line, parsed)
    if isinstance(parsed, AgainCommand) or parsed == DropCommand("", pin=parsed.pin):
        nothing_left_over(text, parsed)


def nothing_left_over(text: str, parsed: Order) -> None:
    """Each word is one that we know, or is to be seen in what the order says."""
    strange = [word for word in text.split() if fold(word).strip(".,!:=#") not in KNOWN | {""}]
    said = parsed.canonical() + (parsed.pin or "")
    kept = [char for char in "".join(strange) if char.isalnum()]
    assert not ({"tomorrow", "not", "?", "sip:x", "*67"} & set(text.split()))
    assert all(char.lower() in said.lower() for char in kept if char not in "ext"), (strange, said)


CALLS = [COMMANDS[0].english, *(each.verbs.get("call", ()) for each in LANGUAGES)]
VERBS = {word for verbs in CALLS for phrase in verbs for word in fold(phrase).split()[:1]}
around = st.sampled_from(["", "please", "thanks", "PIN 1234", "\n\nthank you", "\nPIN 1234", " "])
targets = st.sampled_from([*NAMES, "+44 20 7946 0000", "415 555 2671", "(415) 555-2671 x512", "+14155552671"])


@settings(deadline=None)
@given(st.one_of(lines, st.lists(lines, max_size=3).map("\n".join)), countries)
def test_without_a_verb_only_a_target_that_is_the_whole_text_launches(text: str, country: str | None) -> None:
    """The words left when the target, courtesy and the PIN are taken away are none, on any line."""
    if VERBS & {fold(word).strip(":=#") for word in text.split()}:
        return
    parsed = parse_text(text, country=country, names=NAMES)
    if isinstance(parsed, CallCommand):
        assert parsed.from_ is None
        assert parsed.bill is None
        nothing_left_over(text, parsed)
        assert isinstance(parse_text(text, country=country, names=NAMES, bare=False), NotACommand)


@settings(deadline=None)
@given(targets, around, around, words)
def test_one_word_more_and_a_bare_target_is_not_called(target: str, before: str, after: str, more: str) -> None:
    text = f"{before.strip()} {target} {after}".strip()
    alone = parse_text(text, country="US", names=NAMES)
    for longer in (f"{text} {more}", f"{more} {text}", f"{text}\n{more}"):
        parsed = parse_text(longer, country="US", names=NAMES)
        if isinstance(parsed, CallCommand) and not VERBS & {fold(word) for word in longer.split()}:
            nothing_left_over(longer, parsed)
            assert isinstance(alone, CallCommand) or more.strip(".,!") == "" or fold(more) in KNOWN


@settings(max_examples=50, deadline=None)
@given(targets, around)
def test_a_bare_target_is_the_call_that_the_same_after_call_is(target: str, after: str) -> None:
    alone = parse_text(f"{target} {after}", country="US", names=NAMES)
    called = parse_text(f"CALL {target} {after}", country="US", names=NAMES)
    assert isinstance(called, CallCommand)
    if target.split(maxsplit=1)[0].lower() in {"bill", "again", "drop"}:
        assert isinstance(alone, NotACommand)
    else:
        assert alone == called


@settings(deadline=None)
@given(lines, lines, countries)
def test_a_subject_beside_other_words_does_nothing(subject: str, body: str, country: str | None) -> None:
    mail = Mail("a@b.org", None, None, subject, False, False, f"{body} unless it rains", False)
    assert isinstance(parse_mail(mail, country=country, names=NAMES), NotACommand)


@settings(deadline=None)
@given(lines, countries)
def test_an_order_reads_the_same_from_its_canonical_text(text: str, country: str | None) -> None:
    parsed = parse_text(text, country=country, names=NAMES)
    if not isinstance(parsed, NotACommand):
        # REDIAL is no contact's name; AGAIN, which it is short for, is one's in this book, and would be asked about.
        book = {name: to for name, to in NAMES.items() if name != "Again" or not isinstance(parsed, AgainCommand)}
        again = parse_text(parsed.canonical(), country=None, names=book)
        assert type(again) is type(parsed)
        assert not isinstance(again, NotACommand)
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
        "verbs": "hang up " * 25,
        "drops": "drop the call " * 14,
        "again": "try again " * 20,
        "bare": "name 1 of 1 please " * 10,
        "bare pins": "name 1 of 1 " + "PIN 1 " * 30,
    }
    for line in lines_of.values():
        assert _seconds(lambda text: parse_text(text, country="US", names=names), line) < 0.05, line
    long = "call me " * 200_000
    assert _seconds(lambda text: parse_text(text, country="US", names=names), long) < 0.05
