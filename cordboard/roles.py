"""What runs: each process of the product as one blocking function of its parts. Ends on SIGTERM or SIGINT."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

from cordboard import rq_worker
from cordboard.settings import Settings
from cordboard.wiring import Parts
from dispatcher import jobs
from dispatcher.switches.exchange.server import ExchangeConfig, serve_exchange
from inbound.imap.door import serve_mailboxes
from inbound.mail_reader import EMAIL
from inbound.smtp.door import MailIn, SmtpDoor
from inbound.smtp.server import serve_smtp
from inbound.web.server import serve_web
from kernel.errors import Misconfigured, Unavailable
from replies.outbox import Sender

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
SEND_SECONDS = 0.1
SEND_TEXTS_SECONDS = 0.5
SEND_AT_MOST_SECONDS = 5.0
LOOK_AFTER_SECONDS = 2.0


def smtp(parts: Parts) -> None:
    """The SMTP door and the pool that handles what it accepts."""
    settings, intake = parts.settings.smtp, parts.intake

    def accept(mails: Sequence[MailIn]) -> list[str]:
        return intake.accept(EMAIL, *mails)

    def known(address: str) -> bool:
        with parts.db.read() as conn:
            return parts.reader.is_known(conn, address)

    with ThreadPoolExecutor(settings.handlers, "handle") as pool, ThreadPoolExecutor(4, "accept") as accept_pool:
        door = SmtpDoor(
            settings=parts.smtp_limits, recipient_known=known, accept=accept, handle=intake.handle, pool=pool,
            accept_pool=accept_pool,
        )  # fmt: skip
        serve_smtp(door, settings.host, settings.port)


def imap(parts: Parts) -> None:
    """The IMAP door: every mailbox of the settings."""
    boxes = parts.mailboxes
    if not boxes:
        raise Misconfigured("The settings name no mailbox: there is no [[mailboxes]].")
    serve_mailboxes(boxes, parts.intake, _until_told())


def web(parts: Parts) -> None:
    """The web doors; who orders there waits for the answer, so they are handled where they are taken."""
    settings = parts.settings.web
    serve_web(parts.web_app, settings.host, settings.port, parts.web_limits)


def worker(parts: Parts) -> None:
    """One RQ worker on its one queue; waits out a Redis that is away."""
    jobs.install(parts.launcher.launch)
    rq_worker.work(parts.settings.redis_url.get_secret_value())


def conductor(parts: Parts) -> None:
    """The conductor of one switch."""

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await parts.conductor.run(stop)

    asyncio.run(run())


def cel(parts: Parts) -> None:
    """Follows one switch's log."""
    parts.follower.follow(_until_told())


def sweeper(parts: Parts) -> None:
    """Brings back what was left: messages, orders that nobody took; and, beside that, sends what the outbox holds.

    And ends the calls of a switch that is gone together with its conductor.
    """
    stop = _until_told()
    threading.Thread(target=_look_after, args=(parts.deserted.look, stop), name="deserted", daemon=True).start()
    sending = [
        threading.Thread(target=_send, args=(parts.sender, name, stop), name=f"send-{name}", daemon=True)
        for name in parts.sender.ways
    ]
    for each in sending:
        each.start()
    while not stop.wait(SWEEP_SECONDS):
        _try(parts.intake.leftovers)
        _try(parts.due.ring)
    until = time.monotonic() + SEND_AT_MOST_SECONDS
    for each in sending:
        each.join(max(until - time.monotonic(), 0))


def _look_after(look: Callable[[], int], stop: threading.Event) -> None:
    """To ask a switch that is mute takes seconds, in which orders must not wait."""
    while not stop.wait(LOOK_AFTER_SECONDS):
        _try(look)


def _send(sender: Sender, name: str, stop: threading.Event) -> None:
    """A way that is slow or mute must keep neither orders waiting nor what goes by another."""
    work = partial(sender.send_by, name)
    while not stop.is_set():
        if not _try(work):
            stop.wait(SEND_SECONDS if name == EMAIL else SEND_TEXTS_SECONDS)


def exchange(parts: Parts) -> None:
    """The built-in exchange, where the settings' switch is to be."""
    url, user, password = parts.ari(parts.node)
    where = urlsplit(url)
    host, port = where.hostname or "127.0.0.1", where.port or 8088
    try:
        serve_exchange(ExchangeConfig(parts.settings.cel_file_of(parts.node), host, port, user, password))
    except OSError as e:
        said = e.strerror or e
        raise Misconfigured(f"The built-in exchange cannot listen on {host} port {port}: {said}.") from e


def _try(work: Callable[[], int]) -> int:
    """A round of the sweeper that can't be done now is done in the next one."""
    try:
        return work()
    except Unavailable as e:
        log.warning("put off", extra={"what": getattr(work, "__name__", str(work)), "why": str(e)})
        return 0


def _until_told() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


ROLES: dict[str, Callable[[Parts], None]] = {
    "exchange": exchange,
    "cel": cel,
    "conductor": conductor,
    "worker": worker,
    "smtp": smtp,
    "imap": imap,
    "web": web,
    "sweeper": sweeper,
}

OF_A_SWITCH = ("exchange", "cel", "conductor")
"""There is one of each for every switch."""


def of_switch(role: str, switch: str) -> str:
    """A process's name where there are several of its kind: `conductor:toronto`."""
    return f"{role}:{switch}"


def run(name: str, settings: Settings) -> None:
    """Be the process of this name: a role, and behind a colon its switch."""
    role, _, switch = name.partition(":")
    ROLES[role](Parts(settings, switch=switch))
