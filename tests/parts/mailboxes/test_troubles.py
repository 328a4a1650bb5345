"""Servers that are away, refuse, or break off in the middle: nothing lost, nothing doubled, the operator told once."""

import socket
import threading
from collections.abc import Iterator

import pytest

from cordboard.lab.dovecot import PASSWORD
from cordboard.lab.ports import free_port
from inbound.imap import watch
from inbound.imap.round import TRIES
from inbound.tables import mailboxes
from kernel.errors import Unavailable
from orders.tables import messages
from tests.parts.mailboxes.desk import Desk
from tests.parts.talks import ImapTalk
from tests.parts.wire import Fault, What, Wire
from tests.unit.inbound.house import ANN, PIN

pytestmark = pytest.mark.parts

CUTS: tuple[tuple[What, str], ...] = (
    ("lose_request", "LOGIN"), ("lose_reply", "LOGIN"), ("lose_reply", "SELECT"), ("lose_request", "IDLE"),
    ("lose_reply", "IDLE"), ("lose_request", "DONE"), ("lose_reply", "DONE"), ("cut_midway", "DONE"),
    ("lose_request", "SEARCH"), ("lose_reply", "SEARCH"), ("lose_reply", "RFC822.SIZE"), ("lose_request", "BODY.PEEK"),
    ("lose_reply", "BODY.PEEK"), ("lose_reply", "STORE"), ("lose_request", "MOVE"), ("lose_reply", "MOVE"),
    ("late", "MOVE"), ("cut_midway", "MOVE"),
)  # fmt: skip


@pytest.fixture
def wire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    monkeypatch.setattr(watch, "FIRST_WAIT_S", 0.02)
    with Wire(ImapTalk, desk.server.port) as found:
        yield found
        desk.stack.close()


@pytest.mark.parametrize(("what", "on"), CUTS)
def test_the_connection_is_cut(desk: Desk, wire: Wire, what: What, on: str) -> None:
    desk.begin(port=wire.port, idle_s=0.3)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(lambda: desk.house.orders)
    wire.order(Fault(what, (on,), seconds=0.1))
    if on == "LOGIN":
        wire.faults.append(Fault("lose_reply", ("DONE",)))
    desk.put(desk.house.mail("one more"))
    desk.until(lambda: wire.left() == 0)
    desk.put(desk.house.mail("and one after it"))
    # A MOVE that comes late meets the one that was sent again: then the server makes two copies.
    desk.until(lambda: desk.inbox() == [] and 3 <= len(desk.done()) <= (4 if what == "late" else 3))
    assert len(desk.house.rows(messages)) == 3
    assert len(desk.house.orders) == 1
    assert desk.told("operator") == []


def test_a_server_that_falls_silent_is_left_and_found_again(desk: Desk, wire: Wire) -> None:
    desk.begin(port=wire.port, idle_s=0.3, timeout_s=0.5)
    wire.order(Fault("slow", ("DONE",), seconds=30.0))  # nothing comes, and the connection stays
    desk.until(lambda: wire.left() == 0)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(lambda: desk.house.orders)


def test_a_mail_that_can_never_be_fetched_does_not_keep_the_others(desk: Desk, wire: Wire) -> None:
    stop = desk.begin(port=wire.port)
    stop.set()
    for n in range(4):
        desk.put(desk.house.mail(f"unknown word {n}"))
    # Together at first; then each alone, the second always without luck.
    wire.order(Fault("lose_reply", ("1:4", "BODY.PEEK")), Fault("lose_reply", ("FETCH 2 (BODY.PEEK",), times=99))
    wire.faults[0].on = ("1,2,3,4", "BODY.PEEK")
    desk.watch(port=wire.port)
    desk.until(lambda: len(desk.done()) == 4)
    assert wire.left() == 99 - (TRIES - 1)
    assert len(desk.house.rows(messages)) == 3
    told = "a mail could not be fetched and is passed over. It is in Cordboard, unread. (UID 2)"
    assert desk.told("operator") == [f"Mailbox {desk.user}: {told}"]
    flags = desk.server.mails(desk.user, "Cordboard").values()
    assert sum(rb"\Seen" in each for each in flags) == 3


def test_while_nothing_can_be_stored_the_mail_stays_where_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FIRST_WAIT_S", 0.02)
    rounds, full = desk.rounds(), threading.Event()
    accept, refused = rounds.accept, threading.Event()

    def on_a_full_disk(*given: object) -> list[str]:
        if full.is_set():
            refused.set()
            raise Unavailable("database or disk is full")
        return accept(*given)  # type: ignore[arg-type]

    rounds.accept = on_a_full_disk
    full.set()
    desk.watch(rounds)
    desk.until(desk.is_open)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    assert refused.wait(30)
    assert desk.inbox() == [1]
    assert desk.house.rows(mailboxes)[0].last_uid == 0
    full.clear()
    desk.until(desk.done)
    desk.until(lambda: desk.house.orders)


def test_a_login_that_is_refused_is_told_once_and_not_tried_in_a_hurry(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, waits = watch.Watch._once, []

    def hurried(one: watch.Watch, stop: threading.Event) -> float:
        waits.append(once(one, stop))
        return 0.01

    monkeypatch.setattr(watch.Watch, "_once", hurried)
    secrets = iter(["wrong", "wrong", "wrong"])
    desk.watch(secret=lambda: next(secrets, PASSWORD))
    desk.until(desk.is_open)
    assert waits[:3] == [15.0, 30.0, 60.0]
    told = f"Mailbox {desk.user}: the server refuses the login. No mail is taken from there until that is mended."
    assert desk.told("operator") == [told]


def test_a_folder_that_is_not_there_is_told_and_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "REFUSED_WAIT_S", 0.02)
    desk.watch(folder="Calls")
    desk.until(lambda: desk.told("operator"))
    with desk.server.client(desk.user) as client:
        client.create_folder("Calls")
    desk.until(desk.is_open)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"), "Calls")
    desk.until(lambda: desk.house.orders)
    assert len(desk.told("operator")) == 1
    assert "there is no folder Calls" in desk.told("operator")[0]


def test_a_server_that_is_away_is_told_of_after_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(watch, "TELL_AFTER_S", 0.3)
    desk.watch(port=free_port())
    desk.until(lambda: desk.told("operator"))
    assert "the server can't be reached" in desk.told("operator")[0]


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"* BYE not today\r\n", b"\xff" * 4000, b""])
def test_something_else_listens_there(desk: Desk, monkeypatch: pytest.MonkeyPatch, greeting: bytes) -> None:
    monkeypatch.setattr(watch, "FIRST_WAIT_S", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as server:
        desk.watch(port=server.getsockname()[1])
        for _ in range(3):
            came, _ = server.accept()
            with came:
                came.sendall(greeting)
        desk.stack.close()


def test_handled_mail_that_cannot_be_moved_stays_and_is_called_for_once(desk: Desk) -> None:
    desk.begin(done_folder="no//such/../folder", idle_s=0.2)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(lambda: desk.told("operator"))
    desk.put(desk.house.mail("one more"))
    desk.until(lambda: len(desk.house.rows(messages)) == 2)
    assert len(desk.inbox()) == 2
    assert len(desk.house.orders) == 1
    told = "handled mail can't be moved to no//such/../folder. It stays where it is; calls go on."
    assert desk.told("operator") == [f"Mailbox {desk.user}: {told}"]


def test_a_mailbox_that_may_only_be_read_is_read(desk: Desk) -> None:
    folder = desk.server.folder / "mail" / desk.user
    desk.inbox()  # which makes it
    (folder / "dovecot-acl").write_text("owner lr\n", encoding="ascii")
    (folder / "dovecot-acl").chmod(0o644)
    desk.begin()
    folder_mails = [desk.house.mail(f"CALL mum PIN {PIN}"), desk.house.mail("one more")]
    for n, raw in enumerate(folder_mails):
        aside = folder / "tmp" / f"{n}.x"
        aside.write_bytes(raw)
        aside.chmod(0o666)
        aside.rename(folder / "new" / f"{n}.x")
    desk.until(lambda: len(desk.house.rows(messages)) == 2)
    desk.until(lambda: desk.told(ANN))
    assert len(desk.house.orders) == 1
    desk.until(lambda: desk.told("operator"))
    assert "can't be moved to Cordboard" in desk.told("operator")[0]
