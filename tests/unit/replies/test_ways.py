"""The ways out: each sends a row once, and tells what can be tried again from what cannot."""

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from kernel.errors import Unavailable
from replies.mail import MailAnswer, compose
from replies.maildir_view import ShownMail, list_mails
from replies.ways import Undeliverable
from replies.ways.by_mail import Post
from replies.ways.maildir import MaildirWay
from replies.ways.smarthost import SmarthostWay

TO = "crew@ship.test"
SENT_MS = 1_763_823_600_000


def answer(outbox_id: str, text: str = "K7 Ringing") -> bytes:
    return compose(MailAnswer(outbox_id, "call@door.test", TO, text, SENT_MS, subject="order"))


def test_a_row_sent_twice_leaves_one_file_read_or_not(tmp_path: Path) -> None:
    way: Post = MaildirWay(tmp_path / "deep" / "mail")
    way.send("row1", answer("row1"), TO)
    way.send("row1", answer("row1"), TO)
    (written,) = (tmp_path / "deep" / "mail" / "new").iterdir()
    assert b"\r" not in written.read_bytes()
    written.rename(tmp_path / "deep" / "mail" / "cur" / f"{written.name}:2,S")
    way.send("row1", answer("row1"), TO)
    way.send("row10", answer("row10"), TO)
    assert len(list_mails(tmp_path / "deep" / "mail")) == 2
    assert list((tmp_path / "deep" / "mail" / "tmp").iterdir()) == []


def test_an_id_that_begins_another_is_not_taken_for_it(tmp_path: Path) -> None:
    way = MaildirWay(tmp_path)
    for outbox_id in ("row10", "row1"):
        way.send(outbox_id, answer(outbox_id), TO)
    assert len(list_mails(tmp_path)) == 2


def test_mails_are_listed_as_written_the_newest_last(tmp_path: Path) -> None:
    way = MaildirWay(tmp_path)
    way.send("z", answer("z", "K7 Zoë besetzt\nmore"), TO)
    way.send("a", answer("a", "K8 second"), TO)
    when = dt.datetime.fromtimestamp(SENT_MS / 1000, dt.UTC)
    assert list_mails(tmp_path) == [
        ShownMail(when, TO, "Re: order", "K7 Zoë besetzt\nmore"),
        ShownMail(when, TO, "Re: order", "K8 second"),
    ]


def test_no_maildir_is_no_mails_and_a_foreign_file_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    assert list_mails(tmp_path / "none") == []
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "x").write_bytes(b"\xff no header\nDate: never\n\n")
    (shown,) = list_mails(tmp_path)
    assert (shown.to, shown.subject, shown.when.tzinfo) == ("", "", dt.UTC)


def test_a_maildir_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be written"):
        MaildirWay(tmp_path / "file" / "mail").send("row1", answer("row1"), TO)


class Host:
    """The handler of a mail host that answers as a test says."""

    def __init__(self) -> None:
        self.rcpt = self.data = "250 ok"
        self.quit = "221 bye"
        self.mails: list[tuple[str, list[str], bytes]] = []

    async def handle_RCPT(  # noqa: N802 (aiosmtpd finds hooks by name)
        self, _s: SMTP, _se: Session, envelope: Envelope, address: str, _o: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append((str(envelope.mail_from), envelope.rcpt_tos, envelope.content))
        return self.data

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return self.quit


@pytest.fixture
def host() -> Host:
    return Host()


def authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
) -> AuthResult:
    return AuthResult(success=given == (b"cordboard", b"secret"), handled=False)


@pytest.fixture
def port(host: Host) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = Controller(host, "127.0.0.1", port, authenticator=authenticate, auth_require_tls=False)
    controller.start()
    yield port
    controller.stop()


def smarthost(port: int, user: str = "", password: str = "") -> SmarthostWay:
    return SmarthostWay("127.0.0.1", port, helo="door.test", user=user, password=password, timeout_seconds=3)


def test_the_smarthost_gets_it_from_the_null_sender(host: Host, port: int) -> None:
    smarthost(port).send("row1", answer("row1", "K7\n.\nend"), TO)
    assert host.mails == [("<>", [TO], answer("row1", "K7\n.\nend"))]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize(("reply", "error"), [("550 5.1.1 nobody", Undeliverable), ("451 4.3.0 later", Unavailable)])
def test_what_the_smarthost_says_of_the_mail(
    host: Host, port: int, stage: str, reply: str, error: type[Exception]
) -> None:
    setattr(host, stage, reply)
    with pytest.raises(error, match=reply):
        smarthost(port).send("row1", answer("row1"), TO)


def test_a_failing_quit_does_not_undo_what_was_taken(host: Host, port: int) -> None:
    host.quit = "451 oh"
    smarthost(port).send("row1", answer("row1"), TO)
    assert len(host.mails) == 1


def test_login_and_a_wrong_password_which_is_ours_to_mend(host: Host, port: int) -> None:
    smarthost(port, "cordboard", "secret").send("row1", answer("row1"), TO)
    assert len(host.mails) == 1
    with pytest.raises(Unavailable, match="535") as refused:
        smarthost(port, "cordboard", "wrong").send("row1", answer("row1"), TO)
    assert "wrong" not in str(refused.value)
    assert "wrong" not in repr(smarthost(port, "cordboard", "wrong"))


def test_starttls_asked_for_but_not_offered_is_unavailable(host: Host, port: int) -> None:

    with pytest.raises(Unavailable, match="STARTTLS"):
        SmarthostWay("127.0.0.1", port, tls=ssl.create_default_context()).send("row1", answer("row1"), TO)
    assert host.mails == []


def test_111_an_address_with_a_command_in_it_never_reaches_the_smarthost(host: Host, port: int) -> None:
    with pytest.raises(Undeliverable):
        smarthost(port).send("row1", answer("row1"), f"{TO}>\r\nRCPT TO:<evil@else.test")
    assert host.mails == []


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="does not answer"):
            smarthost(closed.getsockname()[1]).send("row1", answer("row1"), TO)


@pytest.mark.parametrize("banner", [b"554 go away\r\n", b"", b"HTTP/1.1 400 no\r\n"])
def test_a_host_that_does_not_serve_us_is_unavailable(banner: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(banner)

        thread = Thread(target=serve)
        thread.start()
        with pytest.raises(Unavailable):
            smarthost(server.getsockname()[1]).send("row1", answer("row1"), TO)
        thread.join()


STEPS = [b"220 tarpit\r\n", b"250-tarpit\r\n250 STARTTLS\r\n", b"250 from\r\n", b"250 to\r\n", b"354 go\r\n"]


def drip(server: socket.socket, steps: list[bytes], drop: bytes) -> bool:
    """Answer as far as the steps go, then drop by drop; whether the other side hung up before that was all."""
    peer, _ = server.accept()
    with peer, peer.makefile("rb") as said:
        for step in steps:
            peer.sendall(step)
            said.readline()
        try:
            for _ in range(300):
                peer.sendall(drop)
                Event().wait(0.01)
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    ("steps", "drop", "tls"),
    [
        pytest.param([], b"220-more\r\n", False, id="greeting"),
        pytest.param(STEPS[:1], b"250-more\r\n", False, id="EHLO"),
        pytest.param([*STEPS[:2], b"220 go\r\n"], b"\x16\x03\x03\x3f\xff" + bytes(8), True, id="TLS"),
        pytest.param(STEPS, b"250-more\r\n", False, id="final dot"),
    ],
)
def test_a_host_that_trickles_is_given_up_in_time(steps: list[bytes], drop: bytes, tls: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        hung_up = pool.submit(drip, server, steps, drop)
        context = ssl.create_default_context() if tls else None
        way = SmarthostWay("127.0.0.1", server.getsockname()[1], helo="door.test", tls=context, timeout_seconds=0.2)
        with pytest.raises(Unavailable, match=r"not done after 0\.2 s"):
            way.send("row1", answer("row1"), TO)
        assert hung_up.result(30)


def test_one_mail_takes_less_than_half_of_what_a_row_is_taken_for() -> None:
    way = SmarthostWay("127.0.0.1")
    assert 2_000 * way.timeout_seconds < way.take_ms
