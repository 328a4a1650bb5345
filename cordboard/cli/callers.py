"""`cordboard accounts number`, `shows` and `private`: who those that an account's calls ring see calling."""

import click

from cordboard.cli.choices import account_by
from cordboard.cli.context import Tools, with_tools

ON_OFF = click.Choice(["on", "off"])
SHOWN = click.Choice(["usual", "own", "service", "withheld"])


@click.command()
@click.argument("account")
@click.argument("number")
@with_tools
def number(tools: Tools, account: str, number: str) -> None:
    """Give ACCOUNT a NUMBER of its own to be seen by those it calls, like +12025550100; "none" takes it away.

    Carriers take only numbers that you may call from: register it with them.
    """
    from accounts import manage
    from parsers.numbers import parse_number

    own = "" if number == "none" else parse_number(number, None).e164
    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_number(conn, found.id, own)
    click.echo(f"{found.name} calls from {own}." if own else f"{found.name} has no number of its own.")


@click.command()
@click.argument("account")
@click.option("--a", "a", type=SHOWN, help="What the user's own phone, leg A, sees.")
@click.option("--b", "b", type=SHOWN, help="What the other party, leg B, sees.")
@with_tools
def shows(tools: Tools, account: str, a: str | None, b: str | None) -> None:
    """Set which number each leg of ACCOUNT's calls sees.

    \b
    usual     the account's own number, else the service's
    own       the account's own number, else a phone that you vouched for
              as the user's: the one that is rung, or their main one
    service   the service's number
    withheld  none: carriers are asked to show nobody (Privacy: id)
    """
    from accounts import manage
    from accounts.shown import Show

    with tools.db.write() as conn:
        found = account_by(conn, account)
        for role, what in (("A", a), ("B", b)):
            if what is not None:
                manage.show(conn, found.id, role, Show(what))
        now = account_by(conn, found.id)
    click.echo(f"{now.name}: leg A sees {now.show_a}, leg B sees {now.show_b}.")


@click.command()
@click.argument("account")
@click.argument("state", type=ON_OFF)
@with_tools
def private(tools: Tools, account: str, state: str) -> None:
    """Make all calls of ACCOUNT private: neither side sees the other's number, nor does any answer tell it."""
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_private(conn, found.id, state == "on")
    click.echo(f"{found.name}: calls are private{'' if state == 'on' else ' only where the order says so'}.")
