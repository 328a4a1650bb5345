"""A rate deck as a CSV file: reading it line by line, with a plain sentence for each line that can't be meant.

Columns by name, in any order: prefix, destination and rate are needed; connect_fee is 0, first and next are 1 and
the price holds from now on, without end, where a file leaves them out. Dates are ISO 8601, UTC unless they say more.
"""

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

from kernel.clock import iso
from kernel.errors import Refused
from kernel.money import parse_amount

NEEDED = ("prefix", "destination", "rate")
COLUMNS = (*NEEDED, "connect_fee", "first", "next", "effective_from", "effective_to")
LONGEST_INCREMENT_S = 3600

_PREFIX = re.compile(r"[1-9][0-9]{0,14}")
_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DESTINATION = re.compile(r"[^\W_][^\x00-\x1f\x7f]{0,79}")


class Wrong(Exception):
    """One thing that is wrong with a line or the file, as a sentence without its beginning."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a deck file that can be meant. `from_ms` None is "from now on", `to_ms` None is "without end"."""

    number: int
    prefix: str
    destination: str
    rate: int
    connect_fee: int
    first: int
    next: int
    from_ms: int | None
    to_ms: int | None

    @property
    def price(self) -> tuple[str, int, int, int, int]:
        """What the line says of its prefix but for when."""
        return self.destination, self.rate, self.connect_fee, self.first, self.next


class Read(NamedTuple):
    """A deck file as it was read."""

    lines: list[Line]
    errors: list[str]
    warnings: list[str]


def read(stream: TextIO) -> Read:
    """The file's lines, what is wrong with the others, and what is worth a warning."""
    lines: list[Line] = []
    errors: list[str] = []
    reader = csv.reader(stream, strict=True)
    try:
        names, warnings = _header(next(reader, []))
        for cells in filter(_says_something, reader):
            try:
                lines.append(_line(reader.line_num, names, cells))
            except Wrong as e:
                errors.append(f"line {reader.line_num}: {e}")
    except (Wrong, csv.Error, UnicodeDecodeError) as e:
        return Read([], [*errors, f"line {max(reader.line_num, 1)}: {e}"], [])
    if not lines and not errors:
        errors.append("line 1: the file has no rates")
    return Read(lines, errors, warnings)


def _says_something(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _header(cells: list[str]) -> tuple[list[str], list[str]]:
    names = [cell.strip().lstrip("\ufeff").strip().lower().replace(" ", "_") for cell in cells]
    if missing := [name for name in NEEDED if name not in names]:
        raise Wrong(f"the header must name {', '.join(NEEDED)}; missing: {', '.join(missing)}")
    if twice := {name for name in names if names.count(name) > 1}:
        raise Wrong(f"the header names {', '.join(sorted(twice))} twice")
    return names, [f"the column {name!r} is not known and was ignored" for name in names if name not in COLUMNS]


def _line(number: int, names: list[str], cells: list[str]) -> Line:
    if len(cells) != len(names):
        raise Wrong(f"{len(cells)} fields where the header has {len(names)}")
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    if not _PREFIX.fullmatch(row["prefix"]):
        raise Wrong(f"the prefix {row['prefix'][:20]!r} is not 1 to 15 digits of an international number")
    if not _DESTINATION.fullmatch(row["destination"]):
        raise Wrong("the destination must begin with a letter or digit and have at most 80 characters")
    from_ms, to_ms = _moment(row, "effective_from"), _moment(row, "effective_to")
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        raise Wrong("effective_to must be later than effective_from")
    return Line(
        number,
        row["prefix"],
        row["destination"],
        _price(row["rate"], "rate"),
        _price(row.get("connect_fee") or "0", "connect_fee"),
        _increment(row.get("first") or "1", "first"),
        _increment(row.get("next") or "1", "next"),
        from_ms,
        to_ms,
    )


def _price(text: str, column: str) -> int:
    if not _PRICE.fullmatch(text):
        raise Wrong(f"the {column} {text[:20]!r} is not a price like 0.0125 (never below zero)")
    try:
        return parse_amount(text)
    except Refused as e:
        raise Wrong(f"the {column} {text[:20]!r} has more than six decimals or is absurdly high") from e


def _increment(text: str, column: str) -> int:
    seconds = int(text) if _WHOLE.fullmatch(text) else 0
    if not 1 <= seconds <= LONGEST_INCREMENT_S:
        raise Wrong(f"{column} {text[:20]!r} is not a whole number of seconds from 1 to {LONGEST_INCREMENT_S}")
    return seconds


def _moment(row: dict[str, str], column: str) -> int | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as e:
        raise Wrong(f"{column} {text[:30]!r} is not a date like 2026-01-31 or 2026-01-31T12:00:00Z") from e
    if seconds < 0:
        raise Wrong(f"{column} {text[:30]!r} is before {iso(0)}")
    return round(seconds * 1000)
