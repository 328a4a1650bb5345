"""DROP: which call is meant, and the wish for its end, in the caller's transaction. The conductor does the rest.

Only who is proven gets here. A call is dropped however late the message is, since that only saves money; but one that
names no call can't have meant one that was ordered after it was sent.
"""

from typing import Any

from sqlalchemy import Connection, Row

from inbound.given import Given, Ordered
from orders import of_user, wishes
from orders.states import OrderState
from parsers.commands import DropCommand
from replies import sentences
from replies.language import translated
from replies.receipts import over_text, party
from replies.refusals import MORE

LONGEST_LIST = 70
"""Characters of the list of calls to choose from; beyond it they are told by their references alone."""
MOST_LISTED = 8


def drop(conn: Connection, given: Given, command: DropCommand) -> Ordered:
    """Ask for the end of the one call that is meant."""
    if command.reference:
        return _by_reference(conn, given, command.reference)
    sent_ms, now_ms, stale_ms = given.sent_ms, given.desk.clock.ms(), given.desk.limits.stale_ms
    going = of_user.not_over(conn, given.account.id, given.user.id)
    # Its date is believed where that is long ago.
    meant = [order for order in going if now_ms - sent_ms <= stale_ms or order.accepted_ms <= sent_ms + stale_ms]
    if going and not meant:
        late = given.say(sentences.DROP_LATE, ref=going[-1].ref, minutes=(now_ms - sent_ms) // 60_000)
        return _not_dropped("late", late)
    left = [order for order in meant if not _is_ending(conn, order)]
    if len(left) > 1:
        return _not_dropped("which", _which(given, left))
    if not meant:
        return _not_dropped("nothing", given.say(sentences.DROP_NOTHING))
    return _drop(conn, given, (left or meant)[0])


def _by_reference(conn: Connection, given: Given, reference: str) -> Ordered:
    order = of_user.called(conn, given.account.id, given.user.id, reference)
    if order is None:
        return _not_dropped("unknown", given.say(sentences.DROP_UNKNOWN, ref=reference))
    if order.state == OrderState.ENDED:
        return _not_dropped("over", over_text(order, given.language))
    return _drop(conn, given, order)


def _drop(conn: Connection, given: Given, order: Row[Any]) -> Ordered:
    wishes.drop(conn, order.id, given.desk.clock.ms())
    return given.done("drop", sentences.DROPPING, ref=order.ref)


def _not_dropped(why: str, said: str) -> Ordered:
    return Ordered(said, (("drop", why),))


def _is_ending(conn: Connection, order: Row[Any]) -> bool:
    return order.state == OrderState.CLOSING or wishes.is_dropped(conn, order.id)


def _which(given: Given, orders: list[Row[Any]]) -> str:
    named = ", ".join(given.say(sentences.DROP_ONE, ref=order.ref, name=party(order)) for order in orders)
    if len(named) > LONGEST_LIST:
        more = translated(given.language, MORE) if len(orders) > MOST_LISTED else ""
        named = ", ".join(order.ref for order in orders[:MOST_LISTED]) + more
    return given.say(sentences.DROP_WHICH, calls=named, ref=orders[0].ref)
