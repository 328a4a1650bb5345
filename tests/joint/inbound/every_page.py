"""Every page there is, in every rendering: a house with much or little in it, and a walk that presses every button."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from sqlalchemy import insert, update

from accounts.tables import contacts, phones, users
from inbound.pages.pressing import VIEWS
from kernel.ids import new_id
from orders.tables import attempts, orders
from tests.joint.inbound.browser import Browser, Shown
from tests.unit.inbound.house import MUM, NOW, PIN, House

LONGEST: Final = (
    "W" * 60,
    "Ægidius Øÿüß " * 4 + "Åæøåæøåæ",
    "Παπαδημητρίου-Αλεξανδροπούλου Χριστόφορος του Κωνσταντίνου π.",
    "田中さくらの長い長い名前" * 5,
    "😀👩‍🚀🏴‍☠️" * 7,
    '<script>alert("x")</script>&amp;<b>' + "z" * 25,
    "$(t)$t$$ {{7*7}} {% raw %} ${SHELL(id)} " + "q" * 20,
    "' OR 1=1 -- \"; DROP TABLE users; O'Brien " + "o" * 19,
)
NEW_PIN_DIGITS: Final = "000000"


def fill_book(house: House, size: int) -> None:
    """So many names in Ann's book, of the longest and oddest there can be."""
    with house.db.write() as conn:
        conn.execute(contacts.delete())
        rows = []
        for number, name in zip(range(size), cycle(LONGEST), strict=False):
            named = f"{number:03}{name}"[:60].strip()
            rows.append({
                "id": new_id(NOW), "user_id": house.user, "name": named, "name_key": f"k{number}", "number": MUM,
                "created_ms": NOW,
            })  # fmt: skip
        if rows:
            conn.execute(insert(contacts), rows)


def crowd(house: House) -> None:
    """Three telephones with the longest labels, the longest name of a user."""
    with house.db.write() as conn:
        conn.execute(update(users).where(users.c.id == house.user).values(name="N" * 80))
        conn.execute(update(phones).values(label="home " + "L" * 35))
        for digit in "345":
            conn.execute(insert(phones).values(
                id=new_id(NOW), user_id=house.user, number=f"+1202555010{digit} x12345678", label=digit + "M" * 39,
                main=False, verified_by="operator", created_ms=NOW,
            ))  # fmt: skip


def up(house: House, order_id: str, *roles: str) -> None:
    """The call has these legs, answered a while ago."""
    with house.db.write() as conn:
        for role in roles:
            conn.execute(insert(attempts).values(
                id=new_id(NOW), order_id=order_id, role=role, state="answered", switch="main", carrier="carrier",
                number=MUM, limit_ms=7_200_000, claimed_ms=NOW, dialling_ms=NOW, answered_ms=NOW - 5_000_000,
            ))  # fmt: skip
        conn.execute(update(orders).where(orders.c.id == order_id).values(state="joined", joined_ms=NOW))


@dataclass
class Walk:
    """Presses buttons as long as there are kinds of them that were not pressed often enough."""

    house: House
    browser: Browser
    most: int = 3

    def __post_init__(self) -> None:
        self.pressed: dict[str, int] = {}

    def pages(self) -> Iterator[tuple[str, Shown]]:
        """Each page, and by which button it came."""
        yield "sign-in", self.browser.get("/m/ann")
        yield "wrong", self.browser.sign_in(pin=NEW_PIN_DIGITS)
        yield "stale", self.browser.post({"t": "x", "home": "1"})
        yield "unreadable", self.browser.post(b"\xff\xff")
        yield from self._on_from("signed in", self.browser.sign_in(pin=PIN))
        self._all_were_pressed()

    def _on_from(self, how: str, page: Shown) -> Iterator[tuple[str, Shown]]:
        yield how, page
        for name in page.buttons:
            action = name.partition(".")[0]
            if self.pressed.get(action, 0) < self.most:
                self.pressed[action] = self.pressed.get(action, 0) + 1
                yield from self._on_from(f"{how}, {name}", self._pressed(page, name))

    def _pressed(self, page: Shown, name: str) -> Shown:
        typed = {"to": "+442079460019", "name": "Zed", "number": "+442079460017"}
        form = next(form for form in page.forms if name in form.buttons)
        shown = page.tap(name, **{field: typed[field] for field in form.fields})
        if name == "call":
            for order in self.house.orders:
                if order.state == "due":
                    up(self.house, order.id, "A", "B")
        if name == "drop":
            self.house.change(orders, state="ended", outcome="dropped", ended_ms=NOW)
        return shown

    def _all_were_pressed(self) -> None:
        every = set(VIEWS) | {"call", "drop", "add", "move"}
        if self.browser.kind == "html":  # which has no use for it
            every.discard("more")
        missing = every - set(self.pressed) - {"entry", "delete", "dial", "again", "phone", "status"}
        assert not missing, missing
