"""A call that is asked about instead of placed: the question is written down, and its words are the answer.

Who only claims to be the sender is given a code with it: a PIN or an address that somebody else came by does not read
the user's answers.
"""

import json
import secrets as chance
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from accounts.people import split_number
from billing.quotes import Quote, per_minute
from gate.asking import AskBack
from gate.sureness import Sure, sureness
from inbound.given import Given, Ordered, Rules
from inbound.numbering import next_reference
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.masking import mask_number
from kernel.money import display
from kernel.secrets import Secrets
from orders import questions
from orders.questions import NewQuestion
from parsers.commands import CallCommand, NamedNumber, number_of
from parsers.numbers import parse_number
from parsers.targets import Target
from replies import sentences

CODE_DIGITS: Final = 4
LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Doubted:
    """A call that passed the gate but for `why`; `again` is the reference of the call that it repeats."""

    command: CallCommand
    digest: str
    again: str
    quote: Quote
    why: AskBack
    rules: Rules


def ask(conn: Connection, given: Given, doubted: Doubted) -> Ordered:
    """Ask, in the caller's transaction. What is being asked about already keeps its reference."""
    now_ms = given.desk.clock.ms()
    claimed = sureness(given.proof) <= Sure.CLAIMED
    if claimed and questions.too_many_wrong(conn, given.user.id, now_ms):
        return given.refused((*doubted.rules[:-1], ("asked back", "asked_often")), Refused("asked_often"))
    before = [row for row in questions.open_of(conn, given.user.id, now_ms) if row.digest == doubted.digest]
    code = f"{chance.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}" if claimed else ""
    quote = doubted.quote.to_json()
    if before and before[0].proof == given.proof:
        question_id, ref = before[0].id, before[0].ref
        kept = code_digest(given.desk.secrets, question_id, code)
        questions.put_again(conn, question_id, now_ms, code=kept, quote=quote)
    else:
        question_id, ref = new_id(now_ms), next_reference(conn, given.account.id)
        question = NewQuestion(
            id=question_id, account_id=given.account.id, user_id=given.user.id, message_id=given.message.id, ref=ref,
            why=doubted.why.key, proof=given.proof, command=kept_command(doubted.command, doubted.again),
            digest=doubted.digest, quote=quote, code=code_digest(given.desk.secrets, question_id, code),
        )  # fmt: skip
        questions.put(conn, question, now_ms)
    return Ordered(_words(given, doubted, ref, code), doubted.rules)


def code_digest(secrets: Secrets, question_id: str, code: str) -> str:
    """What of a question's code is stored; "" for none."""
    return secrets.digest("question", f"{question_id}\n{code}") if code else ""


def kept_command(command: CallCommand, again: str) -> str:
    """A call as a question keeps it; its PIN is not in it."""
    to, from_ = _kept_target(command.to), _kept_target(command.from_) if command.from_ is not None else None
    rest = {"bill": command.bill, "most": command.most, "most_minutes": command.most_minutes, "again": again}
    return json.dumps({"to": to, "from_": from_} | rest)


def read_command(kept: str) -> tuple[CallCommand, str]:
    """The inverse of `kept_command`."""
    values: dict[str, Any] = json.loads(kept)
    again = str(values.pop("again"))
    to, from_ = _read_target(values.pop("to")), values.pop("from_")
    return CallCommand(to, _read_target(from_) if from_ else None, **values), again


def _kept_target(target: Target) -> list[str]:
    written = number_of(target).kept()
    return [written, target.name] if isinstance(target, NamedNumber) else [written]


def _read_target(kept: list[str]) -> Target:
    number = parse_number(kept[0], None)
    return NamedNumber(kept[1], number) if len(kept) > 1 else number


def _words(given: Given, doubted: Doubted, ref: str, code: str) -> str:
    to, from_ = doubted.command.to, doubted.command.from_
    name = to.name[:LONGEST_NAME] if isinstance(to, NamedNumber) else mask_number(to.e164)
    at = number_of(from_).e164 if from_ is not None else split_number(given.user.rung_at)[0]
    return given.say(
        sentences.ASKED[doubted.why.key],
        ref=ref,
        name=name,
        from_=given.say(sentences.ASKED_FROM, phone=mask_number(at)) if at else "",
        price=display(per_minute(doubted.quote), doubted.quote.currency),
        ok=f"OK {ref} {code}".rstrip(),
        within=questions.OPEN_MINUTES,
        **doubted.why.fields,
    )
