"""`cordboard cdr`: call detail records."""

from datetime import UTC, datetime
from typing import Any, TextIO

import click
from sqlalchemy import Connection, Row

from billing import cdrs
from cordboard.cli.choices import account_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, minute, table
from kernel.clock import iso
from kernel.money import display, plain

ACCOUNT = click.option("--account", help="Of this account only.")
SINCE = click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="From this time on (UTC).")


@click.group()
def cdr() -> None:
    """List or export call detail records: one for each leg that was answered."""


@cdr.command("list")
@ACCOUNT
@SINCE
@click.option("--limit", default=40, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def list_(tools: Tools, account: str | None, since: datetime | None, limit: int, json_: bool) -> None:
    """List the latest records, newest first."""
    with tools.db.read() as conn:
        rows = cdrs.list_cdrs(conn, account_id=_id(conn, account), since_ms=_ms(since), limit=limit)
    if json_:
        as_json([_as_dict(row) for row in rows])
        return
    if not rows:
        click.echo("No call has been billed yet.")
        return
    table(
        ("Answered (UTC)", "Order", "Leg", "Number", "Seconds", "Billed", "Charge", ""),
        [
            (
                minute(row.answered_ms), row.ref, row.role, row.number,
                f"{(row.ended_ms - row.answered_ms) / 1000:.1f}", row.billed_seconds,
                display(row.charge + row.tax, row.currency), _notes(row),
            )
            for row in rows
        ],
        right="567",
    )  # fmt: skip


@cdr.command()
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@ACCOUNT
@SINCE
@with_tools
def export(tools: Tools, file: TextIO, account: str | None, since: datetime | None) -> None:
    """Write the records to FILE as CSV, oldest first (default: standard output).

    No cell is run as a formula by a spreadsheet: text that looks like one, telephone numbers too, begins with '.
    """
    with tools.db.read() as conn:
        account_id = _id(conn, account)
        count = cdrs.export_csv(conn, file, account_id=account_id, since_ms=_ms(since))
    if file.name not in {"-", "<stdout>"}:
        click.echo(f"Wrote {count} record{'' if count == 1 else 's'} to {file.name}.")


def _id(conn: Connection, account: str | None) -> str | None:
    return account_by(conn, account).id if account else None


def _ms(since: datetime | None) -> int | None:
    return int(since.replace(tzinfo=UTC).timestamp() * 1000) if since else None


def _notes(row: Row[Any]) -> str:
    return " ".join(name for name, yes in (("estimated", row.estimated), ("capped", row.capped)) if yes)


def _as_dict(row: Row[Any]) -> dict[str, Any]:
    same = ("attempt_id", "order_id", "account_id", "ref", "door", "role", "number", "bill", "destination")
    return {
        **{name: row._mapping[name] for name in same},
        "answered_at": iso(row.answered_ms),
        "ended_at": iso(row.ended_ms),
        "billed_seconds": row.billed_seconds,
        "charge": plain(row.charge),
        "tax": plain(row.tax),
        "currency": row.currency,
        "cause": row.cause,
        "estimated": row.estimated,
        "capped": row.capped,
    }
