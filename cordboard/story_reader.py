"""Stories read from what was kept of an order, or of a message that placed none.

It only reads. Sealed columns are not asked for; secret addresses and control characters, which can do harm on a
terminal, are taken out of every text.
"""

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, literal, or_, select

from accounts.tables import accounts, users
from billing.quotes import LONGEST_TALK_S, Plan, Quote, plan
from billing.rating import Terms, explain
from billing.tables import cdrs, entries, hold_slices, holds, transactions
from cordboard.story import Facts, Story
from cordboard.story_questions import asked_under, question_of
from dispatcher import causes, lease, switchlog
from dispatcher.tables import switch_log
from gate.rules import RULES
from inbound.api.reader import API
from orders.states import MessageState, OrderState, how_far
from orders.tables import attempts, messages, orders, wishes
from orders.wishes import WishKind
from replies.tables import outbox

NORMAL_CLEARING = 16  # how a leg ends that went well, so it is no word among the reasons for failing
NOT_TOLD = {"key", "digest", "answer", "answer_to", "rung_ms", "taken_until_ms"}
SAME_KEY = orders.c.key == messages.c.key
BECAME = {
    "automatic": "an automatic mail: neither acted on nor answered",
    "not_enrolled": "nobody who is enrolled: neither acted on nor answered",
    "thanks": "a bare thank-you: nothing to do, nothing to answer",
    "unreadable_mail": "not a mail that can be read: neither acted on nor answered",
}
"""What became of a message that was closed in silence, by the reason that its evidence names."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads stories over one connection. `order_address` is the one address of `domain` that is no secret."""

    conn: Connection
    domain: str
    order_address: str
    switches: tuple[str, ...]
    now_ms: int

    def find(self, what: str, account_id: str | None) -> list[Facts]:
        """The orders of this short reference, id or message id; else the message of this id."""
        o = orders.c
        asked = what.strip()
        query = (
            select(
                o.id.label("order_id"),
                o.ref,
                accounts.c.name.label("account"),
                o.accepted_ms,
                o.state,
                o.outcome,
                o.first,
            )
            .join_from(orders, accounts, accounts.c.id == o.account_id)
            .where(or_(o.id == asked.lower(), o.message_id == asked.lower(), o.ref == asked.upper()))
        )
        found = self._rows(query.where(o.account_id == account_id) if account_id else query.order_by(o.accepted_ms))
        found = found or self._rows(select(messages.c.id.label("message_id")).where(messages.c.id == asked.lower()))
        return found or asked_under(self.conn, asked, account_id)

    def last(self, count: int) -> list[Facts]:
        """The last messages, newest first, each with what became of it."""
        query = self._messages().order_by(messages.c.stored_ms.desc(), messages.c.id.desc()).limit(count)
        return [self._message(row) for row in self._rows(query)]

    def of_message(self, message_id: str) -> Story:
        """A message that placed no order: what became of it, and why."""
        return self._story(message_id, None, None, [], [])

    def of_order(self, order_id: str) -> Story:
        """An order from its message to its receipt."""
        o = orders.c
        told = [column for column in o if column.name not in NOT_TOLD]
        drop = select(wishes.c.made_ms).where(wishes.c.order_id == o.id, wishes.c.kind == WishKind.DROP)
        query = select(
            *told,
            drop.scalar_subquery().label("drop_ms"),
            accounts.c.name.label("account"),
            accounts.c.currency,
            users.c.name.label("user"),
        )
        query = query.join_from(orders, accounts, accounts.c.id == o.account_id).join(users, users.c.id == o.user_id)
        order, price = self._rows(query.where(o.id == order_id))[0], self._price(order_id)
        return self._story(order["message_id"], order, price, self._legs(order_id), self._ledger(order_id))

    def _story(
        self, message_id: str, order: Facts | None, price: Facts | None, legs: list[Facts], ledger: list[Facts]
    ) -> Story:
        message = self._message(self._rows(self._messages().where(messages.c.id == message_id))[0])
        rules = [{"rule": rule, "said": said} for rule, said in message.pop("verdict")]
        asked = {rule["rule"] for rule in rules}
        refused = bool(asked & set(dict(RULES))) and rules[-1]["said"] != "passed"
        again = self._again(message)
        question = question_of(self.conn, message_id, order["id"] if order else None)
        asked_by = [question["message_id"]] if question and question["message_id"] != message_id else []
        told = self._told([*asked_by, message["id"], *(each["id"] for each in again)], order, legs)
        return Story(
            message, rules, [name for name, _ in RULES if refused and name not in asked], order, price, legs, ledger,
            told, again, self._now(order), question,
        )  # fmt: skip

    def _messages(self) -> Select[Any]:
        m = messages.c
        answered = outbox.c.key == literal("answer:").concat(m.id)
        return (
            select(m.id, m.door, m.state, m.stored_ms, m.handled_ms, m.tries, m.sender, m.recipients, m.peer,
                   m.kept.label("wrote"), m.evidence, m.verdict, m.answer, m.error, orders.c.ref,
                   orders.c.id.label("order_id"), outbox.c.state.label("answer_state"))
            .join_from(messages, orders, SAME_KEY, isouter=True)
            .join(outbox, answered, isouter=True)
        )  # fmt: skip

    def _message(self, row: Facts) -> Facts:
        evidence, verdict = (self._clean(json.loads(row[name] or "[]")) for name in ("evidence", "verdict"))
        message = row | {"evidence": evidence or {}, "verdict": verdict, "recipients": row["recipients"].split("\n")}
        if verdict and verdict[0][0] == "repeated":
            placed = select(orders.c.ref, orders.c.id.label("order_id")).join_from(orders, messages, SAME_KEY)
            message |= next(iter(self._rows(placed.where(messages.c.id == verdict[0][1]))), {})
        return message | {"became": _became(message)}

    def _again(self, first: Facts) -> list[Facts]:
        """Redeliveries: their verdict names the first. Ids begin with their time, so earlier ones are not looked at."""
        m, repeated = messages.c, json.dumps([["repeated", first["id"]]])
        query = self._messages().where(m.id > f"{first['stored_ms'] - 60_000:012x}", m.verdict == repeated)
        found = (self._message(row) for row in self._rows(query.order_by(m.stored_ms, m.id)))
        return [{name: each[name] for name in ("id", "stored_ms", "handled_ms", "peer", "became")} for each in found]

    def _told(self, message_ids: list[str], order: Facts | None, legs: list[Facts]) -> list[Facts]:
        keys = [f"{what}:{each}" for each in message_ids for what in ("answer", "elsewhere", "set-aside", "shunted")]
        keys += [f"receipt:{order['id']}"] if order else []
        keys += [f"absurd:{leg['id']}" for leg in legs]
        x = outbox.c
        query = select(x.key, x.state, x.text, x.tries, x.next_ms, x.created_ms, x.sent_ms, x.error)
        return self._rows(query.where(x.key.in_(keys)).order_by(x.created_ms, x.id))

    def _price(self, order_id: str) -> Facts | None:
        h, s = holds.c, hold_slices.c
        slices = select(s.at_ms, s.more, s.talk_s).where(s.order_id == order_id).order_by(s.talk_s)
        for hold in self._rows(select(holds).where(h.order_id == order_id)):
            quote = Quote.from_json(hold.pop("quote"))
            cut = plan(quote, hold["amount"], max_talk_s=hold["most_talk_s"] or LONGEST_TALK_S, min_talk_s=1) or Plan(
                0, 0, 0, 0
            )
            hold |= {"slices": self._rows(slices)}
            limits = {"a_s": cut.limit_a_ms / 1000, "b_s": cut.limit_b_ms / 1000, "talk_s": cut.talk_s}
            return asdict(quote) | {"limits": limits, "hold": hold}
        return None

    def _legs(self, order_id: str) -> list[Facts]:
        t, x = attempts.c, switch_log.c
        legs = self._rows(select(attempts).where(t.order_id == order_id).order_by(t.claimed_ms, t.id))
        for leg in legs:
            lines = select(x.at_ms, x.what, x.cause).where(x.attempt_id == leg["id"]).order_by(x.id)
            leg |= {"limit_s": leg.pop("limit_ms") / 1000, "bill": self._bill(leg["id"]), "log": self._rows(lines)}
            for each in (leg, *leg["log"]):
                each["cause_word"] = _cause_word(each["cause"])
        return legs

    def _bill(self, attempt_id: str) -> Facts | None:
        for bill in self._rows(select(cdrs).where(cdrs.c.attempt_id == attempt_id)):
            rating = json.loads(bill.pop("rating"))
            arithmetic = explain(bill["ended_ms"] - bill["answered_ms"], Terms(**rating["terms"]))
            return bill | {"waived": rating["waived"], "tax_ppm": rating["tax_ppm"], "arithmetic": arithmetic}
        return None

    def _ledger(self, order_id: str) -> list[Facts]:
        t, e = transactions.c, entries.c
        booked = self._rows(select(t.id, t.at_ms, t.kind, t.memo).where(t.order_id == order_id).order_by(t.at_ms, t.id))
        for each in booked:
            lines = select(e.ledger, e.amount, e.currency).where(e.transaction_id == each["id"])
            each["entries"] = self._rows(lines.order_by(e.ledger))
        return booked

    def _now(self, order: Facts | None) -> Facts | None:
        if order is None or order["state"] == OrderState.ENDED:
            return None
        where = (order["switch"],) if order["switch"] else self.switches
        asked = (lease.is_live, switchlog.is_trusted)
        conducted, trusted = (any(ask(self.conn, switch, self.now_ms) for switch in where) for ask in asked)
        far = how_far(order["state"], order["first"])
        return {"at_ms": self.now_ms, "state": far, "conducted": conducted, "log_is_read": trusted}

    def _rows(self, query: Select[Any]) -> list[Facts]:
        return [self._clean(dict(row._mapping)) for row in self.conn.execute(query)]

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._hushed(_harmless(value))
        if isinstance(value, dict):
            return {name: self._clean(each) for name, each in value.items()}
        return [self._clean(each) for each in value] if isinstance(value, list) else value

    def _hushed(self, text: str) -> str:
        """Any address of our domain but the one that everybody knows may be a secret alias."""
        ours = re.compile(rf"[^\s<>@,;:\"'()]+@{re.escape(self.domain)}(?![\w-])", re.IGNORECASE)
        return ours.sub(lambda m: m[0] if m[0].lower() == self.order_address.lower() else "(alias)", text)


def _harmless(text: str) -> str:
    """Without what would steer a terminal or turn the line around; line ends stay."""
    plain = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "\ufffd" for c in plain)


def _cause_word(cause: int | None) -> str:
    return "" if cause is None else "hung up" if cause == NORMAL_CLEARING else causes.word(cause)


def _became(message: Facts) -> str:
    """What became of a message, in a line."""
    if message["state"] == MessageState.STORED:
        return f"waits to be handled; taken {message['tries']} times so far"
    if message["state"] == MessageState.SHUNTED:
        return f"set aside for a person: {message['error']}"
    evidence = message["evidence"]
    if silent := evidence.get("why") or evidence.get("unreadable"):
        return BECAME.get(silent, str(silent))
    if message["door"] == API:
        return f"answered there and then: {message['answer']}"
    why = "has no answer address" if evidence.get("proof") else "not proven, neither alias nor right PIN"
    again = "again: " if message["verdict"] and message["verdict"][0][0] == "repeated" else ""
    return again + (message["answer"] if message["answer_state"] else f"not answered, {why}: {message['answer']}")
