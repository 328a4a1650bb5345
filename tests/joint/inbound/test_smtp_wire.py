"""What goes wrong on the wire; the numbers are those of the project's list of bad inputs."""

import datetime as dt
import socket
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from inbound.smtp.door import MailIn, SmtpDoor
from inbound.smtp.limits import SmtpLimits
from inbound.smtp.server import RunningSmtp

LIMITS = SmtpLimits(hostname="door.test", linger_seconds=0.2)
ENVELOPE = b"EHLO ship.test\r\nMAIL FROM:<crew@ship.test>\r\nRCPT TO:<call@door.test>\r\n"
SECOND = (
    b"MAIL FROM:<evil@ship.test>\r\nRCPT TO:<call@door.test>\r\nDATA\r\nFrom: evil@ship.test\r\n\r\nCALL 1900\r\n.\r\n"
)


class Peer:
    """A client that says exactly the octets it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=3)
        self.file = self.socket.makefile("rb")

    def say(self, octets: bytes) -> Self:
        self.socket.sendall(octets)
        return self

    def reply(self) -> str:
        """Return the next reply, of many lines the last; nothing when the door hung up."""
        while (line := self.file.readline())[3:4] == b"-":
            pass
        return line.decode().rstrip()

    def replies(self, count: int) -> list[str]:
        return [self.reply()[:3] for _ in range(count)]

    def until_closed(self) -> list[str]:
        return self.file.read().decode().splitlines()

    def at_data(self) -> Self:
        self.say(ENVELOPE + b"DATA\r\n")
        assert self.replies(5) == ["220", "250", "250", "250", "354"]
        return self

    def close(self) -> None:
        self.file.close()
        self.socket.close()


class Room:
    """A running door, what it accepted, and its peers."""

    def __init__(self, port: int, accepted: list[MailIn], stack: ExitStack) -> None:
        self.port, self.accepted, self._stack = port, accepted, stack

    def peer(self) -> Peer:
        peer = Peer(self.port)
        self._stack.callback(peer.close)
        return peer


@contextmanager
def running(limits: SmtpLimits) -> Iterator[Room]:
    accepted: list[MailIn] = []

    def accept(mails: Sequence[MailIn]) -> list[str]:
        accepted.extend(mails)
        return [f"m{len(accepted)}"]

    with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        door = SmtpDoor(
            settings=limits,
            recipient_known=lambda address: address.endswith("@door.test"),
            accept=accept,
            handle=lambda _id: None,
            pool=pool,
            accept_pool=pool,
        )
        server = stack.enter_context(RunningSmtp(door))
        yield Room(server.port, accepted, stack)


@pytest.fixture
def room() -> Iterator[Room]:
    with running(LIMITS) as room:
        yield room


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(b"\n.\n", id="1 LF.LF"),
        pytest.param(b"\n.\r\n", id="2 LF.CRLF"),
        pytest.param(b"\r\n.\n", id="3 CRLF.LF"),
        pytest.param(b"\r.\r", id="4 CR.CR"),
        pytest.param(b"\r.\r\n", id="5 CR.CRLF"),
        pytest.param(b"\r\n\0.\r\n", id="6 NUL before dot"),
        pytest.param(b"\r\n.\0\r\n", id="6 NUL after dot"),
        pytest.param(b"\r\n.\r", id="CRLF.CR"),
        pytest.param(b"\r\r\n.\r\r\n", id="CR CRLF.CR CRLF"),
    ],
)
def test_1_to_8_a_false_end_of_data_ends_nothing_and_what_follows_is_no_command(room: Room, end: bytes) -> None:
    """1-6 and 8: the whole, with the pipelined second mail inside, is one refused mail."""
    peer = room.peer().at_data()
    peer.say(b"Subject: x\r\n\r\nfirst" + end + SECOND + b"NOOP\r\n")
    assert peer.reply().startswith("554 5.6.0")
    assert peer.replies(1) == ["250"], "only NOOP, after the true end, was a command"
    assert room.accepted == []


def test_7_bare_lf_in_a_header_is_refused_and_the_next_mail_taken(room: Room) -> None:
    peer = room.peer().at_data().say(b"Subject: x\nBcc: y\r\n\r\nhello\r\n.\r\n")
    assert peer.reply().startswith("554 5.6.0")
    peer.say(ENVELOPE + b"DATA\r\n").replies(4)
    assert peer.say(b"\r\n..dot\r\n.\r\n").reply() == "250 2.0.0 Ok: m1"
    assert [mail.raw for mail in room.accepted] == [b"\r\n.dot\r\n"]


def test_9_a_command_slipped_in_behind_starttls_is_not_executed(tls: ssl.SSLContext) -> None:
    with running(replace(LIMITS, tls=tls)) as room:
        peer = room.peer().say(b"EHLO x\r\nSTARTTLS\r\n" + ENVELOPE)
        assert peer.replies(2) == ["220", "250"]
        assert [line[:3] for line in peer.until_closed()] == ["421"]


def test_9_starttls_forgets_what_came_before_and_offers_no_auth(tls: ssl.SSLContext) -> None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    with running(replace(LIMITS, tls=tls)) as room, ExitStack() as stack:
        peer = room.peer().say(ENVELOPE + b"STARTTLS\r\n")
        assert peer.replies(5) == ["220", "250", "250", "250", "220"]
        secure = stack.enter_context(client.wrap_socket(peer.socket))
        file = stack.enter_context(secure.makefile("rb"))
        secure.sendall(b"DATA\r\nMAIL FROM:<a@b.test>\r\nEHLO x\r\nQUIT\r\n")
        said = file.read().decode()
    assert [line[:3] for line in said.splitlines()] == ["503", "503", "250", "250", "250", "221"]
    assert "AUTH" not in said
    assert "STARTTLS" not in said


def test_a_failed_tls_handshake_ends_the_connection(tls: ssl.SSLContext) -> None:
    with running(replace(LIMITS, tls=tls)) as room:
        peer = room.peer().say(b"EHLO x\r\nSTARTTLS\r\n")
        assert peer.replies(3) == ["220", "250", "220"]
        peer.say(b"MAIL FROM:<a@b.test>\r\n")
        assert b"250" not in peer.file.read()
        assert room.peer().replies(1) == ["220"]


def test_10_5000_recipients(room: Room) -> None:
    peer = room.peer().say(ENVELOPE + b"".join(b"RCPT TO:<n%d@door.test>\r\n" % n for n in range(4999)))
    codes = [line[:3] for line in peer.until_closed() if line[3] == " "]
    assert codes == ["220"] + ["250"] * 12 + ["452"] * 88 + ["421"]


def test_11_3000_noop(room: Room) -> None:
    codes = [line[:3] for line in room.peer().say(b"NOOP\r\n" * 3000).until_closed()]
    assert codes == ["220"] + ["250"] * 100 + ["421"]


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        pytest.param(b"MAIL FROM:<a\0@b.test>", "501 5.5.4", id="12 NUL in MAIL FROM"),
        pytest.param(b"MAIL FROM:<a@b.test>\rRSET", "501 5.5.4", id="12 bare CR in MAIL FROM"),
        pytest.param("MAIL FROM:<zoë@b.test>".encode(), "553 5.6.7", id="13 UTF-8 local part"),
        pytest.param(b"MAIL FROM:<zo\xeb@b.test>", "553 5.6.7", id="13 8-bit local part"),
        pytest.param(b"MAIL FROM:<a@b.test> SMTPUTF8", "501", id="13 SMTPUTF8 not offered"),
        pytest.param(b"MAIL FROM:<a@b.test> SIZE=9999999999999", "552", id="15 SIZE= over the limit"),
        pytest.param(b"MAIL FROM:<@good.test:a@b.test>", "553 5.1.3", id="31 source route"),
        pytest.param(b"MAIL FROM:" + b"(" * 480, "553 5.1.3", id="44 nested comments"),
        pytest.param(b"MAIL FROM:<>", "250", id="the null sender is fine"),
        pytest.param(b"AUTH PLAIN AGEAYg==", "502 5.5.1", id="20 AUTH before TLS"),
        pytest.param(b"BDAT 12", "502 5.5.1", id="19 BDAT"),
        pytest.param(b"VRFY root", "252", id="VRFY tells nothing"),
        pytest.param(b"EXPN all", "502", id="EXPN"),
        pytest.param(b"NOOP\n", "500", id="a command ended by LF alone"),
        pytest.param(b"NOOP " + b"x" * 600, "500", id="a long command"),
        pytest.param(b"NOOP " + b"x" * 9000, "500", id="a command without end"),
        pytest.param(b"GET / HTTP/1.1", "421", id="18 HTTP"),
        pytest.param(b"\x16\x03\x01\x02\0\n", "500", id="18 a TLS hello"),
    ],
)
def test_12_to_20_command_lines(room: Room, line: bytes, reply: str) -> None:
    peer = room.peer().say(b"EHLO x\r\n")
    assert peer.replies(2) == ["220", "250"]
    assert peer.say(line + (b"" if line.endswith(b"\n") else b"\r\n")).reply().startswith(reply)


def test_ehlo_offers_little_and_names_no_version(room: Room) -> None:
    said = room.peer().say(b"EHLO x\r\nQUIT\r\n").until_closed()
    assert said[0] == "220 door.test ESMTP"
    assert said[1:-1] == ["250-door.test", "250-SIZE 524288", "250 8BITMIME"]


@pytest.mark.parametrize(("length", "reply"), [(998, "250"), (999, "500"), (1001, "500"), (5000, "500")])
def test_14_long_lines(room: Room, length: int, reply: str) -> None:
    peer = room.peer().at_data()
    # The line is cut in pieces on our side; a piece that is a lone dot must end nothing.
    text = (b"." + b"x" * (length - 2) + b".") if length < 1001 else b"x" * (length - 1) + b"."
    peer.say(b"\r\n" + (b"." if text.startswith(b".") else b"") + text + b"\r\nrest\r\n.\r\nNOOP\r\n")
    assert peer.replies(2) == [reply, "250"]
    assert [mail.raw for mail in room.accepted] == ([b"\r\n" + text + b"\r\nrest\r\n"] if reply == "250" else [])


@pytest.mark.parametrize(("lines", "replies"), [(10, ["250", "250"]), (11, ["552", "250"]), (60, ["552", ""])])
def test_15_a_mail_over_the_size(lines: int, replies: list[str]) -> None:
    """A little over: told at the end of the data. Many times over: told at once, and hung up."""
    with running(replace(LIMITS, message_octets=1000)) as room:
        peer = room.peer().at_data().say((b"x" * 98 + b"\r\n") * lines + b".\r\nNOOP\r\n")
        assert peer.replies(2) == replies
        assert len(room.accepted) == (lines == 10)


def test_16_slow_loris_in_data_is_cut_however_steady() -> None:
    with running(replace(LIMITS, message_seconds=0.1, idle_seconds=2)) as room:
        peer = room.peer().at_data()
        assert trickle(peer).startswith("421 4.4.2")
        assert room.accepted == []


def test_16_slow_loris_in_a_command_is_cut_however_steady() -> None:
    with running(replace(LIMITS, idle_seconds=0.1)) as room:
        peer = room.peer()
        assert peer.replies(1) == ["220"]
        assert trickle(peer).startswith("421 4.4.2")


def trickle(peer: Peer) -> str:
    """Say a letter every 10 ms until something is answered."""
    peer.socket.settimeout(0.01)
    for _ in range(200):
        try:
            said = peer.socket.recv(200)
        except TimeoutError:
            peer.say(b"x")
        else:
            return said.decode()
    return "never cut"


def test_17_disconnect_after_the_dot_then_redelivery(room: Room) -> None:
    """The door stores both times; that one order comes of it is the store's doing (same raw mail)."""
    mail = b"Message-ID: <1@ship.test>\r\n\r\nCALL mum\r\n.\r\n"
    room.peer().at_data().say(mail).close()
    assert room.peer().at_data().say(mail).reply().startswith("250")
    assert {stored.raw for stored in room.accepted} == {mail[:-3]}


def test_18_http_is_hung_up_on(room: Room) -> None:
    peer = room.peer().say(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n" + ENVELOPE)
    assert [line[:3] for line in peer.until_closed()] == ["220", "421"]


def test_19_octets_behind_bdat_are_not_commands(room: Room) -> None:
    peer = room.peer().say(ENVELOPE + b"BDAT 100 LAST\r\n" + SECOND)
    assert peer.replies(5) == ["220", "250", "250", "250", "502"]
    assert peer.until_closed() == []


def test_errors_messages_and_time_of_a_connection_are_limited() -> None:
    with running(replace(LIMITS, errors=3, messages=1)) as room:
        assert [line[:3] for line in room.peer().say(b"X\r\n" * 9).until_closed()] == ["220"] + ["500"] * 3 + ["421"]
        peer = room.peer().at_data().say(b"\r\n.\r\n" + ENVELOPE)
        assert peer.replies(3) == ["250", "250", "421"]
    with running(replace(LIMITS, connection_seconds=0)) as room:
        assert [line[:3] for line in room.peer().say(b"NOOP\r\n" * 9).until_closed()] == ["220", "250", "421"]


@pytest.mark.parametrize(
    "limits",
    [
        replace(LIMITS, connections=2),
        replace(LIMITS, connections_per_address=2, unlimited_addresses=frozenset()),
    ],
)
def test_connections_at_once_are_limited_and_a_place_becomes_free_again(limits: SmtpLimits) -> None:
    with running(limits) as room:
        first, second, third = room.peer(), room.peer(), room.peer()
        assert [first.reply()[:3], second.reply()[:3], third.reply()[:3]] == ["220", "220", "421"]
        first.say(b"QUIT\r\n").until_closed()
        first.close()
        for _ in range(100):
            if (reply := room.peer().reply()[:3]) == "220":
                break
        assert reply == "220"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    path = tmp_path_factory.mktemp("tls") / "door.pem"
    write_certificate(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def write_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "door.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
