"""A Palm VII: reads the pages at /m as its clipping viewer does, and sends what is tapped."""

import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

USER_AGENT: Final = "Mozilla/2.0 (compatible; Elaine/1.0)"
LONGEST_WAIT_S: Final = 15


@dataclass(slots=True)
class Form:
    """What of a page is sent together: its fields, and its buttons by what is written on them."""

    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._reads = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._reads = self._reads or tag == "body"
        if tag == "form":
            self.forms.append(Form())
        if tag == "input" and given.get("type", "").lower() == "submit":
            self.forms[-1].buttons[given["value"]] = given["name"]
        elif tag == "input":
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._reads and data.strip():
            self.text.append(" ".join(data.split()))


class Palm:
    """One device, at the web door of `base` (http://host:port). OSError if a page can't be had."""

    def __init__(self, base: str) -> None:
        self._at, self._page, self.octets = f"{base}/m", _Page(), 0

    def open(self, handle: str) -> None:
        """The user's own bookmark."""
        self._read(f"{self._at}/{handle}", None)

    def tap(self, label: str, **fields: str) -> None:
        """A button, with some of the fields beside it filled in. KeyError if the page has no such button."""
        for form in self._page.forms:
            if label in form.buttons:
                sent = form.fields | fields | {form.buttons[label]: label}
                self._read(self._at, urlencode(sent).encode())
                return
        raise KeyError(label)

    @property
    def buttons(self) -> list[str]:
        """What can be tapped."""
        return [label for form in self._page.forms for label in form.buttons]

    @property
    def text(self) -> list[str]:
        """What can be read, line by line."""
        return self._page.text

    def _read(self, url: str, body: bytes | None) -> None:
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*"}
        request = urllib.request.Request(url, body, headers)  # noqa: S310 our own door
        with urllib.request.urlopen(request, timeout=LONGEST_WAIT_S) as answer:  # noqa: S310
            octets, charset = answer.read(), answer.headers.get_content_charset("iso-8859-1")
        self._page, self.octets = _Page(), len(octets)
        self._page.feed(octets.decode(charset))
