"""What becomes of the mails of a mailbox."""

from datetime import UTC, datetime, timedelta

import pytest
from imapclient import SEEN

from inbound.imap.box import IMAP
from orders.tables import messages
from tests.parts.mailboxes.desk import Desk
from tests.unit.inbound.house import ANN, NOW, PIN

pytestmark = pytest.mark.parts


def test_a_mail_is_called_for_and_moved_once_it_is_stored(desk: Desk) -> None:
    desk.begin()
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(desk.done)
    desk.until(lambda: desk.house.orders)
    (order,) = desk.house.orders
    assert (order.door, order.number_b) == (IMAP, "+442079460018")
    desk.until(lambda: desk.inbox() == [])
    assert SEEN in desk.server.mails(desk.user, "Cordboard")[1]
    assert desk.told(ANN)[0].startswith("A1 Ringing")
    assert desk.told("operator") == []


def test_what_was_there_before_the_first_look_calls_nobody_and_the_operator_is_told_once(desk: Desk) -> None:
    for _ in range(3):
        desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.begin()
    desk.put(desk.house.mail(f"CALL +442079460019 PIN {PIN}"))
    desk.until(lambda: desk.house.orders)
    assert [order.number_b for order in desk.house.orders] == ["+442079460019"]
    desk.until(lambda: len(desk.inbox()) == 3)
    told = f"Mailbox {desk.user} is read from now on. What is in it already (3 mails) stays there and calls nobody."
    assert desk.told("operator") == [told]


def test_mail_that_came_while_nobody_read_is_taken_at_the_next_start(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.put(desk.house.mail("not for us"))
    desk.watch()
    desk.until(lambda: len(desk.done()) == 2)
    desk.until(lambda: desk.house.orders)


def test_mail_that_lay_there_for_long_is_not_launched_whatever_its_date_says(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    came = datetime.fromtimestamp(NOW / 1000, UTC)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}", date=""), arrived=came - timedelta(hours=3))
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"), arrived=came - timedelta(hours=72))
    desk.watch()
    desk.until(lambda: len(desk.told(ANN)) == 2)
    assert desk.house.orders == []
    late, too_old = sorted(desk.told(ANN), key=lambda text: "two days" in text)
    assert "180 min" in late
    assert too_old.startswith("Not called: your message is over two days old.")


def test_the_same_mail_by_both_doors_is_one_order(desk: Desk) -> None:
    desk.begin()
    for text, headers in (
        (f"CALL mum PIN {PIN}", {}),
        (f"CALL +442079460019 PIN {PIN}", {"message-id": ""}),
        (f"CALL +442079460020 PIN {PIN}", {"message-id": "", "date": ""}),
    ):
        raw, before = desk.house.mail(text, **headers), len(desk.house.orders)
        desk.house.send(b"Received: from ship by door.test; now\r\n" + raw)
        assert len(desk.house.orders) == before + 1
        over_there = b"Return-Path: <ann@ship.example>\r\nDelivered-To: us\r\nReceived: from ship\r\n by imap; now\r\n"
        desk.put(over_there + raw)
    desk.until(lambda: len([row for row in desk.house.rows(messages) if row.state == "handled"]) == 6)
    assert len(desk.house.orders) == 3
    assert {order.door for order in desk.house.orders} == {"email"}
    assert len(set(desk.told(ANN))) == 3  # each first answer was given again


def test_a_person_who_moves_marks_or_deletes_mail_is_heeded(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    for text in ("seen", "deleted", "moved by hand"):
        desk.put(desk.house.mail(f"CALL mum BILL {text.split()[0]} PIN {PIN}"))
    with desk.server.client(desk.user) as client:
        client.select_folder("INBOX")
        client.create_folder("Mine")
        client.add_flags([1], [SEEN])
        client.add_flags([2], [rb"\Deleted"])
        client.move([3], "Mine")
    desk.watch()
    desk.until(lambda: desk.house.orders)
    assert [order.bill for order in desk.house.orders] == ["seen"]
    desk.until(lambda: desk.inbox() == [2])
    with desk.server.client(desk.user) as client:  # moved back: it is the same message as ever, and was none yet
        client.select_folder("Mine")
        client.move([1], "INBOX")
        desk.until(lambda: len(desk.house.orders) == 2 or len(desk.told(ANN)) == 2)
        client.select_folder("Cordboard")
        client.move([1], "INBOX")  # and what was called for is known, under whatever UID
    desk.until(lambda: len(desk.told(ANN)) == 3)
    assert desk.told(ANN)[2] == desk.told(ANN)[0]


def test_a_mailbox_stands_for_an_alias_only_if_the_settings_say_so(desk: Desk) -> None:
    desk.begin()
    to_alias = {"to": desk.house.alias, "delivered-to": desk.house.alias, "x-original-to": desk.house.alias}
    desk.put(desk.house.mail("CALL mum", **to_alias))
    desk.until(desk.done)
    assert desk.house.orders == []
    assert desk.told(ANN) == []


def test_mail_in_the_mailbox_of_an_alias_is_proven_by_it(desk: Desk) -> None:
    desk.begin(address=desk.house.alias)
    desk.put(desk.house.mail("CALL mum"))
    desk.until(lambda: desk.house.orders)
    (message,) = desk.house.rows(messages)
    assert message.recipients == "(alias)"
    assert desk.house.alias.partition("@")[0].encode() not in desk.house.bytes_on_disk()


def test_of_the_header_that_the_server_writes_only_the_topmost_is_believed(desk: Desk) -> None:
    desk.begin(recipient_header="X-Original-To")
    of_server, of_sender = b"X-Original-To: call@door.test\r\n", f"X-Original-To: {desk.house.alias}\r\n".encode()
    desk.put(of_server + of_sender + desk.house.mail("CALL mum BILL forged"))
    desk.put(of_sender + desk.house.mail("CALL mum BILL real"))
    desk.put(b"X-Original-To: <script>, \xff\r\n" + of_sender + desk.house.mail("CALL mum BILL odd"))
    desk.until(lambda: len(desk.done()) == 3)
    desk.until(lambda: desk.house.orders)
    assert [order.bill for order in desk.house.orders] == ["real"]


def test_a_mail_that_is_too_large_is_not_fetched_and_answered_only_if_it_is_proven(desk: Desk) -> None:
    desk.begin(address=desk.house.alias, max_octets=20_000)
    large = "please\n" + ("x" * 70 + "\n") * 300
    desk.put(desk.house.mail(large, subject="CALL mum"))
    desk.put(desk.house.mail("CALL mum BILL small"))
    desk.until(lambda: len(desk.told(ANN)) == 2)
    assert [order.bill for order in desk.house.orders] == ["small"]
    assert "Not called: that mail is too large." in " ".join(desk.told(ANN))
    desk.until(lambda: len(desk.done()) == 2)


def test_to_who_is_not_proven_nothing_is_said_of_a_mail_that_is_too_large(desk: Desk) -> None:
    desk.begin(max_octets=20_000)
    desk.put(desk.house.mail("please\n" + ("x" * 70 + "\n") * 300, subject="CALL mum"))
    desk.until(lambda: [row for row in desk.house.rows(messages) if row.state == "handled"])
    assert desk.house.orders == []
    assert desk.told(ANN) == []


BAD = {
    43: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000,
    44: b"From: " + b"(" * 5000 + b"\r\n\r\nCALL mum",
    45: b"From: " + b"a@b.example, " * 20_000 + b"\r\n\r\nCALL mum",
    46: b"Subject: " + b"=?utf-8?q?x?= " * 20_000 + b"\r\n\r\nCALL mum",
    47: b"From: ann@ship.example\r\nSubject: =?utf-8?q?CALL=0D=0Amum?=\r\n\r\n",
    48: b"From: ann@ship.example\r\nContent-Type: text/plain; charset=x-none\r\n\r\nCALL mum",
    50: b"From: ann@ship.example\r\nContent-Transfer-Encoding: base64\r\n\r\n*=*=*=",
    0: b"\r\n\r\n",
    1: b"x",
    2: b"\xff\xfe\x01\x80" * 500,
}


def test_43_to_50_a_mail_that_cannot_be_read_does_not_stop_the_mailbox(desk: Desk) -> None:
    desk.begin()
    for raw in BAD.values():
        desk.put(raw)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(lambda: len(desk.done()) == len(BAD) + 1)
    desk.until(lambda: desk.house.orders)
    assert len(desk.house.orders) == 1
    desk.until(lambda: desk.inbox() == [])
    assert desk.told("operator") == []


def test_many_mails_at_once_are_taken_in_their_order(desk: Desk) -> None:
    stop = desk.begin()
    stop.set()
    for n in range(45):
        desk.put(desk.house.mail(f"unknown word {n}"))
    desk.watch()
    desk.until(lambda: len(desk.done()) == 45)
    assert len(desk.house.rows(messages)) == 45
