"""Numbers that call for help, anywhere: never launched, in any writing of them.

A switch rings the caller first and dials abroad from a machine's room: help would go to the wrong place, late.
"""

from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import shortnumberinfo

_TABLE: Final = """
112 911 999 000 110 119 118
100 101 102 103 104 105 106 107 108 111 113 114 115 116 117 120 121 122 123 125 127 128 129
130 131 132 133 140 144 150 155 156 158 160 166 175 180 190 191 192 193 194 195 196 197 198 199
555 666 888 900 901 902 903 907 910 912 913 914 917 919 922 933 955 977 990 991 992 993 994 995 996 997 998
988 10111 15 16 17 18 08
"""
WORLD: Final = frozenset(_TABLE.split())
"""Police, ambulance, fire, coast guard and crisis lines of any country (libphonenumber short-number metadata)."""

EVERYWHERE: Final = ("112", "911", "999", "000")
_SHORT = 6
_TRUNKS: Final = ("0", "00", "1", "9", "01", "011")


def is_emergency(digits: str, country: str | None) -> bool:
    """Whether these ASCII digits, as keyed or as a national number, would reach an emergency service.

    Up to six digits also count when they only begin or end with one of the four known everywhere (`9111`, `9911`,
    `0112`), since a carrier may drop or ignore the rest. Longer ones are looked at only in `country`.
    """
    if digits in WORLD or any(digits == trunk + core for trunk in _TRUNKS for core in EVERYWHERE):
        return True
    if len(digits) <= _SHORT:
        return digits.startswith(EVERYWHERE) or digits.endswith(EVERYWHERE) or _known(digits, country)
    return False


def begins_with_one(digits: str, country: str | None) -> bool:
    """Whether `country`'s network would connect these digits to help on their first ones (`911 555 2671`).

    Ask it only of what is no valid number: Delhi's own numbers begin with 11 2.
    """
    return country in _regions() and shortnumberinfo.connects_to_emergency_number(digits, str(country))


def _known(digits: str, country: str | None) -> bool:
    return country in _regions() and shortnumberinfo.is_emergency_number(digits, str(country))


@cache
def _regions() -> frozenset[str]:
    return frozenset(phonenumbers.SUPPORTED_REGIONS)
