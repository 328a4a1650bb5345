"""Finds PINs in text that may be no command: to check them, and to strike them out of what is kept."""

import re
from typing import Final

from parsers.languages import LANGUAGES

PIN_WORDS: Final = sorted({word for language in LANGUAGES for word in language.clauses["pin"]})
_PIN: Final = re.compile(
    rf"\b({'|'.join(PIN_WORDS)})((?:[ \t]{{0,3}}(?:code|number|no|is|es))?[\s:=#.-]{{0,5}})"
    r"(\d{1,32}(?:[ -]\d{1,8}){0,4})",
    re.IGNORECASE,
)
_DIGITS: Final = range(4, 11)


def find_pin(text: str) -> str | None:
    """The digits of the one PIN that stands in a text, None if there is none or more than one."""
    found = {match[3] for match in _PIN.finditer(text) if match[3].isdigit() and len(match[3]) in _DIGITS}
    return found.pop() if len(found) == 1 else None


def strike_pins(text: str) -> str:
    """The text with the digits after each PIN struck out."""
    return _PIN.sub(r"\1\2****", text)
