"""The receipt: how a call went and what each leg took and cost."""

from typing import Any

from sqlalchemy import Row

from billing.receipt import LegLine, Receipt
from kernel.masking import mask_number
from kernel.money import display, display_exact, display_held
from replies import sentences
from replies.language import ENGLISH, say, translated


def party(order: Row[Any]) -> str:
    """How the other party is called to the sender: by their name for it, else its masked number."""
    return order.name_b or mask_number(order.number_b or order.number_a)


def receipt_text(order: Row[Any], outcome: str, receipt: Receipt) -> str:
    """First the answer in one line, then the legs, then the total; in the language that the order was answered in."""
    language: str = order.language
    legs = [_leg_line(order, leg, receipt.currency, language) for leg in receipt.legs]
    paid, balance = (display_exact(micro, receipt.currency) for micro in (receipt.total, receipt.balance_left))
    total = say(language, sentences.TOTAL_LINE, paid=paid, balance=balance)
    bill = [say(language, sentences.BILL_CODE, code=order.bill)] if order.bill else []
    return "\n".join([outcome_text(order, outcome, receipt, language), "", *legs, total, *bill]) + "\n"


def outcome_text(order: Row[Any], outcome: str, receipt: Receipt, language: str) -> str:
    """How it went, in one line."""
    talk_ms = talked_ms(order, receipt)
    return say(
        language,
        _first_line(order, outcome, receipt, talked=bool(talk_ms)),
        ref=order.ref,
        name=party(order),
        phone=mask_number(order.number_a),
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


def _leg_line(order: Row[Any], leg: LegLine, currency: str, language: str) -> str:
    number = mask_number(leg.number)
    who = translated(language, sentences.YOU) if leg.role == "A" else party(order)
    if who == number:
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
