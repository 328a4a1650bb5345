"""`cordboard init`: from six answers to a set-up that starts."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from cordboard.cli.writing import Answers, Kept, settings_text, write_rest

QUESTIONS = (
    ("domain", "Domain that orders are mailed to", "--domain", "Orders go to call@DOMAIN."),
    ("mail", "How answers leave: maildir (stay here), or a smarthost's name", "--mail", "maildir, or HOST[:PORT]."),
    ("database", "Database: sqlite, or a PostgreSQL URL", "--database", "sqlite, or a URL."),
    (
        "switch",
        "Switch: exchange (built in), or an Asterisk's ARI address",
        "--switch",
        "exchange, or http://HOST/ari.",
    ),
    ("caller_id", "Number that those called will see", "--caller-id", "E.164, like +12025550100."),
    ("human", "Whom users may turn to (telephone or address)", "--human", "May be empty."),
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
    click.echo(_next_steps(settings.mail.way == "maildir"))


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


def _next_steps(mail_stays: bool) -> str:
    lines = [
        "",
        "What is left to do:",
        "  cordboard decks import deck.csv      after you put your own prices into it",
        "  cordboard accounts add NAME --email ADDRESS --phone NUMBER --balance 20",
        "  cordboard serve",
    ]
    if mail_stays:
        lines.append("Answers stay on this machine; `cordboard mail` shows them.")
    return "\n".join(lines)
