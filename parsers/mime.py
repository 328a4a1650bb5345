"""A raw mail opened within bounds: its headers as text, and the parts that are its body.

The standard library's parser recurses for each nested part, takes seconds over thousands of encoded words and raises
whatever it meets, so what it would choke on is counted in the raw bytes first. Attachments and mails within the mail
are never looked into.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from kernel.errors import Refused

MAX_HEADER_BYTES: Final = 96 * 1024
MAX_HEADERS: Final = 300
MAX_ENCODED_WORDS: Final = 200
MAX_ADDRESSES: Final = 2000
MAX_BOUNDARIES: Final = 20
MAX_MESSAGES_WITHIN: Final = 20
MAX_PARTS: Final = 1000
MAX_TEXT_BYTES: Final = 64 * 1024

_HEAD_ENDS: Final = re.compile(rb"(?:\A|\r?\n)\r?\n")
_HEADER_BEGINS: Final = re.compile(rb"^[^\s:]", re.MULTILINE)
_BOUNDARY: Final = re.compile(rb"boundary[ \t*0-9]{0,8}=", re.IGNORECASE)
_MESSAGE: Final = re.compile(rb"(?:\A|[\r\n])content-type[ \t]*:[ \t\r\n]*message/", re.IGNORECASE)
_DASHES: Final = re.compile(rb"[\r\n]--")
_LONG_FIELD: Final = re.compile(rb"(?:\A|[\r\n])content-[a-z-]{1,40}:(?:[^\n]|\n[ \t]){4000}", re.IGNORECASE)
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_CHARSETS_REFUSED: Final = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"})
_FALLBACKS: Final = ("utf-8", "windows-1252", "latin-1")


@dataclass(frozen=True, slots=True)
class Body:
    """The body's first text/plain and first text/html, decoded; None where the mail has none."""

    plain: str | None
    html: str | None


def open_mail(raw: bytes) -> "Message[str, str]":
    """Parse `raw` (its size is the door's affair); raises Refused `unreadable_mail` if it is beyond the bounds."""
    _check(raw)
    return BytesParser(policy=compat32).parsebytes(raw)


def headers(message: "Message[str, str]", name: str) -> list[str]:
    """All values of header `name`, unfolded, raw 8-bit bytes read as UTF-8 or else Latin-1; encoded words left."""
    values = [str(value) for key, value in message.raw_items() if key.lower() == name]
    return [_eight_bit(_FOLD.sub(" ", value)).strip() for value in values]


def body(message: "Message[str, str]") -> Body:
    """The text of the mail itself."""
    found: dict[str, str] = {}
    for part in _own_parts(message):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not found.get(kind, "").strip():
            found[kind] = _text(part)
    return Body(found.get("text/plain"), found.get("text/html"))


def _check(raw: bytes) -> None:
    head = _HEAD_ENDS.split(raw, 1)[0]
    within = (
        len(head) <= MAX_HEADER_BYTES
        and len(_HEADER_BEGINS.findall(head)) <= MAX_HEADERS
        and head.count(b"=?") <= MAX_ENCODED_WORDS
        and head.count(b"@") <= MAX_ADDRESSES
        and len(_BOUNDARY.findall(raw)) <= MAX_BOUNDARIES
        and len(_MESSAGE.findall(raw)) <= MAX_MESSAGES_WITHIN
        and (not _BOUNDARY.search(raw) or len(_DASHES.findall(raw)) <= MAX_PARTS)
        and not _LONG_FIELD.search(raw)
    )
    if not within:
        raise Refused("unreadable_mail")


def _own_parts(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """Leaf parts in order, without attachments and without what lies in forwarded messages or reports."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_disposition() == "attachment" or part.get_content_maintype() == "message":
            continue
        content = part.get_payload()
        if isinstance(content, list):
            waiting.extend(reversed([child for child in content if isinstance(child, Message)]))
        else:
            yield part


def _text(part: "Message[str, str]") -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text = _decoded(content[:MAX_TEXT_BYTES], part.get_content_charset())
    if len(content) > MAX_TEXT_BYTES:
        text = text.rpartition("\n")[0]  # the last line may hold but half a number
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _unflowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _decoded(content: bytes, charset: str | None) -> str:
    """By the declared charset, else UTF-8, Windows-1252, Latin-1: the first that fits."""
    cut = len(content) == MAX_TEXT_BYTES
    for name in (charset or "utf-8", *_FALLBACKS):
        try:
            if codecs.lookup(name).name.replace("_", "-") not in _CHARSETS_REFUSED:
                return content.decode(name, "ignore" if cut and name == "utf-8" else "strict")
        except (LookupError, ValueError):  # unknown, or not that charset after all
            continue
    return content.decode("latin-1")


def _eight_bit(value: str) -> str:
    if value.isascii():
        return value
    content = value.encode("utf-8", "surrogateescape")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _unflowed(text: str, delete_space: bool) -> str:
    """Join the soft line breaks of RFC 3676, so that a wrapped command is one line again."""
    lines: list[str] = []
    soft = False
    for line in text.replace("\r\n", "\n").split("\n"):
        unstuffed = line.removeprefix(" ")
        if soft and not line.startswith(">"):
            lines[-1] += unstuffed
        else:
            lines.append(unstuffed)
        soft = unstuffed.endswith(" ") and unstuffed != "-- " and not line.startswith(">")
        if soft and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
