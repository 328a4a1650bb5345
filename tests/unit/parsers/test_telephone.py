"""Digits alone that are a number in use: called only if they are written as nothing but a telephone number is."""

import pytest

from parsers.commands import CallCommand, NotACommand, Parsed, number_of, parse_text
from parsers.in_mail import parse_mail
from parsers.mail import Mail
from replies.refusals import refusal_text


def read(text: str, country: str) -> Parsed:
    return parse_text(text, country=country, names={})


def asked(text: str) -> str:
    return f"Not called: if you mean the number {text}, write CALL {text}."


@pytest.mark.parametrize(
    ("text", "country"),
    [
        # positions
        ("53.1344 10.8474", "DE"),
        ("053.1344 010.8474", "DE"),
        ("53 20.45 010 36.91", "DE"),
        ("053 20.45 010 36.91", "DE"),
        ("61 10 05 45", "NO"),
        ("05 24 100 19", "MY"),
        ("0511 12345", "DE"),
        ("05 30 26 095 20 11", "DE"),
        ("+33.1400 012.34", "DE"),
        ("+4945-07606", "DE"),
        # dates and times
        ("1770654019", "GB"),
        ("1770654019", "DE"),
        ("061126 1030", "DE"),
        ("22112026", "NO"),
        ("04032025", "DE"),
        ("04 03 2025", "DE"),
        ("22.11.2026", "NO"),
        ("22 11 2026", "DK"),
        ("22.11.2026 10.30", "DE"),
        ("221120261030", "DE"),
        ("20261122103000", "DE"),
        ("20.30-21.45", "DK"),
        ("20.30 - 21.45", "DK"),
        ("20 30 21 45", "DK"),
        # amounts, addresses, codes
        ("23 456 789", "NO"),
        ("21 234 567", "LV"),
        ("23.456.789", "NO"),
        ("234567.89", "NO"),
        ("192.168.1.100", "NZ"),
        ("23456789", "NO"),
        ("912 345 678", "ES"),
        ("912345678", "ES"),
        ("0612345678", "IT"),
        ("84951234567", "RU"),
        ("4155552671", "US"),
        ("14155552671", "US"),
        ("41555 52671", "US"),
        ("415.555.2671", "US"),
    ],
)
def test_what_may_be_something_else_is_asked_about(text: str, country: str) -> None:
    """Each of them is a number that is in use there, and is dialled after CALL."""
    said = read(text, country)
    assert isinstance(said, NotACommand), said
    assert refusal_text(said) == asked(text)
    assert isinstance(read(f"CALL {text}", country), CallCommand)


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("+49 30 1234567", "US", "+49301234567"),
        ("+49301234567", "DE", "+49301234567"),
        ("+33.1.40.00.12.34", "US", "+33140001234"),
        ("+44 (0)20 7946 0018", "DE", "+442079460018"),
        ("00442079460018", "DE", "+442079460018"),
        ("00 47 22 41 20 30", "GB", "+4722412030"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("0301234567", "DE", "+49301234567"),
        ("030 12 34 56", "DE", "+4930123456"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("(020) 7946 0018 x512", "GB", "+442079460018"),
        ("01.40.00.12.34", "FR", "+33140001234"),
        ("0140001234.", "FR", "+33140001234"),
        ("06 1 234 5678", "HU", "+3612345678"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("(202) 555-0101", "US", "+12025550101"),
        ("202-555-0101", "CA", "+12025550101"),
        ("202 555 0101", "us", "+12025550101"),
        ("1 202 555 0101", "US", "+12025550101"),
        ("1 (202) 555-0101", "US", "+12025550101"),
        ("23 45 67 89", "NO", "+4723456789"),
        ("912 34 56 78", "ES", "+34912345678"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("9123 4567", "SG", "+6591234567"),
    ],
)
def test_what_is_written_as_a_telephone_number_is_called(text: str, country: str, e164: str) -> None:
    said = read(text, country)
    assert isinstance(said, CallCommand), said
    assert number_of(said.to).e164 == e164


def test_the_longest_number_is_asked_about_in_one_short_message() -> None:
    text = "5 3 2 0 4 5 0 1 0 3 6 9 1 x12345678"
    assert refusal_text(read(text, "DE")) == asked(text)  # type: ignore[arg-type]
    assert len(asked("5" * 40)) <= 160


@pytest.mark.parametrize("body", ["", "Ann", "Thanks,\nAnn"])
def test_digits_in_the_subject_are_asked_about_beside_a_signature_too(body: str) -> None:
    mail = Mail("ann@rowe.example", "<1@x>", None, "1770654019", False, False, body, False, "Ann Rowe")
    said = parse_mail(mail, country="GB", names={})
    assert isinstance(said, NotACommand)
    assert not said.kind
    assert refusal_text(said) == asked("1770654019")
