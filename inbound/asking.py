"""A call that is asked about instead of placed: the question is written down, and its words are the answer.

Who only claims to be the sender is given a code with it: a PIN or an address that somebody else came by does not read
the user's answers.
"""

import json
import secrets as chance
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

from sqlalchemy import Connection

from accounts.people import split_number
from billing.quotes import Quote, connect, dearest, leg_minute, per_minute
from gate.asking import AskBack
from gate.gate import Verdict
from gate.sureness import Sure, sureness
from inbound.given import Given, Ordered, Rules
from inbound.numbering import next_reference
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.masking import mask_number
from kernel.money import display, display_price
from kernel.secrets import Secrets
from orders import questions
from orders.questions import NewQuestion
from parsers.commands import CallCommand, NamedNumber, number_of
from parsers.numbers import Number, parse_number
from parsers.targets import Target
from replies import sentences
from replies.gsm import economical, parts
from replies.language import Words
from replies.lists import shortened

QUOTE: Final = "ask_quote"
SHORTEST: Final = 7
"""A name is cut to that where a quote needs the room."""
CODE_DIGITS: Final = 4
LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Doubted:
    """A call that passed the gate but for what is asked about; `again` is the reference of the call that it repeats.

    `a` is the phone that would be rung: an OK is to that one, wherever the sender may have gone since.
    """

    command: CallCommand
    digest: str
    again: str
    a: Number
    verdict: Verdict

    @property
    def quote(self) -> Quote:
        """What it would cost."""
        assert self.verdict.quote is not None
        return self.verdict.quote

    @property
    def why(self) -> AskBack:
        """What is asked about."""
        assert self.verdict.asks is not None
        return self.verdict.asks

    @property
    def rules(self) -> Rules:
        """What each rule said."""
        return self.verdict.rules

    def kept(self) -> str:
        """The call as its question keeps it."""
        return kept_command(replace(self.command, from_=self.command.from_ or self.a), self.again)


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
            why=doubted.why.key, proof=given.proof, command=doubted.kept(),
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
    rest = {"bill": command.bill, "most": command.most, "most_minutes": command.most_minutes}
    return json.dumps({"to": to, "from_": from_, "again": again, "private": command.private} | rest)


def read_command(kept: str) -> tuple[CallCommand, str]:
    """The inverse of `kept_command`."""
    values: dict[str, Any] = json.loads(kept)
    again = str(values.pop("again"))
    to, from_ = _read_target(values.pop("to")), values.pop("from_")
    return CallCommand(to, _read_target(from_) if from_ else None, **values), again


def _kept_target(target: Target) -> list[str]:
    """The number, then its name if it has one, then the other numbers of that name."""
    written = number_of(target).kept()
    if not isinstance(target, NamedNumber):
        return [written]
    return [written, target.name, *(number.kept() for number in target.further)]


def _read_target(kept: list[str]) -> Target:
    number = parse_number(kept[0], None)
    further = tuple(parse_number(each, None) for each in kept[2:])
    return NamedNumber(kept[1], number, further) if len(kept) > 1 else number


def _words(given: Given, doubted: Doubted, ref: str, code: str) -> str:
    to, from_ = doubted.command.to, doubted.command.from_
    private = doubted.command.private or given.account.private
    unnamed = given.say(sentences.PRIVATE_PARTY) if private else mask_number(number_of(to).e164)
    name = to.name[:LONGEST_NAME] if isinstance(to, NamedNumber) else unnamed
    at = number_of(from_).e164 if from_ is not None else split_number(given.user.rung_at)[0]
    phone = Words(sentences.PRIVATE_PHONE) if private else mask_number(at)
    asked: dict[str, object] = {
        "ref": ref, "name": name, "ok": f"OK {ref} {code}".rstrip(), "within": questions.OPEN_MINUTES,
        "from_": given.say(sentences.ASKED_FROM, phone=phone) if at else "",
        "price": display(per_minute(doubted.quote), doubted.quote.currency),
    }  # fmt: skip
    if doubted.why.key == QUOTE:
        return _quoted(given, doubted, asked)
    fields = doubted.why.fields | ({"phone": given.say(sentences.PRIVATE_PHONE)} if private else {})
    return given.say(sentences.ASKED[doubted.why.key], **asked, **fields)


def _quoted(given: Given, doubted: Doubted, asked: dict[str, object]) -> str:
    """Both legs' price per minute and first increment, exactly as they will be billed, and what the money buys."""
    quote, fields = doubted.quote, doubted.why.fields
    currency, b = quote.currency, dearest(quote, "B")
    fee = connect(quote)
    told: dict[str, object] = {
        "price": display_price(per_minute(quote), currency),
        "theirs": display_price(leg_minute(b, quote.tax_ppm), currency), "first_b": b.first,
        "yours": display_price(leg_minute(quote.a, quote.tax_ppm), currency), "first_a": quote.a.first,
        "fee": given.say(sentences.QUOTE_FEE, fee=display_price(fee, currency)) if fee else "",
        "buys": given.say(sentences.QUOTE_BUYS[fields["by"]], minutes=fields["minutes"]),
    }  # fmt: skip
    name = str(asked["name"])
    lengths = range(len(name), min(len(name), SHORTEST) - 1, -1)
    for from_, most in product((asked["from_"], ""), lengths):  # money before names
        said = given.say(sentences.ASKED[QUOTE], **asked | told | {"from_": from_, "name": shortened(name, most)})
        if parts(economical(said)) == 1:
            break
    return said
