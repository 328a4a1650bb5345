"""`serve`: every role as a child process of one parent, started again when it dies, ended with it.

Children are forked from a parent that has imported everything and started no thread, so they are up at once. A child
whose parent is gone is told so by the kernel (Linux: PR_SET_PDEATHSIG). One `serve` a home: a lock sees to that.
"""

import contextlib
import ctypes
import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from cordboard import embedded_redis, logs, roles
from cordboard.settings import Settings
from kernel.errors import CordboardError, Misconfigured

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
ROUND_SECONDS = 0.1
AGAIN_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""How long a role waits to be started again, when it has died so often, each time soon after its start."""
CALM_SECONDS = 3.0
REDIS_LOOK_SECONDS = 2.0
MISCONFIGURED = 2


@dataclass(slots=True)
class Role:
    """One process that there should be."""

    name: str
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps the roles running."""

    settings: Settings
    wanted: Sequence[str]
    running: dict[int, Role] = field(default_factory=dict)
    waiting: list[Role] = field(default_factory=list)
    redis: subprocess.Popen[bytes] | None = None
    failed: bool = False
    _ending: bool = False
    _redis_looked: float = 0.0
    _lock: IO[str] | None = None
    _pids_unwritten: bool = False

    def run(self) -> int:
        """Start all, then start again whatever dies, until SIGTERM or SIGINT. The exit status."""
        self._lock = _only_one(self.settings.home / "run" / "lock")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        self.waiting = [Role(name) for name in self.wanted]
        while not (self._ending or self.failed):
            self._mend_redis()
            self._reap()
            self._start_due()
            if self._pids_unwritten:
                self._write_pids()
            time.sleep(ROUND_SECONDS)
        self.stop()
        return MISCONFIGURED if self.failed else 0

    def stop(self) -> None:
        """Tell all to end, wait, then insist."""
        for pid in self.running:
            _signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.running and time.monotonic() < deadline:
            self._reap()
            time.sleep(ROUND_SECONDS / 5)
        for pid in self.running:
            _signal(pid, signal.SIGKILL)
        if self.redis:
            self.redis.terminate()
            self.redis.wait(STOP_SECONDS)

    def _reap(self) -> None:
        """Note who has died, and when each is to be started again."""
        now = time.monotonic()
        for pid in list(self.running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done == 0:
                continue
            role = self.running.pop(pid)
            if os.waitstatus_to_exitcode(status) == MISCONFIGURED:
                self.failed = True  # it said why; starting it again can't help
            elif not self._ending:
                role.deaths = role.deaths + 1 if now - role.started < CALM_SECONDS else 1
                role.due = now + AGAIN_SECONDS[min(role.deaths, len(AGAIN_SECONDS)) - 1]
                log.warning("a process died; another is started", extra={"died": role.name, "status": status})
                self.waiting.append(role)

    def _start_due(self) -> None:
        now = time.monotonic()
        for role in [role for role in self.waiting if role.due <= now]:
            self.waiting.remove(role)
            role.started = now
            self._fork(role)

    def _mend_redis(self) -> None:
        """Start our Redis, and another when it died or its socket was taken from under it."""
        if not self.settings.redis_is_embedded or time.monotonic() - self._redis_looked < REDIS_LOOK_SECONDS:
            return
        socket = self.settings.redis_socket
        if self.redis is None or self.redis.poll() is not None or not embedded_redis.is_up(socket):
            if self.redis is not None:
                log.warning("redis is gone; another is started")
                self.redis.kill()
                self.redis.wait(STOP_SECONDS)
            self.redis = embedded_redis.start(socket, _die_with_parent)
            self._write_pids()
        self._redis_looked = time.monotonic()

    def _write_pids(self) -> None:
        """`home/run/pids`: a line a process, for who looks after us. A full disk ends no call: it is written later."""
        path = self.settings.home / "run" / "pids"
        own = {os.getpid(): "serve"} | ({self.redis.pid: "redis"} if self.redis else {})
        names = own | {pid: role.name for pid, role in self.running.items()}
        aside = path.with_suffix(".new")
        try:
            aside.write_text("".join(f"{pid} {name}\n" for pid, name in names.items()), encoding="ascii")
            aside.replace(path)
        except OSError as e:
            if not self._pids_unwritten:
                log.warning("run/pids can't be written; everything goes on: %s", e.strerror)
            self._pids_unwritten = True
        else:
            self._pids_unwritten = False

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _fork(self, role: Role) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            self.running[pid] = role
            self._write_pids()
            return
        os._exit(_child(self.settings, role.name))


def _only_one(path: Path) -> IO[str]:
    """A lock that is held as long as the file stays open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Misconfigured(f"Cordboard is already being served from {path.parent.parent}.") from None
    return lock


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _child(settings: Settings, name: str) -> int:
    _die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to pass on
    logs.configure(name, settings.log.level, settings.log.json_lines)
    try:
        roles.run(name, settings)
    except Misconfigured as e:
        log.error("%s", e)  # noqa: TRY400 (its sentence is all there is to say)
        return MISCONFIGURED
    except CordboardError as e:
        log.error("%s", e)  # noqa: TRY400
        return 1
    except Exception:
        log.exception("the process ends")
        return 1
    return 0


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
