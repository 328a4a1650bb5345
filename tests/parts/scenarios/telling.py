"""A story told while it happens: what was typed, mailed and rung, as a page of docs/stories.

A page is written from a run (`scripts/stories_doc.py --write`). Each later run tells it anew and must use the very
same words: only numbers, and the order of what happens within a moment, may differ.
"""

import os
import re
import shlex
import smtplib
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from cordboard.lab.ports import HOST
from orders.states import MessageState
from orders.tables import messages
from replies.maildir_view import ShownMail, list_mails
from tests.parts.places import Place

STORIES = Path(__file__).parents[3] / "docs" / "stories"
WIDE = 120
WRITE = "CORDBOARD_WRITE_STORIES"
_IS_WORD = re.compile(r"[^\W\d_][^\W\d_'-]*")


class Telling:
    """One page, and the house that it is about."""

    def __init__(self, place: Place, name: str, title: str, lead: str) -> None:
        self.place, self._name = place, name
        self._parts = [f"# {title}", _flowing(lead)]
        self._hidden: dict[str, str] = {}

    def say(self, text: str) -> None:
        """A paragraph; a line that begins with # is a heading."""
        self._parts.append(_flowing(text))

    def show(self, text: str, kind: str = "") -> None:
        """Something as it really was."""
        self._parts.append(f"```{kind}\n{text.rstrip()}\n```")

    def hide(self, secret: str, shown: str) -> None:
        """What is drawn by chance, and the same in each writing of the page."""
        self._hidden[secret] = shown

    def type(self, *words: str, only: tuple[str, ...] = ()) -> str:
        """The operator types a command; it and what it says are shown, or only the lines that have such words."""
        said = self.run(*words)
        lines = [line for line in said.splitlines() if not only or any(word in line for word in only)]
        typed = textwrap.fill(
            f"$ cordboard {shlex.join(words)}", WIDE, subsequent_indent="    ", break_long_words=False,
            break_on_hyphens=False,
        ).replace("\n", " \\\n")  # fmt: skip
        self.show("\n".join([typed, *(["..."] if only else []), *lines]))
        return said

    def run(self, *words: str) -> str:
        """What a command says."""
        command = [sys.executable, "-m", "cordboard", "--config", str(self.place.house.file), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | {"COLUMNS": "100"})
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip()

    def mail(self, raw: str, sender: str, to: str, lines: int = 0) -> None:
        """A mail comes by SMTP, and is shown; or only its first lines."""
        with smtplib.SMTP(HOST, self.place.house.smtp_port, timeout=30) as smtp:
            smtp.sendmail(sender, to, raw.replace("\n", "\r\n").encode())
        self.show("\n".join([*raw.split("\n")[:lines], "..."]) if lines else raw)

    def answers(self, to: str, how_many: int) -> list[ShownMail]:
        """What somebody was told so far, once there is so much; the newest is shown."""
        found: list[ShownMail] = []

        def enough() -> bool:
            found[:] = [mail for mail in list_mails(self.place.house.settings.maildir) if mail.to == to]
            return len(found) >= how_many

        self.place.house.until(enough)
        return found

    def show_mail(self, mail: ShownMail) -> None:
        """An answer as its reader has it."""
        self.show(f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}")

    def handled(self, how_many: int) -> None:
        """Wait until so many messages came and were handled, whatever became of them."""
        query = select(func.count()).select_from(messages).where(messages.c.state == MessageState.HANDLED)

        def is_so() -> bool:
            with self.place.house.parts.db.read() as conn:
                return conn.execute(query).scalar_one() >= how_many

        self.place.house.until(is_so)

    def keep(self) -> None:
        """Write the page, or compare it with the one that is there."""
        text = "\n\n".join(self._parts) + "\n"
        for secret, shown in self._hidden.items():
            text = text.replace(secret, shown)
        page = STORIES / f"{self._name}.md"
        if os.environ.get(WRITE):
            page.write_text(text, encoding="utf-8")
        there = page.read_text(encoding="utf-8")
        assert words(text) == words(there), f"docs/stories/{self._name}.md tells it otherwise: scripts/stories_doc.py"


def words(text: str) -> Counter[str]:
    """The words of a page, but for what holds a digit: times, prices, identifiers."""
    return Counter(word for each in text.split() if not re.search(r"\d", each) for word in _IS_WORD.findall(each))


def _flowing(text: str) -> str:
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(textwrap.fill(each, WIDE, break_long_words=False) for each in paragraphs)
