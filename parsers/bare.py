"""A number or a name alone: it is called if nothing else stands there and it can't be meant as anything else."""

from kernel.errors import Refused
from parsers.arguments import targets_at
from parsers.emergency import EVERYWHERE
from parsers.line import Line
from parsers.table import VERB
from parsers.targets import NamedNumber, Target
from parsers.telephone import is_telephone
from parsers.vocabulary import CLAUSE, PLEASE, SAID_ALONE
from parsers.words import fold, keys

_KEYWORDS = (*VERB.values(), CLAUSE["from"], CLAUSE["bill"], CLAUSE["pin"])


def is_meant(target: Target, country: str | None) -> bool:
    """Whether a target alone can be nothing but somebody to call.

    A name with a command's keyword in it, or of nothing but what people say by itself (`thanks`, `sure`), may be meant
    as that; digits may be a position, a time or a code, unless they are written as a telephone number is in `country`.
    """
    if not isinstance(target, NamedNumber):
        return is_telephone(target, country)
    words = target.name.split()
    said = keys(words)
    other = any(phrases.at(said, at) for at in range(len(said)) for phrases in (*_KEYWORDS, PLEASE))
    return not other and not all(fold(word) in SAID_ALONE for word in words)


def why_not(line: Line) -> Refused | None:
    """Why a number alone is not called, if it is surely a number: one with a plus, or one that calls for help.

    Those that everybody knows call for help whatever is written behind them (`911 fire`).
    """
    begin = 0
    while begin < len(line.words) and (skipped := PLEASE.at(line.keys, begin)):
        begin += skipped
    for end, value in targets_at(line, begin):
        if not isinstance(value, Refused):
            continue
        number, is_emergency = value.fields.get("number", ""), value.key == "emergency"
        if line.closes(end) and (is_emergency or number.startswith("+")):
            return value
        if is_emergency and number in EVERYWHERE:
            return value
    return None
