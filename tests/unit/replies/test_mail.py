"""Answers as mails: what a small device, a gateway and a mail thread need of them."""

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default

import pytest

from replies.mail import MailAnswer, checked_address, compose
from replies.ways import Undeliverable

ANSWER = MailAnswer(
    outbox_id="01JD5",
    sender="call@door.test",
    to="crew@ship.test",
    text="K7 Ringing +33 1..1234. Press 1, then Bob.\n\nBalance $9.83",
    sent_ms=1_763_823_600_000,
    subject="order",
    in_reply_to="<1@ship.test>",
)


def composed(**changes: str) -> EmailMessage:
    return email.message_from_bytes(compose(replace(ANSWER, **changes)), policy=default)  # type: ignore[arg-type]


def test_an_answer_in_full() -> None:
    assert compose(ANSWER).decode("ascii").split("\r\n") == [
        "From: call@door.test",
        "To: crew@ship.test",
        "Subject: Re: order",
        "Date: Sat, 22 Nov 2025 15:00:00 +0000",
        "Message-ID: <01JD5.cordboard@door.test>",
        "In-Reply-To: <1@ship.test>",
        "References: <1@ship.test>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "K7 Ringing +33 1..1234. Press 1, then Bob.",
        "",
        "Balance $9.83",
        "",
    ]


def test_the_message_id_is_the_rows_at_every_try() -> None:
    later = replace(ANSWER, sent_ms=ANSWER.sent_ms + 60_000, text="other")
    ids = {email.message_from_bytes(compose(each, "host.test"))["Message-ID"] for each in (ANSWER, later)}
    assert ids == {"<01JD5.cordboard@host.test>"}


def test_a_text_beyond_ascii_is_one_quoted_printable_part() -> None:
    mail = composed(text="K7 Zoë: besetzt, €0.04")
    assert mail["Content-Transfer-Encoding"] == "quoted-printable"
    assert mail.get_content().splitlines() == ["K7 Zoë: besetzt, €0.04"]


def test_no_line_is_longer_than_mail_allows() -> None:
    raw = compose(replace(ANSWER, text="x" * 3000, references="<a@b.test> " * 200, subject="ü" * 500))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert email.message_from_bytes(raw, policy=default).get_content().split() == ["x" * 3000]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("order", "Re: order"),
        ("RE: Fwd: AW: Re[2]: order", "Re: order"),
        ("call mum pin 4711 now", "Re: call mum pin **** now"),
        ("\uff30\uff29\uff2e: \uff14\uff17 \uff23all", "Re: PIN: **** Call"),
        ("Grüße", "Re: Grüße"),
        ("x" * 70, "Re: " + "x" * 57 + "..."),
        ("a\r\nBcc: evil@else.test\0b", "Re: a Bcc: evil@else.test b"),
        ("a\u202eb\ud800", "Re: ab"),
        ("", "K7"),
        ("Re:", "K7"),
    ],
)
def test_subjects(theirs: str, ours: str) -> None:
    mail = composed(subject=theirs)
    assert mail["Subject"] == ours
    assert mail["Bcc"] is None


def test_without_their_subject_and_a_reference_the_answer_begins_in_the_subject() -> None:
    assert composed(subject="", text="Not called: I don't know 'tomorow'.")["Subject"] == (
        "Not called: I don't know 'tomorow'."
    )
    assert composed(subject="", text="")["Subject"] == "Cordboard"


def test_a_thread_keeps_its_last_references_and_names_theirs_once() -> None:
    earlier = " ".join(f"<{n}@ship.test>" for n in range(20)) + " <1@ship.test> junk"
    mail = composed(references=earlier)
    assert mail["References"].split() == [f"<{n}@ship.test>" for n in range(11, 20)] + ["<1@ship.test>"]


@pytest.mark.parametrize(
    "theirs", ["", "1@ship.test", "<1@ship.test>\r\nBcc: <e@x>", "<1 2@ship.test>", "<é@ship.test>"]
)
def test_a_malformed_message_id_is_not_repeated(theirs: str) -> None:
    mail = composed(in_reply_to=theirs)
    assert (mail["In-Reply-To"], mail["References"], mail["Bcc"]) == (None, None, None)


def test_a_long_message_id_stays_on_the_first_line() -> None:
    theirs = f"<{'x' * 180}@ship.test>"
    assert f"\r\nIn-Reply-To: {theirs}\r\n".encode() in compose(replace(ANSWER, in_reply_to=theirs))


@pytest.mark.parametrize(
    "address",
    [
        "crew@ship.test\r\nBcc: evil@else.test",
        "crew@ship.test\n",
        "crew\0@ship.test",
        "crew@ship.test>\r\nRCPT TO:<evil@else.test",
        "crew@ship.test, evil@else.test",
        "crew <crew@ship.test>",
        '"a b"@ship.test',
        "<@good.test:crew@ship.test>",
        "crew@[127.0.0.1]",
        "crew",
        "@ship.test",
        "crew@",
        "zoë@ship.test",
        "x" * 65 + "@ship.test",
        "crew@" + "x" * 64,
        "",
    ],
)
def test_111_only_a_plain_address_is_written_to_or_from(address: str) -> None:
    with pytest.raises(Undeliverable):
        compose(replace(ANSWER, to=address))
    with pytest.raises(Undeliverable):
        compose(replace(ANSWER, sender=address))


@pytest.mark.parametrize(
    "address", ["crew+k7@ship.test", "x@xn--mnchen-3ya.test", "881612345678@msg.iridium.test", "a.b'c@d"]
)
def test_plain_addresses_pass(address: str) -> None:
    assert checked_address(address) == address


def test_an_odd_outbox_id_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="not an outbox id"):
        compose(replace(ANSWER, outbox_id="../x"))
