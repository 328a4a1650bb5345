"""Everybody's file, made once; a product that runs on a copy of it."""

import shutil
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest

from kernel.clock import at
from tests.joint.machine.loop import SimLoop
from tests.joint.machine.oracle import Books
from tests.joint.machine.people import Home, Person, build
from tests.joint.machine.product import ROLES, MortalDatabase, Posted, Product


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return build(tmp_path_factory.mktemp("home") / "built.db")


class Story:
    """A product at work, told one thing after the other."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home, self.cel_file = home, folder / "run.cel"
        self.db = MortalDatabase(f"sqlite:///{shutil.copy(home.file, folder / 'run.db')}")
        self.product = Product(SimLoop(), self.cel_file, self.db)
        self.product.start(*ROLES)
        self.passes(2)
        self._mails = 0

    def passes(self, seconds: float) -> None:
        self.product.loop.advance(seconds)

    def mail(self, person: Person, text: str) -> None:
        self._mails += 1
        date = format_datetime(at(self.product.true.ms()))
        to = self.home.aliases[person.name]
        self.product.outside.append(Posted(person, to, f"<{self._mails}@ship.example>", text, date))

    def books(self) -> Books:
        with self.db.read() as conn:
            return Books(conn, self.home)

    def over(self, outcome: str) -> Books:
        """The one order has ended so, every answered second of it billed, and nothing of it is left."""
        for _ in range(60):
            if (books := self.books()).orders and books.is_quiet() and not self.product.street.lines:
                break
            self.passes(10)
        (order,) = books.orders.values()
        assert (order.state, order.outcome) == ("ended", outcome)
        assert (books.problems, self.product.surprises) == ([], [])
        return books


@pytest.fixture
def story(home: Home, tmp_path: Path) -> Iterator[Story]:
    story = Story(home, tmp_path)
    yield story
    story.product.stop()
    story.db.close()
