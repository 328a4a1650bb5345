"""The whole product in one process, each of its own processes a task that may be killed anywhere and comes back.

Everything is as it is wired in `cordboard/wiring/`, but for time (a number), the wire to the switch, and the queue and
the mail host (lists).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from dispatcher import jobs
from dispatcher.conductor import Conductor, Pace
from dispatcher.due import Due
from dispatcher.jobs import Launcher, Node
from dispatcher.lease import LeaseLost
from dispatcher.paperwork import Paperwork
from dispatcher.performer import Waits
from dispatcher.pool import Pool
from dispatcher.routes import Routes
from dispatcher.slices import Slicing
from dispatcher.switches.ari_requests import Carrier
from dispatcher.switches.exchange.cel import CelLog
from dispatcher.switchlog import Follower
from gate.rules import Limits
from inbound.intake import Intake
from inbound.mail_reader import EMAIL, MailReader
from inbound.ordering import Ordering
from inbound.smtp.door import MailIn
from kernel.crashpoints import at_each_point
from kernel.db import Database
from kernel.doorbell import Doorbell
from kernel.errors import Unavailable
from orders import wishes
from replies.outbox import Sender
from replies.ways.by_mail import ByMail
from tests.joint.machine.loop import AtOnce, OurClock, SimLoop, TrueTime
from tests.joint.machine.people import DOMAIN, Person
from tests.joint.machine.street import Street
from tests.joint.machine.wire import SimAri, SimOnce, Wire
from tests.unit.inbound.house import SECRETS

SWITCH, ORDER = "main", f"call@{DOMAIN}"
STALE_MS, LEASE_MS, MAX_TALK_S, SETTING_UP_MAX = 600_000, 6_000, 7200, 3
WAITS = Waits(ring_a=20, ring_b=20, confirm=10)
LIMITS = Limits(confirm_s=10, ring_b_s=20, min_talk_s=30, max_talk_s=MAX_TALK_S, stale_ms=STALE_MS)
PACE = Pace(beat=2.0, log_poll=0.4, idle_poll=0.4)
SLICING = Slicing(slice_s=40, low_s=15)
CARRIERS = [
    Carrier(name, f"PJSIP/{name}/sip:{{digits}}@{name}.example", priority=priority, uplink=name.startswith("sky"))
    for name, priority in (("trunk", 1), ("second", 2), ("sky", 1), ("sky2", 2))
]
ROLES = ("door", "worker", "sweeper", "cel", "conductor")


class Died(BaseException):
    """This process was killed: nothing of it happens any more."""


@dataclass(eq=False)
class Process:
    """One life of a process."""

    role: str
    dead: bool = False
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    context: Context = field(default_factory=copy_context)


_now: ContextVar[Process | None] = ContextVar("process", default=None)


def alive() -> None:
    """Who is dead does nothing."""
    process = _now.get()
    if process is not None and process.dead:
        raise Died


class MortalDatabase(Database):
    """Rolls back what was begun by a process that died since."""

    @contextmanager
    def read(self, *, snapshot: bool = False) -> Iterator[Connection]:
        alive()
        with super().read(snapshot=snapshot) as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        alive()
        with super().write() as conn:
            yield conn
            alive()


class Queue(Doorbell):
    """Redis as a list. The next rings may be lost (0) or doubled (2), or Redis may be away (-1)."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.copies: list[int] = []

    def ring(self, order_id: str) -> bool:
        copies = self.copies.pop(0) if self.copies else 1
        self.jobs += [order_id] * copies
        return copies >= 0


class MailHost:
    """Takes what is sent, or does not."""

    take_ms = 60_000

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, str]] = []
        self.away = 0

    def send(self, outbox_id: str, message: bytes, to: str) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("The mail host is away.")
        self.taken.append((outbox_id, message, to))


@dataclass(eq=False)
class Posted:
    """A mail on its way to us; whoever sent it tries until it was told 250."""

    person: Person
    to: str
    message_id: str
    text: str
    date: str
    stored: int = 0  # how often it was written down

    @property
    def raw(self) -> bytes:
        head = f"From: {self.person.address}\r\nMessage-ID: {self.message_id}\r\nDate: {self.date}"
        return f"{head}\r\n\r\n{self.text}\r\n".encode()


class Product:
    """The processes, the list of jobs, the mails that wait outside, the mails that went out."""

    def __init__(self, loop: SimLoop, cel_file: Path, db: MortalDatabase) -> None:
        self.loop, self.clock, self.true = loop, OurClock(loop), TrueTime(loop)
        self.db, self.queue, self.post = db, Queue(), MailHost()
        self.street = Street(loop, self.true, CelLog(cel_file))
        self.wire = Wire(self.street)
        self.routes = Routes(CARRIERS)
        self.outside: list[Posted] = []
        self.accepted: list[str] = []
        self.processes: dict[str, Process] = {}
        self.conductors: dict[str, Conductor] = {}
        self.surprises: list[BaseException] = []
        self.crash_at = ""
        self.back_after_s = 1.0
        self._cel_file = cel_file
        self._lives = 0
        self._delivering: Posted | None = None
        self._wire_up()

    def _wire_up(self) -> None:
        reader = MailReader(SECRETS, ORDER, DOMAIN)
        own = "+12025550109"
        ordering = Ordering(SECRETS, self.clock, LIMITS, own, frozenset({own}), self.routes.has)
        self.intake = Intake(self.db, self.clock, SECRETS, self.queue, {EMAIL: reader}, ordering)
        pool = Pool((SWITCH,), SETTING_UP_MAX)
        self.due = Due(self.db, self.clock, self.queue, pool, STALE_MS)
        self.sender = Sender(self.db, self.clock, SECRETS, {EMAIL: ByMail(self.post, ORDER)}, "boss@door.test")
        nodes = {SWITCH: Node(SimOnce(self.wire, alive), "cordboard")}
        self.launcher = Launcher(self.db, self.clock, pool, nodes, self.routes, STALE_MS)
        jobs.install(self.launcher.launch)
        self._work: dict[str, Callable[[], Awaitable[None]]] = {
            "world": lambda: _every(0.5, self._deliver),
            "door": lambda: _every(0.1, self._handle),
            "worker": lambda: _every(0.1, self._one_job),
            "sweeper": lambda: _every(1.0, self.intake.leftovers, self.due.ring, self.sender.send_waiting),
            "cel": self._cel,
            "conductor": lambda: self._conduct("conductor"),
            "second": lambda: self._conduct("second"),
        }

    # -- births and deaths -------------------------------------------------------------------------------------------

    def start(self, *roles: str) -> None:
        self.loop.set_task_factory(_note_whose)
        at_each_point(self._reached)
        self._start("world")
        for role in roles:
            self._start(role)

    def begin(self, role: str) -> None:
        """One more process."""
        self._start(role)

    def stop(self) -> None:
        at_each_point(None)
        self.loop.set_debug(False)
        for process in self.processes.values():
            self.kill(process, back_after_s=None)
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def _start(self, role: str) -> None:
        process = self.processes[role] = Process(role)
        process.context.run(_now.set, process)
        task = self.loop.create_task(_coroutine(self._work[role]), context=process.context)
        task.add_done_callback(lambda done: self._ended(process, done))

    def _ended(self, process: Process, task: "asyncio.Task[None]") -> None:
        why = None if task.cancelled() else task.exception()
        if process.dead:
            return
        if why is not None and not isinstance(why, Died | LeaseLost):
            self.surprises.append(why)
        self.kill(process, 1.0)

    def kill(self, process: Process, back_after_s: float | None) -> None:
        """At once; another life of it begins in a while."""
        if process.dead and not process.tasks:
            return
        process.dead = True
        for task in process.tasks:
            task.cancel()
        process.tasks.clear()
        if process.role == "door":
            self.accepted.clear()
        if back_after_s is not None:
            self.loop.call_later(back_after_s, self._start, process.role, context=Context())

    def _reached(self, label: str) -> None:
        if label == "accept.after_commit" and self._delivering is not None:
            self._delivering.stored += 1
        process = _now.get()
        if label == self.crash_at and process is not None:
            self.crash_at = ""
            process.dead = True
            self.loop.call_soon(self.kill, process, self.back_after_s, context=Context())
            raise Died

    def drop(self, order_id: str) -> None:
        """Somebody wishes the call away."""
        with self.db.write() as conn:
            wishes.drop(conn, order_id, self.clock.ms())

    # -- what each does ----------------------------------------------------------------------------------------------

    def _deliver(self) -> None:
        """The world's mail hosts: each mail again until it was taken."""
        for mail in tuple(self.outside):
            door = self.processes["door"]
            if door.dead:
                return
            self._delivering = mail
            try:
                door.context.run(self._accept, mail)
            except Died:
                continue
            self.outside.remove(mail)

    def _accept(self, mail: Posted) -> None:
        self.accepted += self.intake.accept(
            "email", MailIn(mail.person.address, (mail.to,), mail.raw, "::1", "ship.example")
        )

    def _handle(self) -> None:
        while self.accepted:
            self.intake.handle(self.accepted.pop(0))

    def _one_job(self) -> None:
        while self.queue.jobs:
            jobs.launch(self.queue.jobs.pop(0))

    async def _cel(self) -> None:
        follower = Follower(self.db, self.clock, SWITCH, self._cel_file)
        await _every(0.3, follower.read_on)

    async def _conduct(self, role: str) -> None:
        self._lives += 1
        papers = Paperwork(
            self.db, self.clock, switch=SWITCH, routes=self.routes, holder=f"{role} {self._lives}", lease_ms=LEASE_MS,
            longest_ring_s=20, slicing=SLICING,
        )  # fmt: skip
        switch = SimAri(self.wire, alive, self.routes)
        conductor = Conductor(papers, switch, WAITS, self.due.ring, self.clock, PACE)
        conductor._thread = AtOnce()
        self.conductors[role] = conductor
        await conductor.run(asyncio.Event())


async def _coroutine(work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def _every(seconds: float, *work: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(seconds)
        for each in work:
            with contextlib.suppress(Unavailable):
                each()


def _note_whose(loop: asyncio.AbstractEventLoop, coro: Any, context: Context | None = None) -> "asyncio.Task[Any]":
    """Tasks belong to the process that began them."""
    task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, context=context)
    process = (context or copy_context()).get(_now)
    if process is not None:
        process.tasks.append(task)
        task.add_done_callback(lambda done: process.tasks.remove(done) if done in process.tasks else None)
    return task
