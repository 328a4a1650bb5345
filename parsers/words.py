"""How words are told apart and compared: case, accents and a closing full stop do not count."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from parsers.pins import PIN_WORDS

CLOSING: Final = ".,!"
ASKING: Final = "?;"
OPENING: Final = "\u00a1"  # as Spanish begins what it exclaims
MOST_FIRST_LETTERS: Final = 3
"""By which a phone book may be looked through."""
MOST_NAME_WORDS: Final = 6
MOST_NAME_LENGTH: Final = 60
_WORD: Final = re.compile(r"[^ \t]+")
_GLUED_PIN: Final = re.compile(rf"({'|'.join(PIN_WORDS)})[:=#]?([0-9]+[.,!?;]?)\Z", re.IGNORECASE)
_LATIN: Final = re.compile(r"[A-Za-z'\u00c0-\u024f\u0300-\u036f]+\Z")


def split(line: str) -> list[str]:
    """The words of one line as they were spelled; `PIN:1234` becomes `PIN`, `1234` so that a PIN is always seen.

    Spaces and tabs part words; any other white space is an odd character of its word.
    """
    words: list[str] = []
    for word in _WORD.findall(line):
        glued = _GLUED_PIN.match(word)
        words.extend(glued.groups() if glued else (word,))
    return words


def fold(word: str) -> str:
    """What a word is compared by. Canonical forms only: look-alikes of other alphabets stay different words."""
    word = word.rstrip(CLOSING).lstrip(OPENING)
    return word.casefold() if word.isascii() else unaccented(word).casefold()


def unaccented(word: str) -> str:
    """A word without its accents."""
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


def keyword(word: str) -> str:
    """A word as a keyword: in lower case, without a closing colon or the like; empty if it cannot be one."""
    word = word.rstrip(CLOSING + ":=#")
    if word.isascii():
        return word.lower()
    word = word.lstrip(OPENING)
    if not _LATIN.match(word.replace("\u2019", "'")):
        return ""
    return unicodedata.normalize("NFC", word.replace("\u2019", "'").lower())


def keys(words: Iterable[str]) -> tuple[str, ...]:
    """The words as keywords."""
    return tuple(map(keyword, words))


class Phrases:
    """Keywords of one word or more (`hang up`), each also known without its accents; found by their first word."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in {spelling for each in phrases for spelling in (each, unaccented(each))}:
            words = tuple(phrase.split(" "))
            self._by_first.setdefault(words[0], []).append(words)
        for found in self._by_first.values():
            found.sort(key=len, reverse=True)

    def at(self, keys: Sequence[str], at: int) -> int:
        """How many of `keys` from `at` on are the longest of these phrases; 0 if none."""
        found = self._by_first.get(keys[at]) if at < len(keys) else None
        for words in found or ():
            if tuple(keys[at : at + len(words)]) == words:
                return len(words)
        return 0

    def lengths(self, keys: Sequence[str], at: int) -> list[int]:
        """The lengths of all these phrases that stand at `at`, the longest first."""
        found = self._by_first.get(keys[at]) if at < len(keys) else None
        return [len(words) for words in found or () if tuple(keys[at : at + len(words)]) == words]


class Names:
    """The phone book by folded words, for the longest match."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._by_words: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self.longest = 0
        self.firsts: set[str] = set()
        self.parts = frozenset(fold(part) for name in names for part in name.split())
        for name, value in names.items():
            words = tuple(fold(word) for word in name.split())
            if not words or len(words) > MOST_NAME_WORDS or len(name) > MOST_NAME_LENGTH:
                continue
            if not any(char.isalpha() for char in name):
                continue  # an entry named by digits would put one number in the place of another
            self._by_words.setdefault(words, []).append((name, value))
            self.firsts.add(words[0])
            self.longest = max(self.longest, len(words))
        self._firsts = frozenset(words[0] for words in self._by_words)

    def find(self, words: tuple[str, ...]) -> list[tuple[str, str]]:
        """Entries (name as kept, its number) whose folded words are `words` (several if they differ by accents)."""
        return self._by_words.get(words, [])

    def begin(self, letters: str) -> bool:
        """Whether an entry begins with these few folded letters."""
        return 0 < len(letters) <= MOST_FIRST_LETTERS and any(first.startswith(letters) for first in self._firsts)
