"""What a browser sent: read by hand, since the browsers meant write their forms in whatever letters they have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

TYPE: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 20
LONGEST_FIELD: Final = 200
FIELDS: Final = frozenset({"t", "u", "p", "to", "name", "number", "ref", "entry"})
_BUTTON: Final = re.compile(r"([a-z]{1,12})(?:\.([A-Za-z0-9]{1,28}))?\Z")


class Unreadable(Exception):
    """No form of ours."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields, and the one button that was pressed: its action, and what that is about ("" for nothing)."""

    fields: Mapping[str, str]
    action: str
    about: str = ""

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").strip()


def read_form(body: bytes, mimetype: str) -> Form:
    """Unreadable if it is no form of ours: another type, a field twice, two buttons, too much."""
    if mimetype != TYPE:
        raise Unreadable
    fields: dict[str, str] = {}
    buttons: list[tuple[str, str]] = []
    for name, value in _pairs(body):
        pressed = _BUTTON.match(name)
        if name in fields or len(value) > LONGEST_FIELD:
            raise Unreadable
        if name in FIELDS:
            fields[name] = value
        elif pressed:
            buttons.append((pressed[1], pressed[2] or ""))
        else:
            raise Unreadable
    if len(buttons) != 1:
        raise Unreadable
    return Form(fields, *buttons[0])


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """UTF-8, or what a browser of 1999 sends instead: of that, each octet is some letter."""
    try:
        text = body.decode("ascii")
        for encoding, errors in (("utf-8", "strict"), ("cp1252", "replace")):
            try:
                return parse_qsl(
                    text, keep_blank_values=True, encoding=encoding, errors=errors, max_num_fields=MOST_FIELDS
                )
            except UnicodeDecodeError:
                continue
    except ValueError:
        pass
    raise Unreadable
