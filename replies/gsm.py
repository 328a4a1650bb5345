"""The alphabet of texts, how many a reply takes, and a reply made to fit into fewer.

3GPP TS 23.038, 6.2.1: characters of seven bits, some of them behind an escape; one character beside those turns the
whole text to UCS-2. TS 23.040, 9.2.3.24.1: each part of a long text gives up six octets to say which it is.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED: Final = frozenset("^{}\\[~]|€\f")
"""Each takes two septets."""
ONE_GSM, PART_GSM = 160, 153
ONE_UCS2, PART_UCS2 = 70, 67
_LIKE: Final = {"`": "'", "\t": " "}
"""What is ASCII and yet not in the alphabet."""


def is_gsm(text: str) -> bool:
    """Whether every character is of the alphabet."""
    return all(letter in BASIC or letter in ESCAPED for letter in text)


def units(text: str) -> int:
    """Septets of a text in the alphabet, else UTF-16 units."""
    return sum(_sizes(text))


def parts(text: str) -> int:
    """As how many texts it is sent and paid for. No character is parted: one of two units may begin the next part."""
    one, part = (ONE_GSM, PART_GSM) if is_gsm(text) else (ONE_UCS2, PART_UCS2)
    sizes = _sizes(text)
    if sum(sizes) <= one:
        return 1
    count, left = 1, part
    for size in sizes:
        if size > left:
            count, left = count + 1, part
        left -= size
    return count


def _sizes(text: str) -> list[int]:
    """Units of each character."""
    if is_gsm(text):
        return [2 if letter in ESCAPED else 1 for letter in text]
    return [2 if letter > "\uffff" else 1 for letter in text]


def economical(text: str) -> str:
    """The text, with letters that are not of the alphabet written by its own where that takes fewer parts."""
    text = unicodedata.normalize("NFC", text)
    if is_gsm(text):
        return text
    plain = "".join(letter if is_gsm(letter) else _plain(letter) for letter in text)
    return plain if parts(plain) < parts(text) else text


@lru_cache(maxsize=1024)
def _plain(letter: str) -> str:
    found = _LIKE.get(letter) or anyascii(letter)
    return "".join(each for each in found if is_gsm(each))
