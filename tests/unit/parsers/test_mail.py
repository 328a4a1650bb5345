"""Raw mails at the edges: who, when, what kind, and the bounds of the parser behind (figures: list of bad inputs)."""

import base64
from datetime import UTC, datetime
from time import process_time

import pytest

from kernel.errors import Refused
from parsers.mail import Mail, read_mail


def made(headers: str = "", body: str | bytes = "CALL mum\n") -> Mail:
    content = body if isinstance(body, bytes) else body.encode()
    return read_mail(headers.encode() + b"\n" + content if headers else b"\n" + content)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ann@rowe.example", "ann@rowe.example"),
        ("Ann@ROWE.Example", "Ann@rowe.example"),
        ("Ann Rowe <ann@rowe.example>", "ann@rowe.example"),
        ("Ann Q. Rowe <ann@rowe.example>", "ann@rowe.example"),
        ('"Rowe, Ann" <ann@rowe.example>', "ann@rowe.example"),
        ("=?utf-8?q?Jos=C3=A9?= <jose@rowe.example>", "jose@rowe.example"),
        ("M\u00fcller <m@rowe.example>", "m@rowe.example"),
        ("ann@rowe.example (Ann)", "ann@rowe.example"),
        pytest.param('"victim@good.org" <x@evil.org>', "x@evil.org", id="29"),
        pytest.param("victim@good.org <x@evil.org>", None, id="29-bare"),
        pytest.param("victim@good.org, x@evil.org", None, id="27"),
        pytest.param("Team: victim@good.org;", None, id="28"),
        pytest.param("<@good.org:x@evil.org>", None, id="31"),
        pytest.param("=?utf-8?q?a=00b?= <x@evil.org>", "x@evil.org", id="30"),
        pytest.param("=?utf-8?q?victim@good=2Eorg?=", None, id="encoded-address"),
        pytest.param("x@evil.org <victim@good.org> <x@evil.org>", None, id="two-brackets"),
        pytest.param('"a b"@good.org', None, id="quoted-local-part"),
        pytest.param("x@[192.0.2.1]", None, id="address-literal"),
        pytest.param("x@go\u03bfd.org", None, id="42-homograph"),
        pytest.param("", None, id="empty"),
        pytest.param("(" * 5000, None, id="44"),
        pytest.param("a@b.org, " * 20, None, id="many"),
    ],
)
def test_the_one_plain_mailbox_of_from(written: str, address: str | None) -> None:
    assert made(f"From: {written}\n").from_address == address


def test_from_missing_or_doubled_is_nobody() -> None:  # 26, 41
    assert made("Subject: x\n").from_address is None
    assert made("From: a@b.org\nFrom: c@d.org\n").from_address is None


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Tue, 04 Mar 2025 10:15:00 +0200", datetime(2025, 3, 4, 8, 15, tzinfo=UTC)),
        ("Tue, 04 Mar 2025 10:15:00 -0000", datetime(2025, 3, 4, 10, 15, tzinfo=UTC)),
        ("04 Mar 2025 10:15:00 EST", datetime(2025, 3, 4, 15, 15, tzinfo=UTC)),
        ("Tue, 31 Feb 2025 25:61:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("9" * 5000, None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_date_is_utc_or_none(written: str, date: datetime | None) -> None:
    assert made(f"Date: {written}\n").date == date


def test_a_doubled_subject_is_none_and_an_encoded_line_break_no_new_word() -> None:  # 24, 47
    assert made("Subject: CALL mum\nSubject: CALL bob\n").subject == ""
    assert made("Subject: =?utf-8?q?CALL_mum=0D=0ABcc:_x?=\n").subject == "CALL mum\ufffd\ufffdBcc: x"
    assert made("Subject: CALL\n mum\n").subject == "CALL mum"
    assert made("Subject: " + "x" * 1001 + "\n").subject == ""


def test_the_message_id_is_kept_as_written() -> None:  # 55
    assert made("Message-ID: <a.b@c>\n").message_id == "<a.b@c>"
    assert made("Message-ID:\n <a.b@c>\n").message_id == "<a.b@c>"
    assert made("From: a@b.org\n").message_id is None


@pytest.mark.parametrize(
    ("headers", "old"),
    [
        ("Subject: CALL mum\n", False),
        ("Subject: Regarding mum\n", False),
        ("In-Reply-To: <1@x>\n", True),
        ("References: <1@x> <2@x>\n", True),
        *((f"Subject: {prefix} CALL mum\n", True) for prefix in ("Re:", "RE[2]:", "FW:", "Fwd :", "AW:", "WG:", "SV:")),
        *(
            (f"Subject: {prefix} CALL mum\n", True)
            for prefix in ("VS:", "RV:", "TR:", "Antw:", "R:", "I:", "RES:", "[Fwd:", "[ext] Re:")
        ),
        ("Subject: CALL mum (fwd)\n", True),
    ],
)
def test_replies_and_forwards(headers: str, old: bool) -> None:
    assert made(headers).is_reply_or_forward is old


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ("From: ann@rowe.example\n", False),
        ("Auto-Submitted: no\n", False),
        ("Auto-Submitted: auto-replied (vacation)\n", True),
        ("Auto-Submitted: Auto-Generated; owner-email=x\n", True),
        ("Precedence: bulk\n", True),
        ("Precedence: LIST\n", True),
        ("Precedence: first-class\n", False),
        ("List-Id: <x.example>\n", True),
        ("X-Auto-Response-Suppress: All\n", True),
        ("Return-Path: <>\n", True),
        ("Return-Path: <ann@rowe.example>\n", False),
        ("From: MAILER-DAEMON@rowe.example\n", True),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", True),
        ("From: no.reply.inreach@garmin.com\n", False),
    ],
)
def test_automatic_mail(headers: str, automatic: bool) -> None:  # 56
    assert made(headers).automatic is automatic


def encoded(content: bytes, charset: str) -> Mail:
    headers = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n"
    return made(headers, base64.encodebytes(content))


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("CALL José".encode(), "utf-8"),
        ("CALL José".encode(), "us-ascii"),
        ("CALL José".encode("cp1252"), "utf-8"),
        ("CALL José".encode("latin-1"), "x-nonsense"),
        ("CALL José".encode("utf-16"), "utf-16"),
        ("CALL José".encode(), "unicode_escape"),
        ("CALL José".encode(), "rot13"),
        ("\ufeffCALL José".encode(), "utf-8"),
    ],
)
def test_the_declared_charset_then_those_that_fit(content: bytes, charset: str) -> None:  # 48
    assert encoded(content, charset).own_text == "CALL José"


def test_control_characters_are_seen_not_skipped() -> None:
    assert made(body=b"CALL\0mum\x1b[0m\n").own_text == "CALL\ufffdmum\ufffd[0m"
    headers = "Content-Type: text/plain; charset=utf-8\n"
    assert made(headers, "CALL\u00a0mum\u2028PIN 1\n").own_text == "CALL mum\nPIN 1"
    assert made(headers, "CALL\u200bmum\n").own_text == "CALL\u200bmum"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=b\n\n"
            + b"".join(b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" for _ in range(3000)),
            id="43",
        ),
        pytest.param(b"Content-Type: message/rfc822\n\n" * 3000, id="43-messages"),
        pytest.param(b"From: " + b"(" * 900 + b"\n\nCALL mum", id="44-within-the-cap"),
        pytest.param(b"To: " + b"a@b.org, " * 20_000 + b"\n\nCALL mum", id="45"),
        pytest.param(b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nCALL mum", id="46"),
        pytest.param(b"X: y\n" * 301 + b"\nCALL mum", id="headers"),
        pytest.param(b"X: " + b"y" * 100_000 + b"\n\nCALL mum", id="long-header"),
        pytest.param(b"Content-Type: text/plain; " + b'a="b;' * 30_000 + b"\n\nCALL mum", id="parameters"),
        pytest.param(b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 90_000, id="parts"),
    ],
)
def test_beyond_the_bounds_a_mail_is_refused_at_once(raw: bytes) -> None:
    started = process_time()
    with pytest.raises(Refused, match="unreadable_mail"):
        read_mail(raw)
    assert process_time() - started < 0.5


HTML = b"Content-Type: text/html\n\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"Content-Transfer-Encoding: base64\n\n!!!@@@====CALL mum====\n", id="50-base64"),
        pytest.param(b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=20" * 500_000, id="50-quoted-printable"),
        pytest.param(b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b" * 20_000, id="charset-bomb"),
        pytest.param(HTML + b"<b>" * 80_000, id="html-open"),
        pytest.param(HTML + b"<div>" * 50_000 + b"</div>" * 50_000, id="html-deep"),
        pytest.param(HTML + b"<!--" * 60_000, id="html-comments"),
        pytest.param(HTML + b"<" * 200_000, id="html-less-than"),
        pytest.param(HTML + b"<a b='" * 20_000, id="html-quotes"),
        pytest.param(HTML + b"<![CDATA[" * 9000 + b">", id="html-cdata"),
        pytest.param(HTML + b"<style></" * 20_000 + b">", id="html-style"),
        pytest.param(b"\n" + b"On x\n" * 100_000, id="attributions"),
        pytest.param(b"\n" + b"a " * 500_000 + b":", id="long-line"),
        pytest.param(b"\n" + b"content-a:\n" * 50_000, id="fields"),
    ],
)
def test_within_the_bounds_time_stays_small_and_nothing_is_ordered(raw: bytes) -> None:
    started = process_time()
    mail = read_mail(raw)
    assert process_time() - started < 0.5
    assert not mail.own_text.upper().startswith("CALL")


def test_a_number_cut_in_two_by_a_cap_is_not_read() -> None:
    filler = "\n" * (64 * 1024 - 14)
    assert made(body=filler + "CALL +49301234567\n").own_text == ""
    assert made("Content-Type: text/html\n", "<p></p>" * 749 + "CALL +4930<b>1234</b>567").own_text == ""


def test_the_html_part_must_agree_but_does_not_decide() -> None:  # 49
    both = "--x\nContent-Type: text/plain\n\n{}\n--x\nContent-Type: text/html\n\n<p>{}</p><p>more</p>\n--x--\n"
    headers = "Content-Type: multipart/alternative; boundary=x\n"
    agreed, differing = (
        made(headers, both.format("CALL  mum", "Call mum")),
        made(headers, both.format("CALL a", "CALL b")),
    )
    blank = made(headers, both.format(" ", "CALL b"))
    assert (agreed.own_text, agreed.html_differs) == ("CALL  mum", False)
    assert (differing.own_text, differing.html_differs) == ("CALL a", True)
    assert (blank.own_text.split("\n")[0], blank.html_differs) == ("CALL b", False)
