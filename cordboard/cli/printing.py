"""Tables, fields and JSON as commands print them: plain text, quiet, within 80 columns where the content allows."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

import click

from kernel.clock import at
from kernel.money import SYMBOLS, plain

COLUMNS = 80
INDENT = "  "


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], right: str = "") -> None:
    """Columns under their heads; those whose number (from 1) is in `right` end flush."""
    cells = [[str(head) for head in heads], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    flush = {int(digit) - 1 for digit in right}
    for number, row in enumerate(cells):
        padded = [
            cell.rjust(width) if column in flush else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "  ".join(padded).rstrip()
        click.echo(click.style(line, bold=True) if number == 0 else line)


def fields(pairs: Iterable[tuple[str, object]], indent: str = "") -> None:
    """One a line: name, then value."""
    lines = [(name, str(value)) for name, value in pairs]
    width = max((len(name) for name, _ in lines), default=0)
    for name, value in lines:
        click.echo(f"{indent}{name.ljust(width)}  {value}".rstrip())


def folded(*pairs: tuple[str, str]) -> None:
    """Those that have a value, indented, their further lines under the first, within the page."""
    there = [(name, value) for name, value in pairs if value]
    wide = COLUMNS - len(INDENT) - 2 - max((len(name) for name, _ in there), default=0)
    lines = [(name, line) for name, value in there for each in value.split("\n")
             for line in textwrap.wrap(each, wide) or [""]]  # fmt: skip
    fields((("" if n and lines[n - 1][0] == name else name, line) for n, (name, line) in enumerate(lines)), INDENT)


def as_json(value: Any) -> None:
    """One document, for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def exact(micro: int, currency: str) -> str:
    """A price that is not rounded: `$0.042`."""
    return f"{SYMBOLS.get(currency, currency + ' ')}{plain(micro)}"


def minute(ms: int) -> str:
    """`2026-03-01 14:05` in UTC."""
    return at(ms).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def spaced(number: str) -> str:
    """A number as people read it: `+33 6 12 34 56 78 x512`."""
    import phonenumbers

    e164, _, extension = number.partition("x")
    try:
        parsed = phonenumbers.parse(e164.strip(), None)
    except phonenumbers.NumberParseException:
        return number
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{shown} x{extension}" if extension else shown
