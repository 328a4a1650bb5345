"""One HTTP request that is over in time, for the ways that texts leave by: no second try of its own, no redirect."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from typing import Final
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from kernel.errors import Unavailable

MOST_BYTES: Final = 1_000_000
CHUNK: Final = 65_536
FORM: Final = "application/x-www-form-urlencoded"
Fields = Mapping[str, str | list[str]]
"""A list is the same field several times."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@contextlib.contextmanager
def _in_time(line: socket.socket, seconds: float | None) -> Iterator[None]:
    """Hang up after so long: each wait for a line of the header begins anew. TimeoutError if it came to that."""
    late = False

    def hang_up() -> None:
        nonlocal late
        late = True
        with contextlib.suppress(OSError):  # the other side was first
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # below TLS, which is being read

    alarm = Timer(seconds or 0, hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        alarm.join()  # no other socket may get the number while it can still be shut
    if late:  # half a header reads as a whole one
        raise TimeoutError("the answer's header does not end")


class _Plain(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        with _in_time(self.sock, self.timeout):
            return super().getresponse()


class _Tls(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        with _in_time(self.sock, self.timeout):
            return super().getresponse()


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Tls


class Http:
    """Asks one host. Connections are kept for the next request."""

    def __init__(self, seconds: float, connections: int = 2) -> None:
        self._seconds = seconds
        self._pool = urllib3.PoolManager(
            maxsize=connections, retries=False, timeout=urllib3.Timeout(connect=seconds / 2, read=seconds / 2)
        )
        self._pool.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def ask(self, method: str, url: str, fields: Fields, headers: Mapping[str, str] | None = None) -> Said:
        """Fields go into the address of a GET, else into a form. Unavailable if there is no answer.

        The server may have done what it was asked, and not have been heard to say so.
        """
        if method == "GET":
            url, body = f"{url}?{urlencode(fields, doseq=True)}" if fields else url, None
        else:
            body, headers = urlencode(fields, doseq=True), {"Content-Type": FORM, **(headers or {})}
        try:
            with self._pool.request(
                method, url, body=body, headers=dict(headers or {}), redirect=False, preload_content=False
            ) as answer:
                return Said(answer.status, self._body(answer), dict(answer.headers))
        except (HTTPError, OSError) as e:
            raise Unavailable(f"{urlsplit(url).hostname} does not answer: {type(e).__name__}.") from e

    def _body(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        """Octet by octet it may come, but not for ever: each wait of the socket begins anew."""
        body, ends = b"", monotonic() + self._seconds / 2
        while some := answer.read1(CHUNK):
            body += some
            if len(body) > MOST_BYTES or monotonic() > ends:
                raise TimeoutError("the answer does not end")
        return body
