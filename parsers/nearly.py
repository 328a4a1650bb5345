"""A line that is no order, but would be one without some words that only ask for it: it is asked about.

`can you call mum?` may be meant for us or for somebody else, so nothing is called; who wrote it needs only to send back
what they are told.
"""

from dataclasses import replace

from kernel.errors import Refused
from parsers import vocabulary
from parsers.grammar import Reader
from parsers.lines import only_reading
from parsers.table import call_of
from parsers.words import ASKING


def nearly(reader: Reader) -> Refused | None:
    """Which order a line nearly is, as a question; None if it isn't nearly one."""
    words = _plainer(reader)
    reading = only_reading(replace(reader, words=words))
    if not reading or "call" not in reading:
        return None
    return Refused("do_you_mean", order=call_of(reading).shown())


def _plainer(reader: Reader) -> list[str]:
    """The words without those that ask, without a question mark, and without an article behind the verb."""
    words: list[str] = []
    at = 0
    while at < len(reader.words):
        if skipped := vocabulary.REQUEST.at(reader.keys, at):
            at += skipped
            continue
        verb = reader.clauses[0].keywords
        length = verb.at(reader.keys, at) if verb else 0
        words.append("call" if length else reader.words[at])
        at += max(length, 1)
        if length:
            at += vocabulary.ARTICLE.at(reader.keys, at)
    if words:
        words[-1] = words[-1].rstrip(ASKING) or words[-1]
    return words
