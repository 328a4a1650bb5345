"""Free ports of this machine, for parts that cannot pick one themselves."""

import socket
from pathlib import Path

HOST = "127.0.0.1"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Give a port that nothing is bound to now. Another process may take it first: check that your part got it."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def udp_is_bound(port: int) -> bool:
    """Tell whether some process of this machine listens on a UDP port, without taking it for a moment."""
    hexed = f":{port:04X}"
    lines = Path("/proc/net/udp").read_text("ascii").splitlines()[1:]
    return any(line.split()[1].endswith(hexed) for line in lines)
