"""What a message's record keeps of a satellite number with an old ocean-region code: as written, and as dialled."""

from dataclasses import fields
from typing import Final

from parsers.results import Parsed
from parsers.targets import NamedNumber
from parsers.writing import shown
from satellite.families import OCEAN_REGIONS

SEAS: Final = {
    "AOR-E": "Atlantic Ocean East",
    "POR": "Pacific Ocean",
    "IOR": "Indian Ocean",
    "AOR-W": "Atlantic Ocean West",
}
CODES: Final = {region: code for code, region in OCEAN_REGIONS.items()}


def rewritten(parsed: Parsed) -> str:
    """Which numbers had such a code, the region that it named, and what is dialled today, a line each; "" for none."""
    said = []
    for each in fields(parsed):
        target = getattr(parsed, each.name)
        number = target.number if isinstance(target, NamedNumber) else target
        if region := getattr(number, "ocean", ""):
            sea = f"+{CODES[region]} named the {SEAS[region]} ({region})"
            said.append(f"{shown(number.original)} is dialled as {number.e164}; {sea}")
    return "\n".join(said)
