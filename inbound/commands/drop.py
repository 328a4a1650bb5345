"""DROP: which call is meant, and the wish for its end, in the caller's transaction. The conductor does the rest.

Only who is proven gets here. A call is dropped however late the message is, since that only saves money; but one that
names no call can't have meant one that was ordered after it was sent.
"""

from typing import Any

from sqlalchemy import Connection, Row

from accounts.people import User
from inbound.given import Given, Ordered
from orders import of_user, wishes
from orders.states import OrderState
from parsers.commands import DropCommand
from replies import sentences
from replies.receipts import over_text, party

LONGEST_LIST = 70
"""Characters of the list of calls to choose from; beyond it they are told by their references alone."""
MOST_LISTED = 8

Said = tuple[str, str]
"""What to answer, and what the message's verdict keeps: "passed", or why nothing was dropped."""


def drop(conn: Connection, given: Given, command: DropCommand) -> Ordered:
    """Ask for the end of the one call that is meant."""
    desk = given.desk
    said, what = _said(conn, given.user, command, given.sent_ms, desk.clock.ms(), desk.limits.stale_ms)
    return Ordered(said, (("drop", what),))


def _said(conn: Connection, user: User, command: DropCommand, sent_ms: int, now_ms: int, stale_ms: int) -> Said:
    """`sent_ms` is when the message was sent by its own date, believed where that is over `stale_ms` ago."""
    if command.reference:
        return _by_reference(conn, user, command.reference, now_ms)
    going = of_user.not_over(conn, user.account_id, user.id)
    meant = [order for order in going if now_ms - sent_ms <= stale_ms or order.accepted_ms <= sent_ms + stale_ms]
    if going and not meant:
        said = sentences.DROP_LATE.format(ref=going[-1].ref, minutes=(now_ms - sent_ms) // 60_000)
        return said, "late"
    left = [order for order in meant if not _is_ending(conn, order)]
    if len(left) > 1:
        return _which(left), "which"
    if not meant:
        return sentences.DROP_NOTHING, "nothing"
    return _drop(conn, (left or meant)[0], now_ms)


def _by_reference(conn: Connection, user: User, reference: str, now_ms: int) -> Said:
    order = of_user.called(conn, user.account_id, user.id, reference)
    if order is None:
        return sentences.DROP_UNKNOWN.format(ref=reference), "unknown"
    if order.state == OrderState.ENDED:
        return over_text(order), "over"
    return _drop(conn, order, now_ms)


def _drop(conn: Connection, order: Row[Any], now_ms: int) -> Said:
    wishes.drop(conn, order.id, now_ms)
    return sentences.DROPPING.format(ref=order.ref), "passed"


def _is_ending(conn: Connection, order: Row[Any]) -> bool:
    return order.state == OrderState.CLOSING or wishes.is_dropped(conn, order.id)


def _which(orders: list[Row[Any]]) -> str:
    named = ", ".join(f"{order.ref} is {party(order)}" for order in orders)
    if len(named) > LONGEST_LIST:
        more = " and more" if len(orders) > MOST_LISTED else ""
        named = ", ".join(order.ref for order in orders[:MOST_LISTED]) + more
    return sentences.DROP_WHICH.format(calls=named, ref=orders[0].ref)
