"""Twilio's voice and its webhook, put together from the settings."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from twilio.request_validator import RequestValidator

from dispatcher.switches.twilio.driver import TwilioVoice
from dispatcher.switches.twilio.rest import Account, Rest
from dispatcher.switches.twilio.twiml import Where
from dispatcher.switches.twilio.webhook import Asked, Webhook
from inbound.voice.twilio import TwilioVoiceDoor
from inbound.web.app import Door

if TYPE_CHECKING:
    from cordboard.wiring import Parts


def twilio_voice(parts: "Parts", name: str) -> TwilioVoice:
    """The driver, for the switch of this name."""
    switch, calls = parts.settings.switch, parts.settings.calls
    twilio = switch.twilio
    token = twilio.auth_token.get_secret_value()
    rest = Rest(Account(twilio.account_sid, token, twilio.numbers, twilio.api_url, twilio.timeout_s))
    return TwilioVoice(
        parts.db, parts.clock, name, rest, Where(twilio.public_url), own=twilio.numbers[0],
        confirm_s=calls.confirm_s,
    )  # fmt: skip


def voice_doors(parts: "Parts") -> Iterator[Door]:
    """The webhook, where Twilio is the switch."""
    switch = parts.settings.switch
    if switch.kind != "twilio":
        return
    twilio = switch.twilio
    webhook = Webhook(parts.db, parts.clock, Where(twilio.public_url))

    def take(leg: str, what: str, of: str, form: Mapping[str, str], token: str) -> str:
        return webhook.take(Asked(leg, what, of, form, token))

    validator = RequestValidator(twilio.auth_token.get_secret_value())
    yield TwilioVoiceDoor(take, twilio.public_url, twilio.account_sid, validator)
