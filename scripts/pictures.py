#!/usr/bin/env python3
"""Takes the pictures of docs/pages.md anew: the pages of a real call, as Chromium, lynx and w3m show them.

    .venv/bin/python scripts/pictures.py        # needs chromium, lynx and w3m (Debian packages of these names)

A house on the built-in exchange is set up, Ann signs in, calls Bob and drops him; each page that she gets is kept and
shown in windows of several sizes. Look at what comes out: no test does.
"""

import http.client
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from cordboard.lab.house import Enrolled, House
from cordboard.lab.ports import HOST
from orders.states import OrderState
from tests.joint.inbound.browser import BROWSERS, Browser, Shown
from tests.joint.inbound.web import Answer

OUT: Final = Path(__file__).parents[1] / "docs" / "pictures"
NAMES: Final = {
    "Bob": "+442079460000", "Harbour office": "+442079460012", "Mum": "+442079460018", "Zoë": "+33199001234",
}  # fmt: skip
GAP: Final = 6
TALL: Final = 500
"""Of windows with more pixels a few are enough."""
CHROMIUM: Final = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip
SHEETS: Final = (
    ("palm", "palm", (153, 144), False),
    ("153x144", "html", (153, 144), False),
    ("240x320", "html", (240, 320), False),
    ("phone", "html", (390, 700), False),
    ("phone-dark", "html", (390, 700), True),
    ("desktop", "html", (1100, 620), False),
)
"""Name of the picture, rendering, width and height of each window in pixels, whether the person likes it dark."""


@dataclass(frozen=True)
class Wire:
    """How a browser of the tests asks a real door."""

    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        connection.request(method, path, body, named)
        said = connection.getresponse()
        return Answer(said.status, {k.lower(): v for k, v in said.getheaders()}, said.read())


def main() -> int:
    """Take them all."""
    missing = [program for program in ("chromium", "lynx", "w3m") if not shutil.which(program)]
    if missing:
        print(f"Not here: {', '.join(missing)}. Install the Debian packages of these names.")
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cordboard-pictures-") as folder:
        here = Path(folder)
        pages = {kind: kept(here / kind, kind) for kind in ("palm", "html")}
        for name, kind, size, dark in SHEETS:
            chosen = ("home", "confirm", "call", "over") if size[1] > TALL else tuple(pages[kind])
            few = chosen[:2] if size[0] > TALL else chosen
            sheet(here, name, [pages[kind][page] for page in few], size, dark=dark)
        dump("lynx", pages["html"], "lynx", "-dump", "-width=72", "-force_html", "-assume_charset=utf-8",
             "-display_charset=utf-8", "-nolist")  # fmt: skip
        dump("w3m", pages["html"], "w3m", "-dump", "-cols", "72", "-T", "text/html", "-I", "utf-8", "-O", "utf-8")
    return 0


def kept(folder: Path, kind: str) -> dict[str, Path]:
    """The pages of a call in one rendering, each in a file."""
    config = {"human_contact": "Bob, +44 20 7946 0999", "log": {"level": "warning"}}
    with House(folder, config) as house:
        ann = house.enrol("Ann", names=NAMES)
        house.start()
        browser = Browser(Wire(house.web_port), BROWSERS[kind])  # type: ignore[arg-type]
        shown = {name: page.answer for name, page in call(house, browser, ann)}
    files = {}
    for name, answer in shown.items():
        files[name] = folder / f"{name}.html"
        charset = answer.headers["content-type"].partition("charset=")[2]
        said = answer.body.decode(charset).replace("<HEAD>", '<HEAD><META CHARSET="utf-8">', 1)
        files[name].write_text(said, "utf-8")
    return files


def call(house: House, browser: Browser, ann: Enrolled) -> list[tuple[str, Shown]]:
    """Signing in, the way to Bob, the call, what came of it."""
    first = browser.get("/m/ann")
    home = first.tap("sign", p=ann.pin)
    confirm = home.press("Bob")
    page = confirm.press("Call")
    house.until(lambda: house.orders()[0].state == OrderState.JOINED)
    status = page.press("Refresh")
    status.press("Drop")
    house.until(lambda: house.ended() == 1)
    over = status.press("Refresh")
    return [("sign-in", first), ("home", home), ("confirm", confirm), ("call", status), ("over", over),
            ("calls", over.press("Calls")), ("book", over.press("Home").press("Book"))]  # fmt: skip


def sheet(folder: Path, name: str, files: list[Path], size: tuple[int, int], *, dark: bool) -> None:
    """Windows of one size side by side, in one picture."""
    width, height = size
    windows = "".join(
        f'<iframe src="{escape(file.as_uri())}" width={width} height={height}></iframe>' for file in files
    )
    style = f"body {{ margin: {GAP}px; display: flex; gap: {GAP}px; background: #888 }} iframe {{ border: 0 }}"
    if not dark:
        style += " iframe { background: #fff }"
    made = folder / f"{name}.html"
    made.write_text(f"<!DOCTYPE html><style>{style}</style>{windows}", "utf-8")
    whole = f"--window-size={len(files) * (width + GAP) + GAP},{height + 2 * GAP}"
    likes = [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    words = [*CHROMIUM, *likes, whole, f"--screenshot={OUT / f'{name}.png'}", f"--user-data-dir={folder / 'profile'}"]
    subprocess.run(  # noqa: S603 our own words
        [*words, made.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )


def dump(name: str, files: dict[str, Path], *words: str) -> None:
    """Every page as a browser of text shows it."""
    parts = []
    for page, file in files.items():
        said = subprocess.run([*words, str(file)], check=True, capture_output=True, timeout=60)  # noqa: S603 the same
        lines = [line.rstrip() for line in said.stdout.decode().strip("\n").split("\n")]
        parts.append(f"---- {page}\n" + "\n".join(lines))
    (OUT / f"{name}.txt").write_text("\n\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
