"""A throw-away real Asterisk: started from an installed folder, with files and ports of its own, gone at the end.

    with Asterisk(install(), carriers=[phone.carrier]) as switch:
        ...  # switch.ari_url, switch.ari_user, switch.ari_password, switch.cel_file

Any number of them run at once from one folder. Each ends with the process that started it, even when that is killed.
"""

import csv
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import urllib3

from cordboard.lab.asterisk_install import command, default_cache, install, libraries, version, why_not
from cordboard.lab.child import Child
from cordboard.lab.ports import HOST, free_port
from dispatcher.switches.asterisk import AsteriskConfig, Carrier, prompts, render
from kernel.errors import Unavailable

__all__ = ["Asterisk", "Sound", "default_cache", "install", "version", "why_not"]

_BOOT_SECONDS = 120
# Reads one line: an empty one means that whoever held the other end is dead, or gone without a word.


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound packets of one answered leg, from the switch's side."""

    received: int
    sent: int


class Asterisk:
    """One running Asterisk. Use as a context manager, or `start` and `stop` it."""

    ari_user = "cordboard"

    def __init__(
        self, root: Path, carriers: Iterable[Carrier] = (), *, rtp_stats: bool = True, heartbeat_patience: int = 10
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cordboard-asterisk-"))
        self.cel_file = self.folder / "log/cel/cordboard.csv"
        self.ari_password = secrets.token_urlsafe(12)
        self.http_port = free_port()
        self.sip_port = free_port(socket.SOCK_DGRAM)
        self._root = root
        self._carriers = tuple(carriers)
        self._rtp_stats = rtp_stats
        self._patience = heartbeat_patience
        self._child: Child | None = None
        self._lay_out()

    @property
    def ari_url(self) -> str:
        """Base of all ARI requests, without a slash at the end."""
        return f"http://{HOST}:{self.http_port}/ari"

    @property
    def pid(self) -> int:
        """Process id of the running switch."""
        if self._child is None:
            raise Unavailable("This Asterisk is not running.")
        return self._child.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start it, on the same ports and files as before, and wait until it takes calls."""
        config = str(self.folder / "etc/asterisk.conf")
        words = [*command(self._root), "-C", config, "-f"]
        self._child = Child(words, self.folder, self.folder / "log/console")
        try:
            self._await_boot(self._child)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it in good order: live calls are hung up, the log is complete."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: nothing is hung up, nothing more is written."""
        self._end(signal.SIGKILL)

    def restart(self, *, kill: bool = False) -> None:
        """End it and start it again with the same ports, files and log."""
        self._end(signal.SIGKILL if kill else signal.SIGTERM)
        self.start()

    def close(self) -> None:
        """End it and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cli(self, words: str) -> str:
        """Say something to the switch's own console and give its answer."""
        config = str(self.folder / "etc/asterisk.conf")
        done = subprocess.run(  # noqa: S603 our own words
            [*command(self._root), "-C", config, "-rx", words], capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout

    def cel(self) -> list[list[str]]:
        """Give all lines of the call log so far; fields as in cel_custom.conf."""
        if not self.cel_file.exists():
            return []
        whole, _, _ = self.cel_file.read_text("utf-8").rpartition("\n")
        return list(csv.reader(whole.splitlines()))

    def sound(self) -> dict[str, Sound]:
        """Give the packets counted on every answered leg that has ended (needs rtp_stats), by channel id."""
        lines = [line for line in self.cel() if line[0] == "RTP"]
        counts = {line[2]: dict(re.findall(r"(\w+)=(\d+)", line[6])) for line in lines}
        return {leg: Sound(int(count.get("rx", 0)), int(count.get("tx", 0))) for leg, count in counts.items()}

    def record(self, leg: str) -> list[str]:
        """Give the events that the call log holds of a channel, in order."""
        return [line[0] for line in self.cel() if line[2] == leg]

    def _lay_out(self) -> None:
        for name in ("etc", "log/cel", "var", "run", "spool", "data/sounds"):
            (self.folder / name).mkdir(parents=True)
        shared = self._root / "usr/share/asterisk"
        for name in ("documentation", "rest-api"):
            (self.folder / "data" / name).symlink_to(shared / name)
        voices = [path for path in sorted((shared / "sounds").glob("en_*")) if path.is_dir() and not path.is_symlink()]
        for voice in voices[:1]:
            (self.folder / "data/sounds/en").symlink_to(voice)
        for name, wav in prompts().items():
            (self.folder / "data/sounds" / name).write_bytes(wav)
        for name, text in render(self._config()).items():
            (self.folder / "etc" / name).write_text(text, "utf-8")

    def _config(self) -> AsteriskConfig:
        here = self.folder
        own = {"etc": "etc", "varlib": "var", "db": "var", "key": "var", "cache": "var"}
        own |= {"data": "data", "spool": "spool", "run": "run", "log": "log"}
        folders = {f"ast{name}dir": str(here / folder) for name, folder in own.items()}
        folders["astmoddir"] = str(libraries(self._root) / "asterisk/modules")
        return AsteriskConfig(
            self.ari_password, str(self.cel_file), self._carriers, self.ari_user,
            http_port=self.http_port, sip_port=self.sip_port, rtp_start=10000, rtp_end=32000,
            heartbeat_patience=self._patience, rtp_stats=self._rtp_stats, directories=folders,
        )  # fmt: skip

    def _await_boot(self, child: Child) -> None:
        if not child.comes_up(self._answers, _BOOT_SECONDS):
            raise Unavailable(f"Asterisk did not start: {child.said()[-500:] or 'it said nothing'}")
        self.cli("core waitfullybooted")
        if "cordboard-transport" not in self.cli("pjsip show transports"):
            raise Unavailable(f"Asterisk did not get its SIP port {self.sip_port}; another process has it.")

    def _answers(self) -> bool:
        keys = urllib3.make_headers(basic_auth=f"{self.ari_user}:{self.ari_password}")
        try:
            done = urllib3.request("GET", f"{self.ari_url}/asterisk/info", headers=keys, retries=False, timeout=5)
        except urllib3.exceptions.HTTPError:
            return False
        return done.status == 200

    def _end(self, how: signal.Signals) -> None:
        child, self._child = self._child, None
        if child:
            child.end(how)
