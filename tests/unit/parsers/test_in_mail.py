"""Subject and text of a mail: which of them is the order, and when they are asked about."""

import pytest

from parsers.commands import NotACommand, Parsed
from parsers.in_mail import parse_mail
from parsers.mail import Mail, read_mail
from replies.refusals import refusal_text

NAMES = {"mum": "+442079460000", "Bob": "+33140001234 x512", "office": "+14155552671"}


def parsed(subject: str, body: str, *, old: bool = False, name: str = "Ann Rowe") -> Parsed:
    mail = Mail("ann@rowe.example", "<1@x>", None, subject, old, False, body, False, name)
    return parse_mail(mail, country="US", names=NAMES)


def outcome(subject: str, body: str, *, old: bool = False, name: str = "Ann Rowe") -> str:
    return told(parsed(subject, body, old=old, name=name))


def told(said: Parsed) -> str:
    if not isinstance(said, NotACommand):
        return said.shown() + (f" pin {said.pin}" if said.pin else "")
    return "kind" if said.kind else refusal_text(said)


WHICH = "Which one? Send just that one."


@pytest.mark.parametrize(
    ("subject", "body", "told"),
    [
        ("CALL mum", "CALL bob", f"Not called: the subject says call mum, the text says call Bob. {WHICH}"),
        (
            "CALL +44 20 7946 0000",
            "CALL mum from office",
            f"Not called: the subject says call +44 2..0000, the text says call mum from office. {WHICH}",
        ),
        ("drop K7", "drop K8", f"Nothing dropped: the subject says drop K7, the text says drop K8. {WHICH}"),
        ("drop K7", "call mum", f"Nothing done: the subject says drop K7, the text says call mum. {WHICH}"),
        ("again", "call mum", f"Not called: the subject says again, the text says call mum. {WHICH}"),
        ("bob", "mum", f"Not called: the subject says call Bob, the text says call mum. {WHICH}"),
        (
            "CALL mum",
            "but not before 5",
            "Not called: the subject says call mum, but the text says more. If you want it, send it alone.",
        ),
        (
            "drop K7",
            "no, wait",
            "Nothing dropped: the subject says drop K7, but the text says more. If you want it, send it alone.",
        ),
        (
            "lunch",
            "mum",
            "Not called: your subject has other words. For a call write CALL before the name or number.",
        ),
        ("CALL mum PIN 1234", "PIN 5678", "Not called: I found two different PINs. Send it again with one."),
        ("call mum tomorow", "Thanks,\nAnn", "Not called: I don't know 'tomorow'."),
    ],
)
def test_what_differs_is_asked_about(subject: str, body: str, told: str) -> None:
    assert outcome(subject, body) == told
    assert len(told) <= 160


@pytest.mark.parametrize(
    "body", ["", "Ann", "Ann Rowe", "Thanks", "Thanks,\nAnn", "Best regards,\n\nAnn Rowe", "- Ann", "please", "Cheers!"]
)
@pytest.mark.parametrize("subject", ["CALL mum", "mum", "DROP K7"])
def test_a_signature_or_thanks_are_not_other_words(subject: str, body: str) -> None:
    assert outcome(subject, body) == subject.replace("CALL ", "").lower().replace("mum", "call mum").replace("k7", "K7")


@pytest.mark.parametrize("body", ["", "Ann", "Best regards,\n\nAnn Rowe", "- Ann", "please", "PIN 1234"])
def test_a_signature_is_nothing_beside_again(body: str) -> None:
    assert outcome("AGAIN", body) == "again" + (" pin 1234" if "PIN" in body else "")


LONE = "Not called: I am not sure what you mean. To have your last call again, write AGAIN alone."


@pytest.mark.parametrize(
    ("subject", "body", "old"),
    [
        ("Again", "thank you!", False),
        ("again", "Thanks so much\nAnn", False),
        ("AGAIN", "Cheers!", False),
        ("AGAIN", "PIN 1234\nthanks", False),
        ("AGAIN", "PIN 1234 thanks", False),
        ("Again", "Again\nthank you", False),
        ("Again, thanks", "Again", False),
        ("Thanks", "Again", False),
        ("Thank you for the call", "AGAIN", False),
        ("Many thanks :)", "again\nPIN 1234", False),
        ("ok", "again", False),
        ("Re: K7", "Again\n\nThank you so much.", True),
        ("Re: K7", "Again\n\nThank you so much.\nAnn", True),
    ],
)
def test_again_beside_thanks_may_be_kindness_wherever_they_stand(subject: str, body: str, old: bool) -> None:
    assert outcome(subject, body, old=old) == LONE


@pytest.mark.parametrize("body", ["Bob", "no", "Ann\nnot today", "not yet", "Anna"])
@pytest.mark.parametrize("subject", ["CALL mum", "mum", "AGAIN"])
def test_other_words_are(subject: str, body: str) -> None:
    if subject == "mum":
        assert outcome(subject, body).startswith(
            ("Not called: I see no order in ", "Not called: the subject says call")
        )
    else:
        assert outcome(subject, body).startswith("Not called: the subject says ")


@pytest.mark.parametrize("body", ["Thanks,\nbut later", "thank you\nAnn\nnot now"])
def test_other_words_under_thanks_are_other_words(body: str) -> None:
    assert outcome("CALL mum", body).startswith("Not called: the subject says call mum, but the text says more.")


def test_thanks_above_an_order_are_answered() -> None:
    assert outcome("", "Thanks!\nCALL bob").startswith("Not called: I see no order in 'Thanks!'.")
    assert outcome("", "Thanks!\nJohn Smith, MV Astrid") == "kind"


def test_a_name_beside_which_a_subject_stands_is_not_called_from_the_subject() -> None:
    assert outcome("mum", "see you").startswith("Not called: I see no order in 'see', 'you'.")
    assert outcome("mum", "CALL bob") == "call Bob"
    assert outcome("mum", "hello").startswith("Not called: I see no order")


@pytest.mark.parametrize(
    "subject",
    ["", "mum", "CALL mum", "call", "Hello", "(no subject)", "inReach message from Ann Rowe", "PIN 1234", "Ann"],
)
def test_a_bare_name_is_called_under_a_subject_that_says_nothing_else(subject: str) -> None:
    assert outcome(subject, "mum") == "call mum" + (" pin 1234" if "1234" in subject else "")


@pytest.mark.parametrize(
    "subject", ["Regards", "Thanks", "Best", "Cheers", "sincerely", "Many thanks", "ok", "Thanks!"]
)
@pytest.mark.parametrize("body", ["mum", "Bob", "mum please"])
def test_under_words_that_close_a_letter_a_name_is_a_signature(subject: str, body: str) -> None:
    assert outcome(subject, body) == (
        "Not called: your subject has other words. For a call write CALL before the name or number."
    )
    assert outcome(subject, f"CALL {body}") == outcome("", body)


@pytest.mark.parametrize(
    ("subject", "body"),
    [("", "Bob"), ("", "- Bob"), ("", "Bob\nRowe"), ("", "Bob\nPIN 1234"), ("Bob", ""), ("K7", "Bob.")],
)
@pytest.mark.parametrize("name", ["Bob", "Bob Rowe"])
def test_the_senders_own_name_alone_calls_nobody_of_that_name(subject: str, body: str, name: str) -> None:
    assert outcome(subject, body, name=name).startswith("Not called: ")
    assert outcome(subject, body, old=True, name=name).startswith("Not called: ")
    assert outcome("", "CALL Bob", name=name) == "call Bob"


def test_a_signature_that_is_in_the_phone_book_is_told_how_to_call() -> None:
    assert outcome("Re: K7", "Bob", old=True, name="Bob Rowe") == "Not called: write CALL before the name or number."
    assert outcome("mum", "Bob", name="Bob Rowe") == "call mum"


def test_the_subject_of_a_reply_is_an_old_one() -> None:
    assert outcome("Re: CALL mum", "bob", old=True) == "call Bob"
    assert outcome("Re: K7 Mum busy", "again", old=True) == "again"
    assert outcome("Fwd: mum", "", old=True).startswith("Not called: I found no words of yours")
    assert outcome("Re: K7", "drop K7\n\nAnn", old=True) == "drop K7"


def test_the_senders_own_name_under_a_text_is_not_of_it() -> None:
    assert outcome("", "mum\n\nAnn Rowe") == "call mum"
    assert outcome("", "AGAIN\n\nRegards,\nAnn") == "again"
    assert outcome("", "mum\n\nJohn") == "Not called: write CALL before the name or number."
    assert isinstance(parsed("", "mum\n\nNo", name="Jane No"), NotACommand)


def test_a_pin_may_stand_in_subject_or_text() -> None:
    assert outcome("mum", "PIN 1234") == "call mum pin 1234"
    assert outcome("PIN 1234", "AGAIN") == "again pin 1234"
    assert outcome("DROP", "PIN 1234\nthanks") == "drop pin 1234"


def test_the_name_is_that_of_the_one_from() -> None:
    raw = b"From: =?utf-8?q?Jos=C3=A9_Roe?= <jr@rowe.example>\n\nmum\n\nJose"
    assert read_mail(raw).from_name == "Jos\u00e9 Roe"
    assert not isinstance(parse_mail(read_mail(raw), country="US", names=NAMES), NotACommand)
    assert read_mail(b"From: a@b.org, c@d.org\n\nx").from_name == ""


def test_a_subject_that_puts_off_what_the_text_orders_is_asked_about() -> None:
    for subject in ("Tomorrow", "not before 6", "mañana por favor"):
        assert outcome(subject, "CALL bob") == "Not called: do you mean call Bob? Then send just that."
    assert outcome("see you tomorrow", "CALL bob") == "call Bob"
