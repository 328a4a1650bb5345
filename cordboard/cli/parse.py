"""`cordboard parse`: what a message would do, without doing it."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cordboard.parsing import Explained, Message


@click.command()
@click.argument("words", nargs=-1, metavar="[TEXT | FILE.eml]")
@click.option("--jsonl", is_flag=True, help="Read lines of JSON from stdin, write one each.")
@click.option("--mail", is_flag=True, help="Stdin is a raw mail.")
@click.option(
    "--country",
    metavar="CC",
    callback=lambda _ctx, _param, value: _country(value),
    help="Where national numbers are read (ISO 3166).",
)
@click.option("--name", "names", multiple=True, metavar="NAME=NUMBER", help="An entry of the phone book; many times.")
@click.option("--json", "json_", is_flag=True, help="For programs.")
def parse(
    words: tuple[str, ...], jsonl: bool, mail: bool, country: str | None, names: tuple[str, ...], json_: bool
) -> None:
    """Show what a message would do: TEXT, a mail in FILE.eml, or stdin.

    Nothing is stored, called or answered, and no settings are needed. With
    --jsonl each line is an object: channel (sms, email or web), text or
    raw_email; country, names, now and tz if you like.
    """
    if jsonl:
        if words or mail or names or country:
            raise click.UsageError("With --jsonl everything is in the lines.")
        _lines()
        return
    from cordboard.cli.printing import as_json, fields
    from cordboard.parsing import explain

    told = explain(_message(words, mail, country, _book(names)))
    if json_:
        as_json(told.as_dict())
        return
    fields([(name, value) for name, value in _shown(told) if value])


def _lines() -> None:
    from cordboard.jsonl import answer, lines_of

    try:
        for line in lines_of(sys.stdin.buffer):
            sys.stdout.write(answer(line) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # who read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _message(words: tuple[str, ...], mail: bool, country: str | None, names: dict[str, str]) -> "Message":
    from cordboard.parsing import Message

    if len(words) == 1 and words[0].lower().endswith(".eml"):
        raw: bytes | None = _file(Path(words[0]))
    else:
        raw = sys.stdin.buffer.read() if mail else None
    if raw is not None:
        return Message("email", raw_email=raw, country=country, names=names)
    text = " ".join(words) if words else sys.stdin.buffer.read().decode("utf-8", "replace")
    return Message("sms", text, country=country, names=names)


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise click.UsageError(f"{path} can't be read: {e.strerror}.") from e


def _country(value: str | None) -> str | None:
    if value and not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise click.BadParameter("a country's code of two letters (ISO 3166), like US")
    return value.upper() if value else None


def _book(names: tuple[str, ...]) -> dict[str, str]:
    entries = [entry.partition("=") for entry in names]
    if any(not number for _, _, number in entries):
        raise click.UsageError("--name takes NAME=NUMBER, like --name mum=+442079460000.")
    return {name.strip(): number.strip() for name, _, number in entries}


def _shown(told: "Explained") -> list[tuple[str, str | None]]:
    return [
        ("Command", told.command or "none"),
        ("Launches", "yes" if told.launches else "no"),
        ("From", told.from_),
        ("To", ", ".join(told.to)),
        ("Rewritten", told.rewritten),
        ("Bill", told.bill),
        ("Not understood", " ".join(told.not_understood)),
        ("Reply", told.reply or "(not answered)"),
    ]
