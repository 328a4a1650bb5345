"""Lines of JSON in, lines of JSON out, for `cordboard parse --jsonl`: one message each, whatever stands there."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

from cordboard.parsing import CHANNELS, Message, explain
from kernel.errors import Refused

MAX_LINE: Final = 32 * 1024 * 1024
"""Bytes of one line; a raw mail is the longest thing in it."""
NO_COUNTRY: Final = "country must be a code of two letters (ISO 3166), like US."
_MAX_NAMES: Final = 20_000


class Unreadable(Exception):
    """A line that is no message; says why in one sentence."""


def lines_of(source: BinaryIO) -> Iterator[bytes]:
    """Each line without its end, cut at a byte more than `MAX_LINE`, so that no line is too long for the memory."""
    while line := source.readline(MAX_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := source.readline(MAX_LINE)):
            pass
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def answer(line: bytes) -> str:
    """The line to write for one that was read: what it would do, or the error in a sentence. Never raises."""
    try:
        told: dict[str, object] = explain(message_of(line)).as_dict()
    except Unreadable as e:
        told = {"error": str(e)}
    except Refused:
        told = {"error": "The mail in raw_email can't be read: it is no mail, or beyond all bounds."}
    return json.dumps(told)


def message_of(line: bytes) -> Message:
    """The message that a line describes; Unreadable if it is none."""
    said = _object(line)
    channel = _text(said, "channel")
    if channel not in CHANNELS:
        raise Unreadable(f"channel must be one of {', '.join(CHANNELS)}.")
    text, raw = _text(said, "text"), _text(said, "raw_email")
    if (text is None) == (raw is None):
        raise Unreadable("There must be either a text or a raw_email, and not both.")
    if raw is not None and channel != "email":
        raise Unreadable("A raw_email comes by the channel email.")
    _check_time(_text(said, "now"), _text(said, "tz"))
    return Message(
        channel=channel,
        text=text,
        raw_email=None if raw is None else _bytes(raw),
        country=_country(_text(said, "country")),
        names=_names(said.get("names")),
    )


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise Unreadable(f"The line is longer than {MAX_LINE // 1024 // 1024} MB.")
    try:
        said = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as e:
        raise Unreadable("The line is not UTF-8.") from e
    except (ValueError, RecursionError) as e:  # a number of 5,000 digits is a ValueError, too
        raise Unreadable("The line is not JSON.") from e
    if not isinstance(said, dict):
        raise Unreadable("The line is not a JSON object.")
    return said


def _text(said: dict[str, Any], name: str) -> str | None:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{name} must be a string.")
    return value


def _bytes(raw: str) -> bytes:
    """The mail's own bytes, if who wrote the line kept those that are no UTF-8 as Python does."""
    try:
        return raw.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return raw.encode("utf-8", "replace")


def _country(country: str | None) -> str | None:
    if not country:
        return None
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise Unreadable(NO_COUNTRY)
    return country.upper()


def _names(names: object) -> dict[str, str]:
    if names is None:
        return {}
    if not isinstance(names, dict):
        raise Unreadable("names must be an object: each name with its number.")
    if len(names) > _MAX_NAMES:
        raise Unreadable(f"names holds more than {_MAX_NAMES} names.")
    bad = next((name for name, number in names.items() if not isinstance(number, str)), None)
    if bad is not None:
        raise Unreadable(f"names: the number of {bad[:40]!a} must be a string like +442079460000.")
    return names


def _check_time(now: str | None, tz: str | None) -> None:
    """Nothing is scheduled yet, so neither changes the answer; but a bad one is told now, not when they do."""
    try:
        if now is not None:
            datetime.fromisoformat(now)
    except ValueError as e:
        raise Unreadable("now must be a time like 2026-03-01T14:05:00Z (ISO 8601).") from e
    if tz is not None and not _is_zone(tz):
        raise Unreadable("tz must be the name of a time zone, like Europe/Madrid.")


@lru_cache(maxsize=64)
def _is_zone(tz: str) -> bool:
    try:
        ZoneInfo(tz)
    except (ValueError, OSError, KeyError):  # no path that it may have, a folder, or none
        return False
    return True
