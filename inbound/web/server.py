"""Serves the web application with waitress: bounded in threads, connections, sizes and time, also in its own errors."""

import logging
import signal
import socket
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from inbound.smtp.limits import LOOPBACK
from inbound.web.problems import CONTENT_TYPE, Problem, as_json
from kernel.errors import Misconfigured

log = logging.getLogger(__name__)

REQUEST_SECONDS: Final = 20
"""From a request's first byte to its last, however steadily they come."""
IDLE_SECONDS: Final = 60
"""Without a whole request a connection is closed, whatever else comes over it; one that has begun may still come in."""
HEADER_BYTES: Final = 16_384
BODY_BYTES: Final = 65_536
"""Read and thrown away, so that the application can say what is too big; more than that is cut off."""
GRACE_SECONDS: Final = 8
STILL_THERE: Final = "cordboard.still_there"
"""In a request's environ: whether its peer still waits for the answer."""
TOLD: Final = {
    400: ("bad_request", "That is not a request I can read."),
    413: ("too_big", "That is too much for one request."),
    431: ("too_big", "The request's header is too long."),
    501: ("bad_request", "That transfer coding is not understood here."),
}


@dataclass(frozen=True, slots=True)
class WebLimits:
    """How much at once. `trusted_proxy` is the address of a proxy whose X-Forwarded-* are believed, "" for none.

    That proxy and this machine are held to the total number of connections only: behind theirs are many people's.
    """

    threads: int = 8
    connections: int = 100
    connections_per_address: int = 20
    trusted_proxy: str = ""

    def adjustments(self, host: str, port: int) -> Adjustments:
        """As waitress has them."""
        proxy: dict[str, Any] = {}
        if self.trusted_proxy:
            proxy = {
                "trusted_proxy": self.trusted_proxy,
                "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
            }
        return Adjustments(
            host=host, port=port, threads=self.threads, connection_limit=self.connections, ident="cordboard",
            max_request_header_size=HEADER_BYTES, max_request_body_size=BODY_BYTES, channel_timeout=IDLE_SECONDS,
            cleanup_interval=1, asyncore_use_poll=True, clear_untrusted_proxy_headers=True, **proxy,
        )  # fmt: skip


class ProblemTask(ErrorTask):
    """A request that never came to the application is told what is wrong with it in the same form."""

    def execute(self) -> None:
        """Answer and close."""
        status = HTTPStatus(getattr(self.request.error, "code", 500))
        reason, detail = TOLD.get(status, ("failed", "Something went wrong here. Try again later."))
        body = as_json(Problem(status, reason, detail))
        self.status = f"{status.value} {status.phrase}"
        self.response_headers += [("Content-Type", CONTENT_TYPE), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(body)  # type: ignore[assignment]
        self.write(body)


class AnswerTask(WSGITask):
    """A request for the application, which may ask whether anybody waits for its answer."""

    def get_environment(self) -> dict[str, Any]:
        """With that question."""
        environ: dict[str, Any] = super().get_environment()
        environ[STILL_THERE] = self.channel.is_still_there
        return environ


class Channel(HTTPChannel):
    """One connection: since when its present request has been coming in, and when it last had a whole one."""

    task_class = AnswerTask
    error_task_class = ProblemTask
    began: float | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = time.time()

    def received(self, data: bytes) -> bool:
        """Take bytes in."""
        before = self.request
        taken = bool(super().received(data))
        if self.request is None:
            self.began = None
        elif self.request is not before:
            self.began = time.time()
        return taken

    def service(self) -> None:
        """Answer a request that came in whole."""
        self.asked = time.time()
        super().service()

    def is_still_there(self) -> bool:
        """Whether the peer has not hung up: its end shows as nothing more to read."""
        if not self.connected or self.socket is None:
            return False
        try:
            ended: bool = self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return True
        except OSError:
            return False
        return not ended

    def is_overdue(self, now: float) -> bool:
        """Whether its request comes in too slowly, or none has for too long: empty lines are no request."""
        if self.began is not None and self.began < now - REQUEST_SECONDS:
            return True
        patience = IDLE_SECONDS + (REQUEST_SECONDS if self.began is not None else 0)
        return not self.requests and self.asked < now - patience


class Server(TcpWSGIServer):
    """Waitress with our channels, an end to those that only hold their place, and so many places an address."""

    channel_class = Channel

    def __init__(self, *args: Any, limits: WebLimits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._most = limits.connections_per_address
        self._unlimited = LOOPBACK | {limits.trusted_proxy}

    def accept(self) -> tuple[socket.socket, Any] | None:
        """Take a connection, or close it at once if its address has as many as it may."""
        came: tuple[socket.socket, Any] | None = super().accept()
        if came is None or self._may_enter(came[1][0]):
            return came
        log.debug("too many connections from one address", extra={"peer": came[1][0]})
        came[0].close()
        return None

    def _may_enter(self, address: str) -> bool:
        if address in self._unlimited or self.adj.trusted_proxy == "*":
            return True
        held = sum(channel.addr[0] == address for channel in self.active_channels.values())
        return bool(held < self._most)

    def maintenance(self, now: float) -> None:
        """Close what is idle or too slow."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_overdue(now):
                channel.will_close = True

    def busy(self) -> bool:
        """Whether a request is under way, or an answer not yet sent."""
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())


class WebServer:
    """Listens from the start; `run` serves until `stop`. Raises Misconfigured if the port can't be had."""

    def __init__(self, app: Flask, host: str, port: int, limits: WebLimits) -> None:
        adjustments = limits.adjustments(host, port)
        self._map: dict[int, Any] = {}
        self._closed = False
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(adjustments.threads)
        self._stopped = threading.Event()
        self._waking = threading.RLock()  # who wakes the loop must not do it through a pipe that is just being closed
        try:
            self._server = Server(
                app, self._map, dispatcher=self._dispatcher, adj=adjustments, sockinfo=adjustments.listen[0],
                limits=limits,
            )  # fmt: skip
        except OSError as e:
            said = e.strerror or e
            raise Misconfigured(f"The web door cannot listen on {host} port {port}: {said}.") from e
        self.port = int(self._server.effective_port)

    def run(self) -> None:
        """Serve until told; then finish what is under way."""
        while not self._stopped.is_set():
            self._turn(1.0)
        wasyncore.dispatcher.close(self._server)  # no new connections
        deadline = time.monotonic() + GRACE_SECONDS
        while self._server.busy() and time.monotonic() < deadline:
            self._turn(0.1)
        self._dispatcher.shutdown(timeout=1)
        with self._waking:
            self._closed = True
            wasyncore.close_all(self._map, ignore_all=True)

    def stop(self) -> None:
        """Have `run` end; may be called from anywhere."""
        self._stopped.set()
        with self._waking:
            if not self._closed:
                self._server.pull_trigger()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)


def serve_web(app: Flask, host: str, port: int, limits: WebLimits) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = WebServer(app, host, port, limits)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.run()


class RunningWeb:
    """The same in a thread of its own, as a context manager."""

    def __init__(self, app: Flask, host: str = "127.0.0.1", port: int = 0, limits: WebLimits | None = None) -> None:
        self._server = WebServer(app, host, port, limits or WebLimits())
        self.port = self._server.port
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()
