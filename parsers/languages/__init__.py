"""The languages that are understood, all at once. To add one, write its file and name it here."""

from typing import Final

from parsers.languages.english import ENGLISH
from parsers.languages.language import Language
from parsers.languages.spanish import SPANISH

LANGUAGES: Final[tuple[Language, ...]] = (ENGLISH, SPANISH)
