"""A stored text read: whose telephone it came from, and its command."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from accounts.optouts import SMS
from accounts.people import Device, who_is
from inbound.heard import Heard
from inbound.mail_reader import LONGEST_KEPT, names_known, struck
from inbound.sms.text import Text
from kernel.masking import mask_number
from parsers.commands import NotACommand
from parsers.in_text import parse_sms
from parsers.pins import find_pin
from replies.envelope import Envelope, answer_to

VOUCHED: Final = "sms"
"""The proof of a text whose sender the gateway vouches for: likely, not proven."""


@dataclass(frozen=True, slots=True)
class SmsReader:
    """Reads the texts of one gateway's door. `trusted`: whether its word for the sender's number is taken.

    `texts_by` is the way of texts to another number than the sender's.
    """

    door: str
    trusted: bool
    texts_by: str

    def shown(self, recipients: tuple[str, ...]) -> tuple[str, ...]:
        """Our own number is no secret."""
        return recipients

    def read(self, conn: Connection, recipients: tuple[str, ...], raw: bytes, peer: str) -> Heard:
        """Never refused as a whole."""
        del recipients
        text = Text.read(raw)
        known = who_is(conn, SMS, text.sender)
        user = known.user if known else None
        names = names_known(conn, user) if user else {}
        parsed = parse_sms(text.text, country=user.country if user else None, names=names)
        pin = find_pin(text.text) if isinstance(parsed, NotACommand) else parsed.pin
        envelope = self._envelope(text, known.device if known else None)
        return Heard(
            key=f"{self.door}\n{text.id}",
            user=user,
            account=known.account if known else None,
            device=known.device if known else None,
            proof=VOUCHED if known and self.trusted else "",
            pin=pin,
            parsed=parsed,
            sent_ms=text.sent_ms,
            automatic=text.carrier_word in ("START", "HELP"),  # nothing to do, and the carrier has answered
            envelope=envelope,
            kept=struck(text.text, pin)[:LONGEST_KEPT],
            said={"from": mask_number(text.sender), "peer": peer, "vouched": "yes" if self.trusted else "no"},
            answerable=bool(envelope.to or text.carrier_word),  # of who stopped our texts nothing is asked
            at_once=envelope.way == self.door and envelope.to == text.sender,
        )

    def _envelope(self, text: Text, device: Device | None) -> Envelope:
        """To the sender by the way they came, else where the device is answered; nobody who stopped our texts."""
        to = device.answer_address if device else ""
        if to != text.sender:
            return answer_to(to, "", self.texts_by)
        return Envelope("" if text.carrier_word else to, text.to, way=self.door)
