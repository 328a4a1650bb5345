"""What is asked of a PostgreSQL and of a mail server, cut into units that a `Wire` can lose."""

from collections.abc import Iterator

_REQUESTS = {80877102, 80877103, 80877104}
"""Instead of a start: cancel, TLS, GSS (PostgreSQL's documentation, Message Formats)."""
_LAST = b"QSHXp"
"""Messages after which the server answers: Query, Sync, Flush, Terminate, and a password."""


class StatementTalk:
    """PostgreSQL's protocol 3: a unit is a statement with its values. A COMMIT's says all that its transaction did."""

    def __init__(self) -> None:
        self._rest, self._unit, self._said = b"", b"", ""
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self._did: list[str] = []

    def units(self, data: bytes) -> Iterator[tuple[bytes, str]]:
        self._rest += data
        while message := self._message():
            self._unit += message
            if not self._started:
                self._started = int.from_bytes(message[4:8], "big") not in _REQUESTS
            elif message[:1] not in _LAST:
                self._note(message)
                continue
            elif message[:1] == b"Q":
                self._said = message[5:-1].decode("utf-8", "replace")
            unit, said, self._unit, self._said = self._unit, self._said, b"", ""
            yield unit, self._whole(said)

    def _message(self) -> bytes:
        """The next message that came whole; the first of a connection has no type before its length."""
        head = 1 if self._started else 0
        if len(self._rest) < head + 4:
            return b""
        size = head + int.from_bytes(self._rest[head : head + 4], "big")
        if len(self._rest) < size:
            return b""
        message, self._rest = self._rest[:size], self._rest[size:]
        return message

    def _note(self, message: bytes) -> None:
        if message[:1] == b"P":
            name, query, *_ = message[5:].split(b"\0")
            self._prepared[name] = self._said = query.decode("utf-8", "replace")
        elif message[:1] == b"B":
            _, name, values = message[5:].split(b"\0", 2)
            self._said = f"{self._prepared.get(name, '')} <- {values.decode('utf-8', 'replace')}"

    def _whole(self, said: str) -> str:
        if said in ("BEGIN", "COMMIT", "ROLLBACK") or said.startswith("BEGIN"):
            did, self._did = self._did, []
            return f"{said}; {'; '.join(did)}" if said == "COMMIT" else said
        self._did.append(said)
        return said


class MailTalk:
    """SMTP: a unit is a command, which says its verb, or a whole mail with the dot behind it, which says `the mail`."""

    END = b"\r\n.\r\n"

    def __init__(self) -> None:
        self._rest = b""
        self._in_mail = False

    def units(self, data: bytes) -> Iterator[tuple[bytes, str]]:
        self._rest += data
        while True:
            end = self.END if self._in_mail else b"\r\n"
            unit, found, rest = self._rest.partition(end)
            if not found:
                return
            self._rest = rest
            said = "the mail" if self._in_mail else unit[:4].decode("ascii", "replace").upper()
            self._in_mail = said == "DATA"
            yield unit + found, said


class ImapTalk:
    """A unit is a line: a command, or the DONE that ends an IDLE. Our door sends no literals."""

    def __init__(self) -> None:
        self._held = b""

    def units(self, data: bytes) -> Iterator[tuple[bytes, str]]:
        *lines, self._held = (self._held + data).split(b"\r\n")
        for line in lines:
            yield line + b"\r\n", line.decode("latin-1")
