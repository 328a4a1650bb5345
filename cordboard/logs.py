"""How the processes write about their work: one line an event, its fields after it, plain or JSON.

An event is a fixed sentence; what varies is in `extra`. Control characters are made visible and a traceback's lines are
indented, so that no text that came from outside can pass for a line of ours.
"""

import json
import logging
import sys
from typing import Any

CHATTY = (
    "rq.worker", "aiosmtpd", "mail.log", "asyncio", "urllib3", "alembic", "waitress.queue",
    "imapclient",  # it tells every line of the server's, mails too
)  # fmt: skip
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    """`2026-11-22T10:00:00Z warning dispatcher.jobs  leg A was not created  order=... why=...`."""

    def __init__(self, role: str, json_lines: bool) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S")
        self._role, self._json = role, json_lines

    def format(self, record: logging.LogRecord) -> str:
        """One line, also for a traceback in JSON."""
        fields = {name: value for name, value in record.__dict__.items() if name not in _USUAL}
        error = self.formatException(record.exc_info) if record.exc_info else ""
        event, at = record.getMessage(), f"{self.formatTime(record, self.datefmt)}.{int(record.msecs):03d}"
        if self._json:
            whole: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "role": self._role, "event": event}
            return json.dumps(whole | {k: str(v) for k, v in fields.items()} | ({"error": error} if error else {}))
        said = "  ".join([_visible(event), *(f"{name}={_visible(str(value))}" for name, value in fields.items())])
        line = f"{at} {record.levelname.lower():7} {self._role:9} {said}"
        return "\n".join([line, *(f"    {_visible(each)}" for each in error.split("\n") if error)])


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def configure(role: str, level: str, json_lines: bool) -> None:
    """Send everything to standard error in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(role, json_lines))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
