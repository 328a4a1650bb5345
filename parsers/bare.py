"""A number or a name alone: it is called if nothing else stands there and it can't be meant as anything else."""

from collections.abc import Sequence

from kernel.errors import Refused
from parsers.emergency import EVERYWHERE
from parsers.grammar import Argument, Reader
from parsers.targets import NamedNumber, Target
from parsers.telephone import is_telephone
from parsers.words import COURTESY, PLEASE, fold, keyword, phrase_at


def is_meant(target: Target, keywords: Sequence[str], country: str | None) -> bool:
    """Whether a target alone can be nothing but somebody to call.

    A name with a command's keyword in it, or of nothing but courtesy, may be meant as that; digits may be a position, a
    time or a code, unless they are written as a telephone number is in `country`.
    """
    if isinstance(target, NamedNumber):
        words = target.name.split()
        other = any(phrase_at(words, at, keywords) or keyword(words[at]) in PLEASE for at in range(len(words)))
        return not other and not all(fold(word) in COURTESY for word in words)
    return is_telephone(target, country)


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
