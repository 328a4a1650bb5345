"""What a language gives to the parsers: its words for commands, clauses and courtesies, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Phrases = tuple[str, ...]

CLAUSES: Final = ("from", "at", "bill", "max", "private", "pin")
"""What may stand beside a command. `at` is `from` in everyday words: if they name no telephone, they are just words."""

ROLES: Final = (
    "please",  # wherever a clause may begin
    "closing",  # where nothing else follows
    "now",  # behind the name that is called
    "and",  # before another clause with a verb
    "calendar",  # never a place, be they in the phone book: `call bob in May`
    "article",  # before the name of a place
    "when",  # times: nobody's name after CALL; where a line below an order begins with one, it puts the order off
    "but",  # anywhere in such a line they put it off, take it back or make it depend on something
    "interjection",  # said by itself (`sure`): alone it calls nobody of that name
    "noun",  # things with a verb of CALL in their name: `phone bill`
    "pronoun",  # nobody's name after CALL, be it in the phone book: `call me` is what people say to each other
    "asking",  # a request in place of an order: it is asked whether the order is meant
    "around_reference",  # beside an order's reference, and in its place
    "minutes", "on", "off", "delete", "list",  # what arguments are made of
    "courtesy",  # a reply of nothing but these words is kindness: an answer to it would cost its sender
    "sign_off",  # those of them that close a letter and thank for nothing
    "thanks",  # words that thank, whatever stands beside them
    "greeting",  # a subject of nothing but these says nothing
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """One language. `names` is what may follow LANGUAGE; phrases are in lower case, with their accents.

    `verbs` are by the command's name; a command that has none here is known by its English ones alone.
    """

    code: str
    names: Phrases
    verbs: Mapping[str, Phrases]
    clauses: Mapping[str, Phrases]
    words: Mapping[str, Phrases]
