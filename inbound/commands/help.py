"""HELP: the five words, and a person. Who is not proven is told so once an hour, at their own address."""

from typing import Final

from sqlalchemy import Connection

from inbound.given import Given, Ordered
from parsers.results import HelpCommand
from replies import outbox
from replies.language import Words

HELP = Words("CALL ann, AT hotel, AGAIN, DROP K7, LAST. Also STATUS, RATE ann, BALANCE, NAME ann +442079460000.")
PERSON = Words(" A person: {human}.")
HOUR_MS: Final = 3_600_000
LONGEST_CONTACT: Final = 36


def help_(conn: Connection, given: Given, _command: HelpCommand) -> Ordered:
    """Tell them."""
    human = given.desk.human_contact[:LONGEST_CONTACT]
    said = given.say(HELP) + (given.say(PERSON, human=human) if human else "")
    if not given.proof:  # nothing else is sent then; and anybody could have them written to, as often as they like
        now_ms = given.desk.clock.ms()
        envelope = given.heard.envelope.sealed(given.desk.secrets)
        outbox.put(conn, f"help:{given.user.id}:{now_ms // HOUR_MS}", envelope, said + "\n", now_ms)
    return Ordered(said, (("help", "passed"),))
