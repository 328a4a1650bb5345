"""`cordboard init`: from six answers to a set-up that starts."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from cordboard.cli.writing import Answers, Kept, settings_text, write_rest
from cordboard.settings import Settings

QUESTIONS = (
    ("domain", "Orders are mailed to call@", "--domain", "The domain that orders are mailed to."),
    ("mail", "Answers leave by (maildir, or a smarthost's HOST:PORT)", "--mail", "maildir, or HOST[:PORT]."),
    ("database", "Database (sqlite, or a PostgreSQL URL)", "--database", "sqlite, or a URL."),
    ("switch", "Switch (exchange, or the URL of an Asterisk's ARI)", "--switch", "exchange, or http://HOST:8088/ari."),
    ("caller_id", "The number that those called see", "--caller-id", "A number of yours, like +12025550100."),
    ("human", "Whom users may turn to (may be empty)", "--human", "A telephone number or an address, say."),
)
"""Field of Answers, question, option, its help."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for field, _, option, help_ in reversed(QUESTIONS):
        command = click.option(option, field, help=help_)(command)
    return command


@click.command()
@_options
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take the default for what is not given.")
@click.option("--force", is_flag=True, help="Write the settings file anew even if there is one.")
@click.pass_context
def init(ctx: click.Context, /, yes: bool, force: bool, **given: str | None) -> None:
    """Set up Cordboard here: settings, database, and files for Asterisk and systemd.

    Settings that are there already are kept, and all the rest is written by
    them: change cordboard.toml, then run this again.
    """
    from cordboard.configure import DEFAULT_FILE, load_settings

    file: Path = ctx.find_root().obj or Path(DEFAULT_FILE)
    done = Kept(file.absolute().parent)
    if file.exists() and not force:
        done.say(file, "kept")
    else:
        text = settings_text(_answers(given, ask=not yes))
        done.write(file, text, mode=0o600)
    settings = load_settings(file)
    write_rest(settings, file, done)
    click.echo(done.report())
    click.echo("\n".join(_next_steps(settings)))


def _answers(given: dict[str, str | None], ask: bool) -> Answers:
    """What was given or answered, and the defaults. An answer that can't be is asked for again."""
    answers = Answers()
    for field, question, _, _ in QUESTIONS:
        value = given[field]
        if value is not None:
            answers = answers.having(field, value)
        elif ask:
            check = partial(_checked, answers, field)
            answers = click.prompt(question, answers.default(field), value_proc=check)
    return answers


def _checked(answers: Answers, field: str, text: str) -> Answers:
    from kernel.errors import Misconfigured

    try:
        return answers.having(field, text)
    except Misconfigured as e:
        raise click.UsageError(str(e)) from None


def _next_steps(settings: Settings) -> Iterator[str]:
    yield "\nWhat is left to do:"
    if settings.switch.kind == "asterisk":
        if "carriers" not in settings.switch.model_fields_set:
            yield "  put your carrier into cordboard.toml, then run `cordboard init` again"
        if settings.switch.nodes:
            yield "  copy asterisk/NAME/*.conf to /etc/asterisk of each switch, asterisk/NAME/sounds/* to its sounds"
        else:
            yield "  copy asterisk/*.conf to /etc/asterisk, asterisk/sounds/* to Asterisk's sounds"
    yield "  put your own prices into deck.csv, then: cordboard decks import deck.csv"
    yield "  cordboard accounts add NAME --email ADDRESS --phone NUMBER --balance 20"
    yield "  cordboard serve"
    pages = f"http://{settings.web.host}:{settings.web.port}/m"
    yield f"\nOrders come by mail to begin with, and on pages: {pages}. More doors, in cordboard.toml:"
    yield "  a mailbox at your mail provider   [[mailboxes]]    docs/imap.md"
    yield "  texts by Twilio                   [sms.twilio]     docs/twilio.md"
    yield "  texts by a Kannel of your own     [sms.kannel]     docs/kannel.md"
    yield "  programs (cordboard tokens add)   [web]            docs/api.md"
    yield "\nTo run it as a service: cordboard.service, as a user `cordboard` to whom cordboard.toml and var/ belong:"
    yield "  useradd --system cordboard; chown -R cordboard: cordboard.toml var"
    yield "Mail and pages are for this machine only, until [smtp] host and [web] host say otherwise."
    if settings.mail.way == "maildir":
        yield "\nAnswers stay on this machine; `cordboard mail` shows them."
