"""Every reason for which anything of ours refuses has its sentence, with what that sentence needs filled in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from cordboard.cli.sentences import SENTENCES
from inbound.asking import SHORTEST
from kernel.errors import Refused
from parsers.commands import NotACommand, parse_text
from replies.gsm import is_gsm, parts
from replies.language import languages
from replies.refusals import MOST_WORDS, NOT_DONE, REFUSALS, WHERE_TO_LOOK, refusal_text
from replies.sentences import ASKED, ASKED_FROM, PIN_LOCKED, QUOTE_BUYS, QUOTE_FEE
from satellite.families import SERVICES, shipped

ROOT = Path(__file__).parents[3]
OF_MESSAGES = ("parsers", "gate", "inbound", "replies")
"""What they refuse, a sender is told. The rest is an operator's, who is told by the commands."""
OF_OPERATORS = ("kernel", "accounts", "billing", "cordboard", "orders", "satellite", "dispatcher")
UNHEARD = {"not_enough_funds"}
"""No command takes money back yet."""
CHOSEN = re.compile(r"number_[a-z_]+|emergency")
"""Keys that `parsers` picks from a table before it raises them."""
TYPICAL = {
    "count": "100",
    "like": "+18707720012, +870772001234",
    "order": "call Ann Marie Longname from +1 4..2671 bill ACME-17 max 20.00",
    "limit": "20.000.000,00 US$", "left": "2",
    "language": "franglais",
    "number": "+44 20 7946 0000 x512345", "words": "'tomorow', 'at', 'noon', 'sharp' and more", "clause": "FROM",
    "name": "Ann Marie Longname", "code": "ACME/17", "minutes": "1234", "ref": "Z999",
    "doing": "waiting for you to press 1", "region": "GB", "field": "from",
    "one": "call Ann Marie Longname", "other": "call +44 2..0018 from +870 7..1234 bill ACME-17",
    "text": "Captain Haddock at the yard", "most": "500", "languages": "English, Spanish, French, German",
    "system": "cellular in the air", "cap": "EUR 1000.00", "balance": "EUR 1000.00",
    "price": "EUR 1000.00", "refs": "Z999, Z998, Z997, Z996",
}  # fmt: skip

QUOTED = {
    "name": "N" * SHORTEST, "from_": "", "price": "EUR 13.9999", "theirs": "EUR 13.9999", "yours": "EUR 13.9999",
    "first_b": "60", "first_a": "60", "fee": QUOTE_FEE.format(fee="EUR 13.99"),
    "buys": QUOTE_BUYS["balance"].format(minutes=1234),
}  # fmt: skip
"""The most that a quote ever says: its name is cut as far as that needs, by who says it."""

Raised = tuple[str, str, frozenset[str]]


def sources(package: str) -> Iterator[tuple[str, ast.Module]]:
    for file in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in file.parts:
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text("utf-8"))


def literals(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def raised(packages: tuple[str, ...]) -> Iterator[Raised]:
    """Where, by which key and with which fields `Refused(...)` is made."""
    for package in packages:
        for where, tree in sources(package):
            for call in ast.walk(tree):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and call.func.id in ("Refused", "AskBack")
                ):
                    fields = frozenset(keyword.arg or "" for keyword in call.keywords)
                    for key in literals(call.args[0]) or (_chosen(tree) if package == "parsers" else []):
                        yield f"{where}:{call.lineno}", key, fields


def _chosen(tree: ast.Module) -> list[str]:
    """Keys of its tables; one that is raised by its name, with fields of its own, is not among them."""
    raised_by_name = {id(call.args[0]) for call in ast.walk(tree) if isinstance(call, ast.Call) and call.args}
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in raised_by_name]
    return [node.value for node in strings if isinstance(node.value, str) and CHOSEN.fullmatch(node.value)]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


FOR_SENDERS = list(raised(OF_MESSAGES))
FOR_OPERATORS = [each for each in raised(OF_OPERATORS) if each[1] not in UNHEARD]


def test_the_scan_finds_what_it_should() -> None:
    keys = {key for _, key, _ in FOR_SENDERS}
    assert {"no_funds", "zone", "other_command", "shunted", "no_phone", "not_understood"} - keys == {"not_understood"}
    assert {"number_two", "emergency", "number_not_valid", "number_no_country"} <= keys
    assert "not_a_pin" in {key for _, key, _ in FOR_OPERATORS}


def test_a_sender_has_a_sentence_with_all_its_fields() -> None:
    for where, key, fields in FOR_SENDERS:
        if key in ASKED:
            asked = {"ref", "name", "from_", "price", "ok", "within"} | (set(QUOTED) if key == "ask_quote" else set())
            assert placeholders(ASKED[key]) <= fields | asked, (where, key)
        else:
            assert placeholders(REFUSALS[key]) <= fields, (where, key)


def test_an_operator_has_one_too() -> None:
    for where, key, fields in FOR_OPERATORS:
        assert placeholders(SENTENCES.get(key) or REFUSALS[key]) <= fields | {"text"}, (where, key)


NOT_RAISED = {"not_understood", "no_command", "only_a_name", "not_dropped"}
OF_THE_TABLE = {row.why_not for row in shipped() if row.why_not}
OF_AN_OPERATOR = {f"satellite_{service}" for service in SERVICES if service != "voice"}
"""Keys that satellite/families.csv names, and those that a row of an operator's own makes."""


def test_no_sentence_is_for_nothing() -> None:
    made = {key for _, key, _ in FOR_SENDERS + FOR_OPERATORS} | NOT_RAISED | OF_THE_TABLE | OF_AN_OPERATOR
    assert set(REFUSALS) <= made
    assert set(REFUSALS) >= OF_THE_TABLE | OF_AN_OPERATOR


@pytest.mark.parametrize("key", REFUSALS)
def test_a_sentence_goes_into_one_text_message(key: str) -> None:
    fields = {name: TYPICAL[name] for name in placeholders(REFUSALS[key])}
    sentence = refusal_text(Refused(key, **fields)) if key not in NOT_RAISED else REFUSALS[key].format(**fields)
    assert sentence.startswith(NOT_DONE["drop" if key == "not_dropped" else "call"])
    assert sentence.endswith((".", "0", "?"))
    assert is_gsm(sentence)
    assert parts(sentence) == 1


def test_a_field_is_cut_and_never_read_as_a_format() -> None:
    said = refusal_text(Refused("number_empty", number="x"))
    assert said == "Not called: there is no number to call."
    assert refusal_text(Refused("number_two", number="{name}" * 20)).count("{name}") == 6


@pytest.mark.parametrize("key", ["over_call_cap", "no_funds"])
def test_how_long_the_shortest_call_is_nobody_says(key: str) -> None:
    """It is a setting (`calls.min_talk_s`), not always a minute."""
    assert "minute" not in REFUSALS[key]
    assert "shortest call" in REFUSALS[key]


@pytest.mark.parametrize("command", NOT_DONE)
def test_what_was_not_done_is_said_by_its_name(command: str) -> None:
    said = refusal_text(NotACommand((), Refused("two_lines", one="drop K7", other="call Mum"), command=command))
    assert said == f"{NOT_DONE[command]}you wrote drop K7, and call Mum. Which one? Send just that one."
    assert len(refusal_text(NotACommand(("w" * 300,) * 9, command="drop"))) <= 160


def test_words_not_understood_are_named_as_spelled() -> None:
    assert refusal_text(NotACommand(("tomorow",))) == "Not called: I don't know 'tomorow'."
    many = refusal_text(NotACommand(tuple("abcdef")))
    assert many == "Not called: I don't know 'a', 'b', 'c', 'd' and more."
    assert len(refusal_text(NotACommand(("w" * 300,) * 9))) <= 160
    assert len(refusal_text(NotACommand(("w" * 300,) * 9, verb=False))) <= 160
    stray = refusal_text(NotACommand(("cal",), verb=False))
    assert stray.startswith("Not called: I see no order in 'cal'. Write CALL and a name or number")
    assert refusal_text(NotACommand((), verb=False)) == "Not called: write CALL before the name or number."
    assert many.count("', '") == MOST_WORDS - 1


def test_a_better_reason_goes_before_the_words() -> None:
    parsed = parse_text("CALL 911 now", country="US", names={})
    assert isinstance(parsed, NotACommand)
    assert refusal_text(parsed).startswith("Not called: 911 is an emergency number.")


@pytest.mark.parametrize("key", ASKED)
def test_a_question_goes_into_one_text_message(key: str) -> None:
    values = {"price": "EUR 999.99", "minutes": "2880", "phone": "+870 7..1234", "ok": "OK Z999 1234", "within": 30}
    values |= {"ref": "Z999", "name": "N" * 40, "from_": ASKED_FROM.format(**values)}
    said = ASKED[key].format(**values | (QUOTED if key == "ask_quote" else {}))
    assert len(said) <= 160
    assert is_gsm(said)


def test_the_warning_of_wrong_pins_goes_into_one_text_message() -> None:
    said = PIN_LOCKED.format(until="21 Sep 14:28 UTC")
    assert len(said) <= 160
    assert is_gsm(said)


def test_who_says_no_is_not_asked_to_order_again() -> None:
    for key in ("ok_nothing", "ok_unknown"):
        assert "Send the order again" in refusal_text(Refused(key, ref="A1"), command="ok")
        said = refusal_text(Refused(key, ref="A1"), command="no")
        assert said.startswith("Nothing done: I ")
        assert "write DROP" in said
        assert "write" not in refusal_text(Refused(key, ref="A1"), "es", "no")


@pytest.mark.parametrize(("text", "command"), [("AT hotel", "at"), ("RATE bob", "rate"), ("NAME zed", "name")])
def test_who_uses_a_word_of_the_card_is_told_what_is_known(text: str, command: str) -> None:
    parsed = parse_text(text, country="US", names={})
    assert isinstance(parsed, NotACommand)
    assert refusal_text(parsed).endswith(WHERE_TO_LOOK[command])
    many = NotACommand(("w" * 300,) * 9, command=command)
    assert max(len(refusal_text(many, language)) for language in languages()) <= 160


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("LLAMAR", "LLAMAR"), ("TARIFA", "TARIFA"), ("VERIFICAR", "VERIFICAR"), ("IDIOMA", "IDIOMA"),
        ("LLAMAR ana DESDE", "DESDE"), ("LLAMAR ana CARGO", "CARGO"),
    ],
)  # fmt: skip
def test_a_word_is_named_in_the_language_of_the_answer(text: str, named: str) -> None:
    parsed = parse_text(text, country="ES", names={"ana": "+34912345678"})
    assert isinstance(parsed, NotACommand)
    assert f"detrás de {named}." in refusal_text(parsed, "es")
