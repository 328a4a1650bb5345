"""From a command to an order: the gate, the hold, the row, the first answer, all in the caller's transaction.

What ends a call or repeats one comes by here too: `inbound/dropping.py`, `inbound/repeating.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from accounts.people import Account, Phone, User, account_of, main_of, phones_of, user_of
from accounts.tables import accounts
from billing.holds import open_hold
from billing.quotes import Ceiling, Quote, per_minute
from gate import gate
from gate.rules import Asked, Limits
from inbound.dropping import drop
from inbound.heard import Heard
from inbound.repeating import Repeated, repeated
from kernel.clock import Clock
from kernel.errors import Refused
from kernel.ids import new_id, reference
from kernel.masking import mask_number
from kernel.money import display
from kernel.secrets import Secrets
from orders import messages, orders
from parsers.commands import AgainCommand, CallCommand, DropCommand, NamedNumber, NotACommand, number_of
from parsers.numbers import Number, parse_number
from parsers.results import name_of
from replies import sentences
from replies.refusals import refusal_text

Rules = tuple[tuple[str, str], ...]
SAID = {
    (False, True): sentences.ACCEPTED,
    (False, False): sentences.ACCEPTED_TRUSTED,
    (True, True): sentences.AGAIN,
    (True, False): sentences.AGAIN_TRUSTED,
}
"""The first answer: for a call that repeats another, and for one that needs a pressed 1."""


_COUNT = (
    accounts.update()
    .where(accounts.c.id == bindparam("account"))
    .values(orders_placed=accounts.c.orders_placed + 1)
    .returning(accounts.c.orders_placed)
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What came of a command: the answer, what the rules said, and the order to ring for, if it is a new one."""

    answer: str
    rules: Rules
    order_id: str | None = None
    key: str | None = None  # of a proven message
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A message of a known user, with who that is now and what makes it that message."""

    message: Row[Any]
    heard: Heard
    user: User
    account: Account
    proof: str
    envelope: str
    key: str

    @property
    def sent_ms(self) -> int:
        """When it was sent, by its own date if that is not later than it came."""
        stored_ms: int = self.message.stored_ms
        return min(self.heard.sent_ms or stored_ms, stored_ms)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call to place. `digest` is the same for the same call; `again` is the reference of the one it repeats."""

    command: CallCommand
    digest: str
    again: str = ""


@dataclass(frozen=True, slots=True)
class Ordering:
    """Places orders that pass the gate, and drops them."""

    secrets: Secrets
    clock: Clock
    limits: Limits
    caller_id: str
    service_numbers: frozenset[str]
    has_route: Callable[[str], bool]

    def answer(self, conn: Connection, message: Row[Any], heard: Heard, proof: str, envelope: str) -> Ordered:
        """Judge a message of a known user. A redelivery of a proven one gets the first answer again."""
        assert heard.user is not None
        gate.lock(conn, heard.user.account_id)
        # As they are now: since the mail was read, its PIN was checked, and somebody may have closed the account.
        user, account = user_of(conn, heard.user.id), account_of(conn, heard.user.account_id)
        key = self.secrets.digest("message", f"{user.id}\n{heard.key}")  # what others order takes no key of theirs
        # Of what was said, AGAIN too: a redelivery says the same, whatever the last call has come to be meanwhile.
        said = "" if isinstance(heard.parsed, NotACommand) else heard.parsed.canonical()
        digest = self.secrets.digest("command", f"{user.id}\n{said}") if said else ""
        if proof and (before := messages.first_of(conn, key)):
            return replace(_again(before, digest), key=key)
        done = self._done(conn, Given(message, heard, user, account, proof, envelope, key), digest)
        return replace(done, key=key if proof else None, digest=digest)

    def _done(self, conn: Connection, given: Given, digest: str) -> Ordered:
        """What comes of a message that was not here before."""
        command = given.heard.parsed
        if isinstance(command, NotACommand):
            return Ordered(refusal_text(command), ())
        if isinstance(command, CallCommand):
            return self._call(conn, given, Wanted(command, digest))
        if not given.proof:  # before anything is told of the calls that there are
            return _refused((("proven", "not_proven"),), Refused("not_proven"))
        if isinstance(command, DropCommand):
            return self._drop(conn, given, command)
        if isinstance(command, AgainCommand):
            return self._repeat(conn, given, command)
        return _refused((("command", name_of(command)),), Refused("not_here"))

    def _drop(self, conn: Connection, given: Given, command: DropCommand) -> Ordered:
        said, what = drop(conn, given.user, command, given.sent_ms, self.clock.ms(), self.limits.stale_ms)
        return Ordered(said, (("drop", what),))

    def _repeat(self, conn: Connection, given: Given, _command: AgainCommand) -> Ordered:
        try:
            last: Repeated = repeated(conn, given.user)
        except Refused as refused:
            return _refused((("again", refused.key),), refused)
        return self._call(conn, given, Wanted(last.command, last.digest, last.ref))

    def _call(self, conn: Connection, given: Given, wanted: Wanted) -> Ordered:
        if given.proof and (same := orders.under_way(conn, given.user.id, wanted.digest)):
            doing = sentences.DOING[same.state]
            return _refused((("same call", same.ref),), Refused("same_call", ref=same.ref, doing=doing))
        phones = tuple(phones_of(conn, given.user.id))
        try:
            a = _leg_a(phones, given.user, wanted.command)
        except Refused as refused:
            return _refused((("own phone", refused.key),), refused)
        asked = self._asked(given, phones, a, number_of(wanted.command.to))
        verdict = gate.judge(conn, asked)
        if verdict.refused or verdict.plan is None or verdict.quote is None:
            return _refused(verdict.rules, verdict.refused or Refused("no_funds", balance="?"))
        device, account = given.heard.device, given.account
        trusted = device is not None and not device.press_1 and _verified(asked)
        order = self._row(conn, given, wanted, a, verdict.quote, press_1=not trusted)
        orders.place(conn, order, asked.now_ms)
        ceiling = Ceiling(account.cap_call, self.limits.max_talk_s)
        open_hold(conn, order.id, account.id, verdict.plan.amount, verdict.quote, asked.now_ms, ceiling)
        return Ordered(order.answer, verdict.rules, order.id)

    def _asked(self, given: Given, phones: tuple[Phone, ...], a: Number, b: Number) -> Asked:
        account = given.account
        return Asked(
            account=account,
            user=given.user,
            proof=given.proof,
            a=a,
            b=b,
            phones=phones,
            service_numbers=self.service_numbers | ({account.caller_id} if account.caller_id else set()),
            has_route=self.has_route,
            sent_ms=given.sent_ms,
            now_ms=self.clock.ms(),
            limits=self.limits,
        )

    def _row(
        self, conn: Connection, given: Given, wanted: Wanted, a: Number, quote: Quote, *, press_1: bool
    ) -> orders.NewOrder:
        now_ms, account = self.clock.ms(), given.account
        to = wanted.command.to
        b, name = number_of(to), to.name if isinstance(to, NamedNumber) else ""
        ref = reference(_next_number(conn, account.id))
        answer = SAID[bool(wanted.again), press_1].format(
            ref=ref,
            before=wanted.again,
            phone=mask_number(a.e164),
            name=name or mask_number(b.e164),
            price=display(per_minute(quote), quote.currency),
        )
        return orders.NewOrder(
            id=new_id(now_ms), ref=ref, account_id=account.id, user_id=given.user.id, message_id=given.message.id,
            door=given.message.door, key=given.key, digest=wanted.digest,
            number_a=a.e164, extension_a=a.extension or "", number_b=b.e164, extension_b=b.extension or "",
            name_b=name, bill=wanted.command.bill or "", press_1=press_1, caller_id=account.caller_id or self.caller_id,
            answer=answer, answer_to=given.envelope, due_ms=now_ms,
        )  # fmt: skip


def _leg_a(phones: tuple[Phone, ...], user: User, command: CallCommand) -> Number:
    if command.from_ is not None:
        return number_of(command.from_)
    main = main_of(phones)
    if main is None:
        raise Refused("no_phone")
    return parse_number(main.number, user.country)


def _verified(asked: Asked) -> bool:
    """Whether leg A is a verified telephone down to its extension: another one is another person's desk."""
    a = (asked.a.e164, asked.a.extension or "")
    return any((phone.e164, phone.extension) == a for phone in asked.phones)


def _again(before: Row[Any], digest: str) -> Ordered:
    """The first answer; or no, if the same message now says something else."""
    if before.digest == digest:
        return Ordered(before.answer, (("repeated", before.id),), digest=digest)
    return _refused((("repeated", "other_command"),), Refused("other_command"))


def _refused(rules: Rules, refused: Refused) -> Ordered:
    return Ordered(refusal_text(refused), rules)


def _next_number(conn: Connection, account_id: str) -> int:
    """Count the order on its account's row, which this transaction has locked."""
    return int(conn.execute(_COUNT, {"account": account_id}).scalar_one()) - 1
