"""Whom an order is about: a number, or a name of the phone book with the number kept for it."""

from dataclasses import dataclass

from parsers.numbers import Number


@dataclass(frozen=True, slots=True)
class NamedNumber:
    """A number asked for by its name in the phone book, the name as it is kept there.

    `further` are the other numbers of that name, in order of preference: they are tried if the first does not answer.
    """

    name: str
    number: Number
    further: tuple[Number, ...] = ()


Target = Number | NamedNumber


def numbers_of(target: Target) -> tuple[Number, ...]:
    """All numbers of a target, in order of preference."""
    return (target.number, *target.further) if isinstance(target, NamedNumber) else (target,)


def number_of(target: Target) -> Number:
    """The number of a target, asked for by name or not."""
    return target.number if isinstance(target, NamedNumber) else target
