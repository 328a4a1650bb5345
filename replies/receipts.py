"""The receipt: how a call went and what each leg took and cost."""

from typing import Any

from sqlalchemy import Row

from billing.receipt import LegLine, Receipt
from kernel.masking import mask_number
from kernel.money import display, display_exact, display_held
from replies import sentences
from replies.language import ENGLISH, Words, say, translated


def party(order: Row[Any]) -> str:
    """How the other party is called to the sender: by their name for it, else its masked number, unless private."""
    unnamed = translated(order.language, sentences.PRIVATE_PARTY) if order.private else ""
    return order.name_b or unnamed or mask_number(order.number_b or order.number_a)


def number_told(order: Row[Any], number: str, language: str) -> str:
    """A number of this order as its sender is told it: masked, and in a private call not at all."""
    return translated(language, sentences.PRIVATE_NUMBER) if order.private else mask_number(number)


def private_phone(words: str) -> Words:
    """What stands for the number of the sender's phone in these words about a private call."""
    return Words(sentences.PRIVATE_NUMBER if "your phone {phone}" in words.lower() else sentences.PRIVATE_PHONE)


def receipt_text(order: Row[Any], outcome: str, receipt: Receipt) -> str:
    """First the answer in one line, then the legs, then the total; in the language that the order was answered in."""
    language: str = order.language
    legs = [_leg_line(order, leg, receipt.currency, language) for leg in _worth_telling(receipt)]
    paid, balance = (display_exact(micro, receipt.currency) for micro in (receipt.total, receipt.balance_left))
    total = say(language, sentences.TOTAL_LINE, paid=paid, balance=balance)
    bill = [say(language, sentences.BILL_CODE, code=order.bill)] if order.bill else []
    return "\n".join([outcome_text(order, outcome, receipt, language), "", *legs, total, *bill]) + "\n"


def outcome_text(order: Row[Any], outcome: str, receipt: Receipt, language: str) -> str:
    """How it went, in one line."""
    talk_ms = talked_ms(order, receipt)
    words = _first_line(order, outcome, receipt, talked=bool(talk_ms))
    phone = private_phone(words) if order.private else mask_number(order.number_a)
    return say(
        language,
        words,
        ref=order.ref,
        name=party(order),
        phone=phone,
        talk=sentences.duration(talk_ms),
        paid=display(receipt.total, receipt.currency),
        balance=display_held(receipt.balance_left, receipt.currency),
    )


def talked_ms(order: Row[Any], receipt: Receipt) -> int:
    """How long the two were joined, 0 if they never were: as long as the leg that was rung second was up."""
    second = "B" if order.first == "A" else "A"
    lasted = (leg.ended_ms - leg.answered_ms for leg in receipt.legs if _was_up(leg, second))  # type: ignore[operator]
    return max(lasted, default=0)


def _first_line(order: Row[Any], outcome: str, receipt: Receipt, *, talked: bool) -> str:
    if not order.number_b and outcome.startswith("a_"):
        return sentences.CODE_UNHEARD
    if not order.number_b and outcome == "switch_lost":
        return sentences.OUTCOMES["interrupted"]  # there is no call for an AGAIN to repeat
    if outcome == "dropped" and talked:
        return sentences.DROPPED_TALKING
    if outcome == "talked" and any(leg.cut for leg in receipt.legs):
        return sentences.CUT_OFF
    waited = sentences.B_WAITED.get(outcome) if order.first == "B" else None
    return waited or sentences.OUTCOMES.get(outcome, sentences.OUTCOMES["interrupted"])


def over_text(order: Row[Any], language: str = ENGLISH) -> str:
    """That an order is over, and how it ended, for who wants to drop it."""
    how = say(language, sentences.OVER.get(order.outcome, sentences.OVER["interrupted"]), name=party(order))
    return say(language, sentences.DROP_OVER, ref=order.ref, how=how)


def _was_up(leg: LegLine, role: str) -> bool:
    return leg.role == role and leg.answered_ms is not None and leg.ended_ms is not None and not leg.waived


def _worth_telling(receipt: Receipt) -> list[LegLine]:
    """Each leg that was answered, and of tries at one telephone that were not, the last; none if a later one was."""
    last = {(leg.role, leg.number): leg for leg in receipt.legs}
    return [leg for leg in receipt.legs if leg.answered_ms is not None or last[leg.role, leg.number] is leg]


def _leg_line(order: Row[Any], leg: LegLine, currency: str, language: str) -> str:
    number = number_told(order, leg.number, language)
    who = translated(language, sentences.YOU) if leg.role == "A" else party(order)
    if leg.role != "A" and not order.name_b:
        who = translated(language, sentences.OTHER_PARTY)
    if leg.answered_ms is None or leg.ended_ms is None:
        return say(language, sentences.LEG_UNANSWERED, who=who, number=number)
    talk, billed = sentences.duration(leg.ended_ms - leg.answered_ms), sentences.duration(leg.billed_seconds * 1000)
    line = say(
        language,
        sentences.LEG_LINE if talk == billed else sentences.LEG_LINE_BILLED,
        who=who,
        number=number,
        talk=talk,
        billed=billed,
        charge=display_exact(leg.charge, currency),
    )
    notes = ((leg.estimated, sentences.ESTIMATED), (leg.capped, sentences.CAPPED), (bool(leg.waived), sentences.WAIVED))
    return line + "".join(translated(language, note) for said, note in notes if said)
