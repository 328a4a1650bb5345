"""`cordboard serve`, and each part of it alone."""

import click

from cordboard.cli.context import settings_of

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
    Asterisk or Twilio as switch the built-in exchange is left out.
    """
    from cordboard import logs, schema
    from cordboard.supervisor import Supervisor

    settings = settings_of(ctx)
    logs.configure("serve", settings.log.level, settings.log.json_lines)
    schema.upgrade(settings.database_url.get_secret_value())
    left_out = set(without) | NOT_NEEDED[settings.switch.kind]
    left_out |= set() if settings.mailboxes else {"imap"}
    wanted = [part for part in PARTS if part not in left_out and part != "worker"]
    own = "the built-in exchange, which rings no real telephone"
    switch = own if "exchange" in wanted else "Twilio" if settings.switch.kind == "twilio" else settings.switch.ari_url
    said = [f"Mail on {settings.smtp.host}:{settings.smtp.port}"] if "smtp" in wanted else []
    said += [f"mailboxes {', '.join(box.name for box in settings.mailboxes)}"] if "imap" in wanted else []
    said += [f"HTTP on {settings.web.host}:{settings.web.port}"] if "web" in wanted else []
    click.echo("; ".join([*said, f"switch: {switch}"]) + ". Ctrl-C ends it.")
    ctx.exit(Supervisor(settings, [*wanted, *(["worker"] * workers if "worker" not in left_out else [])]).run())


def _alone(name: str, says: str) -> click.Command:
    @click.command(name, help=says)
    @click.pass_context
    def part(ctx: click.Context) -> None:
        from cordboard import logs
        from cordboard.roles import ROLES
        from cordboard.wiring import Parts

        settings = settings_of(ctx)
        logs.configure(name, settings.log.level, settings.log.json_lines)
        ROLES[name](Parts(settings))

    return part


smtp = _alone("smtp", "Run the SMTP door alone.")
imap = _alone("imap", "Run the IMAP door alone: all mailboxes of the settings.")
web = _alone("web", "Run the web door alone.")
worker = _alone("worker", "Run one RQ worker alone.")
conductor = _alone("conductor", "Run a conductor alone; a second one waits for the first's lease.")
sweeper = _alone("sweeper", "Run the sweeper and the outbox alone.")
cel = _alone("cel", "Follow the switch's call log (CEL) alone.")
exchange = _alone("exchange", "Run the built-in exchange alone.")
