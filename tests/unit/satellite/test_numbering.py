"""Every family's row, the longest prefix, the lengths, and the old ocean-region codes."""

import pytest

from kernel.errors import Refused
from parsers.numbers import parse_number
from replies.gsm import is_gsm, parts
from replies.language import languages
from replies.refusals import REFUSALS, refusal_text
from satellite.families import SERVICES, SYSTEMS, Family, lengths, shipped
from satellite.numbering import classify, rewrite_ocean_region

EXAMPLES = [
    ("+870812345678", "Inmarsat", "unassigned", False),
    ("+870723456789", "Inmarsat", "unassigned", False),
    ("+870112345678", "Inmarsat", "unassigned", False),  # no Inmarsat-A number has nine digits
    ("+8701234567", "Inmarsat", "Inmarsat-A", False),
    ("+870212345678", "Inmarsat", "VoIP range", False),
    ("+870324798181", "Inmarsat", "Inmarsat-B", False),
    ("+870301234567", "Inmarsat", "Inmarsat-B", False),
    ("+870381234567", "Inmarsat", "Inmarsat-B", False),
    ("+870391234567", "Inmarsat", "Inmarsat-B high-speed data", False),
    ("+870447701033", "Inmarsat", "Inmarsat-C", False),
    ("+870512345670", "Inmarsat", "Aero", True),
    ("+870600935012", "Inmarsat", "GAN or Fleet high-speed data", False),
    ("+870612345678", "Inmarsat", "Inmarsat-M", False),
    ("+870692345678", "Inmarsat", "Inmarsat-M", False),
    ("+870764848792", "Inmarsat", "Mini-M or Fleet voice", True),
    ("870773123456", "Inmarsat", "BGAN, FleetBroadband or IsatPhone voice", True),
    ("+870772001234", "Inmarsat", "BGAN, FleetBroadband or IsatPhone voice", True),
    ("+870776123456", "Inmarsat", "BGAN, FleetBroadband or IsatPhone voice", True),
    ("+870774412345", "Inmarsat", "BGAN, FleetBroadband or IsatPhone voice", True),
    ("+870774412345678", "Inmarsat", "12-digit range", False),
    ("+870774512345678", "Inmarsat", "12-digit range", False),
    ("+870782123456", "Inmarsat", "BGAN high-speed data", False),
    ("+881012345678", "ICO", "ICO", False),
    ("+881112345678", "ICO", "ICO", False),
    ("+881212345678", "Ellipso", "Ellipso", False),
    ("+881312345678", "Ellipso", "Ellipso", False),
    ("+881612345678", "Iridium", "Iridium", True),
    ("+8816123456789", "Iridium", "Iridium", True),
    ("+881712345678", "Iridium", "Iridium", True),
    ("+881831234567", "Globalstar", "Globalstar", True),
    ("+881931234567", "Globalstar", "Globalstar", True),
    ("+8821621234567", "Thuraya", "Thuraya", True),
    ("+8821612345678", "Thuraya", "Thuraya", True),
    ("+8821312345678", "EMSAT", "EMSAT", True),
    ("+882321234567", "cellular at sea", "Maritime Communications Partner", True),
    ("+88298123456", "cellular in the air", "OnAir", True),
    ("+88299123456", "cellular in the air", "AeroMobile", True),
]
SILENT: list[Family] = [row for row in shipped() if not row.voice]


@pytest.mark.parametrize(("e164", "system", "family", "voice"), EXAMPLES)
def test_the_family_of_a_number(e164: str, system: str, family: str, voice: bool) -> None:
    found = classify(e164)
    assert found is not None
    assert (found.system, found.family, found.voice) == (system, family, voice)
    assert found.fits(e164)
    assert parse_number("+" + e164.removeprefix("+"), None).e164 == "+" + e164.removeprefix("+")


def test_each_row_has_its_example() -> None:
    met = {found.prefix for e164, *_ in EXAMPLES if (found := classify(e164))}
    assert met == {row.prefix for row in shipped()}


@pytest.mark.parametrize("e164", ["+18707720012", "+442079460000", "+883510001234567", "+871773123456", "", "+", "+88"])
def test_a_number_of_no_family(e164: str) -> None:
    assert classify(e164) is None


@pytest.mark.parametrize(
    "e164",
    [
        "+87077312345", "+8707731234567", "+870773123456789", "+87012345678", "+870123456", "+87074412345",
        "+8707744123456", "+88161234567", "+881612345678901", "+8829812345", "+88232123456",
    ],
)  # fmt: skip
def test_the_length_is_the_familys(e164: str) -> None:
    found = classify(e164)
    assert found is not None
    assert not found.fits(e164)
    with pytest.raises(Refused, match="number_not_valid"):
        parse_number(e164, None)


def test_no_prefix_twice_and_each_row_is_whole() -> None:
    rows = shipped()
    assert len({row.prefix for row in rows}) == len(rows)
    for row in rows:
        assert row.source
        assert row.family
        assert row.system in SYSTEMS
        assert row.service in SERVICES
        assert row.service == "voice" or row.why_not
        assert row.voice is not bool(row.why_not)


@pytest.mark.parametrize("row", SILENT, ids=[row.prefix for row in SILENT])
@pytest.mark.parametrize("language", languages())
def test_a_family_that_can_not_speak_says_so_in_its_own_words(row: Family, language: str) -> None:
    number = next(e164 for e164, *_ in EXAMPLES if classify(e164) == row)
    said = refusal_text(Refused(row.why_not, number=f"{number[:4]} {number[4:]}"), language)
    assert number[4:] in said
    assert is_gsm(said.translate(str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")))
    assert parts(said.translate(str.maketrans("áíóúÁÍÓÚ", "aiouAIOU"))) == 1
    assert language == "en" or said != refusal_text(Refused(row.why_not, number=f"{number[:4]} {number[4:]}"))


def test_the_sentence_is_the_familys_alone() -> None:
    families = {(row.system, row.family) for row in SILENT}
    assert len({row.why_not for row in SILENT}) == len(families)
    assert len({REFUSALS[row.why_not] for row in SILENT}) == len(families)


@pytest.mark.parametrize("text", ["", "0", "13", "9-7", "x", "9-", "-9", "\u0669", "7-13"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="is no length"):
        lengths(text)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("871773123456", ("870773123456", "AOR-E")),
        ("872764848792", ("870764848792", "POR")),
        ("873773123456", ("870773123456", "IOR")),
        ("874512345670", ("870512345670", "AOR-W")),
        ("873447701033", ("873447701033", "IOR")),  # Inmarsat-C never spoke
        ("8731234567", ("8731234567", "IOR")),  # Inmarsat-A is gone
        ("871324798181", ("871324798181", "AOR-E")),  # Inmarsat-B is gone
        ("872612345678", ("872612345678", "POR")),
        ("874600935012", ("874600935012", "AOR-W")),
        ("87377312345", ("87377312345", "IOR")),  # a digit short
        ("870773123456", ("870773123456", None)),
        ("875123456789", ("875123456789", None)),
        ("", ("", None)),
    ],
)
def test_an_old_ocean_region_becomes_870(digits: str, expected: tuple[str, str | None]) -> None:
    assert rewrite_ocean_region(digits) == expected


@pytest.mark.parametrize(
    ("text", "country", "e164", "ocean"),
    [
        ("+873 773 123456", None, "+870773123456", "IOR"),
        ("00 872 764848792", "GB", "+870764848792", "POR"),
        ("011 874 512345670", "US", "+870512345670", "AOR-W"),
        ("0011 871 773 123456", "AU", "+870773123456", "AOR-E"),
        ("+870 773 123456", None, "+870773123456", ""),
    ],
)
def test_what_was_written_is_kept(text: str, country: str | None, e164: str, ocean: str) -> None:
    number = parse_number(text, country)
    assert (number.e164, number.ocean, number.original) == (e164, ocean, text)
    assert number.canonical() == e164
