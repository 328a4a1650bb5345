"""A throw-away real Kannel: bearerbox and smsbox, a made-up SMSC with its telephones, and if asked for a wapbox.

    with Kannel(f"http://127.0.0.1:{port}/sms/kannel/{token}") as kannel:
        with kannel.phone("+12025550101", "+12025550109", "CALL mum") as phone:
            phone.received  # what came back, as lines of text

Any number of them run at once, each with ports of its own. Each ends with the process that started it.
"""

import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Self
from urllib.parse import unquote_to_bytes

import urllib3

from cordboard.lab.child import Child
from cordboard.lab.ports import HOST, free_port
from kernel.errors import Unavailable

TOOLS = Path("/usr/lib/kannel/test")
_BOOT_SECONDS = 60
_GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (text|ucs-2|udh \S+ (?:text|data|ucs-2)) (.*)>$", re.MULTILINE)

CORE = """group = core
admin-port = {admin}
admin-interface = {host}
admin-password = looks
smsbox-port = {smsbox}
smsbox-interface = {host}
box-deny-ip = "*.*.*.*"
box-allow-ip = {host}
sms-combine-concatenated-mo = true
unified-prefix = "+,00"
log-level = 1
{wap_core}
group = smsc
smsc = fake
smsc-id = fake
host = {host}
port = {smsc}
connect-allow-ip = {host}

group = smsbox
bearerbox-host = {host}
bearerbox-port = {smsbox}
sendsms-port = {sendsms}
sendsms-interface = {host}
http-request-retry = 60
http-queue-delay = 1
log-level = 1

"""
SERVICE = """group = sms-service
keyword = default
catch-all = true
get-url = "{door}?from=%p&to=%P&text=%b&charset=%C&id=%I&ts=%T"
accept-x-kannel-headers = true
assume-plain-text = true
max-messages = 3
concatenation = true
omit-empty = true

group = sendsms-user
username = cordboard
password = {password}
user-allow-ip = "{host}"
max-messages = 3
concatenation = true
"""
"""The part that an operator copies: docs/kannel.md shows it."""
WAP_CORE = """wapbox-port = {wapbox}
wdp-interface-name = "{wap_host}"
"""
WAP = """
group = wapbox
bearerbox-host = {host}
log-level = 1
"""


def why_not() -> str:
    """Say in a sentence what keeps a Kannel from being had here; empty when nothing does."""
    if not shutil.which("bearerbox") or not (TOOLS / "fakesmsc").exists():
        return "Kannel is not installed (Debian: kannel, kannel-extras)."
    return ""


class Phone:
    """A telephone that sent one text, and what it gets; what comes for others meanwhile is nobody's."""

    def __init__(self, number: str, child: Child) -> None:
        self._number, self._child = number, child

    @property
    def texts(self) -> list[tuple[str, str]]:
        """From whom, and what: parts of a long text each by itself."""
        got = _GOT.finditer(self._child.said())
        return [(found[1], _plain(found[3], found[4])) for found in got if found[2] == self._number]

    @property
    def received(self) -> list[str]:
        """What came, whoever it was from."""
        return [text for _, text in self.texts]

    @property
    def has_sent(self) -> bool:
        """Whether its own text is out."""
        return "sent message 1" in self._child.said()


class Kannel:
    """One running gateway. `door` is where it asks what to answer; `wap` says whether it has a wapbox, too."""

    username = "cordboard"
    password = "only here"  # noqa: S105 nobody else's, and gone with it

    def __init__(self, door: str = "http://127.0.0.1:9/", *, wap: bool = False) -> None:
        self.door = door  # may be set until it is started
        self.folder = Path(tempfile.mkdtemp(prefix="cordboard-kannel-"))
        self.admin_port, self.sendsms_port, self.smsc_port = free_port(), free_port(), free_port()
        chance = SystemRandom()
        self.wap_host = ".".join(["127", *(str(chance.randrange(1, 255)) for _ in range(3))])
        """All ports of WAP are fixed, so each gateway has an address of its own (fakewap -g)."""
        self._wap = wap
        self._children: dict[str, Child] = {}
        self._file = self.folder / "kannel.conf"

    @property
    def sendsms_url(self) -> str:
        """Where texts are handed in."""
        return f"http://{HOST}:{self.sendsms_port}/cgi-bin/sendsms"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start it, and wait until its boxes know each other. Unavailable if they never do."""
        if reason := why_not():
            raise Unavailable(reason)
        self._configure()
        try:
            self._run("bearerbox", self._answers)
            for box in ("smsbox", "wapbox") if self._wap else ("smsbox",):
                self._run(box, partial(self._is_connected, box))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End it, and remove its files."""
        for child in self._children.values():
            child.end()
        self._children.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def status(self) -> str:
        """What it says of itself; "" while it says nothing."""
        url = f"http://{HOST}:{self.admin_port}/status.txt?password=looks"
        try:
            return urllib3.request("GET", url, retries=False, timeout=5).data.decode("utf-8", "replace")
        except urllib3.exceptions.HTTPError:
            return ""

    def received(self) -> int:
        """How many texts it had from telephones so far."""
        found = re.search(r"SMS: received (\d+)", self.status())
        return int(found[1]) if found else 0

    @contextmanager
    def phone(self, number: str, to: str, text: str, kind: str = "text") -> Iterator[Phone]:
        """A telephone that sends one text, and is there for answers until the block ends.

        `kind` as fakesmsc has it: "ucs2" (text as URL-encoded UTF-16BE), "udh-text %05%00..." (a part of a long one).
        """
        words = [str(TOOLS / "fakesmsc"), "-H", HOST, "-r", str(self.smsc_port), "-i", "0.05", "-m", "1"]
        screen = Path(tempfile.mkstemp(dir=self.folder, prefix="phone")[1])
        child = Child([*words, f"{number} {to} {kind} {text}"], self.folder, screen)
        try:
            yield Phone(number, child)
        finally:
            child.end()

    def wap(self, url: str) -> bytes:
        """A page as the wapbox compiled it, by fakewap. Unavailable if it could not be had."""
        out = self.folder / "deck"
        out.unlink(missing_ok=True)
        words = [str(TOOLS / "fakewap"), "-g", self.wap_host, "-p", "9201", "-V", "0", "-M", "1", "-w", str(out), url]
        done = subprocess.run(  # noqa: S603 our own words
            words, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        if not out.exists():
            raise Unavailable(f"fakewap got nothing: {(done.stdout + done.stderr)[-300:]}")
        return out.read_bytes()

    def _configure(self) -> None:
        values = {
            "host": HOST, "admin": self.admin_port, "smsbox": free_port(), "sendsms": self.sendsms_port,
            "smsc": self.smsc_port, "wapbox": free_port(), "wap_host": self.wap_host, "door": self.door,
            "password": f'"{self.password}"',
        }  # fmt: skip
        values["wap_core"] = WAP_CORE.format(**values) if self._wap else ""
        text = "".join(part.format(**values) for part in (CORE, SERVICE, WAP if self._wap else ""))
        self._file.write_text(text, "ascii")

    def _run(self, box: str, is_up: Callable[[], bool]) -> None:
        child = Child([box, "-v", "1", str(self._file)], self.folder, self.folder / box)
        self._children[box] = child
        if not child.comes_up(is_up, _BOOT_SECONDS):
            raise Unavailable(f"Kannel's {box} did not start: {child.said()[-500:]}")

    def _is_connected(self, box: str) -> bool:
        return box in self.status().partition("Box connections")[2]

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.smsc_port), timeout=1):
                return "running" in self.status()
        except OSError:
            return False


def _plain(kind: str, text: str) -> str:
    """As a telephone shows it: fakesmsc writes plain texts as they are, others URL-encoded."""
    if kind == "text":
        return text
    octets = unquote_to_bytes(text.replace("+", " "))
    is_ucs2 = kind == "ucs-2" or b"\0" in octets  # of a part of a long text it does not say
    return octets.decode("utf-16-be" if is_ucs2 else "utf-8", "replace")
