"""The doors and ways of texts, put together from the settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twilio.request_validator import RequestValidator

from accounts import optouts
from cordboard.settings.texts import Sms
from inbound.sms.door import SmsDoor
from inbound.sms.kannel import KANNEL, KannelDoor
from inbound.sms.limits import TextLimits
from inbound.sms.twilio import TWILIO, TwilioDoor
from inbound.web.app import Door
from kernel.clock import Clock
from kernel.db import Database
from replies.stopped import stopped
from replies.ways import Way
from replies.ways.http import Http
from replies.ways.kannel import KannelWay
from replies.ways.missing import Missing
from replies.ways.twilio import TwilioAccount, TwilioWay

if TYPE_CHECKING:
    from cordboard.wiring import Parts


def sms_doors(parts: "Parts") -> Iterator[Door]:
    """Those that the settings name."""
    sms = parts.settings.sms
    limits = TextLimits(sms.texts_per_minute, sms.strangers_per_minute)
    if sms.twilio.is_open:
        twilio = sms.twilio
        door = SmsDoor(TWILIO, parts.db, parts.clock, parts.intake, limits)
        validator = RequestValidator(twilio.auth_token.get_secret_value())
        yield TwilioDoor(door, twilio.public_url, twilio.account_sid, frozenset(twilio.numbers), validator)
    if sms.kannel.is_open:
        door = SmsDoor(KANNEL, parts.db, parts.clock, parts.intake, limits)
        yield KannelDoor(door, sms.kannel.allow, sms.kannel.token.get_secret_value())


def text_ways(sms: Sms, db: Database, clock: Clock) -> dict[str, Way]:
    """Both, by name; one that the settings say nothing of is there too, and says so."""
    return {TWILIO: _twilio(sms, db, clock), KANNEL: _kannel(sms)}


def _twilio(sms: Sms, db: Database, clock: Clock) -> Way:
    twilio = sms.twilio
    if not twilio.is_open:
        return Missing("Twilio account: see [sms.twilio]")
    token = twilio.auth_token.get_secret_value()
    account = TwilioAccount(twilio.account_sid, token, twilio.numbers[0], twilio.api_url, twilio.timeout_s)
    return TwilioWay(account, NotedOptouts(db, clock))


def _kannel(sms: Sms) -> Way:
    kannel = sms.kannel
    if not kannel.sendsms_url:
        return Missing("Kannel to send by: see [sms.kannel]")
    password = kannel.password.get_secret_value()
    seconds = kannel.timeout_s
    return KannelWay(kannel.sendsms_url, kannel.username, password, kannel.number, seconds, Http(seconds))


@dataclass(frozen=True, slots=True)
class NotedOptouts:
    """Whose carrier stops our texts, kept in the database."""

    db: Database
    clock: Clock

    def stopped(self, number: str) -> None:
        """Note it, and tell the operator once."""
        with self.db.write() as conn:
            stopped(conn, number, self.clock.ms())

    def goes(self, number: str) -> None:
        """Forget it, if it was noted."""
        with self.db.read() as conn:
            if optouts.of(conn, number) is None:
                return
        with self.db.write() as conn:
            optouts.clear(conn, number)
