"""The IMAP door: each mailbox of the settings is watched by a thread of its own; a thin shell around the intake."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection

from inbound.imap.box import IMAP, Mailbox
from inbound.imap.round import MailFound, Rounds
from inbound.imap.watch import Watch
from inbound.intake import Intake
from kernel.errors import Unavailable

log = logging.getLogger(__name__)

HANDLERS = 4
END_SECONDS = 5.0
"""A thread that waits for a server is left behind; what it was about to take is taken at the next start."""


def serve_mailboxes(boxes: Iterable[Mailbox], intake: Intake, stop: threading.Event) -> None:
    """Watch them all until told to stop. What is not handled by then is the sweeper's."""
    with ThreadPoolExecutor(HANDLERS, "handle") as pool:

        def handle(message_id: str) -> None:
            pool.submit(_handle_quietly, intake.handle, message_id)

        threads = [_thread(box, intake, handle, stop) for box in boxes]
        stop.wait()
        for thread in threads:
            thread.join(END_SECONDS)
        pool.shutdown(cancel_futures=True)


def _thread(box: Mailbox, intake: Intake, handle: Callable[[str], None], stop: threading.Event) -> threading.Thread:
    def accept(mails: Sequence[MailFound], also: Callable[[Connection], None]) -> list[str]:
        return intake.accept(IMAP, *mails, also=also)

    watch = Watch(Rounds(box, intake.db, intake.clock, accept, handle))
    thread = threading.Thread(target=watch.run, args=(stop,), name=f"imap-{box.name}", daemon=True)
    thread.start()
    return thread


def _handle_quietly(handle: Callable[[str], None], message_id: str) -> None:
    try:
        handle(message_id)
    except Unavailable as e:
        log.warning("a message is left to the sweeper", extra={"message_id": message_id, "why": str(e)})
    except Exception:
        log.exception("a message is left to the sweeper", extra={"message_id": message_id})
