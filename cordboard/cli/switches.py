"""`cordboard switches`: how each switch is; take one out of service for new calls, and back."""

from collections.abc import Sequence

import click

from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, table
from dispatcher import pool
from dispatcher.pool import Pool, Standing, State
from kernel.clock import iso

TOLD = {
    State.FIT: "takes new calls",
    State.DRAINING: "draining: no new calls, those it has go on",
    State.AWAY: "AWAY: it does not answer; no new calls",
    State.NOT_CONDUCTED: "NO CONDUCTOR: no new calls",
    State.LOG_UNSEEN: "LOG NOT SEEN: no new calls",
}
MISSING = {
    State.NOT_CONDUCTED: "{name} needs: cordboard conductor --switch {name}",
    State.LOG_UNSEEN: "{name} needs: cordboard cel --switch {name}",
}
"""What brings it back, a line each: beside the rest of a row it would be too wide for a page."""


@click.group(invoke_without_command=True)
@click.option("--json", "json_", is_flag=True, help="For programs.")
@click.pass_context
def switches(ctx: click.Context, json_: bool) -> None:
    """How each switch is: whether it takes new calls, and what it has.

    A switch that is drained gets no new calls; those that it has go on.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(show, json_=json_)


@switches.command("list")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def show(tools: Tools, json_: bool) -> None:
    """How each switch is."""
    _show(tools, json_)


@switches.command()
@click.argument("name")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def drain(tools: Tools, name: str, json_: bool) -> None:
    """Give the switch NAME no new calls; those that it has go on."""
    _drain(tools, name, True, json_)


@switches.command()
@click.argument("name")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def undrain(tools: Tools, name: str, json_: bool) -> None:
    """Give the switch NAME new calls again."""
    _drain(tools, name, False, json_)


def _drain(tools: Tools, name: str, draining: bool, json_: bool) -> None:
    node = tools.settings.node(name)
    with tools.db.write() as conn:
        pool.drain(conn, node.name, draining)
    _show(tools, json_)


def _show(tools: Tools, json_: bool) -> None:
    now_ms = tools.clock.ms()
    with tools.db.read() as conn:
        found = _pool(tools).standings(conn, now_ms)
    if json_:
        as_json([_for_programs(each) for each in found])
        return
    heads = ("Switch", "Calls", "Ringing", "Answered", "Now")
    table(heads, [_row(each, now_ms) for each in found], right="23")
    for each in found:
        if each.state in MISSING:
            click.echo(MISSING[each.state].format(name=each.name))
    if note := _note(found):
        click.echo(note)


def _pool(tools: Tools) -> Pool:
    return Pool(tuple(node.name for node in tools.settings.nodes), tools.settings.calls.setting_up_max)


def _row(standing: Standing, now_ms: int) -> tuple[object, ...]:
    load = standing.load
    drained = " (and drained)" if standing.draining and standing.state is not State.DRAINING else ""
    told = TOLD[standing.state] + drained
    return standing.name, load.calls, load.setting_up, _ago(standing.seen_ms, now_ms), told


def _note(found: Sequence[Standing]) -> str:
    """What this means for who orders a call, if something is amiss."""
    if any(each.state is State.FIT for each in found):
        return ""
    return "No switch takes new calls: orders wait; in some minutes their senders are told."


def _ago(seen_ms: int, now_ms: int) -> str:
    """How long ago it last answered."""
    if not seen_ms:
        return "never"
    seconds = max(now_ms - seen_ms, 0) // 1000
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def _for_programs(standing: Standing) -> dict[str, object]:
    return {
        "name": standing.name,
        "takes_new_calls": standing.state is State.FIT,
        "state": standing.state,
        "draining": standing.draining,
        "answered_at": iso(standing.seen_ms) if standing.seen_ms else None,
        "calls": standing.load.calls,
        "ringing": standing.load.setting_up,
    }
