"""Fields of an HTTP order as a command: the words of the parsers, one thing a field."""

import pytest

from inbound.api.order import ApiOrder
from inbound.api.reader import read_fields
from parsers.commands import CallCommand, NamedNumber, NotACommand, parse_text
from replies.refusals import refusal_text

NAMES = {"Mum": "+442079460018", "Bill": "+442079460019", "May": "+442079460020 x512", "home": "+12025550101"}


def read(to: str, from_: str | None = None, bill: str | None = None) -> CallCommand | str:
    """The command, or what the sender is told."""
    parsed = read_fields(ApiOrder("t", "n", None, to, from_, bill), "US", NAMES)
    assert isinstance(parsed, CallCommand | NotACommand)
    return refusal_text(parsed) if isinstance(parsed, NotACommand) else parsed


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (("mum",), "CALL mum"),
        (("MUM.",), "CALL mum"),
        (("may",), "CALL May"),
        (("+44 20 7946 0018",), "CALL +44 20 7946 0018"),
        (("(202)  555-0147",), "CALL (202) 555-0147"),
        (("+442079460018x512",), "CALL +442079460018 x512"),
        (("mum", "home"), "CALL mum FROM home"),
        (("mum", "+12025550101", "AC-7.1"), "CALL mum FROM +12025550101 BILL AC-7.1"),
        (("mum", None, "x512"), "CALL mum BILL x512"),
        (("+442079460018", None, "x512"), "CALL +442079460018 BILL x512"),
        (("mum", None, "from"), "CALL mum"),
    ],
)
def test_it_is_the_order_of_the_line(fields: tuple[str, ...], line: str) -> None:
    command, written = read(*fields), parse_text(line, country="US", names=NAMES)
    if fields[-1] == "from":  # a keyword is no code: there is nothing it could be meant to stand for
        assert command == "Not called: 'from' can't be a billing code. Use up to 32 letters, digits, dots or dashes."
        return
    assert isinstance(command, CallCommand)
    assert isinstance(written, CallCommand)
    assert command.canonical() == written.canonical()


def test_a_name_stays_a_name() -> None:
    command = read("mum")
    assert isinstance(command, CallCommand)
    assert isinstance(command.to, NamedNumber)
    assert command.to.name == "Mum"


@pytest.mark.parametrize("text", ["mum from home", "mum bill 7", "mum pin 1234", "mum please", "mum thanks"])
@pytest.mark.parametrize("field", ["to", "from"])
def test_what_else_stands_in_a_field_is_refused(field: str, text: str) -> None:
    said = read(text) if field == "to" else read("mum", text)
    assert said == f"Not called: '{field}' must be one number or one name of your phone book, and nothing else."


@pytest.mark.parametrize(
    "code", ["", " ", "a b", "7 pin 1234", "7 from home", "7.", "a/b", "x" * 33, "=1+1", "7 please"]
)
def test_a_code_is_one_word_as_it_stands(code: str) -> None:
    assert str(read("mum", None, code)).startswith("Not called: '")
    assert "can't be a billing code" in str(read("mum", None, code))


def test_what_it_cannot_be_is_said_as_to_a_mail() -> None:
    assert read("911") == "Not called: 911 is an emergency number. Dial it yourself on the nearest phone."
    assert read("mum", "dad") == "Not called: I don't know 'dad'."
    assert read("") == "Not called: there is nothing after CALL. Say what should follow it."
