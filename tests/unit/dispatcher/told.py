"""A claimed order, its leg A, and a conductor's papers to which things are told."""

from typing import Any

from dispatcher.advance import Happening
from dispatcher.progress import Action
from dispatcher.switches.base import Kind
from tests.unit.dispatcher.desk import Desk, asked, event, lines
from tests.unit.factory import NOW

Asked = list[tuple[Action | None, str]]
Fact = tuple[str, str, int, int | None]


class Told:
    """What is asked of the switch for each thing that is told."""

    def __init__(self, desk: Desk, **columns: Any) -> None:
        self.desk, self.papers = desk, desk.papers()
        self.order, self.a = desk.claimed(**columns)
        self.b = ""

    def hears(self, *happenings: Happening) -> Asked:
        """All in one batch."""
        return asked(self.papers.take(list(happenings)))

    def says(self, kind: Kind, leg: str, detail: str = "") -> Asked:
        return self.hears(event(kind, leg, detail))

    def logs(self, *facts: Fact) -> Asked:
        self.desk.log(*facts)
        return self.hears(*lines(self.papers))

    def to_b(self) -> str:
        """A is ready, answers at NOW, presses 1: leg B's channel is asked for."""
        self.says(Kind.READY, self.a)
        self.says(Kind.UP, self.a)
        self.logs((self.a, "answer", NOW, None))
        self.says(Kind.DIGIT, self.a, "1")
        self.b = self.desk.leg_b(self.order)
        return self.b

    def joined(self) -> str:
        """B is dialled and answers 10 s after A did."""
        self.says(Kind.READY, self.to_b())
        self.says(Kind.UP, self.b)
        self.logs((self.b, "answer", NOW + 10_000, None))
        return self.b
