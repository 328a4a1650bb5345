"""From a command to an order: the gate, the hold, the row, the first answer, all in the caller's transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row

from accounts.people import Account, User, account_of, phones_of, user_of
from accounts.tables import accounts
from billing.holds import open_hold
from billing.quotes import Quote, per_minute
from gate import gate
from gate.rules import Asked, Limits
from inbound.heard import Heard
from kernel.clock import Clock
from kernel.errors import Refused
from kernel.ids import new_id, reference
from kernel.masking import mask_number
from kernel.money import display
from kernel.secrets import Secrets
from orders import messages, orders
from parsers.commands import CallCommand, NamedNumber, NotACommand, number_of
from parsers.numbers import Number, parse_number
from replies import sentences
from replies.refusals import refusal_text

Rules = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What came of a command: the answer, what the rules said, and the order to ring for, if it is a new one."""

    answer: str
    rules: Rules
    order_id: str | None = None
    key: str | None = None  # of a proven message
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Ordering:
    """Places orders that pass the gate."""

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
        command = heard.parsed if isinstance(heard.parsed, CallCommand) else None
        key = self.secrets.digest("message", f"{user.id}\n{heard.key}")  # what others order takes no key of theirs
        digest = self.secrets.digest("command", f"{user.id}\n{command.canonical()}") if command else ""
        if proof and (before := messages.first_of(conn, key)):
            return replace(_again(before, digest), key=key)
        if isinstance(heard.parsed, NotACommand):
            done = Ordered(refusal_text(heard.parsed), ())
        elif proof and (same := orders.under_way(conn, user.id, digest)):
            doing = sentences.DOING[same.state]
            done = _refused((("same call", same.ref),), Refused("same_call", ref=same.ref, doing=doing))
        else:
            done = self._order(conn, message, user, account, heard, heard.parsed, proof, envelope, key, digest)
        return replace(done, key=key if proof else None, digest=digest)

    def _order(
        self, conn: Connection, message: Row[Any], user: User, account: Account, heard: Heard, command: CallCommand,
        proof: str, envelope: str, key: str, digest: str,
    ) -> Ordered:  # fmt: skip
        try:
            a = self._leg_a(conn, user, command)
        except Refused as refused:
            return _refused((("own phone", refused.key),), refused)
        asked = self._asked(conn, user, account, proof, a, number_of(command.to), heard, message)
        verdict = gate.judge(conn, asked)
        if verdict.refused or verdict.plan is None or verdict.quote is None:
            return _refused(verdict.rules, verdict.refused or Refused("no_funds", balance="?"))
        trusted = heard.device is not None and not heard.device.press_1 and _verified(asked)
        order = self._row(conn, message, user, account, command, a, verdict.quote, not trusted, key, digest, envelope)
        orders.place(conn, order, asked.now_ms)
        open_hold(conn, order.id, account.id, verdict.plan.amount, verdict.quote, asked.now_ms)
        return Ordered(order.answer, verdict.rules, order.id)

    def _leg_a(self, conn: Connection, user: User, command: CallCommand) -> Number:
        if command.from_ is not None:
            return number_of(command.from_)
        main = next((phone for phone in phones_of(conn, user.id) if phone.main), None)
        if main is None:
            raise Refused("no_phone")
        return parse_number(main.number, user.country)

    def _asked(
        self, conn: Connection, user: User, account: Account, proof: str, a: Number, b: Number, heard: Heard,
        message: Row[Any],
    ) -> Asked:  # fmt: skip
        return Asked(
            account=account,
            user=user,
            proof=proof,
            a=a,
            b=b,
            phones=tuple(phones_of(conn, user.id)),
            service_numbers=self.service_numbers | ({account.caller_id} if account.caller_id else set()),
            has_route=self.has_route,
            sent_ms=min(heard.sent_ms or message.stored_ms, message.stored_ms),
            now_ms=self.clock.ms(),
            limits=self.limits,
        )

    def _row(
        self, conn: Connection, message: Row[Any], user: User, account: Account, command: CallCommand, a: Number,
        quote: Quote, press_1: bool, key: str, digest: str, envelope: str,
    ) -> orders.NewOrder:  # fmt: skip
        now_ms = self.clock.ms()
        b = number_of(command.to)
        name = command.to.name if isinstance(command.to, NamedNumber) else ""
        ref = reference(_next_number(conn, account.id))
        said = sentences.ACCEPTED if press_1 else sentences.ACCEPTED_TRUSTED
        price = display(per_minute(quote), quote.currency)
        answer = said.format(ref=ref, phone=mask_number(a.e164), name=name or mask_number(b.e164), price=price)
        return orders.NewOrder(
            id=new_id(now_ms), ref=ref, account_id=account.id, user_id=user.id, message_id=message.id,
            door=message.door, key=key, digest=digest,
            number_a=a.e164, extension_a=a.extension or "", number_b=b.e164, extension_b=b.extension or "",
            name_b=name, bill=command.bill or "", press_1=press_1, caller_id=account.caller_id or self.caller_id,
            answer=answer, answer_to=envelope, due_ms=now_ms,
        )  # fmt: skip


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
    counted = (
        accounts.update()
        .where(accounts.c.id == account_id)
        .values(orders_placed=accounts.c.orders_placed + 1)
        .returning(accounts.c.orders_placed)
    )
    return int(conn.execute(counted).scalar_one()) - 1
