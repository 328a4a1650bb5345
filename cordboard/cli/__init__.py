"""The command line: `cordboard COMMAND`. Each command's module is imported when it is asked for, so help is quick."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kernel.errors import CordboardError

COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Set up": {
        "init": ("init", "Ask six questions, write the settings, make the database."),
    },
    "People": {
        "accounts": ("accounts", "Open, show, top up and close accounts."),
        "devices": ("devices", "Addresses, phones, PINs and names of a user."),
        "tokens": ("tokens", "What a user's programs sign in with."),
    },
    "Money": {
        "decks": ("decks", "Import, show and export rate decks."),
        "rate": ("rate", "What a minute to a number costs, and why."),
        "cdr": ("cdr", "List or export call detail records."),
        "ledger": ("ledger", "Check the books; show an account's statement."),
    },
    "Run": {
        "serve": ("serve", "Run everything on this machine."),
        "demo": ("demo", "Show the main job from end to end, in half a minute."),
        "smtp": ("serve", "Take mail, and nothing else."),
        "imap": ("serve", "Read the settings' mailboxes, and nothing else."),
        "web": ("serve", "Serve pages, texts and programs, and nothing else."),
        "worker": ("serve", "Launch orders from the queue (RQ), and nothing else."),
        "conductor": ("serve", "Carry calls through on a switch, and nothing else."),
        "sweeper": ("serve", "Bring back what was left over; send what waits."),
        "cel": ("serve", "Read a switch's call log, and nothing else."),
        "exchange": ("serve", "Be the built-in exchange, which rings nobody real."),
        "switches": ("switches", "How each switch is; drain one, and undrain it."),
        "routes": ("routes", "Each carrier: its ports, its pace, and how its calls went."),
    },
    "Calls": {
        "route": ("route", "What a number is, and how it would be called."),
        "parse": ("parse", "Show what a message would do, without doing it."),
        "call": ("call", "Place a call over HTTP, and follow it."),
        "drop": ("drop", "End an order's call, or the order before anybody is rung."),
        "why": ("why", "The whole story of an order or a message, by the second."),
        "shunted": ("shunted", "Messages set aside for a person: list, show, replay."),
        "mail": ("mail", "Show the answers that stayed on this machine."),
    },
}
"""Section -> command -> its module here and its line of help. The module has a click command of the command's name."""

EXIT_REFUSED = 2
EXIT_UNAVAILABLE = 75
"""EX_TEMPFAIL of sysexits.h: trying again can help."""


class Commands(click.Group):
    """Commands by section, imported late; our own errors become one sentence on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the sections."""
        del ctx
        return [name for section in COMMANDS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module."""
        del ctx
        for section in COMMANDS.values():
            if cmd_name in section:
                command = getattr(import_module(f"cordboard.cli.{section[cmd_name][0]}"), cmd_name)
                assert isinstance(command, click.Command)
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sections without importing anything."""
        del ctx
        for section, commands in COMMANDS.items():
            with formatter.section(section):
                formatter.write_dl([(name, line) for name, (_, line) in commands.items()], col_max=12)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say an error of ours in its one sentence."""
        try:
            return super().invoke(ctx)
        except CordboardError as e:
            from cordboard.cli.sentences import sentence_of

            click.echo(sentence_of(e), err=True)
            ctx.exit(EXIT_UNAVAILABLE if e.again else EXIT_REFUSED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="CORDBOARD_CONFIG",
    help="Settings file (default: CORDBOARD_CONFIG, else ./cordboard.toml).",
)
@click.version_option(package_name="cordboard", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Launch telephone calls from messages.

    The switch rings you, then the other party, and joins you.
    """
    os.umask(0o077)  # what we write is nobody else's: orders, numbers, receipts
    ctx.obj = config
