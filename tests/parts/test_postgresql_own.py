"""What users change by message, on a real PostgreSQL: of mails handled at one moment the newest has the say."""

from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from threading import Barrier

import pytest
from sqlalchemy import update

from accounts.people import names_of, user_of
from accounts.tables import accounts, contacts
from kernel.db import Database
from tests.unit.inbound.house import House, enrolled

pytestmark = pytest.mark.parts
MAILS = 8


@pytest.fixture
def house(pg: Database) -> House:
    user, alias = enrolled(pg)
    return House(pg, user, f"{alias}@door.test")


def at_once(house: House, texts: list[str]) -> None:
    """Each sent a second after the one before, and all of them handled together."""
    sent_s = house.clock.now_ms // 1000
    raws = [house.mail(text, date=formatdate(sent_s + number)) for number, text in enumerate(texts)]
    house.clock.now_ms += 60_000
    ids = [house.accept(raw, house.alias) for raw in raws]
    start = Barrier(len(ids))

    def handle(message_id: str) -> None:
        start.wait(60)
        house.intake.handle(message_id)

    with ThreadPoolExecutor(len(ids)) as pool:
        list(pool.map(handle, reversed(ids)))


def test_of_ats_at_once_the_one_sent_last_stands(house: House, pg: Database) -> None:
    with pg.write() as conn:
        conn.execute(update(accounts).values(allow_any_phone=True))
    at_once(house, [f"AT +44 20 7946 000{number}" for number in range(MAILS)])
    with pg.read() as conn:
        assert user_of(conn, house.user).rung_at == f"+44207946000{MAILS - 1}"


def test_of_names_at_once_each_is_as_it_was_said_last(house: House, pg: Database) -> None:
    house.change(contacts, sure=False)  # what a claim may change
    texts = [f"NAME {'dad' if number % 2 else 'pete'} +44 20 7946 000{number}" for number in range(MAILS - 1)]
    at_once(house, [*texts, "NAME DELETE mum"])
    with pg.read() as conn:
        assert names_of(conn, house.user) == {"dad": "+442079460005", "pete": "+442079460006"}
        assert len(list(conn.execute(contacts.select()))) == 2


def test_each_command_is_answered_there_too(house: House) -> None:
    for text in (
        "CALL mum MAX 2",
        "STATUS",
        "LAST",
        "BALANCE",
        "RATE mum",
        "NAME",
        "NOTICES OFF",
        "IDIOMA es",
        "AT",
        "NAME",
    ):
        house.clock.now_ms += 1000
        house.send(house.mail(text, date=""), to=house.alias)
    said = [text for _, text in house.said()]
    assert len(said) == 10
    assert said[-1] == "Tus nombres: Mum."
    assert not [text for text in said if text.startswith(("Not called", "No llamo", "Nothing done"))]
