"""VERIFY and CODE: a telephone shows whose it is by a code that a call speaks there, and the user sends back.

So a user adds a phone without the operator, where the account lets them. The call passes the whole gate: a number that
must not be called must not be verified either. Whoever has stolen a user's PIN could so add a phone of their own: the
user is told of each new one, at every mailbox of theirs, else the operator is.
"""

import hmac
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from accounts import manage
from accounts.people import mail_addresses_of, phones_of
from accounts.shown import seen
from billing.holds import open_hold
from billing.quotes import Ceiling, Quote, per_minute
from gate import gate
from gate.rules import Asked
from inbound.given import Given, Ordered, service_numbers
from inbound.numbering import next_reference
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.masking import mask_number
from kernel.money import display
from orders import codes, orders
from orders.states import OrderKind, how_far
from parsers.numbers import Number
from replies import outbox, sentences
from replies.language import Words, say

SPOKEN_S: Final = 30
"""What one call may take, from its answer: twelve seconds of sound, some to pick up the telephone and listen."""
MOST_A_DAY, MOST_A_DAY_FOR_ONE = 10, 3

RINGING = Words("{ref} Ringing {phone} to speak a code. Then write CODE and its 4 digits. About {price}/min.")
VERIFIED = Words("{phone} is yours now. To be rung there, write AT and its number.")
VERIFIED_MAIN = Words("{phone} is yours now. I ring you there.")
ADDED = Words("{phone} was added to your phones by a code. Was it not you? Tell whoever runs this.")
ADDED_SUBJECT = Words("A new phone")


def start(conn: Connection, given: Given, number: Number) -> Ordered:
    """Order the call that speaks a code at `number`."""
    if given.proof and (same := orders.under_way(conn, given.user.id, OrderKind.CODE, number.e164, "", "", "")):
        doing = Words(sentences.DOING[how_far(same.state, same.first)])
        return given.refused((("same call", same.ref),), Refused("same_call", ref=same.ref, doing=doing))
    try:
        _check(conn, given, number)
    except Refused as why:
        return given.not_done("verify", why)
    asked = _asked(conn, given, number)
    verdict = gate.judge(conn, asked)
    if verdict.refused or verdict.plan is None or verdict.quote is None:
        return given.refused(verdict.rules, verdict.refused or Refused("no_funds", balance="?"))
    order = _row(conn, given, number, verdict.quote)
    orders.place(conn, order, asked.now_ms)
    amount = verdict.plan.amount
    open_hold(conn, order.id, given.account.id, amount, verdict.quote, asked.now_ms, Ceiling(amount, SPOKEN_S))
    codes.make(conn, order.id, given.user.id, number.e164, asked.now_ms)
    return Ordered(order.answer, verdict.rules, order.id)


def check(conn: Connection, given: Given, digits: str) -> Ordered:
    """The phone whose code this is becomes the user's. A wrong one counts against every code that is open."""
    now_ms = given.desk.clock.ms()
    good = codes.good(conn, given.user.id, now_ms)
    if not good:
        return given.not_done("code", Refused("no_code"))
    for code in good:
        if not hmac.compare_digest(codes.digits_of(given.desk.secrets, code.order_id).encode(), digits.encode()):
            continue
        if not codes.used(conn, code, now_ms):
            return given.not_done("code", Refused("no_code"))
        return _added(conn, given, code.number)
    for code in good:
        codes.tried(conn, code)
    left = max(codes.MOST_TRIES - 1 - code.tries for code in good)
    return given.not_done("code", Refused("wrong_code", left=str(left)) if left else Refused("wrong_code_last"))


def _check(conn: Connection, given: Given, number: Number) -> None:
    """What is against it before the gate is asked."""
    now_ms, user_id = given.desk.clock.ms(), given.user.id
    if not given.account.allow_verify:
        raise Refused("verify_off")
    if given.proof == "pin" and given.account.ask_new:  # a PIN is soon seen by somebody; and then their phone is yours
        raise Refused("verify_by_pin")
    if number.extension:
        raise Refused("verify_extension")
    if any(phone.number == number.e164 for phone in phones_of(conn, user_id)):
        raise Refused("verified_before", number=mask_number(number.e164))
    if codes.made_lately(conn, user_id, now_ms) >= MOST_A_DAY:
        raise Refused("verify_often", most=str(MOST_A_DAY))
    if codes.made_lately(conn, user_id, now_ms, number.e164) >= MOST_A_DAY_FOR_ONE:
        raise Refused("verify_often", most=str(MOST_A_DAY_FOR_ONE))


def _asked(conn: Connection, given: Given, number: Number) -> Asked:
    """A call of one leg: nobody is waited for, and it talks for as long as a code takes."""
    account, desk, device = given.account, given.desk, given.heard.device
    mosts = [most for most in (given.heard.cap, device.limit_call if device else None) if most is not None]
    limits = replace(desk.limits, confirm_s=0, ring_b_s=0, min_talk_s=SPOKEN_S, max_talk_s=SPOKEN_S)
    return Asked(
        account=account, user=given.user, proof=given.proof, a=number, b=None,
        phones=tuple(phones_of(conn, given.user.id)),
        service_numbers=service_numbers(desk, account),
        has_route=desk.has_route, sent_ms=given.sent_ms, now_ms=desk.clock.ms(), limits=limits,
        answerable=given.heard.answerable, most=min(mosts, default=None),
    )  # fmt: skip


def _row(conn: Connection, given: Given, number: Number, quote: Quote) -> orders.NewOrder:
    now_ms, ref = given.desk.clock.ms(), next_reference(conn, given.account.id)
    answer = given.say(
        RINGING, ref=ref, phone=mask_number(number.e164), price=display(per_minute(quote), quote.currency)
    )
    device = given.heard.device
    shown = seen(given.account, (), number.e164, (), given.desk.caller_id)  # whose it is, is not known yet
    return orders.NewOrder(
        id=new_id(now_ms), ref=ref, account_id=given.account.id, user_id=given.user.id, message_id=given.message.id,
        door=given.message.door, key=given.key, digest=given.digest, kind=OrderKind.CODE,
        number_a=number.e164, extension_a="", number_b="", extension_b="", name_b="", bill="", press_1=False,
        notices=device is None or device.notices, shown_a=shown.a, shown_b=shown.b,
        answer=answer, answer_to=given.envelope, due_ms=now_ms, language=given.language,
    )  # fmt: skip


def _added(conn: Connection, given: Given, number: str) -> Ordered:
    now_ms, user = given.desk.clock.ms(), given.user
    first = not phones_of(conn, user.id)
    try:
        with conn.begin_nested():
            manage.add_phone(conn, now_ms, user.id, number, verified_by=manage.VERIFIED_BY_CALL)
    except Refused as why:  # the operator was quicker
        return given.not_done("code", why)
    told = say(user.language or given.desk.language, ADDED, phone=mask_number(number))
    subject = say(user.language or given.desk.language, ADDED_SUBJECT)
    addresses = mail_addresses_of(conn, user.id)
    for address in addresses:
        envelope = outbox.Envelope(address, "", subject).sealed(given.desk.secrets)
        digest = given.desk.secrets.digest("told", f"{user.id} {address} {number}")[:32]
        outbox.put(conn, f"phone:{digest}:{now_ms}", envelope, told + "\n", now_ms)
    if not addresses:
        outbox.tell_operator(conn, f"phone:{given.message.id}", f"For {user.name}. {told}", now_ms)
    return given.done("code", VERIFIED_MAIN if first else VERIFIED, phone=mask_number(number))
