"""A whole Cordboard whose switch is the small Twilio, with telephones that behave by their number."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cordboard.lab.house import House
from cordboard.lab.phones import Kind
from cordboard.lab.ports import HOST
from cordboard.lab.twilio import FakeTwilio
from cordboard.lab.twilio_line import Telephone
from cordboard.lab.twilio_rest import SID, TOKEN
from dispatcher.tables import twilio_legs
from tests.parts.places import ANSWERS_LATE, PHONES, QUICK_CALLS, SHORT, Place

OURS = "+12025550109"
PUBLIC = "https://calls.example.com/voice/twilio"
_TELEPHONES: dict[Kind, Telephone] = {
    "presses_1": Telephone(presses=((0.3, "1"),)),
    "voicemail": Telephone(),
    "hangs_up_after": Telephone(leaves_s=1.0),
    "answers": Telephone(),
    "busy": Telephone("busy", 486),
    "no_answer": Telephone("no-answer"),
    "declines": Telephone("failed", 603),
    "unallocated": Telephone("failed", 404),
    "unavailable": Telephone("failed", 503),
    "presses_1_and_leaves": Telephone(presses=((0.3, "1"),), leaves_s=2.3),
    "listens": Telephone(),
}


@dataclass
class TwilioPlace(Place):
    """As any other; the switch's log is what Twilio's callbacks say, in whole seconds."""

    twilio: FakeTwilio | None = None

    @property
    def small(self) -> FakeTwilio:
        """The Twilio."""
        assert self.twilio
        return self.twilio

    def times_in_log(self, attempt_id: str) -> tuple[int | None, int | None]:
        """As Twilio itself has them."""
        with self.house.parts.db.read() as conn:
            row = conn.execute(select(twilio_legs).where(twilio_legs.c.attempt_id == attempt_id)).one()
        call = next(call for call in self.small.voice.calls if call.sid == row.sid)
        return int(call.answered) * 1000 if call.answered else None, int(call.ended) * 1000


def telephones() -> dict[str, Telephone]:
    """By number, as those of the other places."""
    found = {number: _TELEPHONES[kind] for number, kind in PHONES.items() if kind in _TELEPHONES}
    return found | {ANSWERS_LATE: Telephone("no-answer"), SHORT: Telephone(leaves_at="Your code")}


def by_twilio(twilio: FakeTwilio) -> dict[str, Any]:
    """For the settings."""
    voice = {
        "account_sid": SID, "auth_token": TOKEN, "numbers": [OURS], "public_url": PUBLIC, "api_url": twilio.url,
        "timeout_s": 2,
    }  # fmt: skip
    return {"kind": "twilio", "twilio": voice}


@contextmanager
def on_twilio(
    folder: Path, calls: dict[str, Any] | None = None, variables: Mapping[str, str] | None = None, **settings: Any
) -> Iterator[TwilioPlace]:
    """A house that calls by the small Twilio."""
    with FakeTwilio((OURS,)) as twilio:
        config = {"calls": QUICK_CALLS | (calls or {}), "log": {"level": "warning"}, "switch": by_twilio(twilio)}
        with House(folder, config | settings, variables) as house:
            voice = twilio.voice
            voice.reached_at(PUBLIC, f"http://{HOST}:{house.web_port}/voice/twilio")
            voice.telephones.update(telephones())
            house.start()

            def stats() -> dict[str, Any]:
                sounds: dict[str, list[str]] = {}
                for number, said in voice.said:
                    code = "".join(itertools.compress(said, map(str.isdigit, said)))
                    sounds.setdefault(number[1:], []).extend([f"digits:{code}"] if code else [])
                return {"sounds_by_number": sounds}

            def left_alone(number: str) -> bool:
                return all(call.over.is_set() for call in voice.of(number))

            yield TwilioPlace(
                house, voice.rung.count, stats, lambda: list(voice.heard), left_alone, apart_ms=1_001,
                cut_of_8_s=(7_000, 8_001), twilio=twilio,
            )  # fmt: skip
