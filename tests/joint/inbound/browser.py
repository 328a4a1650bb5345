"""Browsers of the pages: each reads what it is given, shows its buttons, and POSTs the one that is pressed."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from tests.joint.inbound.web import Answer, Web
from tests.unit.inbound.house import PIN

PALM = {"Accept": "*/*", "User-Agent": "Mozilla/2.0 (compatible; Elaine/1.0)"}
WAP = {"Accept": "text/vnd.wap.wml, image/vnd.wap.wbmp, */*", "User-Agent": "Nokia7110/1.0 (04.84)"}
DESK = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0 (X11) Chrome/130"}
BROWSERS = {"palm": PALM, "wml": WAP, "html": DESK}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Form:
    """A form, or what of a deck is posted together: hidden fields, fields to fill in, buttons by their names."""

    hidden: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.title, self._in, self._quiet = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in = tag
        if tag == "form":
            assert (given["method"].lower(), given["action"]) == ("post", "/m")
            self.forms.append(Form())
        if tag == "input":
            kind = given.get("type", "text").lower()
            place = {"hidden": "hidden", "submit": "buttons"}.get(kind, "fields")
            getattr(self.forms[-1], place)[given["name"]] = given.get("value", "")
        assert tag not in {"script", "img", "a", "link"}

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.title += data
        elif self._in != "style" and data.strip():
            self.text.append(data.strip())


class _Deck(HTMLParser):
    """A deck's variables are those that its card sets on the way in."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.title = ""
        self._set: dict[str, str] = {}
        self._label: str | None = None
        self._sent: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "") for name, value in attrs}
        if tag == "card":
            self.title = given["title"].replace("$$", "$")
        if tag == "setvar":
            self._set[given["name"]] = given["value"].replace("$$", "$")
        if tag == "anchor":
            self._label = ""
        if tag == "do":
            self._label = given["label"].replace("$$", "$")
        if tag == "go":
            assert (given["method"], given["href"]) == ("post", "/m")
            self._sent = {}
        if tag == "postfield":
            self._sent[given["name"]] = given["value"]
        assert tag not in {"a", "img", "script"}

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"anchor", "do"}:
            return
        made = Form()
        for name, value in self._sent.items():
            if variable := re.fullmatch(r"\$\((\w+)\)", value):
                place = made.hidden if variable[1] == "t" else made.fields
                place[name] = self._set[variable[1]]
            elif value == "1" and name not in {"ref", "entry", "to", "v"}:
                made.buttons[name] = self._label or ""
            else:
                made.hidden[name] = value.replace("$$", "$")
        self.forms.append(made)
        self._label = None

    def handle_data(self, data: str) -> None:
        if self._label is not None:
            self._label += data.replace("$$", "$")
        elif data.strip():
            self.text.append(data.strip().replace("$$", "$"))


@dataclass
class Shown:
    """A page as its browser has it."""

    browser: "Browser"
    answer: Answer
    forms: list[Form]
    text: str
    title: str

    @property
    def buttons(self) -> dict[str, str]:
        """What can be pressed: names, and what is written on them."""
        return {name: label for form in self.forms for name, label in form.buttons.items()}

    def named(self, label: str) -> str:
        """The name of the button with that written on it."""
        return next(name for name, written in self.buttons.items() if written == label)

    def body(self, button: str, **fields: str) -> dict[str, str]:
        """What pressing a button sends, with some of the fields filled in."""
        form = next(form for form in self.forms if button in form.buttons)
        return form.hidden | form.fields | fields | {button: form.buttons[button]}

    def press(self, label: str, **fields: str) -> "Shown":
        """By what is written on it."""
        return self.browser.post(self.body(self.named(label), **fields))

    def tap(self, button: str, **fields: str) -> "Shown":
        """By its name."""
        return self.browser.post(self.body(button, **fields))


@dataclass
class Browser:
    """One of them, at the door of a test's house."""

    web: Web
    headers: dict[str, str]

    @property
    def kind(self) -> str:
        return next(kind for kind, headers in BROWSERS.items() if headers["User-Agent"] == self.headers["User-Agent"])

    def get(self, path: str = "/m", **headers: str) -> Shown:
        return self._shown(self.web.ask("GET", path, None, **self._headers(headers)))

    def post(self, body: dict[str, str] | bytes, **headers: str) -> Shown:
        sent = body if isinstance(body, bytes) else urlencode(body).encode()
        return self._shown(self.web.ask("POST", "/m", sent, **self._headers(FORM | headers)))

    def sign_in(self, handle: str = "ann", pin: str = PIN) -> Shown:
        return self.get(f"/m/{handle}").tap("sign", p=pin)

    def _headers(self, more: dict[str, str]) -> dict[str, Any]:
        named = {"Authorization": ""} | self.headers | {name.replace("_", "-"): value for name, value in more.items()}
        return {name.replace("-", "_"): value for name, value in named.items()}

    def _shown(self, answer: Answer) -> Shown:
        read: _Html | _Deck = _Deck() if "wml" in answer.headers["content-type"] else _Html()
        charset = answer.headers["content-type"].partition("charset=")[2]
        read.feed(answer.body.decode(charset))
        return Shown(self, answer, read.forms, " | ".join(read.text), read.title.strip().removesuffix(" - Cordboard"))
