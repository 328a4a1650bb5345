"""An operator's own rows above the table: what they know of a prefix, or of a single number. Pure.

The file is CSV with the table's columns. `prefix` and `service` are needed; what else is left empty is the table's:

    prefix,service,family,source
    +870764848793,fax,,the ship's own list
    87079,voice,New voice range,our carrier's letter of March

A row with as many digits as a number of its family has is that number alone; a shorter one is a prefix.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Final

from satellite.families import (
    CODE_DIGITS,
    MOST_DIGITS,
    OCEAN_REGIONS,
    SERVICES,
    SYSTEMS,
    Family,
    Service,
    System,
    lengths,
)

COLUMNS: Final = ("prefix", "system", "family", "digits", "service", "source")
CODES: Final = ("870", "881", "882", "883")
LONGEST_NAME: Final = 40
_DIGITS: Final = re.compile(r"[0-9]{3,15}", re.ASCII)

Known = Callable[[str], Family | None]
"""The table's own family of a number or of the beginning of one."""


class Wrong(ValueError):
    """Why a row can't be taken."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """The rows that can be taken, and a sentence for each line that can't."""

    rows: tuple[Family, ...]
    errors: tuple[str, ...]


def read(text: str, known: Known) -> Overrides:
    """Read the operator's file; `known` tells what the table says of a prefix."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells)]
    except csv.Error as e:
        return Overrides((), (f"line {reader.line_num}: it is not CSV: {e}",))
    if not lines:
        return Overrides((), ())
    heads = [head.casefold() for head in lines[0][1]]
    if faults := tuple(_of_heads(heads)):
        return Overrides((), faults)
    rows: dict[str, Family] = {}
    errors: list[str] = []
    for number, cells in lines[1:]:
        try:
            row = _row(heads, cells, known)
        except Wrong as e:
            errors.append(f"line {number}: {e}")
            continue
        if row.prefix in rows:
            errors.append(f"line {number}: {row.prefix} is there twice")
        rows[row.prefix] = row
    return Overrides(tuple(rows.values()), tuple(errors))


def _of_heads(heads: list[str]) -> Iterator[str]:
    for head in heads:
        if head not in COLUMNS:
            yield f"line 1: there is no column {head[:20]!r}; the columns are {', '.join(COLUMNS)}"
    for needed in ("prefix", "service"):
        if needed not in heads:
            yield f"line 1: there is no column {needed!r}, which is needed"
    if len(set(heads)) < len(heads):
        yield "line 1: a column is there twice"


def _row(heads: list[str], cells: list[str], known: Known) -> Family:
    if len(cells) > len(heads):
        raise Wrong(f"it has {len(cells)} fields under {len(heads)} columns; put quotes around a comma")
    said = dict(zip(heads, cells, strict=False))
    prefix = _prefix(said.get("prefix", ""))
    below = known(prefix)
    service = _service(said.get("service", ""))
    system = _system(said.get("system", ""), below, prefix)
    family = said.get("family", "") or (below.family if below and below.prefix not in CODES else system)
    if len(family) > LONGEST_NAME or not (family.isascii() and family.isprintable()):
        raise Wrong(f"the family {family[:20]!r} is not a name of plain letters, {LONGEST_NAME} at most")
    digits = _lengths(said.get("digits", ""), below, prefix)
    why_not = "" if service == "voice" else f"satellite_{service}"
    return Family(prefix, system, family, digits, service, why_not, said.get("source", "") or "the operator")


def _prefix(text: str) -> str:
    digits = re.sub(r"[ +-]", "", text)
    if not _DIGITS.fullmatch(digits):
        raise Wrong(f"the prefix {text[:20]!r} is not 3 to {MOST_DIGITS} digits")
    if digits[:CODE_DIGITS] in OCEAN_REGIONS:
        raise Wrong(f"{digits[:CODE_DIGITS]} is no more: write 870{digits[CODE_DIGITS:]}")
    if digits[:CODE_DIGITS] not in CODES:
        raise Wrong(f"{digits} is not behind a satellite code ({', '.join(CODES)})")
    return digits


def _service(text: str) -> Service:
    for service in SERVICES:
        if text.casefold() == service:
            return service
    raise Wrong(f"the service {text[:20]!r} is not one of {', '.join(SERVICES)}")


def _system(text: str, below: Family | None, prefix: str) -> System:
    if not text and below:
        return below.system
    for system in SYSTEMS:
        if text.casefold() == system.casefold():
            return system
    if not text:
        raise Wrong(f"the table has nothing for {prefix}: say its system, one of {', '.join(SYSTEMS)}")
    raise Wrong(f"the system {text[:20]!r} is not one of {', '.join(SYSTEMS)}")


def _lengths(text: str, below: Family | None, prefix: str) -> range:
    if not text and below is None:
        raise Wrong(f"the table has nothing for {prefix}: say how many digits follow the code, like 9 or 7-12")
    try:
        digits = lengths(text) if text or below is None else below.digits
    except ValueError:
        raise Wrong(f"the digits {text[:20]!r} are not a length like 9, or two like 7-12") from None
    if len(prefix) - CODE_DIGITS >= digits.stop:
        raise Wrong(f"{prefix} has more digits than a number of its family, which has {told(digits)} behind the code")
    return digits


def told(digits: range) -> str:
    """`9` or `7 to 12`."""
    return str(digits.start) if len(digits) == 1 else f"{digits.start} to {digits.stop - 1}"
