"""The exchange's own record of each leg, in the form of Asterisk's CEL file: one line an event, at once."""

import json
import os
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class CelLog:
    """Appends lines to the CEL file; without its folder calls go on unlogged, as on Asterisk."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def write(
        self, event: str, now: float, channel: tuple[str, str], own: str = "", peer: str = "", extra: Json | None = None
    ) -> None:
        """Write one event: its name, its time, the channel's id, what we call it if it is our own, the channel's name,
        the names of those in the bridge with it, and what else is known as JSON."""
        more = json.dumps(extra, separators=(",", ":")) if extra else ""
        whole = (event, f"{now:.6f}", channel[0], own, channel[1], peer, more)
        line = ",".join('"' + value.replace('"', '""') + '"' for value in whole) + "\n"
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        except OSError:
            return
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
