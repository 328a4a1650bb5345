"""A mail's HTML as the lines a reader would see of what was written this time.

The parser behind it takes quadratic time over tags that are never closed, so tags and length are capped before it.
"""

import re
from typing import Final

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

MAX_HTML: Final = 64 * 1024
MAX_TAGS: Final = 1500
MAX_TAG: Final = 4096

_UNSEEN_TAGS: Final = frozenset(
    {"blockquote", "script", "style", "head", "title", "template", "object", "select", "textarea"}
)
_CLASSES = """gmail_quote gmail_quote_container gmail_attr gmail_signature gmail_signature_prefix yahoo_quoted
moz-cite-prefix moz-signature moz-forward-container protonmail_quote protonmail_signature_block zmail_extra"""
_UNSEEN_CLASSES: Final = frozenset(_CLASSES.split())
_UNSEEN_IDS: Final = frozenset({"Signature", "ms-outlook-mobile-signature", "OLK_SRC_BODY_SECTION"})
_REST_IS_QUOTE: Final = frozenset(
    {"appendonsend", "divRplyFwdMsg", "stopSpelling", "mail-editor-reference-message-container"}
)
_BLOCKS: Final = ["p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "pre", "hr", "center", "address"]
_BREAK: Final = "\0"
_BETWEEN: Final = {"br": _BREAK, "td": " ", "th": " "}
_HIDDEN: Final = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|opacity:0(?![.\d]*[1-9])|mso-hide:all|max-height:0"
)
_SPACES: Final = re.compile(r"\s+")


def html_text(html: str) -> str:
    """Plain lines of `html`: hidden elements, quotes and signatures that mark themselves as such left out."""
    whole, capped = _capped(html)
    soup = BeautifulSoup(capped, "html.parser")
    for tag in soup.find_all(True):
        if tag.get("id") in _REST_IS_QUOTE:
            for later in [*tag.next_elements, tag]:
                later.extract()
            break
        if _unseen(tag):
            tag.extract()
    lines = _lines(soup)
    return "\n".join(lines if whole else lines[:-1])  # the last line of a cut text may hold but half a number


def _unseen(tag: Tag) -> bool:
    classes = tag.get_attribute_list("class")
    return (
        tag.name in _UNSEEN_TAGS
        or tag.get("id") in _UNSEEN_IDS
        or not _UNSEEN_CLASSES.isdisjoint(map(str, classes))
        or tag.has_attr("hidden")
        or bool(_HIDDEN.search(_SPACES.sub("", str(tag.get("style", ""))).lower()))
    )


def _lines(soup: BeautifulSoup) -> list[str]:
    pieces: list[str] = []
    for block in soup.find_all(_BLOCKS):
        block.append(NavigableString(_BREAK))
    for element in soup.descendants:
        if isinstance(element, Tag):
            pieces.append(_BETWEEN.get(element.name, _BREAK if element.name in _BLOCKS else ""))
        elif type(element) is NavigableString:  # comments and declarations are of its subclasses
            pieces.append(element if element == _BREAK else _SPACES.sub(" ", element))
    return [_SPACES.sub(" ", line).strip() for line in "".join(pieces).split(_BREAK)]


def _capped(html: str) -> tuple[bool, str]:
    """Whether nothing had to be cut off, and the rest, comments taken out.

    Cut at the first overlong or unclosed tag, after `MAX_TAGS` tags, and at `MAX_HTML`.
    """
    whole = len(html) <= MAX_HTML
    html, kept = html[:MAX_HTML].replace(_BREAK, "\ufffd"), list[str]()
    at = 0
    for _ in range(MAX_TAGS):
        start = html.find("<", at)
        if start < 0:
            kept.append(html[at:])
            return whole, "".join(kept)
        kept.append(html[at:start])
        comment = html.startswith("<!--", start)
        end = html.find("-->" if comment else ">", start)
        if end < 0 or (not comment and end - start > MAX_TAG):
            break
        at = end + (3 if comment else 1)
        if not comment:
            kept.append(html[start:at])
    return False, "".join(kept)
