"""What a page is made from: who is signed in, the database as it is now, and the tickets for its buttons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from accounts.handles import Holder
from accounts.people import Account, User
from inbound.given import Desk
from inbound.pages.model import Button, Field, Main, Page
from inbound.pages.tickets import LOOK
from replies.language import say, translated

Hidden = tuple[tuple[str, str], ...]
Issue = Callable[[str, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Here:
    """`issue` makes a ticket for a purpose; `cap` is what a call ordered over this connection may cost at most."""

    conn: Connection
    holder: Holder
    now_ms: int
    language: str
    human_contact: str
    cap: int | None
    issue: Issue
    desk: Desk

    @property
    def user(self) -> User:
        """Who is signed in."""
        return self.holder.user

    @property
    def account(self) -> Account:
        """On whose money."""
        return self.holder.account

    def say(self, words: str, /, **fields: object) -> str:
        """A sentence in the user's language."""
        return say(self.language, words, **fields)

    def button(self, name: str, words: str) -> Button:
        """A button with one of our words on it."""
        return Button(name, self.say(words))

    def look(self) -> str:
        """A ticket to look around with."""
        return self.issue(LOOK, ())

    def change(self, button: Button, fields: tuple[Field, ...] = (), hidden: Hidden = ()) -> Main:
        """A button that changes something: its ticket is for that alone, for what is `hidden` in it, and once."""
        return Main(button, self.issue(button.name, [value for _, value in hidden]), fields, hidden)

    def page(self, title: str, **more: object) -> Page:
        """A page in the user's language."""
        return Page(translated(self.language, title), language=self.language, **more)  # type: ignore[arg-type]
