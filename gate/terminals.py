"""A name's several numbers before the gate: each must pass by itself; one that does not is left out if another does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gate.rules import RULES, Asked
from kernel.errors import Refused
from parsers.numbers import Number

OF_A_NUMBER: Final = frozenset({"two parties", "premium", "satellite", "zone", "rate known", "route"})
"""Rules that are about the number alone, whatever it costs and whoever asks."""


def with_terminals(conn: Connection, asked: Asked, numbers: Sequence[Number]) -> Asked:
    """The same call to those of `numbers` that pass, in their order; to the first, which is refused, if none does."""
    fit = [number for number in numbers if len(numbers) == 1 or _passes(conn, asked, number)] or numbers[:1]
    return replace(asked, b=fit[0], also=tuple(fit[1:]))


def _passes(conn: Connection, asked: Asked, number: Number) -> bool:
    alone = replace(asked, b=number, also=(), agreed=None, systems={}, bounds=[])
    try:
        for name, rule in RULES:
            if name in OF_A_NUMBER:
                rule(alone, conn)
    except Refused:
        return False
    return True
