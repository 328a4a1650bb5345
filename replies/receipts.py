"""The receipt: how a call went and what each leg took and cost."""

from typing import Any

from sqlalchemy import Row

from billing.receipt import LegLine, Receipt
from kernel.masking import mask_number
from kernel.money import display, display_exact, display_held
from replies import sentences


def party(order: Row[Any]) -> str:
    """How the other party is called to the sender: by their name for it, else its masked number."""
    return order.name_b or mask_number(order.number_b)


def receipt_text(order: Row[Any], outcome: str, receipt: Receipt) -> str:
    """First the answer in one line, then the legs, then the total."""
    talked_ms = max((leg.ended_ms - leg.answered_ms for leg in receipt.legs if _is_b(leg)), default=0)  # type: ignore[operator]
    fields = {
        "ref": order.ref,
        "name": party(order),
        "phone": mask_number(order.number_a),
        "talk": sentences.duration(talked_ms),
        "paid": display(receipt.total, receipt.currency),
        "balance": display_held(receipt.balance_left, receipt.currency),
    }
    first = _first_line(outcome, receipt, talked=bool(talked_ms)).format(**fields)
    legs = [_leg_line(order, leg, receipt.currency) for leg in receipt.legs]
    exact = {
        "paid": display_exact(receipt.total, receipt.currency),
        "balance": display_exact(receipt.balance_left, receipt.currency),
    }
    bill = [f"Bill code {order.bill}."] if order.bill else []
    return "\n".join([first, "", *legs, sentences.TOTAL_LINE.format(**exact), *bill]) + "\n"


def _first_line(outcome: str, receipt: Receipt, *, talked: bool) -> str:
    if outcome == "dropped" and talked:
        return sentences.DROPPED_TALKING
    if outcome == "talked" and any(leg.cut for leg in receipt.legs):
        return sentences.CUT_OFF
    return sentences.OUTCOMES.get(outcome, sentences.OUTCOMES["interrupted"])


def over_text(order: Row[Any]) -> str:
    """That an order is over, and how it ended, for who wants to drop it."""
    how = sentences.OVER.get(order.outcome, sentences.OVER["interrupted"]).format(name=party(order))
    return sentences.DROP_OVER.format(ref=order.ref, how=how)


def _is_b(leg: LegLine) -> bool:
    return leg.role == "B" and leg.answered_ms is not None and leg.ended_ms is not None and not leg.waived


def _leg_line(order: Row[Any], leg: LegLine, currency: str) -> str:
    who = sentences.LEG[leg.role].format(name=party(order))
    number = mask_number(leg.number)
    if who == number:
        who = "Other party"
    if leg.answered_ms is None or leg.ended_ms is None:
        return sentences.LEG_UNANSWERED.format(who=who, number=number)
    talk, billed = sentences.duration(leg.ended_ms - leg.answered_ms), sentences.duration(leg.billed_seconds * 1000)
    line = (sentences.LEG_LINE if talk == billed else sentences.LEG_LINE_BILLED).format(
        who=who,
        number=number,
        talk=talk,
        billed=billed,
        charge=display_exact(leg.charge, currency),
    )
    notes = ((leg.estimated, sentences.ESTIMATED), (leg.capped, sentences.CAPPED), (bool(leg.waived), sentences.WAIVED))
    return line + "".join(note for said, note in notes if said)
