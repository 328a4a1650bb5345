"""An ear on the line: hears which keys are sent to a telephone, as packets that really came (RFC 4733 over RTP)."""

import socket
import struct
import threading

from cordboard.lab.ports import HOST

EVENTS = 101
"""The payload type of telephone-event, as the telephones' SDP offers it."""
KEYS = "0123456789*#ABCD"
_HEADER = 12


class Ear:
    """Listens on a UDP port of its own from `open` to `close`; each stream of sound is one who sends."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self._keys: dict[tuple[str, int], dict[int, str]] = {}
        self._thread = threading.Thread(target=self._listen, name="ear", daemon=True)

    def open(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """End: an empty packet is how it is told."""
        if self._thread.is_alive():
            self._socket.sendto(b"", (HOST, self.port))
            self._thread.join()
        self._socket.close()

    def heard(self) -> list[str]:
        """The keys of each stream that had any, those that were sent to their end, in the order of their times."""
        return ["".join(keys[at] for at in sorted(keys)) for keys in list(self._keys.values())]

    def _listen(self) -> None:
        while True:
            packet, sender = self._socket.recvfrom(2048)
            if not packet:
                return
            if key := _key(packet):
                self._keys.setdefault(sender, {})[key[0]] = key[1]


def _key(packet: bytes) -> tuple[int, str] | None:
    """When a key began and which, of a packet that says that it was let go; all packets of a key have one timestamp."""
    if len(packet) < _HEADER + 4 or packet[1] & 0x7F != EVENTS:
        return None
    (timestamp,) = struct.unpack_from(">I", packet, 4)
    event, flags = packet[_HEADER], packet[_HEADER + 1]
    return (timestamp, KEYS[event]) if flags & 0x80 and event < len(KEYS) else None
