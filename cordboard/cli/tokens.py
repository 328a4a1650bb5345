"""`cordboard tokens`: what a user's programs sign in with at the HTTP door."""

import click

from accounts import people
from accounts import tokens as kept
from cordboard.cli.choices import account_by, user_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, minute, table
from kernel.clock import iso
from kernel.errors import Refused

USER = click.option("--user", help="Whose; needed where the account has several users.")


@click.group()
def tokens() -> None:
    """What a user's programs sign in with: make, list, revoke."""


@tokens.command()
@click.argument("account")
@USER
@with_tools
def add(tools: Tools, account: str, user: str | None) -> None:
    """Make a user of ACCOUNT a new token, shown this once.

    Whoever has it can call on the account. Hand it to a program as
    CORDBOARD_TOKEN or in a file, never as an argument.
    """
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        token = kept.new_token(conn, tools.clock.ms(), tools.secrets, who.id)
    click.echo(token)


@tokens.command("list")
@click.argument("account", required=False)
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def list_(tools: Tools, account: str | None, json_: bool) -> None:
    """List tokens by how they begin."""
    with tools.db.read() as conn:
        chosen = [account_by(conn, account)] if account else people.all_accounts(conn)
        rows = [
            (token, user.name, owner.name)
            for owner in chosen
            for user in people.users_of(conn, owner.id)
            for token in kept.tokens_of(conn, user.id)
        ]
    if json_:
        names = ("hint", "user", "account", "created_at", "revoked_at")
        values = [(kept.PREFIX + t.hint, user, owner, iso(t.created_ms), iso(t.revoked_ms)) for t, user, owner in rows]
        as_json([dict(zip(names, row, strict=True)) for row in values])
        return
    table(
        ("Token", "User", "Account", "Since", ""),
        [
            (f"{kept.PREFIX}{t.hint}..", user, owner, minute(t.created_ms), "revoked" if t.revoked_ms else "")
            for t, user, owner in rows
        ],
    )


@tokens.command()
@click.argument("account")
@click.argument("hint")
@USER
@with_tools
def revoke(tools: Tools, account: str, hint: str, user: str | None) -> None:
    """Take back the token that begins with HINT (as `list` shows it); "all" for all of the user's."""
    begins = hint.rstrip(".").removeprefix(kept.PREFIX)
    if hint != "all" and not 0 < len(begins) <= kept.HINT:
        raise click.BadParameter(f"Write what `list` shows: {kept.PREFIX} and {kept.HINT} letters.", param_hint="HINT")
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        count = kept.revoke_tokens(conn, tools.clock.ms(), who.id, None if hint == "all" else begins)
    if hint == "all" and not count:
        click.echo(f"{who.name} has no token in use.")
        return
    if not count:
        raise Refused("no_such_token", text=hint)
    click.echo(f"{count} token{'s' if count > 1 else ''} of {who.name} taken back.")
