"""NAME: the sender's phone book by message: add or change a name, tell one, list them, strike one out."""

from sqlalchemy import Connection

from accounts import own
from accounts.people import fold_name, names_of, phones_of, split_number, split_numbers
from gate.sureness import Sure, sureness
from inbound.given import Given, Ordered
from kernel.errors import Refused
from kernel.masking import mask_number
from parsers import several
from parsers.commands import NotACommand, parse_text
from parsers.numbers import Number
from parsers.results import NameCommand
from parsers.words import MOST_FIRST_LETTERS
from replies.language import Words
from replies.lists import LONGEST, fitting, shortened

KEPT = Words("{name} is {number} from now on.")
CHANGED = Words("{name} is {number} from now on, and no longer {before}.")
CALL = Words(" To ring them, write CALL {name}.")
TOLD = Words("{name} is {number}.")
THEN = Words(", then ")
STRUCK = Words("{name} is no longer in your phone book.")
EMPTY = Words("Your phone book is empty. Write for example NAME mum +442079460000.")
LIST = Words("Your names: {names}.")
LIKE = Words("There is no {name}, but: {names}.")
MORE = Words(" More: write NAME and first letters, like NAME {letters}.")
AND_MORE = Words(" And {count} more.")


LONGEST_BESIDE = 40
"""Characters of a name beside several numbers."""


def name(conn: Connection, given: Given, command: NameCommand) -> Ordered:
    """Do what is said of the name."""
    try:
        if command.number is not None:
            return _keep(conn, given, command.name, command.numbers)
        if command.delete:
            return _strike(conn, given, command.name)
        return _tell(conn, given, command.name)
    except Refused as why:
        return given.not_done("name", why)


def _keep(conn: Connection, given: Given, kept_as: str, numbers: tuple[Number, ...]) -> Ordered:
    before = own.name_kept(conn, given.user.id, kept_as)
    keep(conn, given, kept_as, numbers)
    now = several.kept(numbers)
    new = before is None or before[1] == now
    said = given.say(
        KEPT if new else CHANGED, name=shortened(kept_as, LONGEST_BESIDE) if len(numbers) > 1 else kept_as,
        number=_masked(given, now), before="" if before is None else _masked(given, before[1]),
    )  # fmt: skip
    if len(said) > LONGEST:
        said = given.say(KEPT, name=shortened(kept_as), number=_masked(given, now))
    hint = given.say(CALL, name=kept_as) if _as_a_text(given, kept_as).verb else ""
    return Ordered(said + hint if len(said + hint) <= LONGEST else said, (("name", "passed"),))


def keep(conn: Connection, given: Given, kept_as: str, numbers: tuple[Number, ...]) -> None:
    """Write the name with its numbers, the preferred one first.

    Refused: name_is_command, overtaken, and as `own.write_name`.
    """
    _as_a_text(given, kept_as)
    now_ms = given.desk.clock.ms()
    if not own.write_name(
        conn, now_ms, given.user.id, kept_as, several.kept(numbers), sent_ms=given.sent_ms, sure=_is_sure(given)
    ):
        raise Refused("overtaken")


def _is_sure(given: Given) -> bool:
    return sureness(given.proof) > Sure.CLAIMED


def _as_a_text(given: Given, kept_as: str) -> NotACommand:
    """What the name alone would read to. Refused (name_is_command) if that is an order."""
    alone = parse_text(kept_as, country=given.user.country, names={})
    if not isinstance(alone, NotACommand):
        raise Refused("name_is_command", name=kept_as)
    return alone


def _strike(conn: Connection, given: Given, kept_as: str) -> Ordered:
    kept = own.name_kept(conn, given.user.id, kept_as)
    if kept is None:
        raise Refused("name_unknown", name=kept_as)
    if not own.strike_name(conn, given.user.id, kept_as, sent_ms=given.sent_ms, sure=_is_sure(given)):
        raise Refused("overtaken")
    return given.done("name", STRUCK, name=kept[0])


def _tell(conn: Connection, given: Given, kept_as: str) -> Ordered:
    """The one of that name; else those that begin so; without a name all of them."""
    labels = ((phone.label, phone.number) for phone in phones_of(conn, given.user.id) if phone.label)
    mine = next((each for each in labels if fold_name(each[0]) == fold_name(kept_as)), None)
    if kept := own.name_kept(conn, given.user.id, kept_as) or mine:
        return given.done("name", TOLD, name=kept[0], number=_masked(given, kept[1]))
    every = sorted(names_of(conn, given.user.id), key=fold_name)
    like = [each for each in every if fold_name(each).startswith(fold_name(kept_as))]
    if not every:
        return given.done("name", EMPTY)
    if not like:
        raise Refused("name_unknown", name=kept_as)
    return Ordered(_listed(given, kept_as, like), (("name", "passed"),))


def _listed(given: Given, kept_as: str, like: list[str]) -> str:
    def more(count: int) -> str:
        letters = fold_name(like[count])[: len(kept_as) + 1]
        if len(letters) <= MOST_FIRST_LETTERS:
            return given.say(MORE, letters=letters.upper())
        return given.say(AND_MORE, count=len(like) - count)

    words = LIKE if kept_as else LIST
    names = [shortened(each) for each in like]
    return fitting(names, lambda some: given.say(words, name=shortened(kept_as), names=some), more)


def _masked(given: Given, kept: str) -> str:
    """The numbers of a name: `+870 7..3456, then +881 6..5678`."""
    return given.say(THEN).join(mask_number(split_number(each)[0]) for each in split_numbers(kept))
