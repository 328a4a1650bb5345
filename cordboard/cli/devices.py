"""`cordboard devices`: what a user orders from and is rung at."""

import click
from sqlalchemy import Connection

from accounts import manage, optouts, people
from accounts.pins import make_pin
from cordboard.cli.choices import account_by, device_address, stored_number, stored_numbers, user_by
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, spaced, table
from kernel.errors import Refused
from kernel.money import parse_amount, plain

USER = click.option("--user", help="Whose; needed where the account has several users.")


@click.group()
def devices() -> None:
    """What a user orders from and is rung at: addresses, phones, PINs, names."""


@devices.command()
@click.argument("account")
@click.argument("address")
@click.option("--answers", metavar="ADDRESS", help='Where answers go instead; "none" for nowhere.')
@click.option("--satellite", is_flag=True, help="A satellite messenger: no receipts, unless `notices` is on.")
@USER
@with_tools
def add(tools: Tools, account: str, address: str, answers: str | None, satellite: bool, user: str | None) -> None:
    """Let a user of ACCOUNT order from ADDRESS: an e-mail address, or the number of a telephone that texts.

    One without answers is never asked back: it calls names of the phone book
    only, within `devices limit` or the MAX of its order.
    """
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        given = answers and ("" if answers == "none" else device_address(answers, who.country))
        address = device_address(address, who.country)
        manage.add_device(conn, tools.clock.ms(), who.id, address, given, satellite=satellite)
    click.echo(f"{who.name} may now order from {people.fold_address(address)}.")


@devices.command("list")
@click.argument("account", required=False)
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def list_(tools: Tools, account: str | None, json_: bool) -> None:
    """List the addresses and telephones that orders may come from."""
    with tools.db.read() as conn:
        chosen = [account_by(conn, account)] if account else people.all_accounts(conn)
        rows = [
            (
                device.address,
                user.name,
                owner.name,
                "yes" if device.press_1 else "no",
                "stopped by its carrier" if _is_stopped(conn, device) else device.answer_address or "nobody",
                "on" if device.notices else "off",
                "" if device.limit_call is None else plain(device.limit_call),
            )
            for owner in chosen
            for user in people.users_of(conn, owner.id)
            for device in people.devices_of(conn, user.id)
        ]
    if json_:
        names = ("address", "user", "account", "press_1", "answers", "notices", "limit")
        flags = [{"press_1": row[3] == "yes", "notices": row[5] == "on", "limit": row[6] or None} for row in rows]
        as_json([dict(zip(names, row, strict=True)) | flag for row, flag in zip(rows, flags, strict=True)])
        return
    heads = ("Address", "User", "Account", "Press 1", "Answers to", "Told", "Limit")
    table(heads, [(*row[:4], "same" if row[4] == row[0] else row[4], *row[5:]) for row in rows])


def _is_stopped(conn: Connection, device: people.Device) -> bool:
    """Whether its answers are texts that its carrier no longer lets through."""
    return optouts.of(conn, device.answer_address) is not None


@devices.command()
@click.argument("address")
@with_tools
def remove(tools: Tools, address: str) -> None:
    """Take ADDRESS away: what comes from it is a stranger's from now on."""
    with tools.db.write() as conn:
        manage.remove_device(conn, address)
    click.echo(f"Nobody orders from {people.fold_address(address)} any more.")


@devices.command()
@click.argument("address")
@click.argument("state", type=click.Choice(["on", "off"]))
@with_tools
def press1(tools: Tools, address: str, state: str) -> None:
    """Must who answers press 1, when ADDRESS ordered? Off only for numbers where nobody else answers."""
    with tools.db.write() as conn:
        manage.set_press_1(conn, address, state == "on")
    click.echo(f"{people.fold_address(address)}: press-1 is {state}.")


@devices.command()
@click.argument("address")
@click.argument("state", type=click.Choice(["on", "off"]))
@with_tools
def notices(tools: Tools, address: str, state: str) -> None:
    """Is ADDRESS told how its calls went? First answers are sent in any case."""
    with tools.db.write() as conn:
        manage.set_notices(conn, address, state == "on")
    click.echo(f"{people.fold_address(address)}: notices are {state}.")


@devices.command()
@click.argument("address")
@click.argument("amount")
@with_tools
def limit(tools: Tools, address: str, amount: str) -> None:
    """Set the most that one call may cost that ADDRESS ordered; "none" for the account's.

    It is what stands in for an OK where the device can't be asked.
    """
    micro = None if amount == "none" else parse_amount(amount)
    with tools.db.write() as conn:
        manage.set_limit(conn, address, micro)
    said = "has no limit of its own" if micro is None else f"one call may cost {plain(micro)} at most"
    click.echo(f"{people.fold_address(address)}: {said}.")


@devices.command()
@click.argument("account")
@click.option("--revoke", metavar="HINT", help='Take back the one that begins so; "all" for all of them.')
@USER
@with_tools
def alias(tools: Tools, account: str, revoke: str | None, user: str | None) -> None:
    """Make a user a new secret address, shown this once; or take one back."""
    now_ms = tools.clock.ms()
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        if revoke is None:
            local_part = manage.new_alias(conn, now_ms, tools.secrets, who.id)
            said = f"{local_part}@{tools.settings.mail.domain}"
        else:
            count = manage.revoke_aliases(conn, now_ms, who.id, None if revoke == "all" else revoke)
            if not count:
                raise Refused("no_such_alias", text=revoke)
            said = f"{count} secret address{'es' if count > 1 else ''} of {who.name} taken back."
    click.echo(said)


@devices.command()
@click.argument("account")
@click.option("--unlock", is_flag=True, help="Keep the PIN; only forget wrong tries.")
@USER
@with_tools
def pin(tools: Tools, account: str, unlock: bool, user: str | None) -> None:
    """Give a user a new PIN, shown this once."""
    new = make_pin()
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        if unlock:
            manage.unlock_pin(conn, who.id)
        else:
            manage.set_pin(conn, tools.secrets, who.id, new)
    click.echo(f"{who.name}'s PIN may be tried again." if unlock else f"{who.name}'s PIN is now {new}.")


@devices.command()
@click.argument("account")
@click.argument("number")
@click.option("--label", default="", help="What the user calls it, like bridge.")
@click.option("--main", is_flag=True, help="Ring this one when an order names none.")
@click.option("--remove", is_flag=True, help="Take it away.")
@USER
@with_tools
def phone(tools: Tools, account: str, number: str, label: str, main: bool, remove: bool, user: str | None) -> None:
    """Vouch for NUMBER, so that a user of ACCOUNT may be rung there."""
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        kept = stored_number(number, who.country)
        known = any(phone.number == kept for phone in people.phones_of(conn, who.id))
        if remove:
            manage.remove_phone(conn, who.id, kept)
        elif known and main:
            manage.set_main_phone(conn, who.id, kept)
        else:
            manage.add_phone(conn, tools.clock.ms(), who.id, kept, label, main)
    click.echo(f"{who.name} {'is no longer rung' if remove else 'may be rung'} at {spaced(kept)}.")


@devices.command()
@click.argument("account")
@click.argument("name")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@USER
@with_tools
def name(tools: Tools, account: str, name: str, numbers: tuple[str, ...], user: str | None) -> None:
    """Write NAME for NUMBER into a user's phone book; without NUMBER, strike it out.

    Several are tried in turn within one call, the first one first: a ship's
    terminals, say.
    """
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        if not numbers:
            manage.remove_contact(conn, who.id, name)
            click.echo(f"{who.name}'s phone book no longer has {name}.")
            return
        kept = stored_numbers(",".join(numbers), who.country)
        manage.add_contact(conn, tools.clock.ms(), who.id, name, kept)
    told = ", then ".join(spaced(each) for each in people.split_numbers(kept))
    click.echo(f'{who.name} may now write "CALL {name}" for {told}.')


@devices.command()
@click.argument("account")
@click.argument("code")
@USER
@with_tools
def language(tools: Tools, account: str, code: str, user: str | None) -> None:
    """Answer a user of ACCOUNT in the language of that CODE, like en or es; "default" is the installation's."""
    from accounts import own
    from replies.language import languages

    chosen = "" if code == "default" else code.lower()
    if chosen and chosen not in languages():
        raise Refused("no_such_language", text=code, languages=", ".join(languages()))
    with tools.db.write() as conn:
        who = user_by(conn, account_by(conn, account), user)
        own.set_language(conn, who.id, chosen)
    click.echo(f"{who.name} is answered in {chosen or tools.settings.language} from now on.")
