"""OK and NO: the answer to a question. An OK places the call, through the whole gate, at the price that was said.

It must be known to be from the user at least as surely as the order was. Who but claims to be says the code that the
question gave; for this one answer that code stands in for a PIN.
"""

from typing import Any

from sqlalchemy import Connection, Row

from accounts.people import User
from billing.quotes import Quote
from gate import gate
from gate.sureness import Sure, sureness
from inbound.asking import code_digest, read_command
from inbound.given import Given, Ordered
from inbound.placing import Wanted, place
from kernel.errors import Refused
from kernel.secrets import Secrets
from orders import orders, questions
from orders.questions import QuestionState
from orders.states import OrderState, how_far
from parsers.results import NoCommand, OkCommand
from replies import outbox, sentences
from replies.language import Words
from replies.receipts import over_text

CODE = "code"
"""The proof of who answered with the right code and nothing else."""


def confirm(conn: Connection, given: Given, command: OkCommand) -> Ordered:
    """Place the call that was asked about, once. The caller has locked the user's account."""
    try:
        question = _meant(conn, given.user, command.reference, given.desk.clock.ms())
        if question.state == QuestionState.PLACED:
            return Ordered(_placed_before(conn, given, question), (("ok", "again"),))
        _must_stand(question, given.desk.clock.ms())
        _must_be_known(conn, given, question, command.code)
    except Refused as why:
        return given.not_done("ok", why)
    call, again = read_command(question.command)
    wanted = Wanted(call, question.digest, again, ref=question.ref, agreed=Quote.from_json(question.quote))
    done = place(conn, given, wanted)
    if done.order_id is not None:
        questions.end(conn, question.id, QuestionState.PLACED, given.desk.clock.ms(), done.order_id)
    return done


def decline(conn: Connection, given: Given, command: NoCommand) -> Ordered:
    """Nothing is called; also not by an OK that comes later."""
    try:
        question = _meant(conn, given.user, command.reference, given.desk.clock.ms())
        if question.state == QuestionState.PLACED:
            return Ordered(given.say(sentences.NO_TOO_LATE, ref=question.ref), (("no", "placed"),))
    except Refused as why:
        return given.not_done("no", why)
    questions.end(conn, question.id, QuestionState.DECLINED, given.desk.clock.ms())
    return given.done("no", sentences.DECLINED, ref=question.ref)


def is_right_code(conn: Connection, secrets: Secrets, user: User, command: OkCommand, now_ms: int) -> bool:
    """Whether an OK says the code of its question; a wrong one is counted, in a transaction that must be committed."""
    gate.lock(conn, user.account_id)  # so that those tried at once for several questions are counted together
    try:
        question = _meant(conn, user, command.reference, now_ms)
        _must_stand(question, now_ms)
    except Refused:
        return False
    return _is_code(conn, secrets, user, question, command.code, now_ms)


def _is_code(conn: Connection, secrets: Secrets, user: User, question: Row[Any], code: str, now_ms: int) -> bool:
    """Whether that is its code; of too many wrong ones in a day the operator is told. The account is locked."""
    if questions.too_many_wrong(conn, user.id, now_ms):
        return False
    if questions.try_code(conn, question.id, code_digest(secrets, question.id, code)):
        return True
    if questions.too_many_wrong(conn, user.id, now_ms):
        told = f"Too many wrong codes to questions for {user.name}: none is taken for a day. Somebody may be guessing."
        outbox.tell_operator(conn, f"codes:{user.id}:{now_ms // questions.DAY_MS}", told, now_ms)
    return False


def _meant(conn: Connection, user: User, reference: str, now_ms: int) -> Row[Any]:
    if reference:
        found = questions.called(conn, user.account_id, user.id, reference)
        if found is None:
            raise Refused("ok_unknown", ref=reference)
        return found
    asked = questions.open_of(conn, user.id, now_ms)
    if not asked:
        raise Refused("ok_nothing")
    if len(asked) > 1:
        raise Refused("ok_which", refs=", ".join(row.ref for row in asked))
    return asked[0]


def _must_stand(question: Row[Any], now_ms: int) -> None:
    if question.state == QuestionState.DECLINED:
        raise Refused("ok_declined", ref=question.ref)
    if question.state == QuestionState.SHUT:
        raise Refused("ok_shut", ref=question.ref)
    if question.state == QuestionState.OPEN and question.expires_ms <= now_ms:
        raise Refused("ok_expired", ref=question.ref)


def _must_be_known(conn: Connection, given: Given, question: Row[Any], code: str) -> None:
    """As surely as when they ordered, and with the code if they but claim it."""
    if sureness(given.proof) < sureness(question.proof):
        raise Refused("ok_weaker", ref=question.ref)
    if sureness(given.proof) > Sure.CLAIMED or given.proof == CODE:
        return
    if not code:
        raise Refused("ok_needs_code", ref=question.ref)
    if not _is_code(conn, given.desk.secrets, given.user, question, code, given.desk.clock.ms()):
        raise Refused("ok_wrong_code", ref=question.ref)


def _placed_before(conn: Connection, given: Given, question: Row[Any]) -> str:
    order = orders.by_id(conn, question.order_id)
    assert order is not None
    if order.state == OrderState.ENDED:
        return over_text(order, given.language)
    doing = Words(sentences.DOING.get(how_far(order.state, order.first), sentences.DOING[OrderState.JOINED]))
    return given.say(sentences.OK_BEFORE, ref=question.ref, doing=doing)
