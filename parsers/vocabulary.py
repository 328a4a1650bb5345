"""The words of all languages together: a message may be written in any of them, or in two."""

from typing import Final

from parsers.languages import LANGUAGES
from parsers.languages.language import CLAUSES
from parsers.words import Phrases, fold

_ELSEWHERE: Final = frozenset({"merci", "danke", "grazie", "obrigado", "takk", "tack", "bedankt"})
"""Thanks in languages that no command is understood in."""
_GREETINGS_ELSEWHERE: Final = frozenset({"hallo", "salut", "ciao"})


def _phrases(role: str) -> Phrases:
    return Phrases(phrase for language in LANGUAGES for phrase in language.words[role])


def _folded(role: str) -> frozenset[str]:
    return frozenset(fold(word) for language in LANGUAGES for phrase in language.words[role] for word in phrase.split())


CLAUSE: Final = {name: Phrases(phrase for each in LANGUAGES for phrase in each.clauses[name]) for name in CLAUSES}

PLEASE: Final = _phrases("please")
CLOSINGS: Final = tuple(
    tuple(fold(word) for word in phrase.split()) for language in LANGUAGES for phrase in language.words["closing"]
)
CLOSING_WORDS: Final = frozenset(word for phrase in CLOSINGS for word in phrase)
NOW: Final = _phrases("now")
AND: Final = _phrases("and")
CALENDAR: Final = _folded("calendar")
PRONOUNS: Final = _folded("pronoun")
NOBODY: Final = PRONOUNS | _folded("when") | _folded("now")
"""Words that name nobody after CALL, be they in the phone book."""
NOUN: Final = _phrases("noun")
ARTICLE: Final = _phrases("article")
REQUEST: Final = _phrases("asking")
MINUTES: Final = _phrases("minutes")
ON: Final = _phrases("on")
OFF: Final = _phrases("off")
DELETE: Final = _phrases("delete")
LIST: Final = _phrases("list")
AROUND_REFERENCE: Final = _folded("around_reference")
COURTESY: Final = _folded("courtesy") | {"merci", "danke"}
PLEASE_WORDS: Final = _folded("please")
SAID_ALONE: Final = COURTESY | NOBODY | _folded("interjection") | _folded("and") | _folded("article")
"""Words that are no order by themselves, be they names of the phone book."""
WHEN: Final = _phrases("when")
BUT: Final = _phrases("but")
SIGN_OFF: Final = _folded("sign_off")
THANKS: Final = _folded("thanks") | _ELSEWHERE
GREETINGS: Final = _folded("greeting") | _GREETINGS_ELSEWHERE


def language_named(word: str) -> str:
    """The code of the language that is called so (`español`, `es`); "" if there is none."""
    return next((each.code for each in LANGUAGES if fold(word) in map(fold, each.names)), "")
