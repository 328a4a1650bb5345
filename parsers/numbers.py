"""One telephone number, as a person writes it, to E.164: what is not surely one number is refused with its reason.

Nothing is normalised away: a digit that is not ASCII, a letter, a star or a comma is told back, never guessed at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from kernel.errors import Refused
from parsers.emergency import begins_with_one, is_emergency
from parsers.writing import check_writing, shown
from satellite.numbering import classify, rewrite_ocean_region, today

MAX_LENGTH: Final = 40
"""Characters in one number field, extension included."""

_EXTENSION: Final = re.compile(r"\s*(?:x|ext\.?|extension)\s*([0-9]{1,8})\Z", re.IGNORECASE)
_OCEAN_OR_AREA: Final = re.compile(r"87[0-4](?:[0-9]{7}|[0-9]{9}|[0-9]{12})\Z")
_NANP_976: Final = re.compile(r"\+1[2-9][0-9]{2}976[0-9]{4}\Z")
_NOT_DIGITS: Final = re.compile(r"[^0-9]")
_TONES_OR_WORDS: Final = re.compile(r"[^0-9 ().+#*-]")
_SHORT: Final = 6
_LIKE: Final = "+870773123456"
_E164_DIGITS: Final = 15
_MOST_DIGITS: Final = 20  # fifteen, and the longest way of dialling abroad in front of them


class Kind(StrEnum):
    """What a number is, as far as its digits tell."""

    FIXED = "fixed"
    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    UAN = "uan"
    SATELLITE = "satellite"
    SHARED_NETWORK = "shared_network"
    UNKNOWN = "unknown"


DEAR: Final = frozenset(
    {Kind.PREMIUM, Kind.SHARED_COST, Kind.PERSONAL, Kind.PAGER, Kind.UAN, Kind.SHARED_NETWORK, Kind.UNKNOWN}
)
"""Kinds that cost by who answers, not by where that is."""


@dataclass(frozen=True, slots=True)
class Number:
    """A valid number: `e164` with its plus, `region` ISO 3166 (or `001` for codes of no country), its `kind`.

    `extension` is 1 to 8 digits, sent as tones after answer; `original` is what the person wrote.
    """

    e164: str
    region: str
    kind: Kind
    extension: str | None
    original: str
    ocean: str = field(default="", compare=False)
    """The ocean region that the code named which +870 was put in the place of (`AOR-E` and so on)."""

    def canonical(self) -> str:
        """The same text for the same telephone, however it was written: `+442079460000x512`."""
        return self.e164 + (f"x{self.extension}" if self.extension else "")

    def kept(self) -> str:
        """As accounts keep it: `+442079460000 x512`, whose inverse is `accounts/people.py::split_number`."""
        return f"{self.e164} x{self.extension}" if self.extension else self.e164


def parse_number(text: str, country: str | None) -> Number:
    """Read one number; a national one in `country` (ISO 3166 alpha-2), None where there is none.

    Raises Refused with a `number_*` or `emergency` key and the field `number`, safe to show. Premium and satellite
    numbers are read and named: whether to call them is not decided here.
    """
    original = text.strip(" \t")
    if not original:
        raise Refused("number_empty")
    if len(original) > MAX_LENGTH:
        raise Refused("number_too_long", number=shown(original))
    country = country.upper() if country else None
    _no_emergency(original, country)
    body, extension = split_extension(original)
    check_writing(body, original)
    international, digits = "+" in body, _NOT_DIGITS.sub("", body)
    _check_digits(digits, international, original)
    if not international and _OCEAN_OR_AREA.match(digits):
        like = ", ".join(_readings(digits, country)) or _LIKE
        raise Refused("number_satellite_or_national", number=shown(original), like=like)
    digits, international, ocean = _ocean_region(digits, international, country, original)
    parsed = _parse(digits, international, country, original)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    _check_valid(parsed, e164, original)
    region = phonenumbers.region_code_for_number(parsed) or "001"
    return Number(e164, region, _kind(parsed, e164), extension, original, ocean)


def _no_emergency(original: str, country: str | None) -> None:
    before_tones = _TONES_OR_WORDS.split(original)[0]
    if any(is_emergency(_NOT_DIGITS.sub("", part), country) for part in (original, before_tones)):
        raise Refused("emergency", number=shown(original))


def split_extension(original: str) -> tuple[str, str | None]:
    """The writing of a number without its extension, and the extension's digits."""
    found = _EXTENSION.search(original)
    return (original[: found.start()], found[1]) if found and found.start() else (original, None)


def _check_digits(digits: str, international: bool, original: str) -> None:
    if len(digits) > _MOST_DIGITS or (international and len(digits) > _E164_DIGITS + 1):
        raise Refused("number_too_many_digits", number=shown(original))
    if len(digits) <= _SHORT:
        behind_code = (digits[code:] for code in (1, 2, 3))
        known = international and any(is_emergency(national, None) for national in behind_code)
        raise Refused("emergency" if known else "number_short", number=shown(original))


def _readings(digits: str, country: str | None) -> Iterator[str]:
    """What bare digits may stand for: a number of the country, a satellite's that speaks. Both are only offered."""
    if country in phonenumbers.SUPPORTED_REGIONS:
        local = phonenumbers.parse(digits, country)
        if phonenumbers.is_valid_number(local):
            yield phonenumbers.format_number(local, PhoneNumberFormat.E164)
    now = today(digits)
    family = classify(now)
    if family and family.voice and family.fits(now):
        yield f"+{now}"


def _ocean_region(digits: str, international: bool, country: str | None, original: str) -> tuple[str, bool, str]:
    """Put +870 in place of an old ocean-region code, also when dialled behind the country's way abroad.

    The digits, whether they are international then, and the region that the code named.
    """
    abroad = digits if international else behind_prefix(digits, country)
    rewritten, region = rewrite_ocean_region(abroad)
    if region is None:
        return digits, international, ""
    if rewritten == abroad:
        raise Refused(_why_old(today(abroad)), number=shown(original))
    return rewritten, True, region


def _why_old(now: str) -> str:
    """What refuses a number of an old code that is not `now` one of a family that speaks."""
    family = classify(now)
    return family.why_not if family and family.why_not and family.fits(now) else "number_old_satellite"


def behind_prefix(digits: str, country: str | None) -> str:
    """What follows the country's way of dialling abroad (`00`, `011`); "" if the digits don't begin with it."""
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    found = re.match(metadata.international_prefix, digits) if metadata and metadata.international_prefix else None
    return digits[found.end() :] if found else ""


def _parse(digits: str, international: bool, country: str | None, original: str) -> PhoneNumber:
    try:
        return phonenumbers.parse("+" + digits if international else digits, country)
    except NumberParseException as error:
        if error.error_type == NumberParseException.TOO_LONG:
            key = "number_too_many_digits"
        elif error.error_type != NumberParseException.INVALID_COUNTRY_CODE:
            key = "number_not_valid"
        elif international or country in phonenumbers.SUPPORTED_REGIONS:
            key = "number_no_such_country"
        else:
            key = "number_no_country"
        raise Refused(key, number=shown(original)) from error


def _check_valid(parsed: PhoneNumber, e164: str, original: str) -> None:
    if family := classify(e164):
        if family.fits(e164):
            return
    elif phonenumbers.is_valid_number(parsed):
        return
    national = phonenumbers.national_significant_number(parsed)
    home = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if is_emergency(national, home) or begins_with_one(national, home):
        raise Refused("emergency", number=shown(original))
    too_long = len(national) + len(str(parsed.country_code)) > _E164_DIGITS
    raise Refused("number_too_many_digits" if too_long else "number_not_valid", number=shown(original))


_KINDS: Final = {
    PhoneNumberType.FIXED_LINE: Kind.FIXED,
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: Kind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Kind.PREMIUM,
    PhoneNumberType.SHARED_COST: Kind.SHARED_COST,
    PhoneNumberType.VOIP: Kind.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: Kind.PERSONAL,
    PhoneNumberType.PAGER: Kind.PAGER,
    PhoneNumberType.UAN: Kind.UAN,
}
_SHARED_CODES: Final = frozenset({808, 878, 881, 882, 883, 888})


def _kind(parsed: PhoneNumber, e164: str) -> Kind:
    if classify(e164):
        return Kind.SATELLITE
    if parsed.country_code in _SHARED_CODES:
        return Kind.SHARED_NETWORK
    if _NANP_976.match(e164):  # pay-per-call exchange of every North American area, which libphonenumber does not know
        return Kind.PREMIUM
    return _KINDS.get(phonenumbers.number_type(parsed), Kind.UNKNOWN)
