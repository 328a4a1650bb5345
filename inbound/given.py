"""What a command is done with: the message of a known user, the installation's own, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from accounts.people import Account, User
from gate.rules import Limits
from inbound.heard import Heard
from kernel.clock import Clock
from kernel.errors import Refused
from kernel.secrets import Secrets
from replies.language import ENGLISH, say
from replies.refusals import refusal_text

Rules = tuple[tuple[str, str], ...]
"""What each rule said, as the message's verdict keeps it: rule, and "passed" or why not."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands need of the installation."""

    secrets: Secrets
    clock: Clock
    limits: Limits
    caller_id: str
    service_numbers: frozenset[str]
    has_route: Callable[[str], bool]
    human_contact: str = ""  # whom a user may turn to
    language: str = ENGLISH  # of who never said which


def service_numbers(desk: Desk, account: Account) -> frozenset[str]:
    """What a call from this account would reach itself by: the installation's numbers and the account's own (E.164)."""
    return desk.service_numbers | ({account.caller_id} if account.caller_id else set())


@dataclass(frozen=True, slots=True)
class Ordered:
    """What came of a command: the answer, what the rules said, and the order to ring for, if it is a new one.

    `said` is kept with the message's evidence. `anew`: the message takes no key, and may be sent again with more.
    """

    answer: str
    rules: Rules
    order_id: str | None = None
    key: str | None = None  # of a proven message
    digest: str = ""
    said: dict[str, str] = field(default_factory=dict)
    anew: bool = False
    repeats: bool = False  # the answer is that of an earlier message, which has it on its way or out already


@dataclass(frozen=True, slots=True)
class Given:
    """A message of a known user, with who that is now and what makes it that message.

    `digest` is of its command: the same for every spelling of it.
    """

    desk: Desk
    message: Row[Any]
    heard: Heard
    user: User
    account: Account
    proof: str
    envelope: str
    key: str
    digest: str

    @property
    def sent_ms(self) -> int:
        """When it was sent, by its own date if that is not later than it came."""
        stored_ms: int = self.message.stored_ms
        return stored_ms if self.heard.sent_ms is None else min(self.heard.sent_ms, stored_ms)

    @property
    def language(self) -> str:
        """Of the answer: the command's, if it was not in English, which everybody is taught; else the user's own."""
        said = self.heard.parsed.language
        return said if said not in ("", ENGLISH) else self.user.language or self.desk.language

    def say(self, words: str, /, **fields: object) -> str:
        """A sentence, in the language of the answer."""
        return say(self.language, words, **fields)

    def done(self, command: str, words: str, /, **fields: object) -> Ordered:
        """The command was carried out, and what is said of it."""
        return Ordered(self.say(words, **fields), ((command, "passed"),))

    def not_done(self, command: str, why: Refused, rule: str = "") -> Ordered:
        """The command was not carried out, and why; `rule` if that was none of the command's own."""
        return Ordered(refusal_text(why, self.language, command), ((rule or command, why.key),))

    def refused(self, rules: Rules, why: Refused) -> Ordered:
        """No call, by what the rules said."""
        return Ordered(refusal_text(why, self.language), rules)
