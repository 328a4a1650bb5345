"""`cordboard decks`: rate decks in and out."""

from dataclasses import asdict
from typing import TextIO

import click
from sqlalchemy import Connection

from billing import deckfile
from billing import decks as rate_decks
from billing.decks import DeckInfo, ImportReport
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, exact, fields, table
from kernel.errors import Refused
from kernel.money import plain

MOST_TOLD = 10


@click.group()
def decks() -> None:
    """Import, show and export rate decks."""


@decks.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--name", default="standard", show_default=True, help="The deck to fill; a new name makes a new deck.")
@click.option("--currency", help="A new deck's currency (default: USD); a known one keeps its own.")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def import_(tools: Tools, file: TextIO, name: str, currency: str | None, json_: bool) -> None:
    """Take the rates in FILE (CSV), all of them or, if a line is wrong, none.

    \b
    Columns: prefix, destination, rate; and, if you like, connect_fee,
    first, next, effective_from, effective_to. A prefix that is priced
    already gets its new price from now (or effective_from) on; prefixes
    that FILE does not name stay as they are.
    """
    now_ms = tools.clock.ms()
    read = deckfile.read(file)
    with tools.db.write() as conn:
        known = {deck.name: deck.currency for deck in rate_decks.list_decks(conn, now_ms)}
        chosen = _currency(currency or known.get(name, "USD"))
        report = rate_decks.import_read(conn, name, chosen, read, now_ms)
    if json_:
        as_json(asdict(report) | {"ok": report.ok})
    else:
        _tell("warning", report.warnings)
        _tell("error", report.errors)
        click.echo(_outcome(f"{name} ({chosen})", report))
    if not report.ok:
        raise SystemExit(1)


@decks.command("list")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def list_(tools: Tools, json_: bool) -> None:
    """List the decks."""
    with tools.db.read() as conn:
        found = rate_decks.list_decks(conn, tools.clock.ms())
    if json_:
        as_json([{"name": deck.name, "currency": deck.currency, "prefixes": deck.prefixes} for deck in found])
        return
    if not found:
        click.echo("No deck yet. Import one: cordboard decks import FILE")
        return
    table(("Deck", "Currency", "Prefixes"), [(d.name, d.currency, d.prefixes) for d in found], right="3")


@decks.command()
@click.argument("name")
@click.argument("number", required=False)
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def show(tools: Tools, name: str, number: str | None, json_: bool) -> None:
    """Show the deck NAME; with NUMBER (+44...), the row that prices it now."""
    now_ms = tools.clock.ms()
    with tools.db.read() as conn:
        deck = _deck(conn, name, now_ms)
        if number is None:
            shown = {"name": deck.name, "currency": deck.currency, "prefixes": deck.prefixes}
            if json_:
                as_json(shown)
            else:
                fields((key.capitalize(), value) for key, value in shown.items())
            return
        terms = rate_decks.find_terms(conn, name, "".join(c for c in number if c in "+0123456789"), now_ms)
    if terms is None:
        raise Refused("no_rate", deck=name, number=number)
    if json_:
        amounts = {"rate": plain(terms.rate), "connect_fee": plain(terms.connect_fee)}
        as_json(terms.as_dict() | amounts)
        return
    fields(
        (
            ("Prefix", terms.prefix),
            ("Destination", terms.destination),
            ("A minute", exact(terms.rate, terms.currency)),
            ("To connect", exact(terms.connect_fee, terms.currency)),
            ("Billed by", f"{terms.first} s first, then each {terms.next} s"),
        )
    )


@decks.command()
@click.argument("name")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@with_tools
def export(tools: Tools, name: str, file: TextIO) -> None:
    """Write the deck NAME to FILE as CSV, all versions of all prices (default: standard output)."""
    with tools.db.read() as conn:
        _deck(conn, name, tools.clock.ms())
        count = rate_decks.export_csv(conn, name, file)
    if file.name not in {"-", "<stdout>"}:
        click.echo(f"Wrote {count} rows to {file.name}.")


def _outcome(deck: str, report: ImportReport) -> str:
    if not report.ok:
        return f"Nothing was imported: {len(report.errors)} wrong line{'s' if len(report.errors) > 1 else ''}."
    counts = f"{report.added} added, {report.changed} changed, {report.ended} ended, {report.unchanged} unchanged"
    return f"Deck {deck}: {counts}."


def _deck(conn: Connection, name: str, now_ms: int) -> DeckInfo:
    for deck in rate_decks.list_decks(conn, now_ms):
        if deck.name == name:
            return deck
    raise Refused("unknown_deck", deck=name)


def _currency(text: str) -> str:
    from accounts import valid

    return valid.currency(text)


def _tell(kind: str, lines: list[str]) -> None:
    for line in lines[:MOST_TOLD]:
        click.echo(f"{kind}: {line}", err=True)
    if len(lines) > MOST_TOLD:
        click.echo(f"{kind}: and {len(lines) - MOST_TOLD} more.", err=True)
