"""Call detail records: listing them, and writing them as CSV that no spreadsheet will run.

A cell of text that begins with = + - @ (or their full-width forms), a tab or a line break would be taken for a
formula or, like +441234567890, for a sum. Such a cell gets one ' in front, and so does one that begins with '
itself: every spreadsheet then shows text, and a program gets the text back by taking off one leading '. The form
="..." is a formula in itself and one product's own, so it is not used. Amounts are exact decimals, times ISO 8601.
"""

import csv
from typing import Any, TextIO

from sqlalchemy import Connection, Row, Select, select

from billing.tables import cdrs
from kernel.clock import iso
from kernel.money import plain

ACTIVE = tuple("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")
COLUMNS = (
    "attempt_id", "order_id", "account_id", "ref", "door", "role", "number", "destination", "bill", "answered_at",
    "ended_at", "talk_seconds", "billed_seconds", "charge", "tax", "total", "currency", "cause", "estimated", "capped",
)  # fmt: skip


def as_text(cell: str) -> str:
    """The cell so that a spreadsheet takes it for text."""
    cell = cell.replace("\x00", "")
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(ACTIVE) else cell


def list_cdrs(
    conn: Connection, *, account_id: str | None = None, since_ms: int | None = None, limit: int = 100
) -> list[Row[Any]]:
    """The latest CDRs, newest first: rows of the table.

    Of all accounts together they come in the order in which the attempts were made, which their ids keep.
    """
    query = _of(account_id, since_ms)
    if account_id is not None:
        query = query.order_by(cdrs.c.answered_ms.desc())
    return list(conn.execute(query.order_by(cdrs.c.attempt_id.desc()).limit(limit)))


def export_csv(conn: Connection, stream: TextIO, *, account_id: str | None = None, since_ms: int | None = None) -> int:
    """Write CDRs, oldest first, under a header; the number of them. Any number of them fits in memory."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    query = _of(account_id, since_ms).order_by(cdrs.c.answered_ms, cdrs.c.attempt_id)
    for batch in conn.execute(query.execution_options(yield_per=2000)).partitions():
        writer.writerows(map(_cells, batch))
        count += len(batch)
    return count


def _of(account_id: str | None, since_ms: int | None) -> Select[Any]:
    query: Select[Any] = select(cdrs)
    if account_id is not None:
        query = query.where(cdrs.c.account_id == account_id)
    if since_ms is not None:
        query = query.where(cdrs.c.answered_ms >= since_ms)
    return query


def _cells(row: Row[Any]) -> tuple[object, ...]:
    texts = (row.attempt_id, row.order_id, row.account_id, row.ref, row.door, row.role, row.number, row.destination)
    talk = f"{(row.ended_ms - row.answered_ms) / 1000:.3f}"
    amounts = (plain(row.charge), plain(row.tax), plain(row.charge + row.tax), row.currency)
    flags = ("" if row.cause is None else row.cause, int(row.estimated), int(row.capped))
    times = (iso(row.answered_ms), iso(row.ended_ms), talk)
    return (*map(as_text, texts), as_text(row.bill), *times, row.billed_seconds, *amounts, *flags)
