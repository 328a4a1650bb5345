"""`cordboard demo`: the main job, shown."""

import json

import click


@click.command()
@click.option("--switch", type=click.Choice(["exchange", "asterisk"]), default="exchange", show_default=True)
@click.option("--stay", is_flag=True, help="Stay up and print what to paste.")
@click.option("--json", "as_json", is_flag=True, help="End with one line for programs.")
@click.pass_context
def demo(ctx: click.Context, switch: str, stay: bool, as_json: bool) -> None:
    """Show the main job from end to end, in half a minute.

    Starts a whole Cordboard in a folder that is gone afterwards, orders a
    call by mail, from a Palm's page and by text, rings two telephones, joins
    them, and shows the bills; then one from a ship, whose dear leg is rung
    last. With `--switch asterisk` the switch is a real Asterisk and the
    telephones are SIPp (Debian, as root).
    """
    from cordboard import demo as story

    if stay:
        try:
            story.stay(switch)
        except KeyboardInterrupt:
            click.echo("\nEnded.")
        return
    came = story.run(switch, as_json)
    ok = came.pop("ok")
    if as_json:
        click.echo(json.dumps(came))
    ctx.exit(0 if ok else 1)
