"""The way in as the product wires it, on a real SQLite file: Ann with a phone, a PIN, an alias, a phone book, money."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO
from itertools import product
from pathlib import Path
from threading import Lock
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Row, Table, event, select, update

import dispatcher.tables  # noqa: F401 (for what it declares)
from accounts import manage, systems
from accounts.tables import accounts
from billing import decks, ledger
from gate.rules import Limits
from inbound.api.reader import API, ApiReader
from inbound.evidence.lookups import Nameservers
from inbound.evidence.weigher import Evidence, Letter, Weigher
from inbound.heard import Reader
from inbound.imap.box import IMAP
from inbound.imap.reader import ImapReader, stamped
from inbound.imap.round import MailFound
from inbound.intake import Intake
from inbound.mail_reader import EMAIL, MailReader
from inbound.ordering import Ordering
from inbound.pages.reader import PAGE, PageReader
from inbound.sms.kannel import KANNEL
from inbound.sms.reader import SmsReader
from inbound.sms.twilio import TWILIO
from inbound.smtp.door import MailIn
from kernel.db import Database, metadata
from kernel.doorbell import Doorbell
from kernel.secrets import Secrets
from orders.tables import messages, orders
from replies.outbox import Envelope
from replies.tables import outbox
from satellite.families import SYSTEMS

NOW = 1_790_000_000_000  # Mon, 21 Sep 2026 14:13:20 UTC
TODAY = "Mon, 21 Sep 2026 14:13:10 +0000"
DOLLAR = 1_000_000
ORDER = "call@door.test"
ANN, ANNS_PHONE, PIN = "ann@ship.example", "+12025550101", "73915482"
BOB = "bob@rig.example"
MUM = "+442079460018"
OWN_NUMBER = "+12025550109"
PLAIN_CAP = 3 * DOLLAR
LIMITS = Limits(confirm_s=20, ring_b_s=60, min_talk_s=60, max_talk_s=7200, stale_ms=600_000)
SECRETS = Secrets(b"p" * 32, b"s" * 32, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
DECK = """prefix,destination,rate,connect_fee,first,next,effective_from
1,United States,0.017,0,6,6,2020-01-01T00:00:00Z
44,United Kingdom,0.0245,0.01,30,6,2020-01-01T00:00:00Z
87077,Inmarsat,6.5,0,60,15,2020-01-01T00:00:00Z
"""


class Now:
    """A clock that stands until it is set."""

    def __init__(self, now_ms: int = NOW) -> None:
        self.now_ms = now_ms

    def ms(self) -> int:
        return self.now_ms


class Bell(Doorbell):
    """Notes what it was rung for; Redis is not there."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, order_id: str) -> bool:
        self.rung.append(order_id)
        return True


class Everywhere(set[str]):
    """The numbers that a carrier takes: all but those in it."""

    def __contains__(self, e164: object) -> bool:
        return not super().__contains__(e164)


@dataclass(frozen=True, slots=True)
class Vouching(Weigher):
    """Finds mails of these addresses signed. How it is really found out: tests/joint/inbound/test_evidence.py."""

    addresses: set[str] = field(default_factory=set)

    def weigh(self, letter: Letter) -> Evidence:
        return Evidence(letter.address in self.addresses, {"dkim": "as the test says"})


@dataclass
class House:
    """One installation."""

    db: Database
    user: str
    alias: str
    clock: Now = field(default_factory=Now)
    bell: Bell = field(default_factory=Bell)
    limits: Limits = LIMITS

    def __post_init__(self) -> None:
        self.reached = Everywhere()
        self.path = Path(str(self.db.engine.url.database))
        reader = MailReader(SECRETS, ORDER, "door.test")
        ordering = Ordering(
            SECRETS, self.clock, self.limits, OWN_NUMBER, frozenset({OWN_NUMBER}), self.reached.__contains__
        )
        weigher = Vouching(Nameservers(["127.0.0.1:9"]), self.clock)
        self.signed = weigher.addresses
        readers: dict[str, Reader] = {
            EMAIL: reader, API: ApiReader(), TWILIO: SmsReader(TWILIO, True, TWILIO),
            KANNEL: SmsReader(KANNEL, True, TWILIO), PAGE: PageReader(SECRETS, PLAIN_CAP),
            IMAP: ImapReader(reader),
        }  # fmt: skip
        self.intake = Intake(self.db, self.clock, SECRETS, self.bell, readers, ordering, weigher)
        self._ids = 0
        self._lock = Lock()

    def accept(self, raw: bytes, to: str | tuple[str, ...] = ORDER, sender: str = ANN) -> str:
        mail = MailIn(sender, (to,) if isinstance(to, str) else to, raw, "192.0.2.1", "ship.example")
        return self.intake.accept("email", mail)[0]

    def send(self, raw: bytes, to: str | tuple[str, ...] = ORDER) -> str:
        """Accept and handle; the message's id."""
        message_id = self.accept(raw, to)
        self.intake.handle(message_id)
        return message_id

    def handle(self, message_ids: Iterable[str]) -> None:
        """Handle them, one after the other."""
        for message_id in message_ids:
            self.intake.handle(message_id)

    def found(self, raw: bytes, to: str) -> str:
        """A mail that lay in a mailbox, handled; the message's id."""
        (message_id,) = self.intake.accept(IMAP, MailFound((to,), stamped(raw, self.clock.now_ms), "mail.example"))
        self.intake.handle(message_id)
        return message_id

    def mail(self, text: str, *, subject: str = "", **headers: str) -> bytes:
        """A mail of Ann's of ten seconds ago; headers by their names in lower case, None to leave one out."""
        with self._lock:
            self._ids += 1
        named: dict[str, str | None] = {
            "from": ANN, "message-id": f"<{self._ids}@ship.example>", "date": TODAY, "subject": subject,
        }  # fmt: skip
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in named.items() if value]
        return "\r\n".join([*lines, "", *text.split("\n"), ""]).encode()

    def rows(self, table: Table) -> list[Row[Any]]:
        with self.db.read() as conn:
            return list(conn.execute(select(table)))

    @property
    def orders(self) -> list[Row[Any]]:
        return self.rows(orders)

    def message(self, message_id: str) -> Row[Any]:
        with self.db.read() as conn:
            return conn.execute(select(messages).where(messages.c.id == message_id)).one()

    def rules(self, message_id: str) -> list[list[str]]:
        """What the gate said, rule by rule."""
        said: list[list[str]] = json.loads(self.message(message_id).verdict)
        return said

    def said(self) -> list[tuple[str, str]]:
        """All that the outbox holds: to whom, and what."""
        return [(self.envelope(row).to if row.envelope != "operator" else "operator", row.text.strip())
                for row in self.rows(outbox)]  # fmt: skip

    def envelope(self, row: Row[Any]) -> Envelope:
        return Envelope.opened(row.envelope, SECRETS)

    def change(self, table: Table, **values: Any) -> None:
        """Write this in every row."""
        with self.db.write() as conn:
            conn.execute(update(table).values(**values))

    def allow_satellites(self) -> None:
        """Every account may call every system, at any price without being asked."""
        self.change(accounts, cap_call=1000 * DOLLAR, quote_above=1000 * DOLLAR)
        with self.db.write() as conn:
            for account, system in product(self.rows(accounts), SYSTEMS):
                systems.allow(conn, account.id, system)

    def bytes_on_disk(self) -> bytes:
        """The database file and its write-ahead log."""
        return b"".join(file.read_bytes() for file in self.path.parent.glob(self.path.name + "*"))


def unsynced(path: Path) -> Database:
    """A database file that is written as ever, but not waited for until it is on the disk."""
    db = Database(f"sqlite:///{path}")
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF").close())
    return db


def build(path: Path) -> tuple[str, str]:
    """A database with Ann and Bob, each on an account of their own with 20 dollars; Ann's id and alias."""
    db = unsynced(path)
    metadata.create_all(db.engine)
    found = enrolled(db)
    db.close()
    return found


def enrolled(db: Database) -> tuple[str, str]:
    """Ann and Bob in a database that has its tables; Ann's id and alias."""
    with db.write() as conn:
        decks.import_csv(conn, "retail", "USD", StringIO(DECK), NOW)
        terms = manage.Terms("Ship", "USD", "retail", "US,GB,FR", 5 * DOLLAR)
        ann = _user(conn, terms, "Ann", ANN, ANNS_PHONE)
        manage.add_contact(conn, NOW, ann, "Mum", MUM)
        alias = manage.new_alias(conn, NOW, SECRETS, ann)
        _user(conn, manage.Terms("Rig", "USD", "retail", "US,GB", 5 * DOLLAR), "Bob", BOB, "+12025550102")
    return ann, alias


def _user(conn: Any, terms: manage.Terms, name: str, address: str, phone: str) -> str:
    account = manage.add_account(conn, NOW, terms)
    manage.set_ask_new(conn, account, False)  # most tests are about what an order comes to, not about asking first
    ledger.open_balance(conn, account, "USD")
    ledger.top_up(conn, account, 20 * DOLLAR, "USD", account, "card", NOW)
    user = manage.add_user(conn, NOW, account, name, "US")
    manage.set_pin(conn, SECRETS, user, PIN)
    manage.add_device(conn, NOW, user, address)
    manage.add_phone(conn, NOW, user, phone, "home")
    return user
