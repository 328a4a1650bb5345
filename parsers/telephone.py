"""Digits alone: whether they are written as only a telephone number is.

A position, a timestamp, an address on the Internet or a code is often a number in use somewhere, too. So what counts is
how the digits are written: with a plus, with what is dialled in front of a number, or in a telephone number's groups.
"""

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from parsers.numbers import Number, behind_prefix, split_extension

_DAY, _YEAR, _SIXTY = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:19|20)[0-9]{2}", r"[0-5][0-9]"
_DATE: Final = re.compile(
    rf"(?<![0-9])(?:{_DAY}[ .-]{_DAY}[ .-]{_YEAR}|{_YEAR}[ .-]{_DAY}[ .-]{_DAY})(?![0-9])"
    rf"|\A(?:[0-3][0-9][0-3][0-9]{_YEAR}|{_YEAR}[01][0-9][0-3][0-9])(?:[0-9]{{4}}|[0-9]{{6}})?\Z"
    rf"|\A[0-3][0-9][01][0-9]{{3}}[ -]+[0-2][0-9]{_SIXTY}\Z"
)
_POSITION_OR_TIMES: Final = re.compile(
    rf"\A[0-9]{{1,2}}[ -]+{_SIXTY}[ -]+[0-9]{{1,3}}[ -]+{_SIXTY}\Z"
    rf"|\A[0-9]{{1,2}}(?:[ -]+{_SIXTY}){{2}}[ -]+[0-9]{{1,3}}(?:[ -]+{_SIXTY}){{2}}\Z"
    rf"|\A[0-8][0-9](?:{_SIXTY}){{1,2}}[ -]+[01][0-9]{{2}}(?:{_SIXTY}){{1,2}}\Z"
)
_ISO_6709: Final = re.compile(rf"\A\+[0-8][0-9](?:{_SIXTY}){{1,2}}-[01][0-9]{{2}}(?:{_SIXTY}){{1,2}}\Z")
"""A position as devices write it, north and west: +4945-07606."""
_AMOUNT: Final = re.compile(r"\A[1-9][0-9]?(?: [0-9]{3}){2,}\Z")
_ONLY_DOTS: Final = re.compile(r"\+?[0-9]+(?:\.[0-9]+)+\Z")
_GROUP: Final = re.compile(r"[0-9]+")

Groups = list[str]


def is_telephone(number: Number, country: str | None) -> bool:
    """Whether a number that is the whole text is plainly a telephone number; `country` is where national ones are read.

    It is with a plus or the country's way of dialling abroad, or with its trunk prefix where that begins with a zero;
    elsewhere in the groups of the country's own writing.
    """
    body, _ = split_extension(number.original)
    digits = "".join(_GROUP.findall(body))
    plus = "+" in body
    abroad = plus or (digits.startswith("0") and bool(behind_prefix(digits, country)))
    if not plus and (_DATE.search(body) or _AMOUNT.match(body)):
        return False
    if _ISO_6709.match(body) or (not abroad and _POSITION_OR_TIMES.match(body)):
        return False
    parsed, trunk = phonenumbers.parse(number.e164, None), _trunk(country)
    prefixed = abroad or (trunk.startswith("0") and digits == trunk + phonenumbers.national_significant_number(parsed))
    if "." in body:  # two decimals, four octets, thousands: unless the dots part the number's own groups
        return prefixed and bool(_ONLY_DOTS.match(body)) and _GROUP.findall(body) in _usual(parsed, trunk)
    return prefixed or (not trunk.startswith("0") and _is_grouped(body, parsed, trunk))


def _is_grouped(body: str, parsed: PhoneNumber, trunk: str) -> bool:
    groups = _GROUP.findall(body)
    return len(groups) > 1 and groups in _usual(parsed, trunk)


def _trunk(country: str | None) -> str:
    """What is dialled in front of a national number within the country; "" if nothing is."""
    metadata = PhoneMetadata.metadata_for_region(country.upper()) if country else None
    return (metadata.national_prefix or "") if metadata else ""


def _usual(parsed: PhoneNumber, trunk: str) -> tuple[Groups, ...]:
    """The groups that people write a number in: at home, there with the trunk prefix (`1 202 555 0101`), and abroad."""
    home, abroad = (
        _GROUP.findall(phonenumbers.format_number(parsed, form))
        for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    )
    return home, [trunk, *home], abroad
