"""Pages drawn: for a Palm VII's proxy, as a deck of WML 1.1, as plain HTML 3.2; each as small as it has to be."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from anyascii import anyascii
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from inbound.pages.choosing import Rendering
from inbound.pages.model import Button, Listing, Main, Page
from inbound.pages.wbxml import compiled_size

TEMPLATES: Final = Path(__file__).parent / "templates"
PALM_OCTETS: Final = 800
WML_OCTETS: Final = 1397
"""A Nokia 7110 takes no larger deck (compiled); others take more."""
LONGEST_SMALL_LABEL: Final = 20
SHORTER: Final = (160, 120, 80, 40)
"""To so many characters lines are cut if the page is too large even so."""
Octets = Callable[[bytes], int]


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind of browser is served. `most` octets as `size` counts them; `items` is where a list begins with."""

    template: str
    mimetype: str
    charset: str
    most: int
    items: int
    size: Octets = len
    label: int = 80
    links: int = 9
    line: int = 400


WAYS: Final[Mapping[Rendering, Way]] = {
    "palm": Way("palm.html", "text/html", "iso-8859-1", PALM_OCTETS, 9, label=LONGEST_SMALL_LABEL, links=3),
    "wml": Way(
        "deck.wml", "text/vnd.wap.wml", "utf-8", WML_OCTETS, 9, lambda deck: compiled_size(deck.decode()),
        LONGEST_SMALL_LABEL, 3,
    ),
    "html": Way("page.html", "text/html", "utf-8", 65_536, 40),
}  # fmt: skip


def draw(listing: Listing, rendering: Rendering) -> bytes:
    """The page with as many of its items as there is room for."""
    way = WAYS[rendering]
    for most in range(way.items, -1, -1):
        body = _drawn(listing(most), way)
        if way.size(body) <= way.most:
            return body
    for longest in SHORTER:  # a name that grew when it was spelled in other letters
        body = _drawn(listing(0), replace(way, line=longest))
        if way.size(body) <= way.most:
            break
    return body


def _drawn(page: Page, way: Way) -> bytes:
    template = _environment(way.template).get_template(way.template)
    text = template.render(page=_shortened(page, way), style=Markup(style()))  # noqa: S704 - our own file
    return text.strip().encode(way.charset)


def _shortened(page: Page, way: Way) -> Page:
    def fitting(text: str) -> str:
        return readable(text, way.charset)

    def said(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_cut(fitting(line), way.line) for line in lines)

    def labelled(buttons: Iterable[Button]) -> tuple[Button, ...]:
        return tuple(Button(each.name, _cut(fitting(each.label), way.label)) for each in buttons)

    main = page.main
    if main is not None:
        (button,) = labelled([main.button])
        fields = tuple(replace(each, label=fitting(each.label), value=fitting(each.value)) for each in main.fields)
        hidden = tuple((name, value) for name, value in main.hidden if value)
        main = Main(button, main.token, fields, hidden)
    links = page.links
    if page.more and len(links) > way.links:
        links = (*links[: way.links - 1], page.more)
    return replace(
        page, title=_cut(fitting(page.title), way.label), lines=said(page.lines), items=labelled(page.items),
        main=main, links=labelled(links), foot=said(page.foot),
    )  # fmt: skip


def readable(text: str, charset: str) -> str:
    """A text in a page's letters: what has none there is spelled in others, what is no letter of any text is gone."""
    if charset != "utf-8":
        text = "".join(each if _has(each, charset) else anyascii(each) for each in text)
    return "".join(each for each in text if each.isprintable() and each not in "\ufffe\uffff")


def _has(letter: str, charset: str) -> bool:
    try:
        letter.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 2].rstrip() + ".."


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet, small enough to stand in the page."""
    return " ".join((TEMPLATES / "style.css").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def style_hash() -> str:
    """By which a Content-Security-Policy allows this style and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()


@lru_cache(maxsize=4)
def _environment(template: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_without_variables if template.endswith(".wml") else None,
    )  # fmt: skip
    made.filters["variable"] = Markup
    return made


def _without_variables(value: Any) -> Any:
    """In WML a dollar begins a variable's name, and two of them are a dollar. What is Markup is ours."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else escape(value.replace("$", "$$"))
