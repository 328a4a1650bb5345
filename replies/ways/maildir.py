"""The way into a local maildir, for a machine without a mail host: `cordboard mail` shows what is there."""

import os
import threading
from pathlib import Path

from kernel.errors import Unavailable
from replies.ways import checked_id


class MaildirWay:
    """Writes each message to a file named from its outbox row: sending a row again leaves one file."""

    take_ms = 5_000

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, outbox_id: str, message: bytes, to: str) -> None:  # noqa: ARG002 (the message names its reader)
        """Write durably; a copy that is already there, read or not, is left alone."""
        name = f"{checked_id(outbox_id)}.cordboard"
        try:
            for folder in ("tmp", "new", "cur"):
                (self._path / folder).mkdir(parents=True, exist_ok=True)
            if not self._has(name):
                self._write(name, message)
        except OSError as error:
            raise Unavailable(f"The maildir {self._path} cannot be written: {error.strerror or error}.") from error

    def _has(self, name: str) -> bool:
        # A reader moves it to cur/ and adds flags behind a colon.
        return (self._path / "new" / name).exists() or any((self._path / "cur").glob(f"{name}*"))

    def _write(self, name: str, message: bytes) -> None:
        draft = self._path / "tmp" / f"{name}.{os.getpid()}.{threading.get_ident()}"
        with draft.open("wb") as file:
            # Maildirs hold local line ends.
            file.write(message.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path / "new" / name)
        folder = os.open(self._path / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
