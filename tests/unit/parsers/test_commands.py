"""Command lines: what launches, word for word, and what is told of the rest."""

import pytest

from parsers.commands import CallCommand, NotACommand, Parsed, number_of, parse_text
from parsers.in_mail import parse_mail
from parsers.mail import Mail

MUM, BOB, OFFICE = "+442079460000", "+33140001234x512", "+14155552671"
NAMES = {
    "mum": MUM,
    "Bob": "+33140001234 x512",
    "office": OFFICE,
    "Ann Marie": "+14155552672",
    "José": "+34911234567",
    "Bill": "+14155552673",
    "911": "+14155552699",
    "broken": "911",
    "Dr. Who": "+14155552676",
    "zoe": "+14155552677",
    "Zoé": "+14155552678",
}


def read(text: str, names: dict[str, str] = NAMES) -> Parsed:
    return parse_text(text, country="US", names=names)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("CALL mum", f"CALL {MUM}"),
        ("call MUM please.", f"CALL {MUM}"),
        ("please call mum", f"CALL {MUM}"),
        ("Pls, ring mum, thank you!", f"CALL {MUM}"),
        ("phone bob", f"CALL {BOB}"),
        ("dial 415 555 2671", f"CALL {OFFICE}"),
        ("CALL: mum", f"CALL {MUM}"),
        ("CALL +44 20 7946 0000", f"CALL {MUM}"),
        ("CALL +44-20-7946-0000.", f"CALL {MUM}"),
        ("CALL (415) 555-2671", f"CALL {OFFICE}"),
        ("CALL 415.555.2671 x512", f"CALL {OFFICE}x512"),
        ("CALL 415 555 2671 ext. 512 FROM mum", f"CALL {OFFICE}x512 FROM {MUM}"),
        ("CALL mum FROM office BILL acme-17 PIN 1234", f"CALL {MUM} FROM {OFFICE} BILL ACME-17"),
        ("PIN 1234 BILL ACME-17 FROM office CALL mum", f"CALL {MUM} FROM {OFFICE} BILL ACME-17"),
        ("pls ring +44 20 7946 0000 from office bill ACME-17", f"CALL {MUM} FROM {OFFICE} BILL ACME-17"),
        ("CALL ann marie", "CALL +14155552672"),
        ("CALL jose", "CALL +34911234567"),
        ("CALL JOSE\u0301", "CALL +34911234567"),
        ("CALL dr who", "CALL +14155552676"),
        ("CALL bill BILL X", "CALL +14155552673 BILL X"),
        ("\n\n  CALL mum\n\nsee you soon\n", f"CALL {MUM}"),
        ("CALL mum\nFROM office\nBILL X1\nPIN 1234", f"CALL {MUM} FROM {OFFICE} BILL X1"),
        ("CALL mum\n\nPIN 1234", f"CALL {MUM}"),
        ("CALL mum\n\nFROM office\n\nBILL ACME\n", f"CALL {MUM} FROM {OFFICE} BILL ACME"),
        ("CALL mum\n\nBill Smith", f"CALL {MUM}"),
        ("CALL mum\nBill Smith", f"CALL {MUM}"),
        ("CALL mum\nCALL +44 20 7946 0000", f"CALL {MUM}"),
    ],
)
def test_a_line_understood_to_its_last_word_launches(text: str, canonical: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, CallCommand), parsed
    assert parsed.canonical() == canonical
    assert parsed.pin == ("1234" if "1234" in text else None)


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("CALL mum tomorrow", ["tomorrow"], None),
        ("CALL mum Tomorow at 5", ["Tomorow", "at", "5"], None),
        ("Hey can you call mum", ["Hey", "can", "you"], None),
        ("don't call mum", ["don't"], None),
        ("CALL nobody", ["nobody"], None),
        ("CALL mum FROM nowhere", ["nowhere"], None),
        ("CALL mum?", ["mum?"], "do_you_mean"),
        ("CALL m\u200bum", ["m\u200bum"], None),
        ("CALL m\u0443m", ["m\u0443m"], None),  # a Cyrillic letter
        ("CALL mum\u00a0please", ["mum\u00a0please"], None),
        ("CALL mum bob", ["bob"], None),
        ("CALL mum CALL bob", ["CALL", "bob"], None),
        ("CALL +14155552671 +14155552672", ["+14155552672"], None),
        ("CALL 4155552671 4155552672", ["4155552671", "4155552672"], "number_too_many_digits"),
        ("CALL 4155552671 at 5pm", ["at", "5pm"], None),
        ("thanks for yesterday", ["thanks", "for", "yesterday"], None),
        ("Greetings from Paris", ["Greetings", "from", "Paris"], None),
        ("CALL 911", ["911"], "emergency"),  # no name of digits is looked up
        ("CALL 911 NOW", ["911", "NOW"], "emergency"),
        ("CALL 870-772-0012", ["870-772-0012"], "number_satellite_or_national"),
        ("CALL 1-800-FLOWERS", ["1-800-FLOWERS"], "number_letters"),
        ("CALL 4155552671,,,1234#", ["4155552671,,,1234#"], "number_tones"),
        ("CALL sip:bob@example.org", ["sip:bob@example.org"], "number_is_an_address"),
        ("CALL &PJSIP/1900", ["&PJSIP/1900"], "number_is_an_address"),
        ("CALL *67 4155552671", ["*67", "4155552671"], "number_star_code"),
        ('CALL "mum"', ['"mum"'], None),
        ("CALL \u260e", ["\u260e"], None),
        ("CALL broken", ["broken"], "name_bad_number"),
        ("CALL ZOE", ["ZOE"], "name_twice"),
        ("CALL", [], "clause_empty"),
        ("CALL please", [], "clause_empty"),
        ("CALL mum FROM", [], "clause_empty"),
        ("CALL FROM office", [], "clause_empty"),
        ("CALL mum BILL a/b", ["a/b"], "bill_malformed"),
        ("CALL mum BILL " + "x" * 33, ["x" * 33], "bill_malformed"),
        ("CALL mum PIN 123", ["****"], "pin_malformed"),
        ("CALL mum PIN 12345678901", ["****"], "pin_malformed"),
        ("CALL mum PIN 12 34", ["****", "****"], "pin_malformed"),
        ("CALL mum PIN \uff11\uff12\uff13\uff14", ["****"], "pin_malformed"),  # 94
        ("CALL mum PIN 1234 PIN 5678", ["PIN", "****"], None),
        ("CALL mum my PIN is 1234", ["my", "is", "****"], None),
        ("PIN 1234", ["PIN", "****"], None),
        ("", [], "nothing_said"),
        (" \n\t\n", [], "nothing_said"),
        ("CALL mum\nCALL bob", [], "two_lines"),
        ("CALL mum\nFrom Paris with love", ["Paris", "with", "love"], None),
        ("CALL mum\x0bCALL bob", ["mum\x0bCALL", "bob"], None),
        ("CALL mum\x00", ["mum\x00"], None),
    ],
)
def test_anything_left_over_launches_nothing(text: str, words: list[str], why: str | None) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand), parsed
    assert list(parsed.not_understood) == words
    assert (parsed.why.key if parsed.why else None) == why


def test_two_readings_that_differ_are_asked_about() -> None:
    names = {"mum": MUM, "mum from work": OFFICE, "work": "+14155552674"}
    parsed = read("CALL mum from work", names)
    assert isinstance(parsed, NotACommand)
    assert parsed.why is not None
    assert parsed.why.key == "ambiguous"


def test_the_longest_name_wins_where_the_shorter_leaves_words() -> None:
    names = {"ann": MUM, "ann marie": OFFICE}
    parsed = read("CALL Ann Marie", names)
    assert isinstance(parsed, CallCommand)
    assert number_of(parsed.to).e164 == OFFICE


@pytest.mark.parametrize("length", [201, 10_000])
def test_a_long_line_launches_nothing(length: int) -> None:
    parsed = read("CALL mum" + " " * (length - 8) + "please")
    assert isinstance(parsed, NotACommand)
    assert parsed.why is not None
    assert parsed.why.key == "line_too_long"


def test_a_long_body_beside_a_subject_is_bounded() -> None:
    parsed = parse_mail(mail("please " * 9000 + "wait", "CALL mum"), country="US", names=NAMES)
    assert isinstance(parsed, NotACommand)
    assert parsed.why is not None
    assert parsed.why.key == "subject_and_body"


def test_the_pin_shows_nowhere() -> None:
    parsed = read("CALL mum PIN 482913")
    assert isinstance(parsed, CallCommand)
    assert parsed.pin == "482913"
    assert "482913" not in repr(parsed) + parsed.canonical()


def mail(own_text: str, subject: str = "", *, old: bool = False) -> Mail:
    return Mail("ann@rowe.example", "<1@x>", None, subject, old, False, own_text, False)


@pytest.mark.parametrize(
    ("body", "subject", "old", "outcome"),
    [
        ("CALL mum", "", False, MUM),
        ("CALL mum", "hello", False, MUM),
        ("", "CALL mum", False, MUM),
        ("", "CALL mum", True, "nothing_said"),
        ("thanks", "Re: CALL mum", True, None),
        ("CALL mum", "Re: CALL bob", True, MUM),
        ("CALL mum", "call +442079460000", False, MUM),
        ("CALL mum", "CALL bob", False, "two_commands"),
        ("CALL mum", "CALL bob tomorrow", False, MUM),
        ("on my way", "CALL mum", False, "subject_and_body"),
        ("", "hello", False, None),
        ("", "CALL mum tomorrow", False, None),
        ("", "", False, "nothing_said"),
        ("PIN 1234", "CALL mum", False, MUM),
        ("CALL mum", "PIN 1234", False, MUM),
        ("CALL mum PIN 5678", "PIN 1234", False, "two_pins"),
        ("CALL mum", "Re: PIN 1234", True, MUM),
    ],
)
def test_subject_and_body(body: str, subject: str, old: bool, outcome: str | None) -> None:
    parsed = parse_mail(mail(body, subject, old=old), country="US", names=NAMES)
    if isinstance(parsed, CallCommand):
        assert number_of(parsed.to).e164 == outcome
        assert parsed.pin == ("1234" if "1234" in body + subject and not old else None)
    else:
        assert isinstance(parsed, NotACommand)
        assert (parsed.why.key if parsed.why else None) == outcome


@pytest.mark.parametrize("text", ["thanks!", "OK", "Got it, thank you so much", "Thank you very much."])
def test_kindness_is_known_for_what_it_is(text: str) -> None:
    parsed = parse_text(text, country="US", names=NAMES)
    assert isinstance(parsed, NotACommand)
    assert parsed.kind


@pytest.mark.parametrize("text", ["ok call mum now", "thanks, is mum there", "?", "hello mum"])
def test_what_is_more_than_kindness(text: str) -> None:
    parsed = parse_text(text, country="US", names=NAMES)
    assert isinstance(parsed, NotACommand)
    assert not parsed.kind


def test_without_a_verb_the_names_that_are_known_are_not_among_the_words_that_are_not() -> None:
    parsed = parse_text("cal mum", country="US", names=NAMES)
    assert isinstance(parsed, NotACommand)
    assert (parsed.not_understood, parsed.verb) == (("cal",), False)
