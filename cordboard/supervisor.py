"""`serve`: every role as a child process of one parent, started again when it dies, ended with it.

Children are forked from a parent that has imported everything and started no thread, so they are up at once. A child
whose parent is gone is told so by the kernel (Linux: PR_SET_PDEATHSIG).
"""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from cordboard import embedded_redis, logs, roles
from cordboard.settings import Settings
from cordboard.wiring import Parts
from kernel.errors import CordboardError

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
AGAIN_SECONDS = 0.5


@dataclass(slots=True)
class Supervisor:
    """Keeps the roles running."""

    settings: Settings
    wanted: Sequence[str]
    pids: dict[int, str] = field(default_factory=dict)
    redis: subprocess.Popen[bytes] | None = None
    _ending: bool = False

    def start(self) -> None:
        """Start Redis, if it is to be ours, and every role."""
        if self.settings.redis_is_embedded:
            self.redis = embedded_redis.start(self.settings.redis_socket)
        for role in self.wanted:
            self._fork(role)

    def run(self) -> None:
        """Start all, then start again whatever dies, until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        self.start()
        while not self._ending:
            self.mend()
            time.sleep(0.1)
        self.stop()

    def mend(self) -> None:
        """Start again what has died since."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self.redis and pid == self.redis.pid:
                self.redis.returncode = status
                log.warning("redis died; starting another")
                self.redis = embedded_redis.start(self.settings.redis_socket)
            elif role := self.pids.pop(pid, None):
                log.warning("a process died; starting another", extra={"died": role, "status": status})
                time.sleep(AGAIN_SECONDS)
                self._fork(role)

    def stop(self) -> None:
        """Tell all to end, wait, then insist."""
        for pid in self.pids:
            _signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.pids and time.monotonic() < deadline:
            for pid in list(self.pids):
                with contextlib.suppress(ChildProcessError):
                    if os.waitpid(pid, os.WNOHANG)[0] == 0:
                        continue
                del self.pids[pid]
            time.sleep(0.02)
        for pid in self.pids:
            _signal(pid, signal.SIGKILL)
        if self.redis:
            self.redis.terminate()
            self.redis.wait(5)

    def kill(self, role: str) -> None:
        """End the processes of one role at once, as a crash would. For those who try us out."""
        for pid, name in self.pids.items():
            if name == role:
                _signal(pid, signal.SIGKILL)

    def _write_pids(self) -> None:
        """`home/run/pids`: a line a process, for who looks after us."""
        path = self.settings.home / "run" / "pids"
        path.parent.mkdir(parents=True, exist_ok=True)
        own = {os.getpid(): "serve"} | ({self.redis.pid: "redis"} if self.redis else {})
        text = "".join(f"{pid} {role}\n" for pid, role in (own | self.pids).items())
        aside = path.with_suffix(".new")
        aside.write_text(text, encoding="ascii")
        aside.replace(path)

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _fork(self, role: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            self.pids[pid] = role
            self._write_pids()
            return
        os._exit(_child(self.settings, role, roles.ROLES[role]))


def _child(settings: Settings, role: str, run: Callable[[Parts], None]) -> int:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if role != "exchange":
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to pass on
    logs.configure(role, settings.log.level, settings.log.json_lines)
    try:
        run(Parts(settings))
    except CordboardError as e:
        log.error("%s", e)  # noqa: TRY400 (its sentence is all there is to say)
        return 1
    except Exception:
        log.exception("the process ends")
        return 1
    return 0


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
