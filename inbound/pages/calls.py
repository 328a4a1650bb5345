"""A call as it stands, with what it has cost so far; and the calls that were."""

from typing import Any

from sqlalchemy import Row

from billing.receipt import receipt
from billing.sofar import LegSoFar, so_far
from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.model import Button, Listing, Page
from kernel.money import display
from orders import of_user, wishes
from orders.states import OrderKind, OrderState, how_far
from replies.language import Words
from replies.lists import shortened
from replies.receipts import number_told, outcome_text, party
from replies.sentences import DOING, duration

MOST_LISTED = 40
ROOMY = 9


def status(here: Here, form: Form) -> Listing:
    """The call with the reference that the button has."""
    return standing(here, of_user.called(here.conn, here.account.id, here.user.id, form.about), ref=form.about)


def standing(here: Here, order: Row[Any] | None, *first: str, ref: str = "") -> Listing:
    """A call's page; `first` is said before anything else, and what its legs are at comes last."""
    links: tuple[Button, ...] = (here.button("home", words.HOME), here.button("calls", words.CALLS))
    token = here.look()
    if order is None:
        gone = here.say(words.NO_CALL, ref=ref)
        return lambda _most: here.page(words.CALLS, lines=(gone,), links=links, token=token)
    over = order.state == OrderState.ENDED
    lines = (*first, *(_how_it_went(here, order) if over else _how_it_stands(here, order)), *_legs(here, order))
    on = here.button(f"status.{order.ref}", words.REFRESH)
    if over and order.kind == OrderKind.CALL:
        on = here.button(f"again.{order.ref}", words.AGAIN)
    main = None
    if not over and not _is_ending(here, order):
        main = here.change(here.button("drop", words.DROP), hidden=(("ref", order.ref),))

    def listing(most: int) -> Page:
        """Where room is scarce, only the first line is said for sure."""
        ways = (on, *links) if most >= ROOMY else (on, links[0])
        return here.page(order.ref, lines=lines[: 1 + most], main=main, links=ways, token=token)

    return listing


def calls(here: Here, form: Form) -> Listing:
    """Past calls and present ones, newest first, each with what it cost."""
    found = of_user.latest(here.conn, here.account.id, here.user.id, MOST_LISTED + 1, form.about)
    shown = [Button(f"status.{order.ref}", _in_a_line(here, order)) for order in found]
    lines = () if shown else (here.say(words.NO_CALLS),)
    token = here.look()
    home = here.button("home", words.HOME)

    def listing(most: int) -> Page:
        items = shown[: max(most, 1)]
        on = (here.button(f"calls.{found[len(items) - 1].ref}", words.MORE),) if len(items) < len(shown) else ()
        return here.page(words.CALLS, lines=lines, items=tuple(items), links=(*on, home), token=token)

    return listing


def _how_it_stands(here: Here, order: Row[Any]) -> tuple[str, ...]:
    doing = (
        words.ENDING if _is_ending(here, order) else Words(DOING.get(how_far(order.state, order.first), words.ENDING))
    )
    said = here.say(words.STANDS, ref=order.ref, name=shortened(party(order)), doing=doing)
    bill = so_far(here.conn, order.id, here.now_ms)
    paid = (here.say(words.SO_FAR, paid=display(bill.total, bill.currency)),) if bill and bill.total else ()
    return (said, *paid)


def _how_it_went(here: Here, order: Row[Any]) -> tuple[str, ...]:
    bill = receipt(here.conn, order.id)
    return (outcome_text(order, order.outcome, bill, here.language),) if bill else ()


def _legs(here: Here, order: Row[Any]) -> tuple[str, ...]:
    bill = so_far(here.conn, order.id, here.now_ms)
    told = (_leg(here, order, leg, bill.currency) for leg in bill.legs) if bill else ()
    return tuple(line for line in told if line)


def _leg(here: Here, order: Row[Any], leg: LegSoFar, currency: str) -> str:
    who = here.say(words.YOU) if leg.role == "A" else shortened(order.name_b)
    fields = {"who": who, "number": number_told(order, leg.number, here.language)}
    if leg.up_ms is None and order.state == OrderState.JOINED:
        return ""  # it has answered; when, the switch's log will say
    if leg.up_ms is None:
        return here.say(words.LEG_SILENT if order.state == OrderState.ENDED else words.LEG_RINGS, **fields).strip()
    time = f"{duration(leg.lasted_ms)}, {display(leg.charge, currency)}"
    return here.say(words.LEG_UP, **fields, time=time).strip()


def _in_a_line(here: Here, order: Row[Any]) -> str:
    """`K7 $0.05 Mum`: the reference and the cost are seen where the name has to be cut."""
    bill = so_far(here.conn, order.id, here.now_ms)
    return f"{order.ref} {display(bill.total, bill.currency) if bill else ''} {party(order)}"


def _is_ending(here: Here, order: Row[Any]) -> bool:
    return order.state == OrderState.CLOSING or wishes.is_dropped(here.conn, order.id)
