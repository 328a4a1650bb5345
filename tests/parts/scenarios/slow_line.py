"""A radio link of so many bits a second in front of a port of this machine."""

import contextlib
import socket
import threading
import time
from typing import Self

from cordboard.lab.ports import HOST

BLOCK = 50


class SlowLine:
    """Use as a context manager. Each way has the whole rate; `octets` counts what went through, both ways."""

    def __init__(self, to: int, bits_a_second: int) -> None:
        self._to, self._octets_a_second = to, bits_a_second / 8
        self._server = socket.create_server((HOST, 0))
        self.port = int(self._server.getsockname()[1])
        self.octets = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, name="slow line", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection((HOST, self._to)) as far:
            there = threading.Thread(target=self._one_way, args=(near, far), daemon=True)
            there.start()
            self._one_way(far, near)
            there.join()

    def _one_way(self, from_: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := from_.recv(BLOCK):
                time.sleep(len(data) / self._octets_a_second)
                self.octets += len(data)
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
