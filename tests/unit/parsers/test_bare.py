"""A number or a name without CALL: called if it is the whole text and can be nothing else."""

import pytest

from parsers.commands import AgainCommand, CallCommand, DropCommand, NotACommand, Parsed, parse_text
from replies.refusals import refusal_text

MUM, BOB, OFFICE = "+442079460000", "+33140001234x512", "+14155552671"
NAMES = {"mum": MUM, "Bob": "+33140001234 x512", "office": OFFICE, "Ann Marie": "+14155552672"}
NO_VERB = "Not called: write CALL before the name or number."
NO_ORDER = "Not called: I see no order in "


def read(text: str, country: str | None = "US", names: dict[str, str] = NAMES) -> Parsed:
    return parse_text(text, country=country, names=names)


def told(parsed: Parsed) -> str:
    assert isinstance(parsed, NotACommand), parsed
    return refusal_text(parsed)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("mum", MUM),
        ("Mum.", MUM),
        ("mum please", MUM),
        ("please mum", MUM),
        ("Mum, thanks!", MUM),
        ("ann marie", "+14155552672"),
        ("bob", BOB),
        ("\n  mum  \n\n", MUM),
        ("mum\n\nthank you", MUM),
        ("mum pin 1234", MUM),
        ("mum\nPIN 1234", MUM),
        ("mum\nplease\n\nPIN 1234", MUM),
        ("PIN: 1234 mum", MUM),
        ("+44 20 7946 0000", MUM),
        ("+442079460000 please", MUM),
        ("+44 20 7946 0000 pin 1234", MUM),
        ("+33 1 40 00 12 34 x512", BOB),
        ("415 555 2671", OFFICE),
        ("(415) 555-2671.", OFFICE),
        ("1 415 555 2671", OFFICE),
        ("+14155552671", OFFICE),
        ("011 44 20 7946 0000", MUM),
    ],
)
def test_a_number_or_name_that_is_the_whole_text_is_called(text: str, canonical: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, CallCommand), parsed
    assert parsed.canonical() == f"CALL {canonical}"
    assert parsed.pin == ("1234" if "1234" in text.split() else None)
    assert isinstance(parse_text(text, country="US", names=NAMES, bare=False), NotACommand)


@pytest.mark.parametrize(
    "text",
    [
        "mum tomorrow",
        "mum?",
        "mum bob",
        "mum\nbob",
        "mum\nsee you",
        "mum from office",
        "mum\nFROM office",
        "mum bill X1",
        "mum 5",
        "hello mum",
        "mum's birthday",
        "mum\n" + "\n" * 50 + "not now",
        "mum pin 1234 pin 5678",
        "mum pin 12",
        "mum" + " " * 200 + "please",
        "m\u200bum",
        "mum\u00a0please",
        "+442079460000 +14155552671",
        "+442079460000\n+14155552671",
        "415 555 2671 tomorrow",
        "415 555 2671 or mum",
        "my number is 415 555 2671",
    ],
)
def test_beside_anything_else_it_is_not(text: str) -> None:
    said = told(read(text))
    assert said == NO_VERB or said.startswith((NO_ORDER, "Not called: that line is too long"))


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("2026", "US"),
        ("12.50", "US"),
        ("10:30", "US"),
        ("411", "US"),
        ("22222", "US"),
        ("482913", "US"),  # a PIN alone, most likely
        ("555 2671", "US"),
        ("415 155 2671", "US"),  # no such number there
        ("020 7946 0000", "US"),
        ("020 7946 0000", None),
        ("20261122", "SG"),
        ("1 234 567.50", "DE"),
        ("53 20 N 010 36 E", "DE"),
        ("1e400", "US"),
    ],
)
def test_digits_that_are_no_number_are_no_order(text: str, country: str | None) -> None:
    assert told(read(text, country)).startswith(NO_ORDER)


@pytest.mark.parametrize("text", ["911", "112!", "911 now", "999 fire", "9 1 1"])
def test_58_a_bare_emergency_number_is_told_to_be_one(text: str) -> None:
    assert "is an emergency number. Dial it yourself" in told(read(text))


def test_a_bare_number_with_a_plus_is_told_its_fault() -> None:
    assert told(read("+44 20 7946")) == (
        "Not called: +44 20 7946 is not a number in use anywhere I know. Check its digits."
    )


def test_a_bare_word_that_nobody_knows_is_no_command() -> None:
    assert told(read("nobody")) == f"{NO_ORDER}'nobody'. Write CALL and a name or number, like CALL +442079460000."


def book(*names: str) -> dict[str, str]:
    return NAMES | {name: f"+1415555{2700 + at}" for at, name in enumerate(names)}


@pytest.mark.parametrize("name", ["Bill", "May", "Will", "Mark", "Again", "Drop", "From Office", "Pin", "April",
                                  "Sunday", "Please", "Ring", "Best", "Stop", "Hang Up", "Try Again"])  # fmt: skip
def test_after_call_any_name_of_the_phone_book_is_that_name(name: str) -> None:
    names = book(name)
    number = names[name]
    for text, rest in (
        ("CALL {}", ""),
        ("call {} please", ""),
        ("please ring {}", ""),
        ("call {} bill ACME-17", " BILL ACME-17"),
        ("call {} from office", f" FROM {OFFICE}"),
        ("call {} pin 1234", ""),
    ):
        parsed = read(text.format(name.lower()), names=names)
        assert isinstance(parsed, CallCommand), (text, parsed)
        assert parsed.canonical() == f"CALL {number}{rest}"


@pytest.mark.parametrize("name", ["May", "Will", "Mark", "April", "Sunday", "Grace", "Hope"])
def test_alone_a_name_that_is_a_month_or_an_everyday_word_is_called(name: str) -> None:
    parsed = read(f"{name} please", names=book(name))
    assert isinstance(parsed, CallCommand), parsed


@pytest.mark.parametrize(
    "name", ["Bill", "Pin", "From Office", "Bill Smith", "Please", "Ring", "Best", "Kind", "Drop Zone", "End Bob"]
)
def test_alone_a_name_with_a_keyword_in_it_is_asked_about(name: str) -> None:
    assert told(read(name, names=book(name))) == NO_VERB


@pytest.mark.parametrize("name", ["Again", "Try Again", "Redial"])
def test_a_name_that_alone_would_ring_the_last_call_is_asked_about(name: str) -> None:
    assert told(read(name, names=book(name))) == (
        f"Not called: {name} is in your phone book, too. Write CALL {name} to ring them, else a number."
    )
    assert isinstance(read(name), AgainCommand)


@pytest.mark.parametrize("name", ["Drop", "Stop", "End", "Hang Up"])
def test_a_word_that_ends_a_call_ends_it_whatever_the_phone_book_says(name: str) -> None:
    assert read(name, names=book(name)) == DropCommand("")


def test_what_could_be_two_calls_is_asked_about() -> None:
    assert told(read("call mum", names=book("Call Mum"))).startswith("Not called: Call Mum is in your phone book, too.")
    assert told(read("mum please", names=book("Mum Please"))) == NO_VERB
    assert told(read("call mum please", names=book("Mum Please"))).startswith("Not called: I can read that in more")
    assert told(read("zoe", names={"zoe": MUM, "Zoé": OFFICE})) == NO_VERB
