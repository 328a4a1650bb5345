"""Every sentence has its words in each language: with the same fields, within one text message, as good to read."""

import runpy
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po

from inbound.commands.cards import KEPT
from inbound.commands.help import HELP, LONGEST_CONTACT, PERSON
from inbound.commands.language import NOW
from inbound.commands.name import EMPTY, STRUCK
from inbound.commands.rate import RATE
from kernel.errors import Refused
from kernel.money import display, display_exact
from parsers.commands import NotACommand, parse_text
from parsers.results import name_of
from replies.gsm import is_gsm
from replies.language import CATALOGUE, LOCALE, Words, languages, say, translated
from replies.lists import fitting, shortened
from replies.refusals import NOT_DONE, REFUSALS, refusal_text
from replies.sentences import ASKED, QUOTE_BUYS, QUOTE_FEE
from tests.unit.replies import test_receipts, test_refusals

SCRIPT: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[3] / "scripts" / "catalogues.py"))
SENTENCES: list[str] = sorted(SCRIPT["sentences"]())
OTHERS = [code for code in languages() if code != "en"]
PLAINER = str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")
"""Letters that GSM-7 has without their accents: each is sent as one character."""
LONG = {
    "first_a": "60", "first_b": "60", "buys": "",
    **test_refusals.TYPICAL, **test_receipts.TYPICAL,
    "contact": "Pat Smith, +44 20 7946 0000", "free": "EUR 1000.00", "time": "59 min 59 s, EUR 1000.00",
    "human": "Pat Smith, +44 20 7946 0000, any time", "phone": "+870 7..1234",
    "phones": "home (+1 2..0101)", "back": "boat of Captain Haddock and the crew", "held": "EUR 1000.00",
    "cap": "EUR 1000.00", "how": "no 1 pressed", "count": "500", "all": "500", "letters": "ABC", "left": "499",
    "names": "Ann Marie Longname, Robert", "theirs": "EUR 13.0000", "yours": "EUR 13.0000", "a": "60/60 s",
    "b": "60/60 s", "fee": ", EUR 13.00 to connect", "doing": "ringing the other party",
    "legs": "you 59 min 59 s, Ann Marie Longname 59 min 59 s", "most": "EUR 1000.00", "from_": " from +870 7..1234",
    "ok": "OK Z999 1234", "within": "30", "who": "Ann Marie Longname", "charge": "EUR 1000.0000",
    "billed": "59 min 59 s", "before": "+870 7..1234", "order": "call Ann Marie Longname", "limit": "20.5.5",
    "language": "klingon", "refs": "Z999, Z998, Z997", "text": "Captain Haddock's number at",
    "address": "a..@ship.example", "until": "21 Sep 14:13 UTC", "answer": "Not called.", "price": "EUR 13.00",
}  # fmt: skip


def catalogue(code: str) -> dict[str, str]:
    with (LOCALE / code / CATALOGUE).open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=code) if message.id}


CATALOGUES = {code: catalogue(code) for code in OTHERS}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_spanish_is_there_and_the_script_finds_what_is_said() -> None:
    assert languages() == ("en", "es")
    assert {REFUSALS["zone"], NOT_DONE["drop"], HELP, KEPT, RATE, NOW} <= set(SENTENCES)
    assert len(SENTENCES) > 200


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_has_every_sentence_and_no_other(code: str) -> None:
    assert sorted(CATALOGUES[code]) == SENTENCES
    assert SCRIPT["differences"]() == []


@pytest.mark.parametrize("code", languages())
def test_a_sentence_has_its_fields_and_goes_into_one_text(code: str) -> None:
    for text in SENTENCES:  # in one test, since there are hundreds: each costs pytest more than this does
        said = text if code == "en" else CATALOGUES[code][text]
        assert said, text
        assert fields(said) == fields(text), text
        assert (said[0] == " ", said[-1] == " ") == (text[0] == " ", text[-1] == " "), text
        assert is_gsm(said.translate(PLAINER)), text
        if "wrong PINs" not in text and "{answer}" not in text:  # these two go by mail
            assert len(said.format(**LONG | _quoted(code, text))) <= 160, text


def _quoted(code: str, text: str) -> dict[str, str]:
    """What a quote says at most, in the language."""
    if text != ASKED["ask_quote"]:
        return {}
    fee = say(code, QUOTE_FEE, fee=display(13_990_000, "EUR"))
    return test_refusals.QUOTED | {"fee": fee, "buys": say(code, QUOTE_BUYS["balance"], minutes=1234)}


@pytest.mark.parametrize("code", OTHERS)
def test_a_refusal_begins_as_others_do_and_says_so_of_other_commands(code: str) -> None:
    begin, instead = translated(code, NOT_DONE["call"]), translated(code, NOT_DONE["both"])
    for key in sorted(REFUSALS.keys() - test_refusals.NOT_RAISED):
        values = {name: str(LONG[name]) for name in fields(REFUSALS[key])}
        said = refusal_text(Refused(key, **values), code)
        assert said.startswith(begin), key
        assert refusal_text(Refused(key, **values), code, "at") == instead + said.removeprefix(begin), key


def test_amounts_are_written_as_the_language_writes_them() -> None:
    text = "{ref} {name} busy. You paid {paid}. Please send it again."
    assert say("en", text, ref="K7", name="Bob", paid=display(1_234_500_000, "EUR")).endswith(
        "paid EUR 1234.50. Please send it again."
    )
    said = say("es", text, ref="K7", name="Bob", paid=display(1_234_500_000, "EUR"))
    assert said == "K7 Bob ocupado. Has pagado 1.234,50 EUR. Envíala otra vez, por favor."
    assert "0,0042 USD" in say("es", text, ref="K7", name="Bob", paid=display(4_200, "USD"))
    assert "-0,5000 USD" in say("es", text, ref="K7", name="Bob", paid=display_exact(-500_000, "USD"))
    assert display(4_200, "USD").number == Decimal("0.0042")


def test_words_among_the_fields_are_translated_other_text_is_not() -> None:
    text = "Not called: {ref} for the same call is {doing}."
    assert say("es", text, ref="K7", doing=Words("going on")).endswith("está así: en curso.")
    assert say("es", text, ref="K7", doing="going on").endswith("está así: going on.")


def test_a_language_without_a_catalogue_and_a_sentence_without_words_are_said_in_english() -> None:
    assert say("xx", "Nothing {x}", x=1) == "Nothing 1"
    assert say("es", "Nothing {x}", x=1) == "Nothing 1"
    assert say("", "You") == "You"
    assert translated("es", "") == ""  # not the catalogue's header


def test_words_not_understood_are_told_in_the_language() -> None:
    said = refusal_text(NotACommand(tuple("abcdef")), "es")
    assert said == "No llamo: no entiendo 'a', 'b', 'c', 'd' y más."
    assert refusal_text(NotACommand(("x",), command="drop"), "es").startswith("No cuelgo nada: no entiendo 'x'.")
    assert refusal_text(NotACommand(("x",), command="status"), "es") == "No hago nada: no entiendo 'x'."


@pytest.mark.parametrize("code", languages())
def test_help_with_a_person_goes_into_one_text(code: str) -> None:
    said = translated(code, HELP) + say(code, PERSON, human="x" * LONGEST_CONTACT)
    assert len(said) <= 160


@pytest.mark.parametrize("code", languages())
def test_what_help_teaches_is_understood_in_its_language(code: str) -> None:
    taught = translated(code, HELP).partition(". ")[0].split(", ")
    names = {"ann": "+442079460018", "ana": "+442079460018", "hotel": "+33140001234"}
    read = [parse_text(words, country="US", names=names) for words in taught]
    assert [name_of(order) for order in read if not isinstance(order, NotACommand)] == [
        "call", "at", "again", "drop", "last",
    ]  # fmt: skip
    assert {order.language for order in read} == {code}


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize(
    ("sentence", "order"), [(EMPTY, "name"), (HELP, "name"), (STRUCK, "")], ids=["empty", "help", "none"]
)
def test_an_example_in_capitals_is_an_order(code: str, sentence: Words, order: str) -> None:
    said = translated(code, sentence)
    at = max(said.find("NAME "), said.find("NOMBRE "))
    read = parse_text(said[at:].rstrip("."), country="US", names={}) if at >= 0 else None
    assert (name_of(read) if read is not None and not isinstance(read, NotACommand) else "") == order


def test_a_list_is_cut_where_the_text_ends() -> None:
    names = [f"name {number}" for number in range(50)]
    said = fitting(names, lambda some: f"Names: {some}.", lambda count: f" More from {names[count]}.")
    assert len(said) <= 160
    shown = said.count("name ") - 1
    assert said.endswith(f"name {shown - 1}. More from name {shown}.")
    assert fitting(names[:3], lambda some: f"Names: {some}.", lambda _: "!") == "Names: name 0, name 1, name 2."
    assert fitting(["x" * 300], str, lambda _: "!") == "x" * 300
    assert shortened("Ann Marie Longname the third") == "Ann Marie Longname.."
