"""Talk in the form of an order, with a phone book of everyday words: as it stands in collections of real texts."""

import pytest

from parsers.commands import AgainCommand, CallCommand, NotACommand, Parsed, parse_text
from parsers.languages import LANGUAGES
from parsers.languages.language import ROLES
from replies.refusals import refusal_text

_WORDS = """mum bob bill will hope rose home work now later soon tonight tomorrow sure dear free urgent on y ya god sol
mamá casa ahora luego mañana hoy verdad todos dios claro la"""
NAMES = {word: f"+4420794600{at:02d}" for at, word in enumerate(_WORDS.split())}


def read(text: str) -> Parsed:
    return parse_text(text, country="GB", names=NAMES)


def told(text: str) -> str:
    parsed = read(text)
    assert isinstance(parsed, NotACommand), parsed
    return refusal_text(parsed)


@pytest.mark.parametrize("text", ["call now", "Phone now!", "call later", "ring tomorrow", "llama luego", "llama hoy"])
def test_a_time_is_nobody_to_call_be_it_in_the_phone_book(text: str) -> None:
    assert "may be anybody" in told(text)


@pytest.mark.parametrize("text", ["ring... hope", "Phone. Will", "ring! rose", "phone, now", "Call, mum!"])
def test_a_sentence_that_ends_behind_the_verb_is_no_order(text: str) -> None:
    assert isinstance(read(text), NotACommand)


def test_it_is_asked_about() -> None:
    assert told("ring... hope") == "Not called: do you mean call hope? Then send just that."
    assert told("Phone bill") == "Not called: do you mean call bill? Then send just that."


@pytest.mark.parametrize("text", ["phone bill", "PHONE BILL", "phone bill please", "Phone Bill."])
def test_a_thing_that_has_a_verb_in_its_name_is_no_order(text: str) -> None:
    assert isinstance(read(text), NotACommand)


@pytest.mark.parametrize(
    "text", ["de nuevo!!!", "\u00a1Otra vez!", "otra vez...", "again ..", "Again!", "try again,", "Again \u2026"]
)
def test_again_that_is_exclaimed_or_sighed_launches_nothing(text: str) -> None:
    assert told(text) == "Not called: I am not sure what you mean. To have your last call again, write AGAIN alone."


@pytest.mark.parametrize("text", ["again", "Again.", "AGAIN please", "otra vez", "Try again.", "PIN 1234 again"])
def test_again_that_is_just_said_is_one(text: str) -> None:
    assert isinstance(read(text), AgainCommand)


@pytest.mark.parametrize("text", ["Home!!", "home...", "Work..", "Mum!", "\u00a1Mamá!", "Mum,"])
def test_a_name_that_is_called_out_is_not_called(text: str) -> None:
    assert told(text) == "Not called: write CALL before the name or number."


@pytest.mark.parametrize(
    "text",
    [
        "sure", "Sure.. thanks!", "now", "Soon.", "tonight", "Tomorrow", "Free", "urgent", "Dear", "god.", "y", "Ya",
        "on", "mañana", "Ahora", "verdad", "todos", "dios", "claro", "Por favor y gracias", "la",
    ],
)  # fmt: skip
def test_what_people_say_by_itself_is_no_name(text: str) -> None:
    assert isinstance(read(text), NotACommand)


@pytest.mark.parametrize(
    ("text", "order"),
    [("home", "home"), ("Mum.", "mum"), ("call sure", "sure"), ("ring Dear", "dear"), ("llama a dios", "dios"),
     ("call mum!!!", "mum"), ("CALL: mum", "mum"), ("Mum, thanks!", "mum"), ("phone will", "will"),
     ("call bill", "bill"), ("ring bill please!", "bill"), ("mum please", "mum"), ("mum\nthanks!", "mum"),
     ("call mum now!", "mum")],
)  # fmt: skip
def test_what_is_an_order_stays_one(text: str, order: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, CallCommand), parsed
    assert parsed.shown() == read(f"call {order}").shown()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "below",
    [
        "tomorrow", "not before 6", "not yet", "don't, she is asleep", "Don\u2019t!", "wait", "actually leave it",
        "when I am back", "after dinner", "\nunless she writes first", "Ann\nbut only if she is up", "tonight please",
        "instead of me", "never mind", "mañana", "todavía no", "después de cenar", "espera", "cuando llegue a casa",
    ],
)  # fmt: skip
def test_an_order_that_is_put_off_or_taken_back_below_it_is_asked_about(below: str) -> None:
    assert told(f"CALL mum\n{below}") == "Not called: do you mean call mum? Then send just that."


@pytest.mark.parametrize(
    "below",
    [
        "see you soon", "Talk later", "hasta luego", "Ann Rowe\nMaster, MV Astrid", "Thanks\nJohn", "now", "Bill Smith",
        "Regards\n\nAnn\n+1 415 555 0100",
        "Fair winds and following seas", "Harbour Street 5\nLondon",
        "This transmission is meant for whom it names. Should you not be that person, do not copy or pass it on.",
        "a\nb\nc\nd\nall that wander are not lost",
    ],
)  # fmt: skip
def test_what_adds_nothing_below_an_order_does_not_stop_it(below: str) -> None:
    assert isinstance(read(f"CALL mum\n{below}"), CallCommand)


def test_a_drop_is_not_put_off() -> None:
    assert not isinstance(read("DROP K7\nit is not needed"), NotACommand)


def test_every_language_has_words_for_all_roles() -> None:
    for language in LANGUAGES:
        assert set(language.words) == set(ROLES), language.code
