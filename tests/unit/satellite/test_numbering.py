"""Every family's row, the longest prefix, and the old ocean-region codes."""

import pytest

from satellite.families import FAMILIES
from satellite.numbering import classify, rewrite_ocean_region


@pytest.mark.parametrize(
    ("e164", "system", "family", "voice"),
    [
        ("+8701234567", "Inmarsat", "Inmarsat-A", False),
        ("+870324798181", "Inmarsat", "Inmarsat-B", False),
        ("+870391234567", "Inmarsat", "Inmarsat-B high-speed data", False),
        ("+870447701033", "Inmarsat", "Inmarsat-C", False),
        ("+870512345670", "Inmarsat", "Aero", True),
        ("+870600935012", "Inmarsat", "GAN or Fleet high-speed data", False),
        ("+870612345678", "Inmarsat", "Inmarsat-M", False),
        ("+870764848792", "Inmarsat", "Mini-M or Fleet voice", True),
        ("870773123456", "Inmarsat", "BGAN, FleetBroadband or IsatPhone voice", True),
        ("+870774412345678", "Inmarsat", "12-digit range", False),
        ("+870782123456", "Inmarsat", "BGAN high-speed data", False),
        ("+881612345678", "Iridium", "Iridium", True),
        ("+8816123456789", "Iridium", "Iridium", True),
        ("+881831234567", "Globalstar", "Globalstar", True),
        ("+8821612345678", "Thuraya", "Thuraya", True),
        ("+8821312345678", "EMSAT", "EMSAT", True),
        ("+882321234567", "cellular at sea", "Maritime Communications Partner", True),
        ("+88298123456", "cellular in the air", "OnAir", True),
        ("+88299123456", "cellular in the air", "AeroMobile", True),
        ("+881012345678", "ICO", "ICO", False),
    ],
)
def test_the_family_of_a_number(e164: str, system: str, family: str, voice: bool) -> None:
    found = classify(e164)
    assert found is not None
    assert (found.system, found.family, found.voice) == (system, family, voice)
    assert found.voice != bool(found.why_not)


@pytest.mark.parametrize("e164", ["+18707720012", "+442079460000", "+883510001234567", "+870", "+8709", "", "+", "+88"])
def test_a_number_of_no_family(e164: str) -> None:
    assert classify(e164) is None


@pytest.mark.parametrize(
    ("e164", "fits"), [("+870773123456", True), ("+87077312345", False), ("+8707731234567", False)]
)
def test_the_length_is_the_familys(e164: str, fits: bool) -> None:
    found = classify(e164)
    assert found is not None
    assert found.fits(e164) is fits


def test_no_prefix_twice_and_each_row_has_its_source() -> None:
    assert len({row.prefix for row in FAMILIES}) == len(FAMILIES)
    assert all(row.source and row.digits for row in FAMILIES)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("871773123456", ("870773123456", "AOR-E")),
        ("872764848792", ("870764848792", "POR")),
        ("873773123456", ("870773123456", "IOR")),
        ("874512345670", ("870512345670", "AOR-W")),
        ("873447701033", ("873447701033", "IOR")),  # Inmarsat-C never spoke
        ("8731234567", ("8731234567", "IOR")),  # Inmarsat-A is gone
        ("87377312345", ("87377312345", "IOR")),  # a digit short
        ("870773123456", ("870773123456", None)),
        ("875123456789", ("875123456789", None)),
        ("", ("", None)),
    ],
)
def test_an_old_ocean_region_becomes_870(digits: str, expected: tuple[str, str | None]) -> None:
    assert rewrite_ocean_region(digits) == expected
