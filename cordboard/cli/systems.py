"""`cordboard accounts satellite`: which satellite systems an account may call, and for how much."""

from collections.abc import Iterable, Mapping
from typing import Final

import click
from sqlalchemy import Connection

from accounts import systems
from accounts.people import Account
from accounts.systems import Caps
from cordboard.cli.choices import CAP, NO_CAP, account_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, table
from kernel.money import display, plain
from satellite.families import shipped

SPEAKING: Final = tuple(dict.fromkeys(row.system for row in shipped() if row.voice))
"""The systems that carry speech, by name."""
WRITTEN: Final = {name.lower().replace(" ", "-"): name for name in SPEAKING}
ALL: Final = "all"
Systems = Mapping[str, Caps]


@click.command()
@click.argument("account")
@click.argument("system", required=False, metavar="[SYSTEM", type=click.Choice([*WRITTEN, ALL], case_sensitive=False))
@click.argument("state", required=False, metavar="on|off]", type=click.Choice(["on", "off"]))
@click.option("--cap-call", type=CAP, help=f"What a call with a leg there may cost; `{NO_CAP}`: what any call may.")
@click.option("--cap-day", type=CAP, help=f"What all legs there may cost within 24 hours; `{NO_CAP}`: no bound.")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@click.pass_context
@with_tools
def satellite(
    tools: Tools, ctx: click.Context, /, account: str, system: str | None, state: str | None, json_: bool,
    **_caps: int | None,
) -> None:  # fmt: skip
    """Allow ACCOUNT a satellite SYSTEM (or `all`), or deny it; else show them.

    \b
    cordboard accounts satellite "MV Petrel"
    cordboard accounts satellite "MV Petrel" inmarsat on \\
        --cap-call 50 --cap-day 200

    All are off until they are allowed. A cap that is not named stays as it
    is. Calls under way count for a day's with all that they may yet cost.
    """
    if (system is None) != (state is None):
        raise click.UsageError("Name a system, and on or off; or neither, to see all.")
    with tools.db.write() if system else tools.db.read() as conn:
        found = account_by(conn, account)
        if system is not None:
            named = SPEAKING if system == ALL else (WRITTEN[system],)
            given = {name: ctx.params[f"cap_{name}"] for name in ("call", "day") if _is_given(ctx, f"cap_{name}")}
            switch(conn, found.id, named, state == "on", **given)
        allowed = systems.allowed(conn, found.id)
    if json_:
        as_json(as_dict(allowed))
    else:
        table(("System", "Written", "", "A call", "A day"), [_line(found, name, allowed) for name in _every(allowed)])


def switch(conn: Connection, account_id: str, names: Iterable[str], on: bool, **caps: int | None) -> None:
    """Allow these systems, with the caps that are named and those that were; or deny them."""
    before = systems.allowed(conn, account_id)
    for name in names:
        if not on:
            systems.deny(conn, account_id, name)
            continue
        had = before.get(name, systems.NO_CAPS)
        systems.allow(conn, account_id, name, Caps(caps.get("call", had.call), caps.get("day", had.day)))


def as_dict(allowed: Systems) -> dict[str, dict[str, str | None]]:
    """The systems that are allowed, with their caps as decimals."""
    return {
        name: {"cap_call": _plain(caps.call), "cap_day": _plain(caps.day)} for name, caps in sorted(allowed.items())
    }


def in_words(account: Account, allowed: Systems) -> str:
    """`Inmarsat (a call $50.00, a day $200.00), Iridium`."""
    return ", ".join(_with_caps(account, name, caps) for name, caps in sorted(allowed.items())) or "none"


def _with_caps(account: Account, name: str, caps: Caps) -> str:
    bounds = (("a call", caps.call), ("a day", caps.day))
    told = ", ".join(f"{of} {display(cap, account.currency)}" for of, cap in bounds if cap is not None)
    return f"{name} ({told})" if told else name


def _line(account: Account, name: str, allowed: Systems) -> tuple[str, ...]:
    caps = allowed.get(name)
    bounds = ("", "") if caps is None else (_bound(account, caps.call), _bound(account, caps.day))
    written = next((word for word, system in WRITTEN.items() if system == name), "")
    return (name, written, "off" if caps is None else "on", *bounds)


def _every(allowed: Systems) -> list[str]:
    return [*SPEAKING, *(name for name in allowed if name not in SPEAKING)]


def _bound(account: Account, cap: int | None) -> str:
    return "" if cap is None else display(cap, account.currency)


def _plain(cap: int | None) -> str | None:
    return None if cap is None else plain(cap)


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
