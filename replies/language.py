"""In which language we answer: a sentence is written in English here, and looked up by that in another's catalogue.

The tables of `replies/refusals.py` and `replies/sentences.py` are in the catalogues, and whatever is `Words("...")`
elsewhere (`scripts/catalogues.py` collects them). What is not translated yet is said in English.
"""

import gettext
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.money import Amount

ENGLISH: Final = "en"
LOCALE: Final = Path(__file__).parent / "locale"
CATALOGUE: Final = Path("LC_MESSAGES") / "cordboard.po"


class Words(str):
    """English words that a catalogue may have in another language, alone or as a field of a sentence."""

    __slots__ = ()


def languages() -> tuple[str, ...]:
    """The codes of the languages that we speak (ISO 639-1), English first."""
    return (ENGLISH, *sorted(file.parents[1].name for file in LOCALE.glob(f"*/{CATALOGUE}")))


def say(language: str, words: str, /, **fields: object) -> str:
    """The sentence in that language ("" is English), filled in; amounts and `Words` among the fields as well."""
    told = {name: _told(language, value) for name, value in fields.items()}
    return translated(language, words).format(**told)


def translated(language: str, words: str) -> str:
    """The same words in that language, as they are if its catalogue has them not."""
    if language in (ENGLISH, "") or not words:
        return words
    return _catalogue(language).gettext(words)


def _told(language: str, value: object) -> object:
    if language in (ENGLISH, ""):
        return value
    if isinstance(value, Words):
        return translated(language, value)
    return _money(language, value) if isinstance(value, Amount) else value


def _money(language: str, amount: Amount) -> str:
    """`1.234,50 EUR`: the language's own digits; the code of the currency, as its sign may not go into a text."""
    from babel.numbers import format_currency  # not loaded where everybody is spoken to in English

    pattern = f"#,##0.{'0' * -int(amount.number.as_tuple().exponent)} \xa4\xa4"
    return format_currency(amount.number, amount.currency, pattern, language, currency_digits=False)


@lru_cache(maxsize=64)
def _catalogue(language: str) -> gettext.NullTranslations:
    """The language's sentences. They are kept as text, so that a checkout runs as it is."""
    if language not in languages():
        return gettext.NullTranslations()
    from io import BytesIO  # the same

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (LOCALE / language / CATALOGUE).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
