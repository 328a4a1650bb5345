"""Tickets: what a page's buttons send along, so that they are known for a page that we gave to this user lately.

A ticket is signed for one user, for one generation of their PIN, for one purpose (to look, or one kind of change) and
for what that is about. It holds a nonce, which names the change: the same ticket sent twice is the same change.
There is no state of ours to it: it ends by its time, or when the PIN is changed.
"""

import base64
import binascii
import hmac
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from itsdangerous import Signer

from accounts.handles import Holder
from kernel.secrets import Secrets

IDLE_S: Final = 15 * 60
"""A page's buttons work for so long."""
WHOLE_S: Final = 4 * 3600
"""And so long after the PIN was asked for none works any more."""
LONGEST: Final = 120
NONCE_OCTETS: Final = 8
_SHAPE: Final = struct.Struct(f">14sII{NONCE_OCTETS}s")
LOOK: Final = "look"


class Stale(Exception):
    """A ticket that was one, or none at all: the person has to sign in."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is in one. `since_s` is when the PIN was checked; both times are seconds since 1970."""

    user_id: str
    made_s: int
    since_s: int
    nonce: str


class Tickets:
    """Makes and checks them, with a key of the installation's own secret."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.digest("tickets of the pages", "key")

    def issue(self, holder: Holder, now_ms: int, since_s: int, purpose: str = LOOK, about: Sequence[str] = ()) -> str:
        """A new one, in 68 characters that may stand anywhere."""
        packed = _SHAPE.pack(bytes.fromhex(holder.user.id), now_ms // 1000, since_s, os.urandom(NONCE_OCTETS))
        return self._signer(holder, purpose, about).sign(base64.urlsafe_b64encode(packed)).decode("ascii")

    def whose(self, text: str) -> Ticket:
        """What it says of itself, not yet believed: to know by whose PIN to check it. Stale if it is no ticket."""
        packed, _, signature = text[: LONGEST + 1].partition(".")
        try:
            user, made_s, since_s, nonce = _SHAPE.unpack(base64.b64decode(packed, altchars=b"-_", validate=True))
        except (struct.error, binascii.Error, ValueError):
            raise Stale from None
        if not signature or len(text) > LONGEST:
            raise Stale
        return Ticket(user.hex(), made_s, since_s, nonce.hex())

    def check(self, text: str, holder: Holder, now_ms: int, purpose: str = LOOK, about: Sequence[str] = ()) -> Ticket:
        """The ticket, if we gave it to this holder for just this, and lately; else Stale."""
        ticket = self.whose(text)
        packed = text.partition(".")[0]
        # Signed anew, since the last letter of a signature could be written in several ways.
        if not hmac.compare_digest(self._signer(holder, purpose, about).sign(packed.encode()), text.encode()):
            raise Stale
        now_s = now_ms // 1000
        if ticket.user_id != holder.user.id or now_s - ticket.made_s > IDLE_S or now_s - ticket.since_s > WHOLE_S:
            raise Stale
        return ticket

    def _signer(self, holder: Holder, purpose: str, about: Sequence[str]) -> Signer:
        """What is not in the ticket itself is in its salt: it costs no room on a small page."""
        if not holder.generation:
            raise Stale  # a PIN was taken away
        bound = (purpose, holder.user.id, holder.generation, *about)
        salt = "".join(f"{len(part)}:{part}" for part in bound)
        return Signer(self._key, salt=salt.encode(), sep=".", key_derivation="hmac")
