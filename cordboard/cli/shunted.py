"""`cordboard shunted`: messages that could not be handled, kept for a person."""

import json

import click

from cordboard.cli.context import Tools, with_tools


@click.command()
@click.argument("message_id", required=False)
@click.option("--replay", is_flag=True, help="Handle the message (or, without one, all of them) again.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_tools
def shunted(tools: Tools, message_id: str | None, replay: bool, as_json: bool) -> None:
    """List messages that were set aside, or replay them.

    A message is set aside when handling it failed in a way nobody foresaw. It
    is kept, sealed, until it is replayed.
    """
    from kernel.clock import iso
    from orders import messages

    with tools.db.read() as conn:
        rows = [row for row in messages.shunted(conn) if message_id in (None, row.id)]
    if replay:
        with tools.db.write() as conn:
            again = sum(messages.replay(conn, row.id) for row in rows)
        click.echo(f"{again} to be handled again; `cordboard serve` takes them within seconds.")
        return
    if as_json:
        found = [{"id": row.id, "door": row.door, "stored": iso(row.stored_ms), "error": row.error} for row in rows]
        click.echo(json.dumps(found))
        return
    for row in rows:
        click.echo(f"{row.id}  {iso(row.stored_ms)}  {row.door}  {row.error}")
    if not rows:
        click.echo("None.")
