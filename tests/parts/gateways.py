"""A place with doors for texts: its settings for either gateway, and telephones of its users that text."""

import itertools
from typing import Any

from accounts import manage
from cordboard.lab.house import Enrolled
from cordboard.lab.kannel import Kannel
from cordboard.lab.ports import HOST
from cordboard.lab.twilio import Answer, FakeTwilio
from cordboard.lab.twilio_rest import SID, TOKEN
from tests.parts.places import Place

OURS = "+12025550109"
SECRET = "kannel-secret-0123456789"
PUBLIC = "https://calls.example.com/sms/twilio"
_mobiles = itertools.count(1)


def by_kannel(kannel: Kannel) -> dict[str, Any]:
    """For the settings."""
    return {
        "token": SECRET, "sendsms_url": kannel.sendsms_url, "username": kannel.username, "password": kannel.password,
        "number": OURS,
    }  # fmt: skip


def by_twilio(twilio: FakeTwilio) -> dict[str, Any]:
    """For the settings."""
    return {
        "account_sid": SID, "auth_token": TOKEN, "numbers": [OURS], "public_url": PUBLIC, "api_url": twilio.url,
        "timeout_s": 5,
    }  # fmt: skip


def kannels_door(place: Place) -> str:
    return f"http://{HOST}:{place.house.web_port}/sms/kannel/{SECRET}"


def mobile_of(place: Place, who: Enrolled) -> str:
    """A telephone that the user texts from, and nobody else has."""
    number = f"+1202555{next(_mobiles):04d}"
    with place.house.parts.db.write() as conn:
        manage.add_device(conn, place.house.parts.clock.ms(), who.user_id, number)
    return number


def text_by(twilio: FakeTwilio, place: Place, sender: str, body: str, **more: Any) -> Answer:
    """A text, which Twilio brings."""
    at = f"http://{HOST}:{place.house.web_port}/sms/twilio"
    return twilio.text(sender, OURS, body, at=at, signed_for=PUBLIC, **more)
