"""The table of satellite number families: what stands behind each prefix, and whether it can speak.

Rows are matched by longest prefix against an E.164 number without its plus. `digits` are the possible lengths
of what follows the country code (870, 881 or 882). A row is a *default*: one terminal has several numbers, one
for each service attached to it, so 870 76 may as well be a fax; what is known of a single number goes above it.

Sources: SNAC = ITU Operational Bulletin, communication of 20.I.2005 (one code +870); E.215 = ITU-T E.215 (05/97);
TARIFF = SPT tariff 675/QD-SPT-KDTT of 29 June 2012, which prices each family by prefix; LPN = libphonenumber 9.0.43
ranges.csv for 870, 881, 882; FELCOM = Furuno Fleet-77 manual; CHANDB = Inmarsat-C Maritime Handbook, chapter 6.
"""

from dataclasses import dataclass
from typing import Literal

System = Literal[
    "Inmarsat", "Iridium", "Globalstar", "Thuraya", "EMSAT", "ICO", "Ellipso", "cellular at sea", "cellular in the air"
]


@dataclass(frozen=True, slots=True)
class Family:
    """One family of numbers.

    `why_not` finishes the sentence "+870 4.. is Inmarsat-C: ..." and is empty where `voice` is true.
    """

    prefix: str
    system: System
    family: str
    digits: range
    voice: bool
    why_not: str
    source: str

    def fits(self, e164: str) -> bool:
        """Whether `e164` (with or without its plus) has a length that this family uses."""
        return len(e164.removeprefix("+")) - 3 in self.digits


def _length(first: int, last: int = 0) -> range:
    return range(first, (last or first) + 1)


_OFF = "that system was switched off"
_DATA = "it carries data, not speech"
_UNKNOWN = "it is not known to carry speech"

FAMILIES: tuple[Family, ...] = (
    Family("8701", "Inmarsat", "Inmarsat-A", _length(7), False, _OFF, "E.215; LPN"),
    Family("8702", "Inmarsat", "VoIP range", _length(9), False, _UNKNOWN, "LPN"),
    Family("8703", "Inmarsat", "Inmarsat-B", _length(9), False, _OFF, "E.215; TARIFF"),
    Family("87039", "Inmarsat", "Inmarsat-B high-speed data", _length(9), False, _DATA, "TARIFF"),
    Family("8704", "Inmarsat", "Inmarsat-C", _length(9), False, "it takes messages only; mail it", "E.215; CHANDB"),
    Family("8705", "Inmarsat", "Aero", _length(9), True, "", "E.215; TARIFF"),
    Family("8706", "Inmarsat", "Inmarsat-M", _length(9), False, _OFF, "E.215; TARIFF"),
    Family("87060", "Inmarsat", "GAN or Fleet high-speed data", _length(9), False, _DATA, "TARIFF; FELCOM"),
    Family("87076", "Inmarsat", "Mini-M or Fleet voice", _length(9), True, "", "TARIFF; FELCOM"),
    Family("87077", "Inmarsat", "BGAN, FleetBroadband or IsatPhone voice", _length(9), True, "", "TARIFF"),
    Family("8707744", "Inmarsat", "12-digit range", _length(12), False, _UNKNOWN, "LPN"),
    Family("8707745", "Inmarsat", "12-digit range", _length(12), False, _UNKNOWN, "LPN"),
    Family("87078", "Inmarsat", "BGAN high-speed data", _length(9), False, _DATA, "TARIFF"),
    Family("8810", "ICO", "ICO", _length(9), False, "that code is no longer in use", "LPN"),
    Family("8811", "ICO", "ICO", _length(9), False, "that code is no longer in use", "LPN"),
    Family("8812", "Ellipso", "Ellipso", _length(9), False, "that code is no longer in use", "LPN"),
    Family("8813", "Ellipso", "Ellipso", _length(9), False, "that code is no longer in use", "LPN"),
    Family("8816", "Iridium", "Iridium", _length(9, 10), True, "", "LPN"),
    Family("8817", "Iridium", "Iridium", _length(9), True, "", "LPN"),
    Family("8818", "Globalstar", "Globalstar", _length(9), True, "", "LPN"),
    Family("8819", "Globalstar", "Globalstar", _length(9), True, "", "LPN"),
    Family("88213", "EMSAT", "EMSAT", _length(7, 12), True, "", "TARIFF"),
    Family("88216", "Thuraya", "Thuraya", _length(7, 12), True, "", "LPN; TARIFF"),
    Family("88232", "cellular at sea", "Maritime Communications Partner", _length(9), True, "", "LPN; TARIFF"),
    Family("88298", "cellular in the air", "OnAir", _length(8), True, "", "LPN; TARIFF"),
    Family("88299", "cellular in the air", "AeroMobile", _length(8), True, "", "LPN; TARIFF"),
)

OCEAN_REGIONS = {"871": "AOR-E", "872": "POR", "873": "IOR", "874": "AOR-W"}
"""Codes of before SNAC, one an ocean region (Atlantic East, Pacific, Indian, Atlantic West); the number stayed."""
