"""`cordboard accounts`: open, show, top up, allow, close."""

import click

from cordboard.cli import callers, opening, showing
from cordboard.cli import systems as systems_cli
from cordboard.cli.choices import AMOUNT, CAP, COUNT, account_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json
from kernel.money import display, display_price, parse_amount

DEFAULT_CAP = parse_amount("10")
SPANS = {"call": "one call", "hour": "all calls within an hour", "day": "all calls within 24 hours"}
ON_OFF = click.Choice(["on", "off"])


@click.group()
def accounts() -> None:
    """Open, show, top up and close accounts."""


@accounts.command()
@click.argument("name")
@click.option("--user", help="The first user's name (default: the account's).")
@click.option("--email", required=True, help="The address that user orders from.")
@click.option("--phone", required=True, help="The number that user is rung at; you vouch for it.")
@click.option("--country", help="Where numbers without a country are read, like GB (default: the phone's).")
@click.option("--currency", default="USD", show_default=True)
@click.option("--deck", default="standard", show_default=True, help="The rate deck that prices its calls.")
@click.option("--zones", help="Countries it may call, like US,GB,FR (default: the user's own).")
@click.option("--balance", type=AMOUNT, default=0, help="Money to begin with.")
@click.option("--cap-call", type=AMOUNT, default=DEFAULT_CAP, help="The most one call may cost (default: 10).")
@click.option("--name", "names", multiple=True, metavar="NAME=NUMBER", help="A phone-book entry; may be repeated.")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def add(tools: Tools, /, json_: bool, **options: object) -> None:
    """Open the account NAME with its first user, and print the user's welcome card.

    \b
    cordboard accounts add "MV Petrel" --user Ann --email ann@petrel.example \\
        --phone +33612345678 --zones US,GB,FR --balance 20
    """
    opened = opening.open_account(tools, opening.Wanted(**options))  # type: ignore[arg-type] # click checked them
    if json_:
        as_json(opened.as_dict())
    else:
        click.echo(opened.card())


@accounts.command()
@click.argument("account")
@click.argument("name")
@click.option("--email", required=True, help="The address the user orders from.")
@click.option("--phone", required=True, help="The number the user is rung at; you vouch for it.")
@click.option("--country", help="Where numbers without a country are read, like GB (default: the phone's).")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def user(tools: Tools, account: str, name: str, email: str, phone: str, country: str | None, json_: bool) -> None:
    """Add the user NAME to ACCOUNT, and print the welcome card."""
    opened = opening.open_user(tools, account, opening.Person(name, email, phone, country))
    if json_:
        as_json(opened.as_dict())
    else:
        click.echo(opened.card())


@accounts.command("list")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def list_(tools: Tools, json_: bool) -> None:
    """List all accounts."""
    with tools.db.read() as conn:
        showing.list_accounts(conn, json_)


@accounts.command()
@click.argument("account")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def show(tools: Tools, account: str, json_: bool) -> None:
    """Show ACCOUNT with its users, their addresses, phones and names."""
    with tools.db.read() as conn:
        showing.show_account(conn, account_by(conn, account), json_)


@accounts.command()
@click.argument("account")
@click.argument("amount", type=AMOUNT)
@click.option("--memo", default="", help="What the statement will say.")
@click.option("--reference", help="Your own number of this payment: the same one is never booked twice.")
@with_tools
def topup(tools: Tools, account: str, amount: int, memo: str, reference: str | None) -> None:
    """Add AMOUNT to ACCOUNT's balance."""
    from billing import ledger
    from kernel.ids import new_id

    now_ms = tools.clock.ms()
    with tools.db.write() as conn:
        found = account_by(conn, account)
        key = reference or new_id(now_ms)
        booked = ledger.top_up(conn, found.id, amount, found.currency, key, memo, now_ms)
        balance = display(ledger.balance(conn, found.id), found.currency)
    said = f"Added {display(amount, found.currency)}." if booked else f"Payment {reference} was booked before."
    click.echo(f"{said} {found.name} now has {balance}.")


@accounts.command()
@click.argument("account")
@click.argument("what", type=click.Choice(["premium", "satellite", "high-cost", "any-phone", "verify"]))
@click.argument("state", type=ON_OFF)
@with_tools
def allow(tools: Tools, account: str, what: str, state: str) -> None:
    """Allow ACCOUNT a kind of number, or deny it again.

    satellite is every system there is: one alone, and caps, by `cordboard
    accounts satellite`. any-phone lets its users be rung at numbers that
    nobody vouched for; verify, which is on until it is closed, lets them add
    phones of their own by a code that a call speaks there.
    """
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        if what == "satellite":
            systems_cli.switch(conn, found.id, systems_cli.SPEAKING, state == "on")
        else:
            manage.allow(conn, found.id, what.replace("-", "_"), state == "on")
    click.echo(f"{found.name}: {what} is {state}.")


@accounts.command()
@click.argument("account")
@click.argument("countries")
@with_tools
def zones(tools: Tools, account: str, countries: str) -> None:
    """Set the COUNTRIES that ACCOUNT may call, like US,GB,FR, in place of those before."""
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_zones(conn, found.id, countries)
        now = ", ".join(sorted(account_by(conn, found.id).zones))
    click.echo(f"{found.name} may call: {now or 'nowhere'}.")


@accounts.command()
@click.argument("account")
@click.argument("amount", type=CAP)
@click.option("--per", type=click.Choice(["call", "hour", "day"]), default="call", show_default=True,
              help="What the cap is for: one call, or all calls of 60 minutes or 24 hours.")  # fmt: skip
@with_tools
def cap(tools: Tools, account: str, amount: int | None, per: str) -> None:
    """Set the most that a call of ACCOUNT may cost, or all of them within an hour or a day.

    Those of an hour and a day are off until they are set; `none` takes them
    away. Calls under way count with all that they may yet cost.
    """
    from accounts import manage

    if per == "call" and amount is None:
        raise click.BadParameter("a call always has a cap.", param_hint="AMOUNT")
    with tools.db.write() as conn:
        found = account_by(conn, account)
        if per != "call":
            manage.set_cap(conn, found.id, per, amount)
        elif amount is not None:
            manage.set_cap_call(conn, found.id, amount)
    most = "as much as there is" if amount is None else f"{display(amount, found.currency)} at most"
    click.echo(f"{found.name}: {SPANS[per]} may cost {most}.")


@accounts.command("at-once")
@click.argument("account")
@click.argument("most", type=COUNT)
@with_tools
def at_once(tools: Tools, account: str, most: int | None) -> None:
    """Set how many calls of ACCOUNT may be under way; `none` sets no bound."""
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_at_once(conn, found.id, most)
    click.echo(f"{found.name}: {'as many calls as it likes' if most is None else most} at once.")


@accounts.command("ask-new")
@click.argument("account")
@click.argument("state", type=ON_OFF)
@with_tools
def ask_new(tools: Tools, account: str, state: str) -> None:
    """Ask back before a number is called that is new to its user?

    Who is known by a PIN alone is asked, at first and until that number was
    answered once; nobody is asked about the phone book.
    """
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_ask_new(conn, found.id, state == "on")
    click.echo(f"{found.name}: asking about new numbers is {state}.")


@accounts.command("ask-above")
@click.argument("account")
@click.argument("amount", type=AMOUNT)
@with_tools
def ask_above(tools: Tools, account: str, amount: int) -> None:
    """Set what a minute may cost before ACCOUNT's users are asked back.

    Only who is known by a PIN or a secret address alone is asked.
    """
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_ask_above(conn, found.id, amount)
    click.echo(f"{found.name}: asked about above {display(amount, found.currency)} a minute.")


for each in (callers.number, callers.shows, callers.private):
    accounts.add_command(each)


@accounts.command("quote-above")
@click.argument("account")
@click.argument("amount", type=AMOUNT)
@with_tools
def quote_above(tools: Tools, account: str, amount: int) -> None:
    """Set what a minute may cost before ACCOUNT's calls wait for an OK to their price.

    Everybody is asked, however sure it is that it is them. Who can't be asked
    says a most beforehand (`cordboard devices limit`).
    """
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_quote_above(conn, found.id, amount)
    click.echo(f"{found.name}: calls above {display_price(amount, found.currency)} a minute wait for an OK.")


@accounts.command()
@click.argument("account")
@with_tools
def close(tools: Tools, account: str) -> None:
    """Close ACCOUNT: nothing is ordered on it any more. Calls under way go on, the money stays."""
    _set_active(tools, account, False)


@accounts.command()
@click.argument("account")
@with_tools
def reopen(tools: Tools, account: str) -> None:
    """Open a closed ACCOUNT again."""
    _set_active(tools, account, True)


def _set_active(tools: Tools, account: str, yes: bool) -> None:
    from accounts import manage

    with tools.db.write() as conn:
        found = account_by(conn, account)
        manage.set_active(conn, found.id, yes)
    click.echo(f"{found.name} is {'open' if yes else 'closed'}.")


accounts.add_command(systems_cli.satellite)
