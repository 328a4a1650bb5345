"""Where a mailbox is read on from, and when it begins anew."""

import pytest

from cordboard.lab.dovecot import Dovecot
from inbound.imap.cursor import SEEN_MS
from inbound.tables import mailboxes
from orders.tables import messages
from tests.parts.mailboxes.desk import Desk
from tests.unit.inbound.house import ANN, PIN

pytestmark = pytest.mark.parts


def test_a_mailbox_made_anew_begins_at_now(desk: Desk) -> None:
    stop = desk.begin(done_folder="")
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(lambda: len(desk.told(ANN)) == 1)
    stop.set()
    (before,) = desk.house.rows(mailboxes)
    desk.put(desk.house.mail(f"CALL mum BILL never.seen PIN {PIN}"))
    desk.server.renumber(desk.user)
    desk.watch(done_folder="")
    desk.until(lambda: desk.told("operator"))
    desk.put(desk.house.mail(f"CALL +442079460019 BILL after PIN {PIN}"))
    desk.until(lambda: len(desk.house.orders) == 2)
    assert [order.bill for order in desk.house.orders] == ["", "after"]
    (after,) = desk.house.rows(mailboxes)
    assert after.uidvalidity != before.uidvalidity
    told = "was made anew by its server and is read from now on. What is in it already (2 mails) stays there"
    assert told in desk.told("operator")[0]
    assert len(desk.told("operator")) == 1


def test_a_mailbox_put_back_from_a_copy_begins_at_now(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    desk.house.change(mailboxes, last_uid=900, start_uid=700)  # as if it had had so many
    desk.put(desk.house.mail(f"CALL mum BILL old PIN {PIN}"))
    desk.watch()
    desk.until(lambda: desk.told("operator"))
    desk.put(desk.house.mail(f"CALL mum BILL new PIN {PIN}"))
    desk.until(lambda: desk.house.orders)
    assert [order.bill for order in desk.house.orders] == ["new"]
    assert "was put back by its server" in desk.told("operator")[0]


def test_the_same_name_for_another_folder_is_another_mailbox(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    with desk.server.client(desk.user) as client:
        client.create_folder("Calls")
    for n in range(3):
        desk.put(desk.house.mail(f"CALL mum BILL old{n} PIN {PIN}"), "Calls")
    desk.watch(folder="Calls")
    desk.until(lambda: desk.told("operator"))
    desk.put(desk.house.mail(f"CALL mum BILL new PIN {PIN}"), "Calls")
    desk.until(lambda: desk.house.orders)
    assert [order.bill for order in desk.house.orders] == ["new"]
    assert "is another one than before" in desk.told("operator")[0]


def test_who_died_between_the_commit_and_the_move_moves_it_at_the_next_start(desk: Desk) -> None:
    rounds = desk.rounds()
    stop = desk.watch(rounds)
    desk.until(desk.is_open)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(desk.done)
    stop.set()
    with desk.server.client(desk.user) as client:  # as if it had never been moved
        client.select_folder("Cordboard")
        client.move([1], "INBOX")
    (row,) = desk.house.rows(mailboxes)
    desk.house.change(mailboxes, last_uid=row.last_uid + 1)
    desk.watch()
    desk.until(lambda: desk.inbox() == [])
    assert len(desk.house.rows(messages)) == len(desk.house.orders) == 1


def test_two_that_read_one_mailbox_are_one_door(desk: Desk) -> None:
    desk.begin()
    desk.watch()
    desk.watch()
    for n in range(40):
        desk.put(desk.house.mail(f"unknown word {n}"))
    desk.until(lambda: len(desk.done()) >= 40)
    assert len(desk.house.rows(messages)) == 40
    assert sorted(set(desk.done())) == desk.done()
    assert len(desk.done()) == 40
    (row,) = desk.house.rows(mailboxes)
    assert row.last_uid == 40


def test_that_it_was_opened_is_noted_now_and_then(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    (before,) = desk.house.rows(mailboxes)
    desk.house.clock.now_ms += SEEN_MS
    desk.watch()
    desk.until(lambda: desk.house.rows(mailboxes)[0].seen_ms == before.seen_ms + SEEN_MS)


@pytest.mark.parametrize("capability", ["IMAP4rev1 UIDPLUS", "IMAP4rev1", "IMAP4rev1 IDLE LITERAL+ UIDPLUS"])
def test_a_server_that_can_do_little(desk: Desk, capability: str) -> None:
    with Dovecot(f"imap_capability = {capability}\nimap_logout_format =\n") as server:
        desk.server = server
        desk.begin()
        desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
        desk.until(desk.done)
        desk.until(lambda: desk.house.orders)
        desk.put(desk.house.mail("nothing for us"))
        desk.until(lambda: len(desk.done()) == 2)
        flags = server.mails(desk.user)
        if "UIDPLUS" in capability:
            assert flags == {}
        else:  # marked, and left for whoever tidies up: EXPUNGE would take what others marked, too
            desk.until(lambda: all(rb"\Deleted" in each for each in server.mails(desk.user).values()))
            assert len(flags) == 2
        desk.stack.close()
