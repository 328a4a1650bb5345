"""The words we know at all, and how a word is compared: case, accents and a closing full stop do not count."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

PLEASE: Final = frozenset({"please", "pls", "plz", "kindly"})
"""Understood wherever a clause may begin."""

THANKS_END: Final = (
    ("thanks",), ("thank", "you"), ("many", "thanks"), ("thx",), ("cheers",), ("please",), ("pls",), ("plz",),
)  # fmt: skip
"""Understood where nothing else follows."""

COURTESY: Final = frozenset({
    "thanks", "thank", "thx", "ty", "you", "u", "so", "very", "much", "many", "cheers", "ok", "okay", "k", "got", "it",
    "great", "good", "nice", "fine", "perfect", "noted", "received", "appreciated", "a", "lot", "lots", "all", "the",
    "best", "regards", "rgds", "kind", "yours", "sincerely", "bye", "again", "gracias", "vale", "merci", "danke",
})  # fmt: skip
"""A reply of nothing but these words is kindness: it orders nothing, and an answer to it would cost its sender."""

SIGN_OFF: Final = frozenset({"all", "the", "best", "kind", "regards", "rgds", "yours", "sincerely"})
"""Those of them that close a letter and thank for nothing."""

THANKS: Final = frozenset({
    "thanks", "thank", "thankyou", "thx", "thnx", "tnx", "tks", "ty", "cheers", "appreciated", "gracias", "merci",
    "danke", "grazie", "obrigado", "takk", "tack", "bedankt",
})  # fmt: skip
"""Words that thank, whatever stands beside them."""

GREETINGS: Final = frozenset({"hi", "hello", "hey", "hallo", "hola", "salut", "ciao", "urgent"})
"""A subject of nothing but these says nothing."""

AROUND_REFERENCE: Final = frozenset({"the", "my", "this", "that", "call", "order", "it", "now"})
"""Understood beside an order's reference, and in its place: `drop the call`, `hang up now`."""

CLOSING: Final = ".,!"
ASKING: Final = "?;"
MOST_NAME_WORDS: Final = 6
MOST_NAME_LENGTH: Final = 60
_WORD: Final = re.compile(r"[^ \t]+")
_GLUED_PIN: Final = re.compile(r"(pin)[:=#]?([0-9]+[.,!?;]?)\Z", re.IGNORECASE)


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
    word = word.rstrip(CLOSING)
    if not word.isascii():
        word = "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
    return word.casefold()


def keyword(word: str) -> str:
    """A word as a keyword: ASCII, lower case, without a closing colon or the like; empty if it cannot be one."""
    word = word.rstrip(CLOSING + ":=#")
    return word.lower() if word.isascii() else ""


def phrase_at(words: Sequence[str], at: int, phrases: Sequence[str]) -> int:
    """How many words from `at` on are one of these keywords (`hang up` is one of two words); 0 if none."""
    first, longest = keyword(words[at]), 0
    for phrase in phrases:
        parts = phrase.split(" ") if phrase.startswith(first) else [""]
        if [first, *map(keyword, words[at + 1 : at + len(parts)])] == parts:
            longest = max(longest, len(parts))
    return longest


class Names:
    """The phone book by folded words, for the longest match."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._by_words: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self.longest = 0
        self.parts = frozenset(fold(part) for name in names for part in name.split())
        for name, value in names.items():
            words = tuple(fold(word) for word in name.split())
            if not words or len(words) > MOST_NAME_WORDS or len(name) > MOST_NAME_LENGTH:
                continue
            if not any(char.isalpha() for char in name):
                continue  # an entry named by digits would put one number in the place of another
            self._by_words.setdefault(words, []).append((name, value))
            self.longest = max(self.longest, len(words))

    def find(self, words: tuple[str, ...]) -> list[tuple[str, str]]:
        """Entries (name as kept, its number) whose folded words are `words` (several if they differ by accents)."""
        return self._by_words.get(words, [])
