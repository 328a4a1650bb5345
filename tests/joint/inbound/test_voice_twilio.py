"""The door of Twilio's calls: only what Twilio signed for an address that we gave out gets in, and is handed on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from twilio.request_validator import RequestValidator

from cordboard.lab.twilio import Answer, post, sign
from cordboard.lab.twilio_rest import SID, TOKEN
from inbound.api.door import ApiDoor
from inbound.voice.twilio import PATH, TwilioVoiceDoor
from inbound.web.app import create_app, orders_of_token, wrong_tokens
from inbound.web.server import RunningWeb, WebLimits
from kernel.errors import Unavailable
from tests.joint.inbound.web import HOST
from tests.unit.inbound.house import SECRETS, House

PUBLIC = "https://calls.example.com/voice/twilio"
LEG, OTHER = "0" * 28, "a" * 28
QUERY = f"leg={LEG}&at=gather"
FORM = {"AccountSid": SID, "CallSid": "CA" + "1" * 32, "CallStatus": "in-progress", "Digits": "1"}


@dataclass
class Line:
    """A client of the door, and what came through it."""

    port: int = 0
    took: list[tuple[str, str, str, dict[str, str], str]] = field(default_factory=list)
    says: str = "<Response/>"
    away: bool = False

    def take(self, leg: str, what: str, of: str, form: Mapping[str, str], token: str) -> str:
        if self.away:
            raise Unavailable("The database is away.")
        self.took.append((leg, what, of, dict(form), token))
        return self.says

    def ask(self, form: dict[str, str], query: str = QUERY, signed_for: str = "", **headers: str) -> Answer:
        signature = sign(signed_for or f"{PUBLIC}?{query}", form)
        return post(f"http://{HOST}:{self.port}{PATH}?{query}", form, signature, **headers)


@pytest.fixture
def line(house: House) -> Iterator[Line]:
    made = Line()
    door = TwilioVoiceDoor(made.take, PUBLIC, SID, RequestValidator(TOKEN))
    api = ApiDoor(house.db, house.clock, SECRETS, house.intake, wrong_tokens(9), orders_of_token(9))
    with RunningWeb(create_app(api, dict, door), HOST, 0, WebLimits()) as web:
        made.port = web.port
        yield made


def test_a_signed_request_is_taken_and_answered(line: Line) -> None:
    said = line.ask(FORM, f"leg={LEG}&at=dialled&of={OTHER}", I_Twilio_Idempotency_Token="again-1")
    assert (said.status, said.kind, said.body) == (200, "text/xml; charset=utf-8", "<Response/>")
    assert line.took == [(LEG, "dialled", OTHER, FORM, "again-1")]


def test_a_callback_is_answered_with_nothing(line: Line) -> None:
    line.says = ""
    assert line.ask(FORM).status == 204


@pytest.mark.parametrize(
    ("query", "signed_for"),
    [
        (QUERY, PUBLIC),  # the leg is part of what is signed
        (QUERY, f"{PUBLIC}?leg={OTHER}&at=gather"),
        (f"leg={LEG}&at=gather&at=told", ""),
        (f"at=gather&leg={LEG}", ""),
        ("leg=1&at=gather", ""),
        (f"leg={LEG}&at=gather&of=x", ""),
    ],
)
def test_what_was_not_signed_for_this_address_is_none(line: Line, query: str, signed_for: str) -> None:
    assert line.ask(FORM, query, signed_for).status == 403
    assert line.took == []


@pytest.mark.parametrize("more", [{"AccountSid": "AC" + "9" * 32}, {"CallSid": "CA1"}, {"CallSid": ""}])
def test_another_account_or_no_call_is_none(line: Line, more: dict[str, str]) -> None:
    assert line.ask(FORM | more).status == 403
    assert line.took == []


def test_while_it_can_not_be_written_down_twilio_is_told_to_come_again(line: Line) -> None:
    line.away = True
    assert line.ask(FORM).status == 503
