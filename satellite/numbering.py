"""Which satellite family a number belongs to, and old ocean-region codes turned into today's +870.

The table is one for the process: numbers are read in many places, by pure functions that know no settings, and one must
not mean this to who reads it and that to who dials it. `use` puts the operator's rows above it when a process starts.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from satellite.families import CODE_DIGITS, OCEAN_REGIONS, Family, shipped


class Table:
    """The shipped rows, and an operator's above them: one of a number first, then one of a prefix."""

    def __init__(self, rows: Sequence[Family], above: Iterable[Family] = ()) -> None:
        own = tuple(above)
        self._numbers = {row.prefix: row for row in own if row.fits(row.prefix)}
        self._layers = [_by_prefix(row for row in own if not row.fits(row.prefix)), _by_prefix(rows)]

    def family_of(self, digits: str) -> Family | None:
        """The row of that number, else the operator's longest prefix of it, else the table's.

        A prefix whose numbers have another length comes behind those whose length it is: +870 7744 and nine digits
        in all is a 77 number like others.
        """
        if row := self._numbers.get(digits):
            return row
        rows = list(self._matching(digits))
        return next((row for row in rows if row.fits(digits)), rows[0] if rows else None)

    def _matching(self, digits: str) -> Iterator[Family]:
        for layer in self._layers:
            for length in range(len(digits), CODE_DIGITS - 1, -1):
                if row := layer.get(digits[:length]):
                    yield row


def _by_prefix(rows: Iterable[Family]) -> dict[str, Family]:
    return {row.prefix: row for row in rows}


@cache
def _plain() -> Table:
    return Table(shipped())


_used: list[Table] = []


def use(rows: Iterable[Family]) -> None:
    """Put an operator's rows above the table, in the place of those before; none: the table as it is shipped."""
    own = tuple(rows)
    _used[:] = [Table(shipped(), own)] if own else []


def classify(e164: str) -> Family | None:
    """The family of `e164` (`+870773123456`, the plus may be missing); None if on the ground.

    Where no row has its length it is that of the longest prefix: ask `Family.fits`. Never decided by libphonenumber's
    type, which calls Inmarsat data numbers MOBILE and Thuraya VOIP.
    """
    return (_used[0] if _used else _plain()).family_of(e164.removeprefix("+"))


def why_silent(e164: str) -> str:
    """The key of the sentence that refuses a call there, as no telephone answers; "" where one may."""
    family = classify(e164)
    return family.why_not if family else ""


def in_table(digits: str) -> Family | None:
    """What the shipped table says of a number or the beginning of one, whatever the operator does."""
    return _plain().family_of(digits)


def rewrite_ocean_region(digits: str) -> tuple[str, str | None]:
    """`873773123456` -> (`870773123456`, `IOR`): international digits without plus, and the region dropped.

    Only where the rest is a family that still speaks: otherwise the digits come back unchanged, with the region they
    name. Digits of no ocean region come back with None. To be done before libphonenumber, which knows no 871 to 874
    (ITU Operational Bulletin, communication of 20.I.2005).
    """
    region = OCEAN_REGIONS.get(digits[:CODE_DIGITS])
    if region is None:
        return digits, None
    rewritten = today(digits)
    family = classify(rewritten)
    usable = family is not None and family.voice and family.fits(rewritten)
    return (rewritten if usable else digits), region


def today(digits: str) -> str:
    """The digits with 870 in place of an ocean region's code."""
    return "870" + digits[CODE_DIGITS:] if digits[:CODE_DIGITS] in OCEAN_REGIONS else digits
