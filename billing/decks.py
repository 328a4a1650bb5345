"""Rate decks: importing and exporting them, and the deck row that rates a number at a moment.

A price is never edited once it is in effect: a later row for the same prefix ends the older one. An import is taken
whole or not at all. Prefixes that a file does not name stay as they are.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TextIO

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from billing import deckfile
from billing.deckfile import Wrong
from billing.deckversions import CHANGED, ENDED, KEPT, NEW, Version, Versions
from billing.rating import Terms
from billing.tables import deck_rows, decks
from kernel.clock import iso
from kernel.ids import new_id
from kernel.money import plain

LONGEST_PREFIX = 15
CURRENCY_LETTERS = 3
LONGEST_NAME = 80

_CHANGEABLE = ("destination", "rate", "connect_fee", "first", "next", "to_ms")
_ROWS = select(*(deck_rows.c[name] for name in ("id", "prefix", "from_ms", *_CHANGEABLE))).where(
    deck_rows.c.deck_id == bindparam("deck")
)
_CHANGE = (
    update(deck_rows)
    .where(deck_rows.c.id == bindparam("row"))
    .values(**{name: bindparam(f"new_{name}") for name in _CHANGEABLE})
)
_FIND = (
    select(deck_rows, decks.c.name.label("deck"), decks.c.currency)
    .join_from(deck_rows, decks)
    .where(
        decks.c.name == bindparam("deck_name"),
        deck_rows.c.prefix.in_([bindparam(f"p{length}") for length in range(1, LONGEST_PREFIX + 1)]),
        deck_rows.c.from_ms <= bindparam("at"),
        or_(deck_rows.c.to_ms.is_(None), deck_rows.c.to_ms > bindparam("at")),
    )
    .order_by(func.length(deck_rows.c.prefix).desc(), deck_rows.c.from_ms.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. With errors it did nothing at all."""

    added: int = 0
    changed: int = 0  # rows that were not in effect yet and were given another price
    ended: int = 0  # rows that got an end, or another one
    unchanged: int = 0
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the file was taken."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class DeckInfo:
    """A deck in one line: how many prefixes it rates now."""

    name: str
    currency: str
    prefixes: int
    created_ms: int


def find_terms(conn: Connection, deck_name: str, e164: str, at_ms: int) -> Terms | None:
    """The row of the longest prefix of the number that is in effect then; None: the number has no rate."""
    digits = e164.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    values = {f"p{length}": digits[:length] for length in range(1, LONGEST_PREFIX + 1)}
    row = conn.execute(_FIND, {**values, "deck_name": deck_name, "at": at_ms}).one_or_none()
    if row is None:
        return None
    return Terms(
        row.prefix, row.destination, row.rate, row.connect_fee, row.first, row.next, row.currency, row.deck, row.id
    )


def list_decks(conn: Connection, now_ms: int) -> list[DeckInfo]:
    """All decks by name, with the number of prefixes in effect now."""
    c = deck_rows.c
    in_effect = (c.deck_id == decks.c.id) & (c.from_ms <= now_ms) & or_(c.to_ms.is_(None), c.to_ms > now_ms)
    query = (
        select(decks.c.name, decks.c.currency, func.count(c.id), decks.c.created_ms)
        .join_from(decks, deck_rows, in_effect, isouter=True)
        .group_by(decks.c.id)
        .order_by(decks.c.name)
    )
    return [DeckInfo(*row) for row in conn.execute(query)]


def export_csv(conn: Connection, name: str, stream: TextIO) -> int:
    """Write all versions of all rows in the form that `import_csv` reads; the number of rows."""
    writer = csv.writer(stream)
    writer.writerow(deckfile.COLUMNS)
    c = deck_rows.c
    query = select(deck_rows).join(decks).where(decks.c.name == name).order_by(c.prefix, c.from_ms)
    rows = conn.execute(query).all()
    for row in rows:
        prices = (plain(row.rate), plain(row.connect_fee), row.first, row.next)
        writer.writerow((row.prefix, row.destination, *prices, iso(row.from_ms), iso(row.to_ms) or ""))
    return len(rows)


def import_csv(conn: Connection, name: str, currency: str, stream: TextIO, now_ms: int) -> ImportReport:
    """Read a deck file and take it, whole or not at all."""
    return import_read(conn, name, currency, deckfile.read(stream), now_ms)


def import_read(conn: Connection, name: str, currency: str, read: deckfile.Read, now_ms: int) -> ImportReport:
    """Take a deck file that was read before, while nobody had to wait for it, whole or not at all.

    A known name gets new versions of the rows that the file names.
    """
    deck = conn.execute(select(decks).where(decks.c.name == name)).one_or_none()
    if deck is not None and deck.currency != currency:
        return ImportReport(errors=[f"the deck {name} is in {deck.currency}, not {currency}"])
    if not (len(currency) == CURRENCY_LETTERS and currency.isascii() and currency.isupper()):
        return ImportReport(errors=[f"the currency {currency[:20]!r} is not three capitals like USD"])
    if len(name) > LONGEST_NAME:
        return ImportReport(errors=[f"the name of a deck has at most {LONGEST_NAME} characters"])
    lines, errors, warnings = read.lines, list(read.errors), list(read.warnings)
    stored = conn.execute(_ROWS, {"deck": deck.id}) if deck is not None else ()
    versions = Versions((Version(**row._mapping) for row in stored), now_ms)
    for line in lines:
        try:
            if warning := versions.place(line):
                warnings.append(f"line {line.number}: {warning}")
        except Wrong as e:
            errors.append(f"line {line.number}: {e}")
    if errors:
        return ImportReport(errors=errors, warnings=warnings)
    versions.settle()
    deck_id = deck.id if deck is not None else new_id(now_ms)
    if deck is None:
        conn.execute(insert(decks).values(id=deck_id, name=name, currency=currency, created_ms=now_ms))
    fates = _save(conn, deck_id, versions, now_ms)
    return ImportReport(fates[NEW], fates[CHANGED], fates[ENDED], fates[KEPT], warnings=warnings)


def _save(conn: Connection, deck_id: str, versions: Versions, now_ms: int) -> Counter[str]:
    every = [version for _, of_prefix in sorted(versions.of_prefix.items()) for version in of_prefix]
    new = [
        {"id": new_id(now_ms), "deck_id": deck_id, "prefix": v.prefix, "from_ms": v.from_ms, **_values(v)}
        for v in every
        if v.fate == NEW
    ]
    old = [{"row": v.id, **{f"new_{k}": x for k, x in _values(v).items()}} for v in every if v.fate in {CHANGED, ENDED}]
    if new:
        conn.execute(insert(deck_rows), new)
    if old:
        conn.execute(_CHANGE, old)
    return Counter(version.fate for version in every)


def _values(version: Version) -> dict[str, Any]:
    return {name: getattr(version, name) for name in _CHANGEABLE}
