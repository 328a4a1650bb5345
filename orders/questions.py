"""Questions as they are kept: an order that its sender is asked about, until they say OK or no, or it expires."""

import hmac
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from kernel.db import change
from orders.tables import QUESTION_IS_OPEN, questions

OPEN_MINUTES: Final = 30
OPEN_MS: Final = OPEN_MINUTES * 60_000
MOST_TRIES: Final = 3
"""Wrong codes; then it is shut."""
MOST_WRONG_A_DAY: Final = 30
"""To all questions of one user: who has the PIN could else have new ones asked until a guess is right."""
DAY_MS: Final = 24 * 3_600_000

_PUT = insert(questions)
_OPEN = (
    select(questions)
    .where(QUESTION_IS_OPEN, questions.c.user_id == bindparam("user"), questions.c.expires_ms > bindparam("now"))
    .order_by(questions.c.asked_ms, questions.c.ref)
)
_CALLED = select(questions).where(
    questions.c.account_id == bindparam("account"),
    questions.c.user_id == bindparam("user"),
    questions.c.ref == bindparam("ref"),
)
_WRONG_LATELY = select(func.coalesce(func.sum(questions.c.tries), 0)).where(
    questions.c.user_id == bindparam("user"), questions.c.asked_ms > bindparam("since")
)
_TRY = (
    update(questions)
    .where(questions.c.id == bindparam("question"), QUESTION_IS_OPEN, questions.c.tries < MOST_TRIES)
    .values(tries=questions.c.tries + 1)
    .returning(questions.c.code, questions.c.tries)
)


class QuestionState(StrEnum):
    """What has become of a question. An open one is over, too, once it has expired."""

    OPEN = "open"
    PLACED = "placed"  # OK: there is an order
    DECLINED = "declined"
    SHUT = "shut"  # too many wrong codes


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question as it is asked. Columns of the table by the same names."""

    id: str
    account_id: str
    user_id: str
    message_id: str
    ref: str
    why: str
    proof: str
    command: str
    digest: str
    quote: str
    code: str


def put(conn: Connection, question: NewQuestion, now_ms: int) -> None:
    """Write an open question down; its caller has locked the account's row."""
    times = {"asked_ms": now_ms, "expires_ms": now_ms + OPEN_MS}
    conn.execute(_PUT, asdict(question) | {"state": QuestionState.OPEN} | times)


def put_again(conn: Connection, question_id: str, now_ms: int, *, code: str, quote: str) -> None:
    """The same order has come again in another message: the same question, with another code, for as long again."""
    values = {"asked_ms": now_ms, "expires_ms": now_ms + OPEN_MS, "code": code, "quote": quote}
    change(conn, questions, {"id": question_id, "state": QuestionState.OPEN}, values)


def open_of(conn: Connection, user_id: str, now_ms: int) -> list[Row[Any]]:
    """What the user is being asked, oldest first."""
    return list(conn.execute(_OPEN, {"user": user_id, "now": now_ms}))


def called(conn: Connection, account_id: str, user_id: str, ref: str) -> Row[Any] | None:
    """The user's question of that reference, open or not."""
    return conn.execute(_CALLED, {"account": account_id, "user": user_id, "ref": ref}).one_or_none()


def too_many_wrong(conn: Connection, user_id: str, now_ms: int) -> bool:
    """Whether so many wrong codes came for the user's questions of the last day that no more are looked at."""
    wrong = conn.execute(_WRONG_LATELY, {"user": user_id, "since": now_ms - DAY_MS}).scalar_one()
    return int(wrong) >= MOST_WRONG_A_DAY


def try_code(conn: Connection, question_id: str, code: str) -> bool:
    """Whether that is the digest of the question's code. Counted before it is looked at; the third wrong one shuts."""
    tried = conn.execute(_TRY, {"question": question_id}).one_or_none()
    if tried is None:
        return False
    right = bool(tried.code) and hmac.compare_digest(tried.code, code)
    if right:
        change(conn, questions, {"id": question_id}, {"tries": 0})
    elif tried.tries >= MOST_TRIES:
        change(conn, questions, {"id": question_id, "state": QuestionState.OPEN}, {"state": QuestionState.SHUT})
    return right


def end(conn: Connection, question_id: str, state: QuestionState, now_ms: int, order_id: str | None = None) -> bool:
    """Close an open question, once; False if somebody closed it before."""
    values = {"state": state, "answered_ms": now_ms, "order_id": order_id}
    return change(conn, questions, {"id": question_id, "state": QuestionState.OPEN}, values) == 1
