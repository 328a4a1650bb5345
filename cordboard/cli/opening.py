"""Opening an account or adding a user: everything in one transaction, then the welcome card."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from accounts import manage, people
from accounts.handles import handle_of
from accounts.pins import make_pin
from accounts.shown import seen
from billing import decks, ledger
from cordboard.cli.choices import account_by, stored_numbers
from cordboard.cli.context import Tools
from cordboard.cli.welcome import Welcome, card
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.money import display
from parsers.numbers import Number, parse_number


@dataclass(frozen=True, slots=True)
class Person:
    """A user to be; `country` None takes that of the phone."""

    name: str
    email: str
    phone: str
    country: str | None
    names: tuple[str, ...] = ()  # "Bob=+441234567"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to be, as the command line has it; amounts in micro-units."""

    name: str
    user: str | None
    email: str
    phone: str
    country: str | None
    currency: str
    deck: str
    zones: str | None
    balance: int
    cap_call: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """What was written, with the secrets that are shown this once."""

    account_id: str
    user_id: str
    welcome: Welcome

    def card(self) -> str:
        """For the user."""
        return card(self.welcome)

    def as_dict(self) -> dict[str, object]:
        """For programs."""
        return {"account_id": self.account_id, "user_id": self.user_id, **asdict(self.welcome)}


def open_account(tools: Tools, wanted: Wanted) -> Opened:
    """Write the account, its balance and its first user."""
    now_ms = tools.clock.ms()
    phone = parse_number(wanted.phone, wanted.country)
    country = _country(wanted.country, phone)
    with tools.db.write() as conn:
        currency = wanted.currency.strip().upper()
        zones = country if wanted.zones is None else wanted.zones
        terms = manage.Terms(wanted.name, currency, wanted.deck, zones, wanted.cap_call)
        account_id = manage.add_account(conn, now_ms, terms)
        _check_deck(conn, wanted.deck, currency, now_ms)
        ledger.open_balance(conn, account_id, currency)
        if wanted.balance:
            ledger.top_up(conn, account_id, wanted.balance, currency, new_id(now_ms), "Opening balance", now_ms)
        person = Person(wanted.user or wanted.name, wanted.email, wanted.phone, country, wanted.names)
        return _add_person(conn, tools, account_id, person, phone)


def open_user(tools: Tools, account: str, person: Person) -> Opened:
    """Write one more user of an account."""
    phone = parse_number(person.phone, person.country)
    with tools.db.write() as conn:
        return _add_person(conn, tools, account_by(conn, account).id, person, phone)


def _add_person(conn: Connection, tools: Tools, account_id: str, person: Person, phone: Number) -> Opened:
    now_ms, pin = tools.clock.ms(), make_pin()
    country = _country(person.country, phone)
    user_id = manage.add_user(conn, now_ms, account_id, person.name, country)
    manage.add_device(conn, now_ms, user_id, person.email)
    manage.add_phone(conn, now_ms, user_id, phone.kept(), main=True)
    for entry in person.names:
        name, _, number = entry.partition("=")
        manage.add_contact(conn, now_ms, user_id, name, stored_numbers(number, country))
    manage.set_pin(conn, tools.secrets, user_id, pin)
    alias = manage.new_alias(conn, now_ms, tools.secrets, user_id)
    return Opened(account_id, user_id, _welcome(conn, tools, user_id, pin, alias))


def _country(given: str | None, phone: Number) -> str:
    if given is None and not phone.region.isalpha():  # a satellite phone, say
        raise Refused("country_needed", number=phone.e164)
    return given or phone.region


def _welcome(conn: Connection, tools: Tools, user_id: str, pin: str, alias: str) -> Welcome:
    user = people.user_of(conn, user_id)
    account = people.account_of(conn, user.account_id)
    phones = people.phones_of(conn, user_id)
    phone = people.main_of(phones)
    mail = tools.settings.mail
    return Welcome(
        name=user.name,
        order_address=mail.order_address,
        secret_address=f"{alias}@{mail.domain}",
        write_from=people.devices_of(conn, user_id)[0].address,
        pin=pin,
        phone=phone.number if phone else "",
        caller_id=seen(account, phones, phone.e164 if phone else "", (), tools.settings.switch.caller_id).a,
        zones=tuple(sorted(account.zones)),
        balance=display(ledger.balance(conn, account.id), account.currency),
        cap_call=display(account.cap_call, account.currency),
        human_contact=tools.settings.human_contact,
        handle=handle_of(conn, user_id),
        text_to=tools.settings.sms.number,
    )


def _check_deck(conn: Connection, name: str, currency: str, now_ms: int) -> None:
    deck = next((deck for deck in decks.list_decks(conn, now_ms) if deck.name == name), None)
    if deck is None:
        raise Refused("no_such_deck", deck=name, currency=currency)
    if deck.currency != currency:
        raise Refused("deck_currency", deck=name, deck_currency=deck.currency, currency=currency)
