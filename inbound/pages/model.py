"""A page before it is drawn: what it says, asks for and offers, the same for every rendering.

All that a page offers is a button, and what a button sends is POSTed to the one address of the pages with its page's
token: there is nothing to follow that could be kept, passed on or fetched in advance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

Kind = Literal["text", "number", "pin"]


@dataclass(frozen=True, slots=True)
class Button:
    """`name` is an action and what it is about (`dial.1f00ba`), `label` what the person reads."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something to key in; `label` stands before it."""

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    longest: int = 40


@dataclass(frozen=True, slots=True)
class Main:
    """What the page is there for: its fields, and the button that sends them with `token` and `hidden`."""

    button: Button
    token: str
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`token` goes with `items` (a list to choose from) and `links` (the ways on), which only look."""

    title: str
    lines: tuple[str, ...] = ()
    items: tuple[Button, ...] = ()
    main: Main | None = None
    links: tuple[Button, ...] = ()
    foot: tuple[str, ...] = ()
    """What is said below all else."""
    more: Button | None = None
    """Where the links are that a small screen has no room for; they stand last among `links`."""
    token: str = ""
    status: HTTPStatus = HTTPStatus.OK
    language: str = "en"


Listing = Callable[[int], Page]
"""A page with so many of its items at most; those that follow are behind a button of its own."""


def whole(page: Page) -> Listing:
    """A page without a list: it is as it is."""
    return lambda _most: page
