"""Who orders, what they pay, and the file that each run begins with."""

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import dispatcher.tables  # noqa: F401 (for what it declares)
from accounts import manage, systems
from billing import decks, ledger
from kernel.db import metadata
from tests.unit.factory import NOW
from tests.unit.inbound.house import SECRETS, unsynced

DOMAIN = "door.test"
DECK = """prefix,destination,rate,connect_fee,first,next,effective_from
1,United States,0.30,0,6,6,2020-01-01T00:00:00Z
44,United Kingdom,0.60,0.05,30,6,2020-01-01T00:00:00Z
33,France,0.45,0,60,60,2020-01-01T00:00:00Z
870,Inmarsat,0.30,0,30,6,2020-01-01T00:00:00Z
"""
PRICES = {"1": ("0.30", "0", 6, 6), "44": ("0.60", "0.05", 30, 6), "33": ("0.45", "0", 60, 60),
          "870": ("0.30", "0", 30, 6)}  # fmt: skip
"""The deck once more, for the oracle: a minute's rate, connect fee, first and next increment."""
OTHERS = ("+442079460018", "+442079460019", "+33140001234", "+870776000018")

CREW, CREW_AT = "Crew", "+870776000018,+442079460019"
"""A name with two telephones, which are tried in turn."""
CALLED = (*OTHERS, CREW)


@dataclass(frozen=True)
class Payer:
    """An account."""

    name: str
    funds: str
    tax_percent: int
    charge_unjoined: bool


@dataclass(frozen=True)
class Person:
    """A user of it, who writes from an address of theirs; at sea, if the telephone is a satellite's."""

    name: str
    payer: Payer
    phone: str
    press_1: bool = True

    @property
    def address(self) -> str:
        return f"{self.name.lower()}@ship.example"


SHIP, RIG = Payer("Ship", "6.00", 10, True), Payer("Rig", "3.00", 0, False)
PEOPLE = (
    Person("Ann", SHIP, "+12025550101"),
    Person("Cat", SHIP, "+12025550103", press_1=False),
    Person("Bob", RIG, "+12025550102"),
    Person("Eve", SHIP, "+870776000001"),
    Person("Dan", RIG, "+870776000002", press_1=False),
)


@dataclass(frozen=True)
class Home:
    """A database file with everybody in it: accounts' ids and aliases by name."""

    file: Path
    accounts: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


def build(file: Path) -> Home:
    home, db = Home(file), unsynced(file)
    metadata.create_all(db.engine)
    with db.write() as conn:
        decks.import_csv(conn, "retail", "USD", StringIO(DECK), NOW)
        for payer in (SHIP, RIG):
            terms = manage.Terms(
                payer.name, "USD", "retail", "US,GB,FR", 2_500_000, payer.charge_unjoined, payer.tax_percent * 10_000
            )
            home.accounts[payer.name] = account = manage.add_account(conn, NOW, terms)
            systems.allow(conn, account, "Inmarsat")
            ledger.open_balance(conn, account, "USD")
            ledger.top_up(conn, account, int(float(payer.funds) * 1_000_000), "USD", payer.name, "card", NOW)
        for person in PEOPLE:
            user = manage.add_user(conn, NOW, home.accounts[person.payer.name], person.name, "US")
            manage.add_device(conn, NOW, user, person.address)
            manage.set_press_1(conn, person.address, person.press_1)
            manage.add_phone(conn, NOW, user, person.phone, "home")
            manage.add_contact(conn, NOW, user, CREW, CREW_AT)
            home.aliases[person.name] = f"{manage.new_alias(conn, NOW, SECRETS, user)}@{DOMAIN}"
    db.close()
    return home
