"""A list within one text message: what does not fit is left out, with how to ask for it."""

from collections.abc import Callable, Sequence
from typing import Final

LONGEST: Final = 160
"""Characters of one text message in GSM-7 (3GPP TS 23.038)."""


def fitting(
    parts: Sequence[str], whole: Callable[[str], str], more: Callable[[int], str], separator: str = ", "
) -> str:
    """`whole` of all the parts joined; if that is too long, of as many as fit beside `more`, given how many were said.

    At least one part is said.
    """
    said = whole(separator.join(parts))
    count = len(parts)
    while len(said) > LONGEST and count > 1:
        count -= 1
        said = whole(separator.join(parts[:count])) + more(count)
    return said


def shortened(name: str, most: int = 20) -> str:
    """A name that leaves room for others."""
    return name if len(name) <= most else name[: most - 2].rstrip() + ".."
