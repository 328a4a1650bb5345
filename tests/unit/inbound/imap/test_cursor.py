"""How far a mailbox was read, when two processes read it and when it is another one than before."""

import pytest

from inbound.imap.box import Mailbox
from inbound.imap.cursor import Cursor, Overtaken, Selected, cursor_for, find
from tests.unit.inbound.house import NOW, ORDER, House

BOX = Mailbox(name="calls", host="imap.test", port=993, user="u", secret=str, address=ORDER)


def known(house: House) -> Cursor | None:
    with house.db.read() as conn:
        return find(conn, "calls")


def look(house: House, before: Cursor | None, uidnext: int, uidvalidity: int = 7, box: Mailbox = BOX) -> Cursor:
    selected = Selected(uidvalidity, uidnext, mails=3, writable=True)
    return cursor_for(house.db, box, before, selected, uidnext - 1, NOW)


def move(house: House, cursor: Cursor, to_uid: int) -> Cursor:
    with house.db.write() as conn:
        return cursor.move(conn, to_uid)


def test_of_two_that_begin_a_mailbox_one_does(house: House) -> None:
    begun = look(house, None, 6)
    assert (begun.start_uid, begun.last_uid) == (5, 5)
    with pytest.raises(Overtaken):
        look(house, None, 8)
    assert known(house) == begun
    assert len(house.said()) == 1


def test_of_two_that_store_the_same_mails_one_does(house: House) -> None:
    mine = theirs = look(house, None, 6)
    assert move(house, mine, 8).last_uid == 8
    with pytest.raises(Overtaken):
        move(house, theirs, 7)
    now = known(house)
    assert now is not None
    assert (now.start_uid, now.last_uid) == (5, 8)


def test_who_looked_before_another_read_on_does_not_take_the_mailbox_for_an_older_one(house: House) -> None:
    before = look(house, None, 6)
    move(house, before, 9)
    assert look(house, before, 8) == before  # what it saw was true then
    assert len(house.said()) == 1
    with pytest.raises(Overtaken):
        move(house, before, 7)


@pytest.mark.parametrize(
    ("uidnext", "uidvalidity", "user", "why"),
    [(9, 7, "u", "was put back"), (3, 8, "u", "was made anew"), (20, 7, "somebody", "is another one than before")],
)
def test_another_mailbox_begins_at_its_newest(
    house: House, uidnext: int, uidvalidity: int, user: str, why: str
) -> None:
    before = move(house, look(house, None, 6), 9)
    box = Mailbox(name="calls", host="imap.test", port=993, user=user, secret=str, address=ORDER)
    begun = look(house, before, uidnext, uidvalidity, box)
    assert (begun.start_uid, begun.last_uid) == (uidnext - 1, uidnext - 1)
    assert known(house) == begun
    assert why in house.said()[-1][1]
    with pytest.raises(Overtaken):
        look(house, before, uidnext, uidvalidity, box)


def test_the_mailbox_that_we_knew_goes_on(house: House) -> None:
    before = move(house, look(house, None, 6), 9)
    assert look(house, before, 10) == before
    assert look(house, before, 30) == before
