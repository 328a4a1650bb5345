"""What Twilio is told to do with a call, as TwiML (https://www.twilio.com/docs/voice/twiml).

Nothing of a user's gets into it but a name's letters, which are spelled, digits and checked numbers.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from dispatcher.switches.base import Opening

EVENTS: Final = "initiated ringing answered completed"
WORDS: Final = {
    "busy": "The line is busy.",
    "no_answer": "Nobody answers.",
}
HOLD: Final = "Please hold. A satellite call is being set up; it may take a minute to ring."
OTHER_WORDS: Final = "The number can not be reached."
WAIT_S: Final = 1
"""A call that waits for what is to become of it asks again after so long."""
LAST_S: Final = 4
"""What was said is over, and we are to end the call; if we are dead, it ends by itself after so long."""
AGAIN: Final = "#rc=5&rp=all"
"""A door that is just being started is asked again (connection override); this is no part of what is signed."""
PAUSE: Final = "ww"  # a second, before an extension


@dataclass(frozen=True, slots=True)
class Where:
    """The webhook, by the address that Twilio asks it at: leg and purpose are signed with it."""

    public_url: str

    def at(self, what: str, leg: str, of: str = "") -> str:
        """The address for a purpose of a leg's; `of` is the leg that it concerns."""
        return f"{self.public_url}?{urlencode({'leg': leg, 'at': what} | ({'of': of} if of else {}))}{AGAIN}"


def opening(where: Where, leg: str, opens: Opening, confirm_s: int) -> str:
    """What the first leg hears when it answers: its extension's tones, and whose call it is; then a 1 is waited for."""
    said = VoiceResponse()
    if opens.tones:
        said.play(digits=PAUSE + opens.tones)
    if opens.asks is None:
        said.redirect(where.at("wait", leg), method="POST")
        return str(said)
    asked = Gather(num_digits=1, timeout=confirm_s, action=where.at("gather", leg), method="POST", finish_on_key="")
    name = f" It is for {', '.join(opens.asks)}." if opens.asks else ""
    asked.say(f"This is a call that was asked for.{name} Press 1 to be connected.")
    said.append(asked)
    said.hangup()
    return str(said)


def wait(where: Where, leg: str) -> str:
    """Nothing is decided yet: ask again."""
    said = VoiceResponse()
    said.pause(length=WAIT_S)
    said.redirect(where.at("wait", leg), method="POST")
    return str(said)


@dataclass(frozen=True, slots=True)
class Second:
    """The leg that a first one dials."""

    attempt_id: str
    number: str
    shown: str
    limit_s: int
    ring_s: int
    tones: str = ""
    holds: bool = False


def dial(where: Where, first: str, second: Second) -> str:
    """Ring the second leg, join both when it answers, cut it at its limit; then ask what is to become of the first."""
    said = VoiceResponse()
    if second.holds:
        said.say(HOLD)
    rings = Dial(
        action=where.at("dialled", first, second.attempt_id), method="POST", answer_on_bridge=True,
        caller_id=second.shown, time_limit=second.limit_s, timeout=second.ring_s,
    )  # fmt: skip
    more = {"send_digits": PAUSE + second.tones} if second.tones else {}
    rings.number(
        second.number, status_callback=where.at("status", second.attempt_id), status_callback_event=EVENTS,
        status_callback_method="POST", **more,
    )  # fmt: skip
    said.append(rings)
    return str(said)


def tell(where: Where, leg: str, cause: str) -> str:
    """Why the other party can't be had."""
    return _told(where, leg, WORDS.get(cause, OTHER_WORDS))


def speak(where: Where, leg: str, digits: str) -> str:
    """A code, twice."""
    code = ", ".join(digits)
    return _told(where, leg, f"Your code is {code}.", f"Again: {code}.", "Goodbye.")


def _told(where: Where, leg: str, *words: str) -> str:
    said = VoiceResponse()
    for each in words:
        said.say(each)
    said.redirect(where.at("told", leg), method="POST")
    return str(said)


def last() -> str:
    """All was said: the conductor ends the call, or else this."""
    said = VoiceResponse()
    said.pause(length=LAST_S)
    said.hangup()
    return str(said)


def end() -> str:
    """Hang up."""
    said = VoiceResponse()
    said.hangup()
    return str(said)
