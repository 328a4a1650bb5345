"""The vCards (RFC 2426, 6350, and versit's 2.1) that a mail carries, as names with telephone numbers each.

vobject reads them, which takes any time it likes over a hostile line and raises whatever it meets: it is given only the
lines that are looked for, if they are short and plainly written. Nothing is unpacked; pictures are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final

import vobject

from parsers.mime import open_mail

MOST_CARDS: Final = 500
MOST_BYTES: Final = 512 * 1024
"""Of all cards of a mail together; what is beyond it is not read."""
LONGEST_LINE: Final = 500
LONGEST_NAME: Final = 200
_KINDS: Final = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
_HINT: Final = re.compile(rb"vcard|text/directory|\.vcf", re.IGNORECASE)
_WANTED: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,40}\.)?(BEGIN|END|VERSION|FN|N|TEL)[;:]", re.IGNORECASE)
_PARAMETER: Final = r";[A-Za-z0-9_-]{1,40}(?:=[^;:,\"\r\n]{0,60}(?:,[^;:,\"\r\n]{0,60}){0,8})?"
_PLAIN: Final = re.compile(rf"[A-Za-z0-9_.-]{{1,81}}(?:{_PARAMETER}){{0,8}}:", re.IGNORECASE)
_QUOTED: Final = re.compile(r"(?i)quoted-printable[^\n]*=\Z")
_EXTENSION: Final = re.compile(r"(?i);ext=([0-9]{1,8})\Z")
_NO_VOICE: Final = frozenset({"fax", "pager", "modem", "bbs", "pcs", "textphone"})
_BETTER: Final = ("cell", "voice")
_PREFERENCE: Final = re.compile(r"[1-9][0-9]?|100")
_LEAST: Final = 101


@dataclass(frozen=True, slots=True)
class Card:
    """A name and its numbers as they were written, the preferred one first."""

    name: str
    numbers: tuple[str, ...]


def cards_in(raw: bytes) -> tuple[Card, ...]:
    """The cards of a raw mail, attached or not, each with a name and a number; none if it has no readable one.

    Raises nothing, but for a mail that `open_mail` refuses.
    """
    if not _HINT.search(raw):
        return ()
    found: list[Card] = []
    left = MOST_BYTES
    for part in _parts(open_mail(raw)):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and left > 0:
            found += cards_of(content[:left].decode("utf-8", "replace"))
            left -= len(content)
    return tuple(found[:MOST_CARDS])


def cards_of(text: str) -> list[Card]:
    """The cards of a vCard file."""
    found: list[Card] = []
    body: list[str] | None = None
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        marker = line[:20].strip().upper()
        if marker == "BEGIN:VCARD":
            body = []
        elif marker != "END:VCARD":
            if body is not None:
                body.append(line)
        elif body is not None and len(found) < MOST_CARDS:
            found += filter(None, [_card(body)])
            body = None
    return found


def _parts(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    waiting = [message]
    while waiting:
        part = waiting.pop()
        content = part.get_payload()
        if part.get_content_maintype() == "message":
            continue
        if isinstance(content, list):
            waiting.extend(reversed([child for child in content if isinstance(child, Message)]))
        elif part.get_content_type() in _KINDS or (part.get_filename() or "").lower().endswith(".vcf"):
            yield part


def _card(body: list[str]) -> Card | None:
    wanted = "\r\n".join(["BEGIN:VCARD", *_wanted(body), "END:VCARD", ""])
    try:
        card = vobject.readOne(wanted, transform=False, ignoreUnreadable=True, allowQP=True)
        name = str(card.fn.value) if "fn" in card.contents else _from_parts(str(card.n.value))
        numbers = [each for each in card.contents.get("tel", ()) if not _NO_VOICE & _types(each)]
    except Exception:  # noqa: BLE001 - it raises nearly anything; one bad card must not keep the others
        return None
    written = tuple(_written(str(number.value)) for number in sorted(numbers, key=_rank))
    shown = " ".join(name.split())
    return Card(shown, written) if written and 0 < len(shown) <= LONGEST_NAME else None


def _wanted(body: list[str]) -> Iterator[str]:
    """The logical lines that are looked for, those that fold joined, as far as they are plainly written."""
    kept = ""
    for line in body:
        if kept and (line[:1] in (" ", "\t") or _QUOTED.search(kept)):
            kept = kept[:-1] + line if _QUOTED.search(kept) else kept + line[1:]
            kept = kept[: LONGEST_LINE + 1]
            continue
        if kept and len(kept) <= LONGEST_LINE and _PLAIN.match(kept):
            yield kept
        kept = line if _WANTED.match(line) else ""
    if kept and len(kept) <= LONGEST_LINE and _PLAIN.match(kept):
        yield kept


def _from_parts(structured: str) -> str:
    """`Smith;Ann;;Dr;` as it is said."""
    family, _, rest = structured.partition(";")
    return f"{rest.partition(';')[0]} {family}"


def _types(line: vobject.base.ContentLine) -> frozenset[str]:
    said = [*line.params.get("TYPE", ()), *line.singletonparams]
    return frozenset(each.lower() for value in said for each in value.split(","))


def _rank(line: vobject.base.ContentLine) -> tuple[int, int]:
    """Preferred ones first: `PREF=1` to 100 (RFC 6350, 5.3), else TYPE=pref; then those to talk on the move."""
    types = _types(line)
    said = next((int(value) for value in line.params.get("PREF", ()) if _PREFERENCE.fullmatch(value)), _LEAST)
    pref = 1 if "pref" in types else said
    return pref, next((at for at, better in enumerate(_BETTER) if better in types), len(_BETTER))


def _written(value: str) -> str:
    """`tel:+1-201-555-0123;ext=102` as a person writes it."""
    number = value.strip().removeprefix("tel:").removeprefix("TEL:")
    extension = _EXTENSION.search(number)
    return f"{number[: extension.start()]} x{extension[1]}" if extension else number
