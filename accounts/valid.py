"""What may be written into the tables of this folder: each function gives the text as it is stored, or raises Refused.

The keys of these refusals are worded in `cordboard/cli/sentences.py`: only an operator meets them.
"""

import re
import unicodedata

import phonenumbers

from accounts.people import fold_address, fold_name
from kernel.errors import Refused

LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 octets with its angle brackets."""
LONGEST_LOCAL_PART = 64
LONGEST_NAME = 60
MOST_NAME_WORDS = 6
"""What the reader of orders looks for."""
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())
"""ISO 4217 codes of money that people hold."""

_LOCAL_PART = re.compile(r"[^\s@<>()\[\],;:\\\"]+")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_]{2,}")
_NUMBER = re.compile(r"(\+[1-9][0-9]{4,14})(?: ?x([0-9]{1,8}))?")


def name(text: str, longest: int = 80) -> str:
    """A name of an account or person: one line, something to read in it."""
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    if not tidy or len(tidy) > longest or not tidy.isprintable() or not any(letter.isalnum() for letter in tidy):
        raise Refused("not_a_name", text=_shown(text), longest=str(longest))
    return tidy


def contact_name(text: str) -> str:
    """A phone book's name: it has a letter, and is no longer than an order may name it."""
    tidy = name(text, LONGEST_NAME)
    if not any(letter.isalpha() for letter in tidy) or len(tidy.split()) > MOST_NAME_WORDS or not fold_name(tidy):
        raise Refused("not_a_contact_name", text=tidy)
    return tidy


def email(text: str) -> str:
    """A mailbox, folded for look-up. Its shape alone is checked (RFC 5321, without quoted local parts)."""
    address = fold_address(text)
    local, _, domain = address.rpartition("@")
    if (
        not _LOCAL_PART.fullmatch(local)
        or not _DOMAIN.fullmatch(domain)
        or not address.isascii()
        or len(address.encode()) > LONGEST_ADDRESS
        or len(local.encode()) > LONGEST_LOCAL_PART
        or ".." in local
        or local[0] == "."
        or local[-1] == "."
    ):
        raise Refused("not_an_email", text=_shown(text))
    return address


def device_address(text: str) -> str:
    """What orders come from: a mailbox, or a telephone as E.164 (without an extension: that can't text)."""
    if not text.startswith("+"):
        return email(text)
    found = number(text)
    if "x" in found:
        raise Refused("not_a_number", text=_shown(text))
    return found


def country(text: str) -> str:
    """A region with telephones, as ISO 3166 alpha-2."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Refused("not_a_country", text=_shown(text))
    return code


def zones(text: str) -> str:
    """Regions parted by commas, each once, in order: `FR,GB,US`."""
    return ",".join(sorted({country(part) for part in text.split(",") if part.strip()}))


def currency(text: str) -> str:
    """An ISO 4217 code."""
    code = text.strip().upper()
    if code not in CURRENCIES:
        raise Refused("not_a_currency", text=_shown(text))
    return code


def number(text: str) -> str:
    """E.164, then ` x512` where it has an extension. Reading what a person wrote is `parsers.numbers`' work."""
    match = _NUMBER.fullmatch(text)
    if not match:
        raise Refused("not_a_number", text=_shown(text))
    return f"{match[1]} x{match[2]}" if match[2] else match[1]


def numbers(text: str) -> tuple[str, ...]:
    """What a name stands for: numbers parted by commas, in order of preference, each once."""
    return tuple(dict.fromkeys(number(part.strip()) for part in text.split(",")))


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:40])
