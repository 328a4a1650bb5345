"""Several that read one mailbox, on PostgreSQL, where writers do not wait for each other as on SQLite."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event

import pytest

from cordboard.lab.dovecot import Dovecot
from inbound.tables import mailboxes
from kernel.db import Database
from orders.tables import messages
from tests.parts.mailboxes.desk import Desk
from tests.unit.inbound.house import ANN, PIN, House, enrolled

pytestmark = pytest.mark.parts
MAILS = 30


@pytest.fixture
def desk(pg: Database, dovecot: Dovecot) -> Iterator[Desk]:
    user, alias = enrolled(pg)
    with ExitStack() as stack:
        yield Desk(House(pg, user, f"{alias}@door.test"), dovecot, "on-postgresql", stack)


def test_four_that_read_one_mailbox_are_one_door(desk: Desk) -> None:
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    watches: list[Event] = [desk.watch() for _ in range(4)]  # all four may find that it was never opened
    desk.until(desk.is_open)
    desk.until(lambda: desk.told("operator"))
    for number in range(MAILS):
        desk.put(desk.house.mail(f"CALL mum BILL {number} PIN {PIN}" if number == 0 else f"unknown word {number}"))
    desk.until(lambda: len(desk.house.rows(messages)) >= MAILS)
    desk.until(lambda: len(desk.inbox()) == 1)
    for each in watches:
        each.set()
    assert len(desk.house.rows(messages)) == MAILS
    (row,) = desk.house.rows(mailboxes)
    assert (row.start_uid, row.last_uid) == (1, MAILS + 1)
    assert len(desk.house.orders) == 1
    assert len(desk.told("operator")) == 1
    assert [text[:2] for text in desk.told(ANN) if "Ringing" in text] == ["A1"]
