"""The seam of the SMTP door: stored, then 250, then handled; and nothing lost when any of these fails."""

import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from queue import Queue
from threading import Event

import pytest

from inbound.smtp.door import MailIn, SmtpDoor
from inbound.smtp.limits import SmtpLimits
from inbound.smtp.server import RunningSmtp
from kernel.errors import Misconfigured, Unavailable

LIMITS = SmtpLimits(hostname="door.test", linger_seconds=0.2)
RAW = b"From: crew@ship.test\r\nSubject: order\r\n\r\nCALL mum\r\n"


class Seam:
    """Stands for the product behind the door; a test replaces what it wants to fail."""

    def __init__(self) -> None:
        self.mails: Queue[MailIn] = Queue()
        self.handled: Queue[str] = Queue()
        self.asked: list[str] = []
        self.batches: list[int] = []
        self.recipient_known: Callable[[str], bool] = self.ask
        self.accept: Callable[[MailIn], str] = self.keep
        self.handle: Callable[[str], None] = self.handled.put

    def ask(self, address: str) -> bool:
        self.asked.append(address)
        return address.endswith("@door.test")

    def keep(self, mail: MailIn) -> str:
        self.mails.put(mail)
        return "m1"

    def accept_all(self, mails: Sequence[MailIn]) -> list[str]:
        self.batches.append(len(mails))
        return [self.accept(mail) for mail in mails]

    def wait_at_accept(self) -> tuple[Event, Event]:
        """Make accept wait: what tells that it was entered, and what lets it go on."""
        entered, go = Event(), Event()

        def accept(mail: MailIn) -> str:
            entered.set()
            assert go.wait(30)
            return self.keep(mail)

        self.accept = accept
        return entered, go


@contextmanager
def running(seam: Seam, limits: SmtpLimits = LIMITS) -> Iterator[RunningSmtp]:
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(2) as accept_pool:
        door = SmtpDoor(
            settings=limits,
            recipient_known=seam.recipient_known,
            accept=seam.accept_all,
            handle=seam.handle,
            pool=pool,
            accept_pool=accept_pool,
        )
        with RunningSmtp(door) as server:
            yield server


@contextmanager
def client(server: RunningSmtp) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", server.port, local_hostname="ship.test", timeout=30) as smtp:
        yield smtp


def send(server: RunningSmtp, *recipients: str, raw: bytes = RAW) -> tuple[int, bytes]:
    with client(server) as smtp:
        smtp.ehlo()
        smtp.mail("crew@ship.test")
        for recipient in recipients or ("call@door.test",):
            smtp.rcpt(recipient)
        return smtp.data(raw)


def begin(smtp: smtplib.SMTP) -> None:
    """All of a mail's envelope, and no mail."""
    smtp.ehlo_or_helo_if_needed()
    smtp.mail("crew@ship.test")
    assert smtp.rcpt("call@door.test")[0] == 250


def coming_in(server: RunningSmtp, smtp: smtplib.SMTP) -> bool:
    """Whether the door waits for a mail, when all that was said before is done."""
    assert smtp.noop()[0] == 250
    return bool(server.door.coming_in)


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who dawdles counts for as long as the test takes."""
    monkeypatch.setattr("inbound.smtp.door.DAWDLES_SECONDS", 3_600)


def test_250_is_said_only_after_accept_returned_and_only_then_is_it_handled() -> None:
    seam = Seam()
    entered, go = seam.wait_at_accept()
    with running(seam) as server, ThreadPoolExecutor(1) as other:
        reply = other.submit(send, server)
        assert entered.wait(30)
        assert not reply.done()
        assert seam.handled.empty()
        go.set()
        assert reply.result(30) == (250, b"2.0.0 Ok: m1")
        assert seam.handled.get(timeout=30) == "m1"


def test_what_comes_while_a_mail_is_stored_is_stored_together() -> None:
    seam = Seam()
    entered, go = seam.wait_at_accept()
    with running(seam) as server, ThreadPoolExecutor(3) as others:
        first = others.submit(send, server)
        assert entered.wait(30)
        more = [others.submit(send, server, raw=RAW + b"%d\r\n" % n) for n in range(2)]
        while len(server.door.storing) < 3:
            assert not any(reply.done() for reply in (first, *more))
        go.set()
        assert [reply.result(30)[0] for reply in (first, *more)] == [250] * 3
    assert seam.batches == [1, 2]
    assert len({seam.mails.get_nowait().raw for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("most", "octets", "batches"),
    [
        pytest.param(2, 1_000_000, [1, 2, 2, 1], id="so many"),
        pytest.param(50, 2 * len(RAW), [1, 2, 2, 1], id="so large"),
        pytest.param(50, len(RAW) - 1, [1] * 6, id="each too large"),
        pytest.param(50, 5 * len(RAW), [1, 5], id="just so large"),
    ],
)
def test_no_more_is_stored_together_than_others_can_wait_for(
    monkeypatch: pytest.MonkeyPatch, most: int, octets: int, batches: list[int]
) -> None:
    monkeypatch.setattr("inbound.smtp.door.TOGETHER_MOST", most)
    monkeypatch.setattr("inbound.smtp.door.TOGETHER_OCTETS", octets)
    seam = Seam()
    entered, go = seam.wait_at_accept()
    with running(seam) as server, ThreadPoolExecutor(6) as others:
        replies = [others.submit(send, server) for _ in range(6)]
        assert entered.wait(30)
        while len(server.door.storing) < 6:
            assert not any(reply.done() for reply in replies)
        go.set()
        assert [reply.result(30)[0] for reply in replies] == [250] * 6
    assert seam.batches == batches


def test_one_that_can_not_be_stored_does_not_keep_out_those_beside_it() -> None:
    seam = Seam()
    entered, go = seam.wait_at_accept()
    bad = RAW + b"bad\r\n"

    def accept(mail: MailIn) -> str:
        entered.set()
        assert go.wait(30)
        if mail.raw == bad:
            raise ValueError("a mail that trips us")
        return seam.keep(mail)

    seam.accept = accept
    with running(seam) as server, ThreadPoolExecutor(3) as others:
        first = others.submit(send, server)
        assert entered.wait(30)
        trips, good = others.submit(send, server, raw=bad), others.submit(send, server)
        while len(server.door.storing) < 3:
            assert not first.done()
        go.set()
        assert (first.result(30)[0], trips.result(30)[0], good.result(30)[0]) == (250, 451, 250)


def test_who_dawdles_in_the_middle_of_a_mail_keeps_no_other_from_being_handled() -> None:
    seam = Seam()
    with running(seam) as server, client(server) as dawdler:
        begin(dawdler)
        assert send(server)[0] == 250
        assert seam.handled.get(timeout=30) == "m1"
        assert dawdler.data(RAW)[0] == 250


def test_a_mail_is_coming_in_from_its_first_good_recipient_until_it_is_delivered(lasting: None) -> None:
    with running(Seam()) as server, client(server) as smtp:
        smtp.ehlo()
        for _ in range(2):
            smtp.mail("crew@ship.test")
            smtp.rcpt("who@else.test")
            assert not coming_in(server, smtp)
            smtp.rcpt("call@door.test")
            assert coming_in(server, smtp)
            assert smtp.data(RAW)[0] == 250
            assert not coming_in(server, smtp)


@pytest.mark.parametrize("end", ["RSET", "EHLO x", "HELO x"])
def test_what_is_taken_back_is_no_longer_coming_in_and_its_sender_not_believed_again(lasting: None, end: str) -> None:
    with running(Seam()) as server, client(server) as stranger:
        begin(stranger)
        assert coming_in(server, stranger)
        stranger.docmd(end)
        assert not coming_in(server, stranger)
        begin(stranger)
        assert not coming_in(server, stranger)
        assert stranger.data(RAW)[0] == 250
        begin(stranger)
        assert coming_in(server, stranger)


def test_what_was_coming_in_from_one_who_is_gone_is_not_waited_for(lasting: None) -> None:
    with running(Seam()) as server, client(server) as stranger:
        begin(stranger)
        assert coming_in(server, stranger)
    assert not server.door.coming_in


def test_a_dawdler_is_not_believed_again_before_it_has_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbound.smtp.door.DAWDLES_SECONDS", 0)
    with running(Seam()) as server, client(server) as dawdler:
        begin(dawdler)
        while coming_in(server, dawdler):
            pass
        monkeypatch.setattr("inbound.smtp.door.DAWDLES_SECONDS", 3_600)
        dawdler.rset()
        begin(dawdler)
        assert not coming_in(server, dawdler)


def test_a_mail_to_two_mailboxes_is_one_message_with_its_evidence() -> None:
    seam = Seam()
    with running(seam) as server:
        send(server, "call@door.test", "k7@door.test", "call@door.test")
        mail = seam.mails.get(timeout=30)
    recipients = ("call@door.test", "k7@door.test")
    assert mail == MailIn("crew@ship.test", recipients, RAW, "127.0.0.1", "ship.test")
    assert seam.mails.empty()


def test_the_null_sender_is_taken_and_shown_as_empty() -> None:
    seam = Seam()
    with running(seam) as server, client(server) as smtp:
        smtp.sendmail("", ["call@door.test"], RAW)
    assert seam.mails.get(timeout=30).sender == ""


@pytest.mark.parametrize("error", [Unavailable("database away"), RuntimeError("a bug")])
def test_what_accept_raises_is_451_and_the_next_try_gets_250(error: Exception) -> None:
    seam, failures = Seam(), [error]

    def accept(mail: MailIn) -> str:
        if failures:
            raise failures.pop()
        return "m1"

    seam.accept = accept
    with running(seam) as server:
        code, said = send(server)
        assert (code, said[:5]) == (451, b"4.3.0")
        assert send(server)[0] == 250
        assert seam.handled.get(timeout=30) == "m1"
    assert seam.handled.empty()


def test_a_store_too_slow_is_451_and_what_it_stored_after_all_is_handled() -> None:
    seam, go = Seam(), Event()
    seam.accept = lambda _: "late" if go.wait(30) else ""
    with running(seam, replace(LIMITS, accept_seconds=0.05)) as server:
        assert send(server)[0] == 451
        go.set()
        assert seam.handled.get(timeout=30) == "late"


def test_what_handle_raises_hurts_nobody() -> None:
    seam = Seam()

    def handle(message_id: str) -> None:
        seam.handled.put(message_id)
        raise RuntimeError("left to the sweeper")

    seam.handle = handle
    with running(seam) as server:
        assert send(server)[0] == 250
        assert send(server)[0] == 250
        assert [seam.handled.get(timeout=30) for _ in range(2)] == ["m1", "m1"]


def test_unknown_recipients_are_refused_and_a_mailbox_is_asked_for_once() -> None:
    seam = Seam()
    with running(seam) as server, client(server) as smtp:
        smtp.ehlo()
        smtp.mail("crew@ship.test")
        assert smtp.rcpt("who@else.test") == (550, b"5.1.1 <who@else.test>: no such mailbox here")
        assert smtp.docmd("DATA")[0] == 503
        assert smtp.rcpt("call@door.test")[0] == 250
        smtp.rset()
        smtp.mail("crew@ship.test")
        assert smtp.rcpt("call@door.test")[0] == 250
    assert seam.asked == ["who@else.test", "call@door.test"]


@pytest.mark.parametrize("error", [Unavailable("database away"), RuntimeError("a bug")])
def test_a_recipient_that_cannot_be_looked_up_is_asked_to_come_again(error: Exception) -> None:
    seam = Seam()

    def recipient_known(_address: str) -> bool:
        raise error

    seam.recipient_known = recipient_known
    with running(seam) as server, client(server) as smtp:
        smtp.ehlo()
        smtp.mail("crew@ship.test")
        assert smtp.rcpt("call@door.test")[0] == 451


def test_17_disconnect_between_the_dot_and_250_stores_once_and_a_redelivery_accepts_again() -> None:
    seam = Seam()
    entered, go = seam.wait_at_accept()
    with running(seam) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as peer:
            peer.sendall(
                b"HELO x\r\nMAIL FROM:<crew@ship.test>\r\nRCPT TO:<call@door.test>\r\nDATA\r\n" + RAW + b".\r\n"
            )
            assert entered.wait(30)
        go.set()
        assert seam.handled.get(timeout=30) == "m1"
        assert send(server)[0] == 250
        assert [seam.mails.get(timeout=30).raw for _ in range(2)] == [RAW, RAW]
    assert seam.mails.empty()


def test_stopping_lets_a_mail_under_way_finish_and_dismisses_the_idle() -> None:
    seam = Seam()
    entered, go = seam.wait_at_accept()
    with running(seam) as server, ThreadPoolExecutor(2) as other:
        reply = other.submit(send, server)
        assert entered.wait(30)
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as idle, idle.makefile("rb") as said:
            assert said.readline()[:3] == b"220"
            stopped = other.submit(server.stop)
            assert said.read()[:9] == b"421 4.3.2"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=30)
        assert not stopped.done()
        go.set()
        assert reply.result(30)[0] == 250
        stopped.result(30)
        assert seam.handled.get_nowait() == "m1"


def test_a_port_in_use_is_named_in_a_sentence() -> None:
    with (
        running(Seam()) as server,
        pytest.raises(Misconfigured, match=f"cannot listen on 127.0.0.1 port {server.port}"),
    ):
        RunningSmtp(server.door, port=server.port).start()


SERVE = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from inbound.smtp.door import SmtpDoor
from inbound.smtp.limits import SmtpLimits
from inbound.smtp.server import serve_smtp

def handle(message_id):
    time.sleep(0.1)
    print("handled", message_id, flush=True)

with ThreadPoolExecutor(2) as pool:
    door = SmtpDoor(settings=SmtpLimits(linger_seconds=0.1), recipient_known=lambda _: True,
                    accept=lambda mails: ["m1"], handle=handle, pool=pool, accept_pool=pool)
    serve_smtp(door, "127.0.0.1", 0, ready=lambda port: print(port, flush=True))
print("served", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_serving_after_what_was_taken_is_handled(number: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        port = int(process.stdout.readline())
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
            smtp.sendmail("crew@ship.test", ["call@door.test"], RAW)
            process.send_signal(number)
        assert process.stdout.read() == "handled m1\nserved\n"
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
