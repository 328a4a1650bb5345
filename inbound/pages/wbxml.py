"""How large a deck is once a gateway has compiled it (WAP-192, WBXML 1.1): never less than it will be.

A tag and an attribute's start are one octet each and an end is one more; a string is what it has in letters and two
more. What a gateway saves by words that it knows or meets twice is left out, so the true size is at most this.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers.expat import ParserCreate

HEADER: Final = 8
"""Version, public identifier, character set and the length of a string table that is empty."""
_STRING: Final = 2
_VARIABLE: Final = re.compile(r"\$\([^)]*\)|\$\$")


def compiled_size(deck: str) -> int:
    """Octets of a deck that is well formed; xml.parsers.expat.ExpatError for one that is not."""
    sizes: list[int] = [HEADER]

    def begins(_tag: str, attributes: dict[str, str]) -> None:
        sizes.append(2)  # itself and its end
        if attributes:
            sizes.append(1 + sum(1 + sum(_texts(value)) for value in attributes.values()))

    parser = ParserCreate()
    parser.StartElementHandler = begins
    parser.CharacterDataHandler = lambda text: sizes.append(sum(_texts(text)))
    parser.buffer_text = True
    parser.Parse(deck.encode(), True)
    return sum(sizes)


def _texts(text: str) -> Iterator[int]:
    """A text's pieces: a reference to a variable parts it in two."""
    at = 0
    for found in _VARIABLE.finditer(text):
        yield _string(text[at : found.start()])
        yield _string(found[0])
        at = found.end()
    yield _string(text[at:])


def _string(text: str) -> int:
    return len(text.encode()) + _STRING if text else 0
