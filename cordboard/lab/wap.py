"""A WAP telephone behind a real gateway: it asks by WSP without a connection (WAP-230), and gets compiled decks.

fakewap of Kannel fetches pages, too, but can't send a form as a telephone does.
"""

import shutil
import socket
import subprocess
from dataclasses import dataclass
from typing import Final

from kernel.errors import Unavailable

PORT: Final = 9200
GET, POST, REPLY = 0x40, 0x60, 0x04
ACCEPT, USER_AGENT = b"\x80", b"\xa9"
COMPILED, FORM = b"\x94", b"\x92"
"""Well-known types as short integers (WAP-230, table 40): application/vnd.wap.wmlc, and a form's.

For who says that it accepts decks as text, Kannel compiles none.
"""
STATUSES: Final = {0x20: 200, 0x43: 403, 0x44: 404, 0x50: 413, 0x60: 500, 0x62: 502}
SECONDS: Final = 30
LARGEST: Final = 65_535


def why_not() -> str:
    """Say in a sentence what keeps decks from being read; empty when nothing does."""
    return "" if shutil.which("wbxml2xml") else "wbxml2xml is not installed (Debian: libwbxml2-utils)."


@dataclass(frozen=True, slots=True)
class Deck:
    """What came: the status, and the deck as the gateway compiled it."""

    status: int
    compiled: bytes

    def read(self) -> str:
        """As WML again, by libwbxml2. Unavailable if that can't be done."""
        done = subprocess.run(
            ["wbxml2xml", "-o", "-", "-"],  # noqa: S607 a part of the machine
            input=self.compiled, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        if done.returncode or not done.stdout:
            raise Unavailable(f"The deck can't be read: {done.stderr.decode(errors='replace')[-200:]}")
        return done.stdout.decode().replace(":noesc)", ")")


@dataclass(frozen=True, slots=True)
class WapPhone:
    """One telephone; `gateway` is an address."""

    gateway: str
    agent: str = "Nokia7110/1.0 (04.84)"

    def get(self, url: str) -> Deck:
        """Fetch a page."""
        return self._ask(bytes([GET]) + _length(url.encode()) + url.encode() + self._headers())

    def post(self, url: str, form: bytes) -> Deck:
        """Send a form."""
        headers = FORM + self._headers()
        return self._ask(bytes([POST]) + _length(url.encode()) + _length(headers) + url.encode() + headers + form)

    def _headers(self) -> bytes:
        return ACCEPT + COMPILED + USER_AGENT + self.agent.encode() + b"\0"

    def _ask(self, pdu: bytes) -> Deck:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.settimeout(SECONDS)
            wire.connect((self.gateway, PORT))
            wire.send(b"\x01" + pdu)
            try:
                said = wire.recv(LARGEST)
            except OSError as e:
                raise Unavailable(f"The gateway does not answer: {e}") from None
        if said[1] != REPLY:
            raise Unavailable(f"The gateway answers something else: {said[:20]!r}")
        length, at = _uintvar(said, 3)
        return Deck(STATUSES.get(said[2], said[2]), said[at + length :])


def _length(octets: bytes) -> bytes:
    """How many, as a uintvar: seven bits an octet, the last without its top bit."""
    number, coded = len(octets), [len(octets) & 0x7F]
    while number := number >> 7:
        coded.insert(0, number & 0x7F | 0x80)
    return bytes(coded)


def _uintvar(octets: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where what follows it begins."""
    number = 0
    while True:
        number = number << 7 | octets[at] & 0x7F
        at += 1
        if not octets[at - 1] & 0x80:
            return number, at
