"""The command of a short text: a phone's, a gateway's, or one that a satellite messenger wrote its own lines under."""

from collections.abc import Mapping
from typing import Final

from parsers.commands import parse_text
from parsers.own_text import own_text
from parsers.results import Parsed

MAX_TEXT: Final = 16_000
"""Characters looked at; ten times the longest text that a gateway joins."""


def parse_sms(text: str, *, country: str | None, names: Mapping[str, str]) -> Parsed:
    """As `parse_text`, of what the person wrote: without the link, footer or quote under it. Never raises."""
    return parse_text(own_text(text[:MAX_TEXT]), country=country, names=names)
