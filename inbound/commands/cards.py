"""vCards in a mail: their names and numbers go into the sender's phone book, each as by NAME."""

from sqlalchemy import Connection

from inbound.commands.name import keep
from inbound.given import Given, Ordered
from kernel.errors import Refused
from parsers.numbers import Number, parse_number
from parsers.results import CardsCommand
from parsers.several import MOST_NUMBERS, each_once
from replies.language import Words
from replies.lists import fitting, shortened

KEPT = Words("Kept in your phone book: {names}.")
KEPT_MORE = Words(" And {count} more.")
LEFT_OUT = Words(" Left out: {left}.")
NONE = Words("Nothing kept: that card has no name with a number that I can call.")


def cards(conn: Connection, given: Given, command: CardsCommand) -> Ordered:
    """Keep what can be kept; the others are counted."""
    names: list[str] = []
    for name, written in command.entries:
        try:
            keep(conn, given, name, _numbers(given, written))
        except Refused:
            continue
        names.append(shortened(name))
    if not names:
        return given.done("cards", NONE)
    left = len(command.entries) - len(names)
    tail = given.say(LEFT_OUT, left=left) if left else ""
    said = fitting(
        names,
        lambda some: given.say(KEPT, names=some) + tail,
        lambda count: given.say(KEPT_MORE, count=len(names) - count),
    )
    return Ordered(said, (("cards", "passed"),))


def _numbers(given: Given, written: tuple[str, ...]) -> tuple[Number, ...]:
    """Those of a card that can be read, as many as a name may have. Refused if there is none."""
    found: dict[str, Number] = {}
    why = Refused("number_empty")
    for text in written:
        try:
            number = parse_number(text, given.user.country)
        except Refused as refused:
            why = refused
        else:
            found.setdefault(number.canonical(), number)
    if not found:
        raise why
    return each_once(list(found.values())[:MOST_NUMBERS])
