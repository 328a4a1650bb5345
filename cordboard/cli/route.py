"""`cordboard route`: what a number is, by which carriers it would be called, and what would refuse it."""

import click

from cordboard.cli.context import Tools, with_tools


@click.command()
@click.argument("number")
@click.option("--account", help="Who would call: its deck, zones and permissions (default: the only one).")
@click.option("--country", metavar="CC", help="Where a national number is read (ISO 3166; default: the user's).")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def route(tools: Tools, number: str, account: str | None, country: str | None, json_: bool) -> None:
    """What NUMBER is, and how it would be called.

    Which carriers it would leave by, in order, and why; what a minute costs;
    how long it would be rung; and what would refuse it. Nobody is called.
    """
    from cordboard.cli.number_page import asker_of, for_programs, look, show
    from cordboard.cli.printing import as_json

    ring_s = tools.settings.calls.ring_b_s
    with tools.db.read() as conn:
        told = look(tools, conn, number, country, asker_of(conn, account, any_user=True))
    if json_:
        as_json(for_programs(told, ring_s))
    else:
        show(told, ring_s)
