"""`cordboard mail`: what was sent to users, where mail stays on this machine."""

import click

from cordboard.cli.context import settings_of
from cordboard.cli.printing import as_json


@click.command()
@click.option("--last", default=10, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@click.pass_context
def mail(ctx: click.Context, last: int, json_: bool) -> None:
    """Show the mails that were sent to users, the newest last."""
    from replies.maildir_view import list_mails

    settings = settings_of(ctx)
    mails = list_mails(settings.maildir)
    if json_:
        as_json([{"when": m.when.isoformat(), "to": m.to, "subject": m.subject, "text": m.text} for m in mails[-last:]])
        return
    if settings.mail.way != "maildir":
        click.echo(f"Mails leave by {settings.mail.smarthost_host}; here is what stayed here before.", err=True)
    if not mails:
        click.echo("No mail has been sent yet.")
    for number, shown in enumerate(mails[-last:]):
        if number:
            click.echo()
        click.echo(click.style(f"{shown.when:%Y-%m-%d %H:%M:%S}  to {shown.to}: {shown.subject}", bold=True))
        click.echo("\n".join(f"  {line}".rstrip() for line in shown.text.splitlines()))
