"""DROP and AGAIN, in the ways people say them."""

import pytest

from parsers.commands import COMMANDS, AgainCommand, DropCommand, NotACommand, Parsed, parse_text
from replies.refusals import refusal_text

NAMES = {"mum": "+442079460000", "Bob": "+33140001234 x512"}


def read(text: str) -> Parsed:
    return parse_text(text, country="US", names=NAMES)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("DROP K7", "DROP K7"),
        ("drop k7 please", "DROP K7"),
        ("Please drop K7.", "DROP K7"),
        ("hang up K7", "DROP K7"),
        ("Hangup K7!", "DROP K7"),
        ("cancel K7", "DROP K7"),
        ("cancel call K7", "DROP K7"),
        ("end the call K7 now", "DROP K7"),
        ("STOP Z999", "DROP Z999"),
        ("drop K7\n\nit takes too long", "DROP K7"),
        ("drop K7 thanks", "DROP K7"),
        ("drop K7\nPIN 1234", "DROP K7"),
        ("DROP", "DROP"),
        ("drop it", "DROP"),
        ("hang up, please", "DROP"),
        ("cancel my call", "DROP"),
        ("stop\nthank you", "DROP"),
        ("DROP PIN 1234", "DROP"),
        ("pin 1234 drop", "DROP"),
        ("AGAIN", "AGAIN"),
        ("again please", "AGAIN"),
        ("Please try again", "AGAIN"),
        ("redial.", "AGAIN"),
        ("again pin 1234", "AGAIN"),
        ("AGAIN\nPIN 1234", "AGAIN"),
        ("again\nplease\nPIN 1234\n\nBest regards", "AGAIN"),
    ],
)
def test_said_in_many_ways(text: str, canonical: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, DropCommand | AgainCommand), parsed
    assert parsed.canonical() == canonical
    assert parsed.pin == ("1234" if "1234" in text else None)
    assert "1234" not in repr(parsed) + parsed.shown()
    again = read(parsed.canonical())
    assert not isinstance(again, NotACommand)
    assert again.canonical() == canonical


WHICH = " Write DROP and the call's reference, like DROP K7."
LONE = "Not called: I am not sure what you mean. To have your last call again, write AGAIN alone."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("drop mum", "Nothing dropped: I don't know 'mum'." + WHICH),
        ("drop K7 K8", "Nothing dropped: I don't know 'K8'." + WHICH),
        ("drop K7?", "Nothing dropped: I don't know 'K7?'." + WHICH),
        ("drop \u212a7", "Nothing dropped: I don't know '\u212a7'." + WHICH),  # the sign for kelvin
        ("drop I1", "Nothing dropped: I don't know 'I1'." + WHICH),  # a letter that no reference has
        ("drop everything tomorrow", "Nothing dropped: I don't know 'everything', 'tomorrow'." + WHICH),
        ("cancel call mum", "Nothing dropped: I don't know 'mum'." + WHICH),
        ("drop\nthe other one", "Nothing dropped: I don't know 'the', 'other' and more." + WHICH),
        ("drop K7 pin 12", "Nothing dropped: a PIN is 4 to 10 plain digits without spaces."),
        ("drop\nPIN 1234\nPIN 5678", "Nothing dropped: I don't know 'PIN', '****'." + WHICH),
        ("call mum\ndrop K7", "Nothing done: you wrote call mum, and drop K7. Which one? Send just that one."),
        ("drop K7\ndrop K8", "Nothing dropped: you wrote drop K7, and drop K8. Which one? Send just that one."),
        ("call mum\nagain", "Not called: you wrote call mum, and again. Which one? Send just that one."),
        ("call mum and drop K7", "Not called: I don't know 'and', 'drop', 'K7'."),
        ("Again, thank you", LONE),
        ("again,\nthank you", LONE),
        ("Again\n\nThank you so much.", LONE),
        ("Again!\nThanks a lot", LONE),
        ("again\nok", LONE),
        ("again\nPIN 1234\nthanks", LONE),
        ("AGAIN\nPIN 1234 thanks", LONE),
        ("again\nBest regards\nPIN 1234 thx", LONE),
        ("again mum", LONE),
        ("call again", LONE),
        ("call mum again", LONE),
        ("AGAIN\nFROM office", LONE),
        ("again\nbut later", LONE),
        ("again and again", LONE),
    ],
)
def test_what_is_not_wholly_understood_does_nothing(text: str, told: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand), parsed
    assert refusal_text(parsed) == told
    assert len(told) <= 160


@pytest.mark.parametrize("text", ["thanks again", "Thanks again!", "ok, thanks again"])
def test_thanks_again_is_kindness(text: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand)
    assert parsed.kind


@pytest.mark.parametrize("text", ["See you again soon", "the end of the week", "we could not stop", "no cancel"])
def test_in_the_middle_of_a_line_these_are_everyday_words(text: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand)
    assert not parsed.verb
    assert not parsed.kind


def test_every_command_of_the_table_reads_its_own_summary() -> None:
    """What is taught is understood: each verb, with and without each clause."""
    filled = {"<number or name>": "mum", "<code>": "X1", "<its code>": "4711", "<digits>": "1234", "<reference>": "K7",
              "<amount>": "20", "<minutes>": "20", "<number>": "+442079460000", "<new name>": "Ann Marie",
              "<language>": "es"}  # fmt: skip
    for command in COMMANDS:
        text = command.summary.replace("[", "").replace("]", "")
        for sign, value in filled.items():
            text = text.replace(sign, value)
        parsed = parse_text(text, country="US", names=NAMES)
        assert not isinstance(parsed, NotACommand), text
        assert parsed.pin == "1234"
