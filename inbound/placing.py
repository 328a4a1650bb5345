"""Placing a call: the gate, the hold, the row, the first answer, all in the caller's transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from accounts.own import rung_at
from accounts.people import Phone, phones_of
from accounts.shown import seen
from billing.holds import open_hold
from billing.quotes import Ceiling, Quote, per_minute
from gate import gate
from gate.gate import Verdict
from gate.rules import Asked
from gate.sureness import Sure, sureness
from gate.terminals import with_terminals
from inbound.asking import Doubted, ask
from inbound.given import Given, Ordered, service_numbers
from inbound.numbering import next_reference
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.masking import mask_number
from kernel.money import display
from orders import orders
from orders.states import OrderKind, how_far
from parsers.commands import CallCommand, NamedNumber, number_of, numbers_of
from parsers.numbers import Number, parse_number
from parsers.targets import Target
from replies import sentences
from replies.language import Words
from replies.lists import LONGEST, shortened
from replies.receipts import private_phone
from satellite.manners import two_satellites

SAID = {
    (False, True): sentences.ACCEPTED,
    (False, False): sentences.ACCEPTED_TRUSTED,
    (True, True): sentences.AGAIN,
    (True, False): sentences.AGAIN_TRUSTED,
}
"""The first answer: for a call that repeats another, and for one that needs a pressed 1."""
SAID_B_FIRST = {False: sentences.ACCEPTED_B_FIRST, True: sentences.AGAIN_B_FIRST}
"""The same where the sender's own leg is the dear one, and is rung last."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call to place. `digest` is the same for the same call; `again` is the reference of the one it repeats.

    `ref` is the one that its question kept for it, and `agreed` what it may cost by the answer to that question.
    """

    command: CallCommand
    digest: str
    again: str = ""
    ref: str = ""
    agreed: Quote | None = None


def place(conn: Connection, given: Given, wanted: Wanted) -> Ordered:
    """The order, if the call passes the gate and is not under way already."""
    phones = tuple(phones_of(conn, given.user.id))
    try:
        a = leg_a(given, phones, wanted.command)
    except Refused as why:
        return given.refused((("own phone", why.key),), why)
    asked = with_terminals(conn, asked_of(given, phones, a, wanted), numbers_of(wanted.command.to))
    b = asked.called
    between = (a.e164, a.extension or "", b.e164, b.extension or "")
    if given.proof and (same := orders.under_way(conn, given.user.id, OrderKind.CALL, *between)):
        doing = Words(sentences.DOING[how_far(same.state, same.first)])
        return given.refused((("same call", same.ref),), Refused("same_call", ref=same.ref, doing=doing))
    verdict = gate.judge(conn, asked)
    if verdict.asks and verdict.quote:
        return ask(conn, given, Doubted(wanted.command, wanted.digest, wanted.again, a, verdict))
    if verdict.refused or verdict.plan is None or verdict.quote is None:
        return _refused(given, wanted, asked, verdict)
    device = given.heard.device
    proven = sureness(given.proof) == Sure.PROVEN
    trusted = device is not None and not device.press_1 and proven and _verified(asked)
    order = _row(conn, given, wanted, asked, verdict.quote, press_1=not trusted)
    orders.place(conn, order, asked.now_ms)
    ceiling = Ceiling(asked.cap, asked.limits.max_talk_s)
    open_hold(conn, order.id, given.account.id, verdict.plan.amount, verdict.quote, asked.now_ms, ceiling)
    return Ordered(order.answer, verdict.rules, order.id)


def _refused(given: Given, wanted: Wanted, asked: Asked, verdict: Verdict) -> Ordered:
    """No call; with its quote, if that is what was not agreed to: the same order is judged anew with a consent."""
    why = verdict.refused or Refused("no_funds", balance="?")
    if wanted.command.private or given.account.private:
        why = _without_number(given, wanted.command.to, asked, why)
    done = given.refused(verdict.rules, why)
    if why.key != "dear" or verdict.quote is None:
        return done
    return replace(done, said={"quote": verdict.quote.to_json(), "minutes": why.fields["minutes"]}, anew=True)


def _without_number(given: Given, to: Target, asked: Asked, why: Refused) -> Refused:
    """Why a private call was refused: the phone that would ring first, a name, or "a private number"."""
    if "number" not in why.fields:
        return why
    told = shortened(to.name) if isinstance(to, NamedNumber) else given.say(sentences.PRIVATE_PARTY)
    number = why.fields["number"]
    if number == asked.a.original and all(number != each.original for each in asked.telephones):
        told = given.say(sentences.PRIVATE_PHONE)
    return Refused(why.key, **(why.fields | {"number": told}))


def asked_of(given: Given, phones: tuple[Phone, ...], a: Number, wanted: Wanted) -> Asked:
    """The call as the gate sees it: it may cost and last the least that account, door, device and sender say."""
    account, desk, command, device = given.account, given.desk, wanted.command, given.heard.device
    mosts = (command.most, given.heard.cap, device.limit_call if device else None)
    longest = (desk.limits.max_talk_s, command.most_minutes and command.most_minutes * 60)
    return Asked(
        account=account,
        user=given.user,
        proof=given.proof,
        a=a,
        b=number_of(command.to),
        phones=phones,
        service_numbers=service_numbers(desk, account),
        has_route=desk.has_route,
        sent_ms=given.sent_ms,
        now_ms=desk.clock.ms(),
        limits=replace(desk.limits, max_talk_s=min(seconds for seconds in longest if seconds)),
        answerable=given.heard.answerable,
        most=min((most for most in mosts if most is not None), default=None),
        has_max=command.most is not None or command.most_minutes is not None,
        agreed=wanted.agreed,
        consent=given.heard.consent,
        in_place=given.heard.in_place,
    )


def leg_a(given: Given, phones: tuple[Phone, ...], command: CallCommand | None = None) -> Number:
    """Where the sender is rung: by the order's own FROM, by their last AT, at their main phone. Refused: no_phone."""
    if command is not None and command.from_ is not None:
        return number_of(command.from_)
    at = rung_at(given.user, given.account, phones)
    if at is None:
        raise Refused("no_phone")
    return parse_number(at, given.user.country)


def _row(
    conn: Connection, given: Given, wanted: Wanted, asked: Asked, quote: Quote, *, press_1: bool
) -> orders.NewOrder:  # fmt: skip
    now_ms, account, a = given.desk.clock.ms(), given.account, asked.a
    to = wanted.command.to
    b, name = asked.called, to.name if isinstance(to, NamedNumber) else ""
    private = wanted.command.private or account.private
    shown = seen(
        account, asked.phones, a.e164, [each.e164 for each in asked.telephones], given.desk.caller_id, private=private
    )
    ref = wanted.ref or next_reference(conn, account.id)
    words = SAID[bool(wanted.again), press_1] if quote.first == "A" else SAID_B_FIRST[bool(wanted.again)]
    phone = (_label(asked, wanted.command) or private_phone(words)) if private else mask_number(a.e164)
    unnamed = given.say(sentences.PRIVATE_PARTY) if private else mask_number(b.e164)
    fields = {"ref": ref, "before": wanted.again, "phone": phone, "price": display(per_minute(quote), quote.currency)}
    at_most = _at_most(given, wanted.command, asked.cap)
    if any(two_satellites(a.e164, each.e164) for each in asked.telephones):
        at_most += given.say(sentences.TWO_SATELLITES)

    def answer(called: str, tried: str) -> str:
        return given.say(words, name=called, **fields) + at_most + tried

    return orders.NewOrder(
        id=new_id(now_ms), ref=ref, account_id=account.id, user_id=given.user.id, message_id=given.message.id,
        door=given.message.door, key=given.key, digest=wanted.digest,
        number_a=a.e164, extension_a=a.extension or "", number_b=b.e164, extension_b=b.extension or "",
        name_b=name, bill=wanted.command.bill or "", press_1=press_1,
        notices=given.heard.device is None or given.heard.device.notices,
        shown_a=shown.a, shown_b=shown.b, private=private,
        answer=_short_enough(answer, name or unnamed, _tried(given, asked, to)),
        answer_to=given.envelope, due_ms=now_ms,
        also=tuple((each.e164, each.extension or "") for each in asked.also),
        language=given.language, asked_most=wanted.command.most, asked_minutes=wanted.command.most_minutes,
        first=quote.first,
    )  # fmt: skip


def _tried(given: Given, asked: Asked, to: Target) -> tuple[str, str]:
    """How many of the numbers of a name will be tried, and the same in fewer words; "" of one that has but one."""
    every, count = len(numbers_of(to)), len(asked.telephones)
    if every == 1:
        return "", ""
    words = sentences.TRYING if count == every else sentences.TRYING_SOME
    return given.say(words, count=count, all=every), given.say(sentences.TRYING_SHORT, count=count, all=every)


def _short_enough(answer: Callable[[str, str], str], name: str, tried: tuple[str, str]) -> str:
    """The first answer in one text message: what is said of the numbers, then the name, is cut for it."""
    short = shortened(name)
    ways = ((name, tried[0]), (short, tried[0]), (name, tried[1]), (short, tried[1]))
    said = [answer(*way) for way in ways]
    return next((text for text in said if len(text) <= LONGEST), said[-1])


def _label(asked: Asked, command: CallCommand) -> str:
    """The user's own word for the phone that they are rung at; "" if they have none."""
    if isinstance(command.from_, NamedNumber):
        return shortened(command.from_.name)
    label = next((phone.label for phone in asked.phones if phone.number == asked.a.kept()), "")
    return shortened(label)


def _at_most(given: Given, command: CallCommand, cap: int) -> str:
    """What the sender said of its cost and length; of the cost no more than the call may come to."""
    most = None if command.most is None else min(command.most, cap)
    minutes = command.most_minutes
    words = sentences.AT_MOST_MINUTES if most is None else sentences.AT_MOST
    if minutes is not None and most is not None:
        words = sentences.AT_MOST_BOTH
    amount = "" if most is None else display(most, given.account.currency)
    return given.say(words, most=amount, minutes=minutes) if most is not None or minutes is not None else ""


def _verified(asked: Asked) -> bool:
    """Whether leg A is a verified telephone down to its extension: another one is another person's desk."""
    a = (asked.a.e164, asked.a.extension or "")
    return any((phone.e164, phone.extension) == a for phone in asked.phones)
