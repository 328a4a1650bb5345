"""How a number may be written: ASCII digits, one leading plus, spaces, dots, dashes, paired parentheses."""

import re
from typing import Final

from kernel.errors import Refused

_ADDRESS: Final = re.compile(r"[@&/\\:]|\b(?:sips?|tel|pjsip|iax2?|local)\b", re.IGNORECASE)
_PLAIN: Final = re.compile(r"\(?\+?[0-9 .()\-]*[0-9][ .)]*\Z")
_PARENTHESES: Final = re.compile(r"\([^()]*\)")
_SHOWN: Final = 24


def shown(text: str, most: int = _SHOWN) -> str:
    """`text` made safe to show in a short reply: printable ASCII, others as `U+200B`, at most `most` characters."""
    safe = "".join(char if " " <= char <= "~" else f"U+{ord(char):04X}" for char in text[:most]).replace("`", "'")
    return safe if len(safe) <= most and len(text) <= most else safe[: most - 2] + ".."


def check_writing(body: str, original: str) -> None:
    """Raise Refused unless `body` (a number without its extension) is written plainly; `original` is told back."""
    if key := _fault(body):
        raise Refused(key, number=shown(original))


def _fault(body: str) -> str | None:
    if not body.isascii() or not body.isprintable():
        return "number_odd_characters"
    if "*" in body or "#" in body:
        return "number_tones" if "," in body or ";" in body else "number_star_code"
    if re.search(r";\s*(?:ext|phone-context|isub)|,|;", body) and not re.search(r"[@:]", body):
        return "number_tones"
    if _ADDRESS.search(body):
        return "number_is_an_address"
    if body.count("+") > 1 or "+" in body.lstrip(" (")[1:]:
        return "number_two"
    if any(char.isalpha() for char in body):
        return "number_letters"
    if not _PLAIN.match(body) or re.search(r"[()]", _PARENTHESES.sub("", body)):
        return "number_badly_written"
    return None
