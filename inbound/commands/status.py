"""STATUS: how far the sender's calls are and what they cost so far, or how the one that is named ended."""

from typing import Any, Final

from sqlalchemy import Connection, Row

from billing.receipt import receipt
from billing.sofar import so_far
from inbound.given import Given, Ordered
from kernel.money import display
from orders import of_user
from orders.states import OrderState, how_far
from parsers.results import StatusCommand
from replies import sentences
from replies.language import Words
from replies.lists import fitting, shortened
from replies.receipts import outcome_text, party

UNKNOWN = Words("You have no call {ref}. Write LAST for those you had.")
NONE = Words("You have no call under way.")
LIVE = Words("{ref} to {name} is {doing}: {legs}. {paid} so far.")
NOT_UP = Words("{ref} to {name} is {doing}. {paid} so far.")
ONE = Words("{ref} to {name} is {doing}")
MORE = Words("; more: STATUS {ref}")
YOU = Words("you {talk}")
DOING: Final[dict[str, Words]] = {state: Words(doing) for state, doing in sentences.DOING.items()} | {
    OrderState.TELLING: Words("not to be had"),
    OrderState.CLOSING: Words("being ended"),
}


def status(conn: Connection, given: Given, command: StatusCommand) -> Ordered:
    """Of the one that is named; else of those that are not over, or of the last."""
    account_id, user_id = given.account.id, given.user.id
    if command.reference:
        order = of_user.called(conn, account_id, user_id, command.reference)
        if order is None:
            return given.done("status", UNKNOWN, ref=command.reference)
        return _said(_of(conn, given, order))
    going = of_user.not_over(conn, account_id, user_id)
    if len(going) > 1:
        told = [given.say(ONE, **_named(order)) for order in going]
        return _said(fitting(told, str, lambda count: given.say(MORE, ref=going[count].ref), "; "))
    shown = going[0] if going else of_user.last(conn, account_id, user_id)
    return _said(_of(conn, given, shown)) if shown is not None else given.done("status", NONE)


def _of(conn: Connection, given: Given, order: Row[Any]) -> str:
    if order.state == OrderState.ENDED:
        bill = receipt(conn, order.id)
        assert bill is not None
        return outcome_text(order, order.outcome, bill, given.language)
    until_now = so_far(conn, order.id, given.desk.clock.ms())
    assert until_now is not None
    legs = [
        given.say(YOU, talk=sentences.duration(leg.lasted_ms))
        if leg.role == "A"
        else f"{shortened(party(order))} {sentences.duration(leg.lasted_ms)}"
        for leg in sorted(until_now.legs, key=lambda leg: leg.role)
        if leg.up_ms is not None
    ]
    paid = display(until_now.total, until_now.currency)
    return given.say(LIVE if legs else NOT_UP, **_named(order), legs=", ".join(legs), paid=paid)


def _named(order: Row[Any]) -> dict[str, object]:
    return {"ref": order.ref, "name": shortened(party(order)), "doing": DOING[how_far(order.state, order.first)]}


def _said(text: str) -> Ordered:
    return Ordered(text, (("status", "passed"),))
