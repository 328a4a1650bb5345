"""`cordboard ledger`: are the books right, and what happened on an account."""

import click

from billing import ledger as books
from billing.check import check as check_books
from cordboard.cli.choices import account_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, minute, table
from dispatcher import ports
from kernel.clock import iso
from kernel.money import display, plain


@click.group()
def ledger() -> None:
    """Check the books; show an account's statement."""


@ledger.command()
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def check(tools: Tools, json_: bool) -> None:
    """Check every invariant of the money, and that no carrier's port is kept; exit 1 if one is broken."""
    with tools.db.read(snapshot=True) as conn:
        problems = check_books(conn) + ports.leaked(conn)
    if json_:
        as_json({"ok": not problems, "problems": problems})
    for problem in [] if json_ else problems:
        click.echo(problem)
    if not json_ and not problems:
        click.echo("The books are right.")
    if problems:
        raise SystemExit(1)


@ledger.command()
@click.argument("account")
@click.option("--limit", default=40, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def statement(tools: Tools, account: str, limit: int, json_: bool) -> None:
    """Show what was paid in and charged on ACCOUNT, newest first."""
    with tools.db.read() as conn:
        found = account_by(conn, account)
        rows = books.statement(conn, found.id, limit)
        balance = books.balance(conn, found.id)
    if json_:
        lines = [
            {"at": iso(row.at_ms), "kind": row.kind, "memo": row.memo, "order_id": row.order_id,
             "amount": plain(row.amount), "currency": row.currency}
            for row in rows
        ]  # fmt: skip
        as_json({"account": found.name, "balance": plain(balance), "currency": found.currency, "entries": lines})
        return
    table(
        ("When (UTC)", "What", "Amount", "For"),
        [(minute(row.at_ms), row.kind, display(row.amount, row.currency), row.memo) for row in rows],
        right="3",
    )
    click.echo(f"\n{found.name} has {display(balance, found.currency)}.")


@ledger.command()
@click.argument("attempt", required=False)
@click.option("--seconds", type=click.IntRange(0, 43_200), help="How long the leg is to be billed for; 0 waives it.")
@with_tools
def settle(tools: Tools, attempt: str | None, seconds: int | None) -> None:
    """List legs whose record can't be true, or bill one of them by hand.

    Such a leg was answered, and its end as the switch told it is absurd. The
    money set aside for its call stays so until you say how long it lasted.
    """
    from billing import byhand

    if attempt is None:
        with tools.db.read() as conn:
            rows = byhand.unbilled(conn)
        for row in rows:
            click.echo(f"{row.id}  {row.ref} leg {row.role} {row.number}, answered {iso(row.answered_ms)}")
        click.echo("cordboard ledger settle ATTEMPT --seconds N" if rows else "None.")
        return
    if seconds is None:
        raise click.UsageError("Say --seconds, how long the leg is to be billed for.")
    with tools.db.write() as conn:
        charge = byhand.settle(conn, attempt, seconds, tools.clock.ms())
    click.echo(f"Billed {charge.billed_seconds} s, {display(charge.total, charge.currency)}.")
