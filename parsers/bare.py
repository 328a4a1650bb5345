"""A number or a name alone: it is called if nothing else stands there and it can't be meant as anything else."""

import re
from collections.abc import Sequence
from typing import Final

from kernel.errors import Refused
from parsers.emergency import EVERYWHERE
from parsers.grammar import Argument, NamedNumber, Reader, Target
from parsers.words import COURTESY, PLEASE, fold, keyword, phrase_at

_DAY, _YEAR = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:19|20)[0-9]{2}"
_DATE: Final = re.compile(
    rf"(?<![0-9])(?:{_DAY}[ .-]{_DAY}[ .-]{_YEAR}|{_YEAR}[ .-]{_DAY}[ .-]{_DAY})(?![0-9])"
    rf"|\A(?:[0-3][0-9][0-3][0-9]{_YEAR}|{_YEAR}[01][0-9][0-3][0-9])(?:[0-9]{{4}}|[0-9]{{6}})?\Z"
)
_TIMES: Final = re.compile(r"\A[0-9]{1,2}[.][0-9]{2}[ -]+[0-9]{1,2}[.][0-9]{2}\Z")
_AMOUNT: Final = re.compile(r"\A[1-9][0-9]{0,2}(?:[ .]?[0-9]{3})*[.][0-9]{1,2}\Z|\A[1-9][0-9]?(?:[ .][0-9]{3}){2,}\Z")
_NOT_NUMBERS: Final = (_DATE, _TIMES, _AMOUNT)


def is_meant(target: Target, keywords: Sequence[str]) -> bool:
    """Whether a target alone can be nothing but somebody to call.

    A name with a command's keyword in it, or of nothing but courtesy, may be meant as that; digits may be a date, two
    times or an amount, unless they begin with a plus.
    """
    if isinstance(target, NamedNumber):
        words = target.name.split()
        other = any(phrase_at(words, at, keywords) or keyword(words[at]) in PLEASE for at in range(len(words)))
        return not other and not all(fold(word) in COURTESY for word in words)
    return "+" in target.original or not any(pattern.search(target.original) for pattern in _NOT_NUMBERS)


def why_not(reader: Reader) -> Refused | None:
    """Why a number alone is not called, if it is surely a number: one with a plus, or one that calls for help.

    Those that everybody knows call for help whatever is written behind them (`911 fire`).
    """
    begin = next((at for at, word in enumerate(reader.words) if keyword(word) not in PLEASE), len(reader.words))
    for end, value in reader.arguments(Argument.TARGET, begin):
        if not isinstance(value, Refused):
            continue
        number, is_emergency = value.fields.get("number", ""), value.key == "emergency"
        if reader.closes(end) and (is_emergency or number.startswith("+")):
            return value
        if is_emergency and number in EVERYWHERE:
            return value
    return None
