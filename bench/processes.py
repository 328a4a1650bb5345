"""Processes of a run: started and ended, waited for, their processor time read from /proc."""

import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cordboard.lab.ports import HOST

SECONDS = 30.0
TICKS = os.sysconf("SC_CLK_TCK")
PROGRAMS = {"python": "exchange", "ld-linux-x86-64": "asterisk"}


def until(holds: Callable[[], object], seconds: float = SECONDS, every: float = 0.02) -> None:
    """Wait until something is so. TimeoutError if it never is."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(every)


def listens(port: int) -> bool:
    """Whether somebody answers on a TCP port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def running(*words: str) -> Iterator[int]:
    """A Python module as a process for as long as the block lasts; its id."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-m", *words], stdin=quiet, stdout=quiet, start_new_session=True)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu(roles: Mapping[str, list[int]]) -> dict[str, float]:
    """Seconds of processor time so far, by role; of our own direct children too, by the name of their program."""
    named = {pid: role for role, pids in roles.items() for pid in pids}
    spent: defaultdict[str, float] = defaultdict(float)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, program, parent, seconds = _read(stat)
        except OSError:
            continue  # it ended meanwhile
        if pid == os.getpid():
            spent["bench (clients)"] += seconds
        elif pid in named:
            spent[named[pid]] += seconds
        elif parent == os.getpid():
            spent[PROGRAMS.get(program, program)] += seconds
    return spent


def since(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What was spent between two readings."""
    return {role: seconds - before.get(role, 0.0) for role, seconds in after.items()}


def _read(stat: Path) -> tuple[int, str, int, float]:
    head, _, tail = stat.read_text().rpartition(")")
    pid, _, program = head.partition(" (")
    fields = tail.split()
    return int(pid), program, int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS
