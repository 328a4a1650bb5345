"""LANGUAGE: in which the sender is answered from now on."""

from sqlalchemy import Connection

from accounts import own
from inbound.given import Given, Ordered
from kernel.errors import Refused
from parsers.results import LanguageCommand
from replies.language import Words, languages, say

NOW = Words("From now on I answer in English.")
"""Each catalogue says this of its own language."""


def language(conn: Connection, given: Given, command: LanguageCommand) -> Ordered:
    """Change it; this answer is in it already."""
    chosen = command.language.lower()
    if chosen not in languages():
        why = Refused("no_such_language", text=command.language, languages=", ".join(languages()))
        return given.not_done("language", why)
    own.set_language(conn, given.user.id, chosen)
    return Ordered(say(chosen, NOW), (("language", "passed"),))
