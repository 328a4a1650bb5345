"""`cordboard serve`, and each part of it alone."""

from typing import TYPE_CHECKING

import click

from cordboard.cli.context import settings_of

if TYPE_CHECKING:
    from cordboard.settings import Settings

PARTS = ("exchange", "cel", "conductor", "worker", "smtp", "imap", "web", "sweeper")
NOT_NEEDED = {"exchange": set[str](), "asterisk": {"exchange"}, "twilio": {"exchange", "cel"}}
"""Twilio has no file of its own: its webhook and the conductor write its log."""


@click.command()
@click.option("--without", multiple=True, type=click.Choice(PARTS), help="Leave a part out; may be repeated.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(0, 32), help="How many RQ workers.")
@click.pass_context
def serve(ctx: click.Context, without: tuple[str, ...], workers: int) -> None:
    """Run everything on this machine, until Ctrl-C.

    Each part is a process of its own, started again when it dies. With an
    Asterisk or Twilio as switch the built-in exchange is left out. With
    several switches there is a conductor and a reader of the log for each.
    """
    from cordboard import logs, schema
    from cordboard.roles import OF_A_SWITCH, of_switch
    from cordboard.supervisor import Supervisor

    settings = settings_of(ctx)
    logs.configure("serve", settings.log.level, settings.log.json_lines)
    schema.upgrade(settings.database_url.get_secret_value())
    left_out = set(without) | NOT_NEEDED[settings.switch.kind]
    left_out |= set() if settings.mailboxes else {"imap"}
    wanted = [part for part in PARTS if part not in left_out and part != "worker"]
    where = "Twilio" if settings.switch.kind == "twilio" else ", ".join(node.ari_url for node in settings.nodes)
    switch = "the built-in exchange, which rings no real telephone" if "exchange" in wanted else where
    said = [f"Mail on {settings.smtp.host}:{settings.smtp.port}"] if "smtp" in wanted else []
    said += [f"mailboxes {', '.join(box.name for box in settings.mailboxes)}"] if "imap" in wanted else []
    said += [f"HTTP on {settings.web.host}:{settings.web.port}"] if "web" in wanted else []
    click.echo("; ".join([*said, f"switch: {switch}"]) + ". Ctrl-C ends it.")
    if settings.switch.nodes:
        if "cel" in wanted:
            _one_log_each(settings)
        wanted = [
            name
            for part in wanted
            for name in ([of_switch(part, node.name) for node in settings.nodes] if part in OF_A_SWITCH else [part])
        ]
    ctx.exit(Supervisor(settings, [*wanted, *(["worker"] * workers if "worker" not in left_out else [])]).run())


def _one_log_each(settings: "Settings") -> None:
    """Each switch writes a log of its own: on one machine two that are read must be two files."""
    from kernel.errors import Misconfigured

    files = [settings.cel_file_of(node) for node in settings.nodes]
    if len(set(files)) < len(files):
        raise Misconfigured(
            "Several switches would be read from one log: give each of switch.nodes its cel_file; or, if each is on a "
            "machine of its own, run `cordboard cel --switch NAME` there and `cordboard serve --without cel` here."
        )


def _alone(name: str, says: str) -> click.Command:
    @click.command(name, help=says)
    @click.pass_context
    def part(ctx: click.Context) -> None:
        _run(ctx, name, "")

    return part


def _for_a_switch(name: str, says: str) -> click.Command:
    @click.command(name, help=says)
    @click.option("--switch", default="", metavar="NAME", help="Which switch, where the settings have several.")
    @click.pass_context
    def part(ctx: click.Context, switch: str) -> None:
        _run(ctx, name, switch)

    return part


def _run(ctx: click.Context, role: str, switch: str) -> None:
    from cordboard import logs
    from cordboard.roles import ROLES
    from cordboard.wiring import Parts

    settings = settings_of(ctx)
    logs.configure(role, settings.log.level, settings.log.json_lines)
    ROLES[role](Parts(settings, switch=switch))


smtp = _alone("smtp", "Run the SMTP door alone.")
imap = _alone("imap", "Run the IMAP door alone: all mailboxes of the settings.")
web = _alone("web", "Run the web door alone.")
worker = _alone("worker", "Run one RQ worker alone.")
conductor = _for_a_switch("conductor", "Run a conductor alone; a second one of its switch waits for the first's lease.")
sweeper = _alone("sweeper", "Run the sweeper and the outbox alone.")
cel = _for_a_switch("cel", "Follow a switch's call log (CEL) alone.")
exchange = _for_a_switch("exchange", "Run the built-in exchange alone.")
