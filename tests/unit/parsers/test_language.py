"""The command language: every command, in the ways people say it, in English and in Spanish."""

import pytest

from parsers.commands import NotACommand, Parsed, parse_text
from parsers.languages import LANGUAGES
from parsers.languages.language import CLAUSES, ROLES, Language
from parsers.results import name_of
from parsers.table import COMMANDS
from replies.refusals import refusal_text

NAMES = {
    "mum": "+442079460000", "mamá": "+34911234567", "Bob": "+33140001235", "office": "+14155552671",
    "oficina": "+14155552671", "hotel": "+33140001234 x512", "home": "+870773123456", "Max": "+14155552675",
    "me": "+14155552676", "Julio": "+34911234568", "May": "+14155552677", "Mum and Dad": "+14155552678",
}  # fmt: skip
MUM, MAMA, BOB, OFFICE, HOTEL = "+442079460000", "+34911234567", "+33140001235", "+14155552671", "+33140001234x512"


def read(text: str, names: dict[str, str] = NAMES) -> Parsed:
    return parse_text(text, country="US", names=names)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("AT hotel", f"AT {HOTEL}"),
        ("at the hotel, please", f"AT {HOTEL}"),
        ("AT +33140001234 x512", f"AT {HOTEL}"),
        ("I'm at the hotel", f"AT {HOTEL}"),
        ("I\u2019m at my office", f"AT {OFFICE}"),
        ("ring me at the hotel", f"AT {HOTEL}"),
        ("AT", "AT"),
        ("at?", "AT"),
        ("AT +33140001234 x512\nCALL BOB", f"CALL {BOB} FROM {HOTEL}"),
        ("I'm at the hotel\nPlease call bob\nThanks", f"CALL {BOB} FROM {HOTEL}"),
        ("AT +33140001234\nx512", f"AT {HOTEL}"),
        ("CALL +33140001234\n\next. 512\nPIN 1234", f"CALL {HOTEL}"),
        ("CALL bob\nAT hotel", f"CALL {BOB} FROM {HOTEL}"),
        ("CALL bob AT hotel", f"CALL {BOB} FROM {HOTEL}"),
        ("please ring me at the hotel and call mum", f"CALL {MUM} FROM {HOTEL}"),
        ("call mum and ring me at the hotel", f"CALL {MUM} FROM {HOTEL}"),
        ("pls call mum", f"CALL {MUM}"),
        ("call home now please", "CALL +870773123456"),
        ("ring +44 20 7946 0000 from office bill ACME-17", f"CALL {MUM} FROM {OFFICE} BILL ACME-17"),
        ("call mum from the office", f"CALL {MUM} FROM {OFFICE}"),
        ("call Mum and Dad", "CALL +14155552678"),
        ("call max", "CALL +14155552675"),
        ("CALL mum MAX 20", f"CALL {MUM} MAX 20.00"),
        ("CALL mum MAX 12,50", f"CALL {MUM} MAX 12.50"),
        ("CALL mum MAX 20 MIN", f"CALL {MUM} MAX 20 MIN"),
        ("CALL mum MAX 20 MAX 30 minutes", f"CALL {MUM} MAX 20.00 MAX 30 MIN"),
        ("CALL mum\nMAX 20\nPIN 1234", f"CALL {MUM} MAX 20.00"),
        ("CALL max MAX 5", "CALL +14155552675 MAX 5.00"),
        ("LAST", "LAST"),
        ("recent calls", "LAST"),
        ("last?", "LAST"),
        ("STATUS", "STATUS"),
        ("status K7", "STATUS K7"),
        ("RATE +33140001235", f"RATE {BOB}"),
        ("how much is mum?", f"RATE {MUM}"),
        ("BALANCE", "BALANCE"),
        ("NAME", "NAME"),
        ("names", "NAME"),
        ("NAME LIST", "NAME"),
        ("NAME PIN 1234", "NAME"),
        ("NAME gran +44 20 7946 0001", "NAME gran +442079460001"),
        ("NAME Ann Marie: +1 415 555 2672 pin 1234", "NAME ann marie +14155552672"),
        ("NAME Bill = 415 555 2673", "NAME bill +14155552673"),
        ("NAME desk +33140001234 x512", f"NAME desk {HOTEL}"),
        ("NAME DELETE mum", "NAME DELETE mum"),
        ("NAME mum DELETE", "NAME DELETE mum"),
        ("NAME mum", "NAME mum"),
        ("OK K7", "OK K7"),
        ("ok, k7 thanks", "OK K7"),
        ("yes K7", "OK K7"),
        ("YES", "YES"),
        ("NO", "NO"),
        ("no K7", "NO K7"),
        ("NOTICES ON", "NOTICES ON"),
        ("notices off please", "NOTICES OFF"),
        ("NOTICES", "NOTICES"),
        ("HELP", "HELP"),
        ("VERIFY +33140001235", f"VERIFY {BOB}"),
        ("CODE 4711", "CODE 4711"),
        ("LANG es", "LANGUAGE ES"),
        ("LANGUAGE español", "LANGUAGE ES"),
        ("STOP", "DROP"),
        ("cancel", "DROP"),
        ("END", "DROP"),
        ("quit", "DROP"),
        ("STOP K7", "DROP K7"),
    ],
)
def test_english(text: str, canonical: str) -> None:
    parsed = read(text)
    assert not isinstance(parsed, NotACommand), parsed
    assert parsed.canonical() == canonical
    assert parsed.pin == ("1234" if "1234" in text.split() else None)
    again = read(parsed.canonical())
    assert not isinstance(again, NotACommand)
    assert again == parsed or again.canonical() == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("llamar a mamá desde oficina", f"CALL {MAMA} FROM {OFFICE}"),
        ("llama a mama por favor", f"CALL {MAMA}"),
        ("Por favor, llame a mamá", f"CALL {MAMA}"),
        ("\u00a1Llama a mamá!", f"CALL {MAMA}"),
        ("marcar +34 911 234 567", f"CALL {MAMA}"),
        ("LLAMAR A MAMÁ DESDE LA OFICINA CLAVE 1234", f"CALL {MAMA} FROM {OFFICE}"),
        ("llamar a mamá máximo 20 minutos", f"CALL {MAMA} MAX 20 MIN"),
        ("llámame al hotel y llama a mamá", f"CALL {MAMA} FROM {HOTEL}"),
        ("llama a mamá ahora, gracias", f"CALL {MAMA}"),
        ("colgar K7", "DROP K7"),
        ("cuelga la llamada", "DROP"),
        ("cancelar k7", "DROP K7"),
        ("otra vez", "AGAIN"),
        ("de nuevo por favor", "AGAIN"),
        ("saldo", "BALANCE"),
        ("Mi saldo", "BALANCE"),
        ("últimas", "LAST"),
        ("ULTIMAS LLAMADAS", "LAST"),
        ("ayuda", "HELP"),
        ("sí K7", "OK K7"),
        ("si K7", "OK K7"),
        ("sí", "YES"),
        ("estoy en hotel", f"AT {HOTEL}"),
        ("Estoy en el hotel", f"AT {HOTEL}"),
        ("estado K7", "STATUS K7"),
        ("tarifa mamá", f"RATE {MAMA}"),
        ("nombre abuela +34 911 234 569", "NAME abuela +34911234569"),
        ("nombre borrar mamá", "NAME DELETE mamá"),
        ("avisos no", "NOTICES OFF"),
        ("avisos sí", "NOTICES ON"),
        ("verificar +33140001235", f"VERIFY {BOB}"),
        ("código 4711", "CODE 4711"),
        ("idioma español", "LANGUAGE ES"),
    ],
)
def test_spanish(text: str, canonical: str) -> None:
    parsed = read(text)
    assert not isinstance(parsed, NotACommand), parsed
    assert parsed.canonical() == canonical
    assert parsed.language == "es"


@pytest.mark.parametrize(
    ("text", "language"),
    [("CALL mamá", "en"), ("llama mum", "es"), ("mum", ""), ("NO", ""), ("LANG es", "es"), ("idioma en", "en"),
     ("CALL nobody", "en"), ("llamar a nadie", "es"), ("hello there", "")],
)  # fmt: skip
def test_an_answer_can_be_in_the_language_of_the_verb(text: str, language: str) -> None:
    assert read(text).language == language


@pytest.mark.parametrize(
    "text",
    [
        "call me", "Call me now", "ring me", "call you", "llama a me", "me",
        "call mum tomorrow", "call mum at 5", "call mum in May", "llama a mamá en julio", "call bob at May",
        "call May at the office", "call Julio en oficina",
        "call mum and bob", "call mum and drop K7", "call mum and", "and call mum", "call mum now!!? ok",
        "mum now", "call +442079460000 now", "CALL 09061701461 now!", "ring +14155552671 now please",
        "don't call mum", "no llames a mamá", "no, call mum", "ok call mum", "yes call mum",
        "at home call mum tomorrow",
        "CALL mum MAX", "CALL mum MAX lots", "CALL mum MAX 0", "CALL mum MAX -5", "CALL mum MAX $20",
        "CALL mum MAX 20 EUR",
        "CALL mum MAX 0 MIN", "CALL mum MAX 9999 MIN", "CALL mum MAX 5 MAX 6", "CALL mum max power",
        "call mum at", "call mum at bob at hotel", "call mum from office at hotel",
        "the call to mum", "call my mum", "call the office", "connect me", "dial", "cáll mum",
        "yes call", "no call",
        "again now", "otra vez, gracias", "otra vez mamá", "AGAIN K7", "max", "call mum?", "\u00bfllamas a mamá?",
    ],
)  # fmt: skip
def test_what_says_more_or_less_launches_nothing(text: str) -> None:
    names = {name: number for name, number in NAMES.items() if name != "Max"}
    assert isinstance(read(text, names), NotACommand)


@pytest.mark.parametrize(
    "text",
    [
        "at 5pm", "At 17:30 then", "last week we met", "Last\nweek we met", "status of the boat is fine",
        "Name: John Smith of London",
        "no way", "yes, my order", "no, it", "no problem", "ok see you", "yes of course", "sí, mañana",
        "help yourself to it all", "Help\nme move",
        "code is broken again today", "rate my professor out of ten", "notice to all staff",
        "At home\nI found the keys",
        "balance sheet is attached here", "Balance,\nsee below", "language is a virus from space",
    ],
)  # fmt: skip
def test_everyday_words_at_the_beginning_are_talk(text: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand)
    assert not parsed.verb


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("can you call mum", "Not called: do you mean call mum? Then send just that."),
        ("Could you please call my mum?", "Not called: do you mean call mum? Then send just that."),
        ("puedes llamar a mamá", "Not called: do you mean call mama? Then send just that."),
        ("call me", "Not called: 'me' may be anybody. Write a number, or another name."),
        ("NAME gran +44", "Nothing done: +44 is a short number. Write the whole number, with + and the country code."),
        ("AT 911", "Nothing done: 911 is an emergency number. Dial it yourself on the nearest phone."),
        ("VERIFY 112", "Nothing done: 112 is an emergency number. Dial it yourself on the nearest phone."),
        ("CODE 12", "Nothing done: the code that the call spoke is 4 to 10 plain digits without spaces."),
        ("LANG klingon", "Nothing done: I don't speak 'klingon'. Write LANGUAGE EN or LANGUAGE ES."),
        ("CALL mum MAX lots", "Not called: 'lots' can't be a limit. Write for example MAX 20, or MAX 20 MIN."),
        ("CALL mum\nno", "Nothing done: you wrote call mum, and no. Which one? Send just that one."),
    ],
)
def test_what_is_told(text: str, told: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand)
    assert refusal_text(parsed) == told


@pytest.mark.parametrize(
    "text", ["STOP", "Stop.", "CANCEL", "END", "QUIT", "STOPALL", "UNSUBSCRIBE", "YES", "START", "INFO"]
)
def test_a_carriers_own_word_launches_nothing(text: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, NotACommand) or name_of(parsed) in ("drop", "ok")
    if text.strip(".") in ("STOP", "CANCEL", "END", "QUIT"):
        assert read(text, {text.strip("."): MUM}) == parsed


def test_ok_alone_is_kindness_and_yes_alone_is_an_answer() -> None:
    for text in ("ok", "OK.", "okay", "vale", "ok thanks"):
        parsed = read(text)
        assert isinstance(parsed, NotACommand)
        assert parsed.kind


def test_a_name_at_the_head_of_a_letter_is_not_called() -> None:
    assert isinstance(read("Bob,\n\nthank you"), NotACommand)
    assert isinstance(read("Bob,\nplease"), NotACommand)
    assert not isinstance(read("Bob\nplease"), NotACommand)


def test_a_name_kept_elsewhere_under_a_keyword_is_asked_about() -> None:
    for name in ("Last", "Rate", "Help", "Status", "Balance", "Saldo", "Código"):
        parsed = read(name, {name: MUM})
        assert isinstance(parsed, NotACommand), name
        assert not isinstance(read(f"CALL {name}", {name: MUM}), NotACommand)


def test_a_place_that_makes_two_calls_of_a_line_is_asked_about() -> None:
    names = {"Bob at work": MUM, "Bob": BOB, "work": OFFICE}
    parsed = read("call Bob at work", names)
    assert isinstance(parsed, NotACommand)
    assert parsed.why is not None
    assert parsed.why.key == "ambiguous"


def test_neither_pin_nor_code_shows() -> None:
    parsed = read("CODE 4711 PIN 482913")
    assert not isinstance(parsed, NotACommand)
    assert "482913" not in repr(parsed) + parsed.canonical()
    assert "4711" not in repr(parsed) + parsed.shown()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_a_language_has_words_for_everything(language: Language) -> None:
    assert set(language.verbs) <= {command.name for command in COMMANDS}
    assert set(language.clauses) == set(CLAUSES)
    assert set(language.words) == set(ROLES)
    every = [
        phrase
        for table in (language.verbs, language.clauses, language.words)
        for phrases in table.values()
        for phrase in phrases
    ]
    assert all(phrase == phrase.lower() == " ".join(phrase.split()) for phrase in every)
    assert language.code in language.names


def test_no_verb_is_of_two_commands() -> None:
    for table in ({each.name: each.english for each in COMMANDS}, *(each.verbs for each in LANGUAGES)):
        every = [phrase for phrases in table.values() for phrase in phrases]
        assert len(every) == len(set(every))
