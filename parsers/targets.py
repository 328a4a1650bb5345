"""Whom an order is about: a number, or a name of the phone book with the number kept for it."""

from dataclasses import dataclass

from parsers.numbers import Number


@dataclass(frozen=True, slots=True)
class NamedNumber:
    """A number asked for by its name in the phone book, the name as it is kept there."""

    name: str
    number: Number


Target = Number | NamedNumber


def number_of(target: Target) -> Number:
    """The number of a target, asked for by name or not."""
    return target.number if isinstance(target, NamedNumber) else target
