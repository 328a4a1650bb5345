"""`cordboard why`: the whole story of an order, or of a message that placed none, for who has to explain it."""

import re
from dataclasses import asdict
from typing import Any

import click

from cordboard.cli import EXIT_REFUSED
from cordboard.cli.choices import account_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import COLUMNS, as_json, table
from cordboard.cli.why_page import Page, head
from cordboard.story import Facts
from cordboard.story_reader import Reader
from kernel.clock import at, iso
from kernel.money import plain

MOST_LISTED = 60
MONEY = {"amount", "spent", "most", "more", "charge", "tax", "rate", "connect_fee"}


@click.command()
@click.argument("ref", required=False)
@click.option("--account", help="Whose order, where several accounts have this reference.")
@click.option("--last", is_flag=True, help="List the last messages instead.")
@click.option("--count", default=20, show_default=True, type=click.IntRange(1, 10_000), metavar="N",
              help="How many --last lists at most.")  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def why(tools: Tools, ref: str | None, account: str | None, last: bool, count: int, json_: bool) -> None:
    """Tell the whole story of the order REF, by the second.

    REF is its short reference (K7), its id, or the id of a message, also of
    one that placed no order. Times are UTC. Numbers are shown in full.
    """
    if (ref is None) != last:
        raise click.UsageError("Name an order or a message, or say --last and no name.")
    with tools.db.read() as conn:
        mail, switches = tools.settings.mail, tuple(node.name for node in tools.settings.nodes)
        reader = Reader(conn, mail.domain, mail.order_address, switches, tools.clock.ms())
        if last:
            _list(reader.last(count), json_)
            return
        found = reader.find(str(ref), account_by(conn, account).id if account else None)
        if len(found) != 1:
            _say_which(str(ref), found, json_)
            raise SystemExit(EXIT_REFUSED)
        order_id = found[0].get("order_id")
        story = reader.of_order(order_id) if order_id else reader.of_message(found[0]["message_id"])
    if json_:
        as_json(_for_programs(asdict(story) | {"timeline": story.timeline()}))
    else:
        Page(story).show()


def _list(found: list[Facts], json_: bool) -> None:
    if json_:
        same = ("id", "stored_ms", "door", "state", "ref", "order_id", "became")
        as_json(_for_programs([{name: each[name] for name in same} for each in found]))
        return
    for each in found:
        facts = f"{at(each['stored_ms']):%Y-%m-%d %H:%M:%S}  {each['door']}  {each['state']}  {each['ref'] or '-'}"
        head(f"{facts.ljust(COLUMNS - 30)}  {each['id']}", " ".join(each["became"].split())[:MOST_LISTED])
    if not found:
        click.echo("No message has come yet.")


def _say_which(ref: str, found: list[Facts], json_: bool) -> None:
    if json_:
        as_json({"choices": _for_programs(found)})
    elif found:
        rows = [(f"{at(x['accepted_ms']):%Y-%m-%d %H:%M:%S}", x["account"], x["outcome"] or x["state"]) for x in found]
        table(("Accepted (UTC)", "Account", "Outcome"), rows)
    many = f"{len(found)} accounts have an order {ref.upper()}: say which with --account NAME."
    click.echo(many if found else f"There is no order or message {ref!r}; see `cordboard why --last`.", err=True)


def _for_programs(value: Any, name: str = "") -> Any:
    """Times as ISO 8601 under `..._at`, amounts as exact decimals."""
    if isinstance(value, list):
        return [_for_programs(each) for each in value]
    if isinstance(value, dict):
        return {re.sub("(?<=_)ms$|^at_ms$", "at", key): _for_programs(each, key) for key, each in value.items()}
    if name in MONEY:
        return plain(value)
    return iso(value) if name.endswith("_ms") else value
