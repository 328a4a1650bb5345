"""What the door writes above a mail, and how that is read."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from inbound.imap.reader import ImapReader, stamped
from inbound.imap.round import _topmost
from inbound.mail_key import mail_key
from inbound.mail_reader import EMAIL
from parsers.commands import CallCommand, NotACommand
from parsers.mail import read_mail
from tests.unit.inbound.house import NOW, ORDER, House

HOUR_MS = 3_600_000
SENT = datetime.fromtimestamp(NOW / 1000, UTC) - timedelta(hours=1)


def heard(house: House, raw: bytes, arrived_ms: int = NOW, *, whole: bool = True) -> SimpleNamespace:
    reader = ImapReader(house.intake.readers[EMAIL])
    with house.db.read() as conn:
        found = reader.read(conn, (ORDER,), stamped(raw, arrived_ms, whole=whole), "mailbox calls")
    return SimpleNamespace(sent_ms=found.sent_ms, parsed=found.parsed, key=found.key)


@pytest.mark.parametrize(
    ("date", "arrived_ms", "sent_ms"),
    [
        (f"{SENT:%a, %d %b %Y %H:%M:%S +0000}", NOW, NOW - HOUR_MS),
        (f"{SENT:%a, %d %b %Y %H:%M:%S +0000}", NOW - 2 * HOUR_MS, NOW - 2 * HOUR_MS),
        ("", NOW - 3 * HOUR_MS, NOW - 3 * HOUR_MS),
    ],
)
def test_it_was_sent_no_later_than_it_came(house: House, date: str, arrived_ms: int, sent_ms: int) -> None:
    assert heard(house, house.mail("CALL mum", date=date), arrived_ms).sent_ms == sent_ms


def test_of_a_mail_that_is_too_large_nothing_is_called(house: House) -> None:
    raw = house.mail("", subject="CALL mum")
    assert isinstance(heard(house, raw).parsed, CallCommand)
    too_large = heard(house, raw, whole=False).parsed
    assert isinstance(too_large, NotACommand)
    assert too_large.why is not None
    assert too_large.why.key == "mail_too_large"


def test_no_mail_can_write_the_doors_line(house: House) -> None:
    forged = stamped(house.mail("CALL mum"), 0, whole=False)
    found = heard(house, forged)
    assert found.sent_ms is not None
    assert found.sent_ms > NOW - HOUR_MS
    assert isinstance(found.parsed, CallCommand)


@pytest.mark.parametrize(
    ("above", "found"),
    [
        (b"X-Original-To: a@b.example\r\n", "a@b.example"),
        (b"x-original-to:\ta@b.example \r\nX-Original-To: c@d.example\r\n", "a@b.example"),
        (b"X-Original-To: a@b.example, c@d.example\r\n", ""),
        (b"X-Original-To: a@b.example\r\n c@d.example\r\n", ""),
        (b"X-Original-To: <a@b.example>\r\n", ""),
        (b"X-Original-To: \xff@b.example\r\n", ""),
        (b"X-Original-To: " + b"a" * 300 + b"@b.example\r\n", ""),
        (b"Subject: x\r\n\r\nX-Original-To: a@b.example\r\n", ""),
        (b"", ""),
    ],
)
def test_the_topmost_of_a_header(above: bytes, found: str) -> None:
    raw = above + b"From: ann@ship.example\r\n\r\nCALL mum\r\n"
    assert _topmost(raw, "X-Original-To") == found
    assert _topmost(raw, "") == ""


PLAIN = b"From: ann@ship.example\r\nSubject: x\r\n\r\nCALL mum\r\n"


@pytest.mark.parametrize(
    ("raw", "same"),
    [
        (b"Received: from a\r\n\tby b; now\r\nReturn-Path: <ann@ship.example>\r\n" + PLAIN, True),
        (PLAIN.replace(b"\r\n", b"\n"), True),
        (PLAIN + b"\r\n", True),
        (b"X-Received: from a\r\n" + PLAIN, False),
        (PLAIN.replace(b"mum", b"dad"), False),
        (PLAIN.replace(b"Subject: x", b"Subject: y"), False),
        (PLAIN.replace(b"\r\n\r\n", b"\r\n\r\nReceived: from a\r\n"), False),
    ],
)
def test_a_mail_without_id_and_date_is_itself_but_for_what_hosts_add(raw: bytes, same: bool) -> None:
    assert (mail_key(read_mail(raw), raw) == mail_key(read_mail(PLAIN), PLAIN)) is same


def test_a_header_made_to_be_slow_is_not() -> None:
    raw = b"From: ann@ship.example\r\n" + b"x" * 1_000_000 + b"\r\n" + b" " * 500_000 + b"\r\n\r\nCALL mum"
    assert mail_key(read_mail(PLAIN), raw) != mail_key(read_mail(PLAIN), PLAIN)
