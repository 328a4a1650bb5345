"""Several numbers for one name, in order of preference: a ship has terminals, a person a mobile and an office."""

from collections.abc import Iterable
from typing import Final

from kernel.errors import Refused
from parsers.numbers import Number, parse_number

MOST_NUMBERS: Final = 5
BETWEEN: Final = ","


def parse_numbers(text: str, country: str | None) -> tuple[Number, ...]:
    """Numbers parted by commas, each once. Refused as `parse_number`, and number_several for too many."""
    return each_once(parse_number(part, country) for part in text.split(BETWEEN))


def each_once(numbers: Iterable[Number]) -> tuple[Number, ...]:
    """Those numbers without the ones said again. Refused (number_several) if they are too many."""
    found = tuple({number.canonical(): number for number in numbers}.values())
    if len(found) > MOST_NUMBERS:
        raise Refused("number_several", most=str(MOST_NUMBERS), number=found[-1].original)
    return found


def kept(numbers: Iterable[Number]) -> str:
    """As accounts keep them for a name: `+870773123456, +442079460000 x512`."""
    return f"{BETWEEN} ".join(number.kept() for number in numbers)
