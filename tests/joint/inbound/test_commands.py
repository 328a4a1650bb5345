"""What each command does, for who is proven and who is not, in both languages."""

from typing import Any

import pytest
from sqlalchemy import Table

from accounts.tables import accounts, contacts, devices, phones, users
from inbound.commands import DOINGS
from orders.tables import orders, wishes
from parsers import results
from parsers.commands import parse_text
from parsers.results import CardsCommand, CodeCommand, Spoken, VerifyCommand
from tests.joint.inbound.saying import say
from tests.unit.inbound.house import ORDER, House

ELSEWHERE = {VerifyCommand, CodeCommand, CardsCommand}
"""Commands that rings and speaks of another number, and what comes of attachments: they have tests of their own."""

ANSWERS = (
    ("CALL mum", "B1 Ringing +1 2..0101. Press 1, then Mum."),
    ("LLAMAR mum", "B1 Llamo a +1 2..0101. Marca 1 y llamo a Mum."),
    ("DROP A1", "A1 is being dropped."),
    ("COLGAR A1", "A1 se está colgando."),
    ("AGAIN", "Not called: A1 for the same call is about to ring you."),
    ("otra vez", "No llamo: A1, la misma llamada, está así: a punto de llamarte."),
    ("AT", "I ring you at home (+1 2..0101)."),
    ("AT home", "From now on I ring you at home (+1 2..0101)."),
    ("estoy en home", "Desde ahora te llamo en home (+1 2..0101)."),
    ("LAST", "A1 +44 2..0000 going on"),
    ("últimas", "A1 +44 2..0000 en curso"),
    ("STATUS", "A1 to +44 2..0000 is about to ring you. $0.00 so far."),
    ("estado A1", "A1 a +44 2..0000: a punto de llamarte. 0,00 USD hasta ahora."),
    ("STATUS A9", "You have no call A9. Write LAST for those you had."),
    ("RATE mum", "Mum: $0.04/min with you at +1 2..0101. $0.0245/min (30/6 s) for them, $0.0170/min (6/6 s) for you,"),
    ("tarifa mum", "Mum: 0,04 USD/min contigo en +1 2..0101. Su parte 0,0245 USD/min (30/6 s), la tuya"),
    ("RATE +33140001234", "No price: I have no price for +33140001234"),
    ("RATE +81312345678", "No price: calls to +81312345678 (JP) are switched off for you."),
    ("BALANCE", "Balance $20.00, of which $0.08 is set aside for calls under way."),
    ("saldo", "Saldo 20,00 USD; 0,08 USD están apartados"),
    ("NAME", "Your names: Mum."),
    ("nombres", "Tus nombres: Mum."),
    ("NAME mum", "Mum is +44 2..0018."),
    ("NAME home", "home is +1 2..0101."),
    ("NAME dad +44 20 7946 0000", "dad is +44 2..0000 from now on."),
    ("nombre dad +44 20 7946 0000", "dad es +44 2..0000 desde ahora."),
    ("NAME DELETE mum", "Mum is no longer in your phone book."),
    ("nombre borrar mum", "Mum ya no está en tu agenda."),
    ("OK A1", "Not called: I asked you nothing about A1."),
    ("sí A1", "No llamo: no te pregunté nada de A1."),
    ("NO A1", "Nothing done: I asked you nothing about A1. To end a call, write DROP A1."),
    ("NOTICES", "You are told here how each call went."),
    ("NOTICES OFF", "You are not told how calls went;"),
    ("avisos no", "No se te cuenta cómo fueron las llamadas;"),
    ("HELP", "CALL ann, AT hotel, AGAIN, DROP K7, LAST."),
    ("ayuda", "LLAMAR ana, EN hotel, OTRA VEZ, COLGAR K7, ULTIMAS."),
    ("LANGUAGE ES", "Desde ahora respondo en español."),
    ("idioma en", "From now on I answer in English."),
    ("NAME DELETE pete", "Nothing done: there is no pete in your phone book."),
)


@pytest.fixture
def going(house: House) -> House:
    """With a call of Ann's that waits, and a name that she wrote down by a claim."""
    house.change(contacts, sure=False)
    assert say(house, "CALL +44 20 7946 0000").startswith("A1 Ringing")
    return house


def kept(house: House) -> list[list[Any]]:
    """All that commands may change."""
    tables: tuple[Table, ...] = (accounts, users, devices, phones, contacts, orders, wishes)
    return [house.rows(table) for table in tables]


def test_every_command_is_done_and_in_the_table_of_answers() -> None:
    read = {type(parse_text(text, country="US", names={"Mum": "+442079460018", "home": "+12025550101", "pete": "+1"}))
            for text, _ in ANSWERS}  # fmt: skip
    every = {each for each in vars(results).values() if isinstance(each, type) and issubclass(each, Spoken)}
    commands = {each for each in every if each.__name__.endswith("Command")}
    assert len(commands) > 15
    assert commands - ELSEWHERE <= read
    assert read <= set(DOINGS)


@pytest.mark.parametrize(("text", "begins"), ANSWERS, ids=[text for text, _ in ANSWERS])
def test_who_is_proven_is_answered_in_the_language_of_the_verb(going: House, text: str, begins: str) -> None:
    said = say(going, text)
    assert said.startswith(begins)
    assert len(said.partition("\n")[0]) <= 160


@pytest.mark.parametrize("text", [text for text, _ in ANSWERS])
def test_who_is_not_proven_changes_nothing_and_is_told_nothing(going: House, text: str) -> None:
    before = kept(going)
    said = say(going, text, to=ORDER)
    assert kept(going) == before
    assert said.startswith(("CALL ann", "LLAMAR ana")) if text in ("HELP", "ayuda") else said == ""


@pytest.mark.parametrize("text", [text for text, _ in ANSWERS])
def test_a_redelivery_gets_the_first_answer_and_does_nothing(going: House, text: str) -> None:
    raw = going.mail(text)
    first, second = going.send(raw, to=going.alias), ""
    after = kept(going)
    second = going.send(raw, to=going.alias)
    assert going.message(first).answer == going.message(second).answer
    assert kept(going) == after


def test_the_same_message_with_another_command_does_nothing(going: House) -> None:
    going.send(going.mail("NAME dad +44 20 7946 0000", message_id="<x@ship.example>"), to=going.alias)
    before = kept(going)
    going.send(going.mail("NAME dad +44 20 7946 0001", message_id="<x@ship.example>"), to=going.alias)
    assert going.said()[-1][1].startswith("Not called: that message said something else before.")
    assert kept(going) == before


@pytest.mark.parametrize("text", ["AT home", "LAST", "STATUS", "RATE mum", "BALANCE", "NAME", "NOTICES", "HELP"])
@pytest.mark.parametrize("table", [accounts, users])
def test_on_a_closed_account_nothing_is_told(going: House, text: str, table: Table) -> None:
    going.change(table, active=False)
    begins = "No price" if text.startswith("RATE") else "Nothing done"
    assert say(going, text) == f"{begins}: this account is closed. Ask whoever runs it for you."


@pytest.mark.parametrize("text", ["AT home", "NAME dad +44 20 7946 0000", "NOTICES OFF", "LANGUAGE ES"])
def test_what_was_sent_days_ago_changes_nothing(going: House, text: str) -> None:
    before = kept(going)
    said = say(going, text, after_ms=49 * 3_600_000, sent_ms=going.clock.now_ms)
    assert said.startswith(("Nothing done: your message is over two days old.", "No hago nada: tu mensaje tiene más"))
    assert kept(going) == before


def test_help_names_a_person_and_is_sent_to_who_is_not_proven_once_an_hour(house: House) -> None:
    object.__setattr__(house.intake.ordering, "human_contact", "Pat +1 202 555 0199")
    assert say(house, "HELP", to=ORDER).endswith(" A person: Pat +1 202 555 0199.")
    assert say(house, "HELP", to=ORDER) == ""
    assert say(house, "HELP").endswith(" A person: Pat +1 202 555 0199.")
    assert say(house, "HELP", to=ORDER, after_ms=3_600_000) != ""


def test_the_language_stays_and_an_english_verb_does_not_change_it(house: House) -> None:
    assert say(house, "LANGUAGE ES") == "Desde ahora respondo en español."
    assert say(house, "CALL mum") == "A1 Llamo a +1 2..0101. Marca 1 y llamo a Mum. Unos 0,04 USD/min."
    assert [order.language for order in house.orders] == ["es"]
    assert say(house, "what is this").startswith("No llamo: ")
    assert say(house, "LANGUAGE EN") == "From now on I answer in English."
    assert say(house, "BALANCE").startswith("Balance $")
    assert say(house, "saldo").startswith("Saldo ")


def test_the_installation_has_a_language_for_who_never_said_one(house: House) -> None:
    object.__setattr__(house.intake.ordering, "language", "es")
    assert say(house, "BALANCE").startswith("Saldo ")
    assert say(house, "LANGUAGE EN") == "From now on I answer in English."
    assert say(house, "BALANCE").startswith("Balance ")
