"""An SMTP conversation that is over in time, wherever the other side dawdles.

smtplib's timeout is for each wait, and begins anew with each octet that comes: a host that trickles is never given up.
"""

import contextlib
import smtplib
import socket
from threading import Timer
from time import monotonic
from typing import Any


class Conversation(smtplib.SMTP):
    """Hangs up `timeout` seconds after it began to connect; whoever waits in it then gets what a lost line gives.

    Only the look-up of the host's name is left to the system's own patience; if it takes longer, nothing is sent.
    """

    _line: socket.socket | None = None
    _alarm: Timer | None = None

    def connect(self, host: str = "localhost", port: int = 0, _source_address: Any = None) -> tuple[int, bytes]:
        """Connect, and read the greeting."""
        ends = monotonic() + self.timeout
        self.sock = _reached(host, port, ends)
        self._line = self.sock.dup()  # TLS takes the socket itself away
        self._alarm = Timer(max(ends - monotonic(), 0), _hang_up, (self._line,))
        self._alarm.daemon = True
        self._alarm.start()
        return self.getreply()

    def close(self) -> None:
        """End it, and the watch over it."""
        super().close()
        if self._alarm and self._line:
            self._alarm.cancel()
            self._alarm.join()  # no other socket may get the number while it can still be shut
            self._line.close()


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was first
        line.shutdown(socket.SHUT_RDWR)


def _reached(host: str, port: int, ends: float) -> socket.socket:
    """A connection to the first of the host's addresses that takes it; each gets its share of the time that is left."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError = TimeoutError("timed out")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        left = ends - monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(left / (len(addresses) - number))
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failed = error
        else:
            sock.settimeout(left)
            return sock
    raise failed
