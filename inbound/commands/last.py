"""LAST: the sender's last calls, how each went and what it cost."""

from typing import Any, Final

from sqlalchemy import Connection, Row

from billing.receipt import receipt
from inbound.given import Given, Ordered
from kernel.money import display
from orders import of_user
from orders.states import OrderState
from parsers.results import LastCommand
from replies.language import Words
from replies.lists import fitting, shortened
from replies.receipts import party, talked_ms
from replies.sentences import duration

MOST: Final = 5
NONE = Words("You have made no call yet.")
GOING = Words("{ref} {name} going on")
TALKED = Words("{ref} {name} {talk} {paid}")
MISSED = Words("{ref} {name} {how} {paid}")
MORE = Words("; more: STATUS {ref}")
HOW: Final[dict[str, Words]] = {
    "dropped": Words("dropped"),
    "expired": Words("not called"),
    "interrupted": Words("broken off"),
    "switch_lost": Words("broken off"),
    "a_left": Words("hung up"),
    "b_left": Words("hung up"),
    "not_confirmed": Words("no 1 pressed"),
    "b_not_confirmed": Words("no 1 pressed"),
    "code_spoken": Words("code spoken"),
    "b_busy": Words("busy"),
    "b_no_answer": Words("no answer"),
    "b_rejected": Words("declined"),
}
"""How a call ended that nobody talked in, by its order's outcome."""
NOT_REACHED = Words("not reached")


def last(conn: Connection, given: Given, _command: LastCommand) -> Ordered:
    """The newest first."""
    calls = of_user.latest(conn, given.account.id, given.user.id, MOST)
    if not calls:
        return given.done("last", NONE)
    told = [_line(conn, given, call) for call in calls]
    said = fitting(told, str, lambda count: given.say(MORE, ref=calls[count].ref), "; ")
    return Ordered(said, (("last", "passed"),))


def _line(conn: Connection, given: Given, order: Row[Any]) -> str:
    name = shortened(party(order))
    bill = receipt(conn, order.id)
    if order.state != OrderState.ENDED or bill is None:
        return given.say(GOING, ref=order.ref, name=name)
    talk_ms, paid = talked_ms(order, bill), display(bill.total, bill.currency)
    if talk_ms:
        return given.say(TALKED, ref=order.ref, name=name, talk=duration(talk_ms), paid=paid)
    return given.say(MISSED, ref=order.ref, name=name, how=HOW.get(order.outcome, NOT_REACHED), paid=paid)
