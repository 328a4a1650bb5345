"""When the operator is told that a mailbox's handled mail can't be moved: not of one refusal, which may be a race."""

from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from inbound.imap.box import Mailbox
from inbound.imap.cursor import Selected
from inbound.imap.round import Taken
from inbound.imap.watch import Watch
from kernel.clock import Clock
from kernel.db import Database
from tests.unit.inbound.house import ORDER, House

BOX = Mailbox(name="calls", host="imap.test", port=993, user="u", secret=str, address=ORDER, done_folder="Done")


@dataclass
class Folder:
    """Rounds and session in one: in each round the server refuses to move, or does it, as it is told."""

    db: Database
    clock: Clock
    refuses: list[bool]
    stop: Event = field(default_factory=Event)
    waits: int = 0
    box: Mailbox = BOX

    def known(self) -> None:
        return None

    def select(self) -> Selected:
        return Selected(7, 2, mails=1, writable=True)

    def take(self, *_: object, **__: object) -> Taken:
        refused = self.refuses.pop(0)
        return Taken(1, refused)

    def wait(self, stop: Event) -> None:
        self.waits += 1
        if not self.refuses:
            stop.set()


@pytest.mark.parametrize(
    ("refuses", "waits", "told"),
    [([False], 1, 0), ([True, False], 1, 0), ([True, True], 1, 1), ([True, False, True, False], 2, 0)],
)
def test_the_server_is_asked_once_more_before_the_operator_is_told(
    house: House, refuses: list[bool], waits: int, told: int
) -> None:
    folder: Any = Folder(house.db, house.clock, list(refuses))
    Watch(folder)._watch(folder, folder.stop)
    assert folder.waits == waits  # and at once, not after the next mail
    assert [to for to, _ in house.said()] == ["operator"] * told
