"""Satellite number families: what stands behind each prefix, and whether it can speak. The rows are families.csv.

Rows are matched against an E.164 number without its plus. `digits` are the possible lengths of what follows the country
code (870, 881, 882, 883). A row is a *default*: one terminal has several numbers, one for each service attached to it,
so 870 76 may as well be a fax; what an operator knows of a single number goes above it (`satellite/overrides.py`).

Sources: E.215 = ITU-T E.215 (05/97); SPT tariff 2012 = 675/QD-SPT-KDTT of 29 June 2012, which prices each family by its
prefix; libphonenumber 9 = 9.0.43, ranges.csv for 870, 881, 882; Furuno FELCOM manual = of its Fleet-77 terminals;
Inmarsat-C handbook 6 = chapter 6 of the maritime one; assigned codes = those of global mobile satellite systems. Where
they are to be had: docs/numbering.md.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast, get_args

System = Literal[
    "Inmarsat", "Iridium", "Globalstar", "Thuraya", "EMSAT", "ICO", "Ellipso", "cellular at sea", "cellular in the air"
]
Service = Literal["voice", "fax", "data", "messaging", "unknown"]

SYSTEMS: Final[tuple[System, ...]] = get_args(System)
SERVICES: Final[tuple[Service, ...]] = get_args(Service)
TABLE: Final = Path(__file__).with_name("families.csv")
CODE_DIGITS: Final = 3
"""All satellite country codes have three digits."""
MOST_DIGITS: Final = 15
"""Of an E.164 number, its code included."""
_LENGTHS: Final = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", re.ASCII)
OCEAN_REGIONS: Final = {"871": "AOR-E", "872": "POR", "873": "IOR", "874": "AOR-W"}
"""Codes of before SNAC (ITU Operational Bulletin, communication of 20.I.2005: one code, +870), one an ocean region
(Atlantic East, Pacific, Indian, Atlantic West); the number stayed."""


@dataclass(frozen=True, slots=True)
class Family:
    """One family of numbers, or what an operator says of some of them.

    `service` is what stands behind the number. `why_not` is the key of the sentence that refuses a call there
    (replies/refusals.py), "" where it can be called: a service of voice that was switched off has one, too.
    """

    prefix: str
    system: System
    family: str
    digits: range
    service: Service
    why_not: str
    source: str

    @property
    def voice(self) -> bool:
        """Whether a telephone answers there."""
        return not self.why_not

    def fits(self, e164: str) -> bool:
        """Whether `e164` (with or without its plus) has a length that this family uses."""
        return len(e164.removeprefix("+")) - CODE_DIGITS in self.digits


@cache
def shipped() -> tuple[Family, ...]:
    """The table that comes with the product, read once."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_row(row) for row in csv.DictReader(file))


def _row(row: dict[str, str]) -> Family:
    system, service = cast("System", row["system"]), cast("Service", row["service"])
    return Family(row["prefix"], system, row["family"], lengths(row["digits"]), service, row["why_not"], row["source"])


def lengths(text: str) -> range:
    """`9` or `7-12` as the lengths that it names. ValueError for anything else."""
    said = _LENGTHS.fullmatch(text)
    found = range(int(said[1]), int(said[2] or said[1]) + 1) if said else range(0)
    if not 0 < found.start < found.stop <= MOST_DIGITS - CODE_DIGITS + 1:
        raise ValueError(f"{text!r} is no length")
    return found
