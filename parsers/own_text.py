"""What the person wrote this time: a mail's text without quotes, signature, device footer and disclaimer.

Line by line with plain comparisons, so that its time grows with the text and no faster. In doubt a line is left out:
an order too few is told to its sender, an old order dialled again costs money.
"""

import re
import unicodedata
from typing import Final

from parsers import footers

MAX_LINES: Final = 500
"""Lines looked at; the command is in the first ones."""
MAX_LINE: Final = 2000
_MOST_ATTRIBUTION_LINES: Final = 4
_MOST_ATTRIBUTION: Final = 400
_LOOK_AHEAD: Final = 4
_RULES: Final = "-_=*~#+"
_LEAST_RULE: Final = 3
_NOT_PLAIN: Final = re.compile(r"[^\n\t -~]")


def own_text(text: str) -> str:
    """The own lines of a decoded body, joined by newlines, without empty lines around them; empty if there are none.

    Text under a `>` quote is own text only after an empty line: what stands right below is the quote's own overflow.
    """
    lines = clean(text).split("\n", MAX_LINES)[:MAX_LINES]
    lines = [line[:MAX_LINE] for line in lines]
    kept: list[str] = []
    at, under_quote = 0, False
    while at < len(lines):
        line = lines[at].strip()
        if line.startswith(">") or (under_quote and line):
            under_quote = True
            at += 1
            continue
        under_quote = False
        if length := _attribution(lines, at):
            if not _next_line(lines, at + length).startswith(">"):
                break
            at += length
            continue
        if _ends_own_text(lines, at):
            break
        kept.append(_without_link(line))
        at += 1
    return "\n".join(kept).strip("\n")


def clean(text: str) -> str:
    """Newlines as LF, every space as a space, control characters (NUL too) as U+FFFD: seen, not skipped."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_PLAIN.sub(lambda found: _cleaned(found[0]), text)


def _cleaned(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Zs":
        return " "
    if kind in ("Zl", "Zp"):
        return "\n"
    return "\ufffd" if kind in ("Cc", "Cs") else char


def _next_line(lines: list[str], at: int) -> str:
    return next((line.strip() for line in lines[at : at + _LOOK_AHEAD] if line.strip()), "")


def _ends_own_text(lines: list[str], at: int) -> bool:
    """Whether a signature, footer, disclaimer, forwarded or quoted mail begins at this line."""
    line = lines[at].strip()
    if not line:
        return False
    if line == "--" or _is_rule(line) or _is_link(line):
        return True
    bare = line.lower().strip(footers.ORNAMENTS)
    return bare.startswith(footers.DEVICES + footers.DISCLAIMERS + footers.FORWARDS) or _header_block(lines, at)


def _is_rule(line: str) -> bool:
    """A line of one repeated sign, or words between two of them (`-----Original Message-----`)."""
    sign = line[0]
    if sign not in _RULES or len(line) < _LEAST_RULE:
        return False
    return line == sign * len(line) or (line.startswith("---") and line.endswith("---"))


def _is_link(line: str) -> bool:
    return " " not in line and any(link in line for link in footers.LINKS)


def _without_link(line: str) -> str:
    """Cut off the link that some satellite messengers put behind the text on the same line."""
    words = line.split(" ")
    return " ".join(words[:-1]).rstrip(" -:") if len(words) > 1 and _is_link(words[-1]) else line


def _attribution(lines: list[str], at: int) -> int:
    """How many lines the header of a quote takes here (`On ... wrote:`, often wrapped); 0 if none begins here."""
    joined = ""
    for length, line in enumerate(lines[at : at + _MOST_ATTRIBUTION_LINES], 1):
        joined = f"{joined} {line.strip()}".strip().lower()
        if not line.strip() or len(joined) > _MOST_ATTRIBUTION:
            return 0
        if joined.endswith(":") and _attributes(joined.lstrip(footers.ORNAMENTS), length):
            return length
    return 0


def _attributes(joined: str, length: int) -> bool:
    if any(joined.startswith(begin) and verb in joined for begin, verb in footers.ATTRIBUTIONS):
        return True
    return length == 1 and joined[:-1].rstrip().endswith(footers.WROTE)


def _header_block(lines: list[str], at: int) -> bool:
    """`From: ...` with another header (`Sent:`, `To:`) right below, as Outlook puts above what it quotes."""
    if _field(lines[at]) not in footers.SENDER_FIELDS:
        return False
    return any(_field(line) in footers.OTHER_FIELDS for line in lines[at + 1 : at + 1 + _LOOK_AHEAD])


def _field(line: str) -> str:
    name, colon, _ = line.strip().lower().partition(":")
    return name.strip(footers.ORNAMENTS) if colon else ""
