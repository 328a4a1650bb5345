"""Orders as they are kept, and every guarded way to change one."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, insert, select, update

from kernel.db import alone, change
from orders.states import ORDER_MOVES, SETTING_UP, UNDER_WAY, OrderKind, OrderState
from orders.tables import ORDER_IS_OPEN, orders, terminals, wishes
from orders.wishes import WishKind

CLAIMING = 7_236_403
"""For `kernel.db.alone`: a number that nothing else in the database uses."""

_PLACE = insert(orders)
_ALSO = insert(terminals)
_ALSO_AT = select(terminals).where(terminals.c.order_id == bindparam("order")).order_by(terminals.c.rank)
SAME = ("number_a", "extension_a", "number_b", "extension_b")
_UNDER_WAY = (
    select(orders)
    .where(ORDER_IS_OPEN, *(orders.c[name] == bindparam(name) for name in ("user_id", "kind", *SAME)))
    .where(~exists().where(wishes.c.order_id == orders.c.id, wishes.c.kind == WishKind.DROP))
    .where(orders.c.state.in_(UNDER_WAY))
    .limit(1)
)
_BY_ID = select(orders).where(orders.c.id == bindparam("order"))
_LOCK = _BY_ID.with_for_update(key_share=True)
_LOADS = (
    select(
        orders.c.switch,
        func.count().label("calls"),
        func.count().filter(orders.c.state.in_(sorted(SETTING_UP))).label("setting_up"),
    )
    .where(ORDER_IS_OPEN, orders.c.state != OrderState.DUE)
    .group_by(orders.c.switch)
)


@dataclass(frozen=True, slots=True)
class Load:
    """How many calls a switch has, and how many of them are between create and bridge."""

    calls: int = 0
    setting_up: int = 0


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that passed the gate, as it is written down. Columns of the table by the same names, but for `also`."""

    id: str
    ref: str
    account_id: str
    user_id: str
    message_id: str
    door: str
    key: str
    digest: str
    number_a: str
    extension_a: str
    number_b: str
    extension_b: str
    name_b: str
    bill: str
    press_1: bool
    shown_a: str
    shown_b: str
    answer: str
    answer_to: str
    due_ms: int
    kind: str = OrderKind.CALL
    notices: bool = True
    language: str = ""
    asked_most: int | None = None
    asked_minutes: int | None = None
    private: bool = False
    first: str = "A"
    also: tuple[tuple[str, str], ...] = ()  # number and extension of each further telephone of B


def place(conn: Connection, order: NewOrder, now_ms: int) -> None:
    """Insert the order as DUE; its door rings for it right after the commit.

    IntegrityError if its key is there: look with `messages.first_of` before, in this transaction.
    """
    row = asdict(order) | {"state": OrderState.DUE, "accepted_ms": now_ms, "rung_ms": now_ms}
    also = row.pop("also")
    conn.execute(_PLACE, row)
    if also:
        conn.execute(_ALSO, [
            {"order_id": order.id, "rank": rank, "number": number, "extension": extension}
            for rank, (number, extension) in enumerate(also, start=1)
        ])  # fmt: skip


def also_at(conn: Connection, order_id: str) -> list[Row[Any]]:
    """B's further telephones, by their ranks."""
    return list(conn.execute(_ALSO_AT, {"order": order_id}))


def under_way(conn: Connection, user_id: str, kind: OrderKind, *same: str) -> Row[Any] | None:
    """The user's order for the same call that waits, rings or is live, and that nobody asked to drop.

    The same is what is between the same telephones, whatever else was said of it; of these what SAME names, in order.
    """
    bound = {"user_id": user_id, "kind": kind, **dict(zip(SAME, same, strict=True))}
    return conn.execute(_UNDER_WAY, bound).one_or_none()


def by_id(conn: Connection, order_id: str) -> Row[Any] | None:
    """The order of this id."""
    return conn.execute(_BY_ID, {"order": order_id}).one_or_none()


def lock(conn: Connection, order_id: str) -> Row[Any] | None:
    """The order of this id, with its row locked until the transaction ends."""
    return conn.execute(_LOCK, {"order": order_id}).one_or_none()


def move(conn: Connection, order_id: str, came_from: OrderState, to: OrderState, **values: Any) -> bool:
    """Guarded UPDATE from one state to another; False if the order is no longer where the caller thought."""
    if to not in ORDER_MOVES[came_from]:
        raise ValueError(f"an order can't go from {came_from} to {to}")
    return change(conn, orders, {"id": order_id, "state": came_from}, {"state": to, **values}) == 1


def waiting(
    conn: Connection, now_ms: int, rung_before_ms: int, state: OrderState, limit: int,
    besides: Select[tuple[str]] | None = None,
) -> list[str]:  # fmt: skip
    """Ids of orders to ring for, oldest first: DUE, or CLAIMED by a worker that never came back.

    None whose doorbell was rung after `rung_before_ms`: its job is probably still on the way. None of `besides`.
    """
    since = orders.c.due_ms if state is OrderState.DUE else orders.c.taken_until_ms
    rows = conn.execute(
        select(orders.c.id)
        .where(
            ORDER_IS_OPEN,
            orders.c.state == state,
            since <= now_ms,
            orders.c.rung_ms <= rung_before_ms,
            *([orders.c.id.not_in(besides)] if besides is not None else []),
        )
        .order_by(orders.c.due_ms)
        .limit(limit)
    )
    return [row.id for row in rows]


def stranded(conn: Connection, switches: Collection[str], rung_before_ms: int, limit: int) -> list[str]:
    """Ids of orders that were claimed for one of these switches and not dialled, oldest first."""
    query = select(orders.c.id).where(ORDER_IS_OPEN, orders.c.state == OrderState.CLAIMED)
    query = query.where(orders.c.switch.in_(switches), orders.c.rung_ms <= rung_before_ms)
    return [row.id for row in conn.execute(query.order_by(orders.c.due_ms).limit(limit))]


def rang(conn: Connection, order_ids: list[str], now_ms: int) -> None:
    """Note that the doorbell was rung for these."""
    conn.execute(update(orders).where(orders.c.id.in_(order_ids)).values(rung_ms=now_ms))


def keep_others_from_claiming(conn: Connection) -> None:
    """Until this transaction ends, so that what `loads` counts can't grow between the count and the claim."""
    alone(conn, CLAIMING)


def dialled_on(conn: Connection, switch: str) -> list[str]:
    """Ids of orders whose call this switch has, beyond the claim, oldest first."""
    query = select(orders.c.id).where(ORDER_IS_OPEN, orders.c.switch == switch)
    query = query.where(orders.c.state.not_in((OrderState.DUE, OrderState.CLAIMED)))
    return list(conn.execute(query.order_by(orders.c.due_ms)).scalars())


def loads(conn: Connection) -> dict[str, Load]:
    """The load of each switch that has any."""
    return {row.switch: Load(row.calls, row.setting_up) for row in conn.execute(_LOADS)}


def not_rung(conn: Connection, order_id: str) -> None:
    """Its job came and could not launch it yet: whoever makes room rings for it again, without waiting."""
    change(conn, orders, {"id": order_id}, {"rung_ms": 0})


def stale(conn: Connection, accepted_before_ms: int, limit: int = 100) -> list[str]:
    """Ids of orders still due that were accepted before this."""
    query = select(orders.c.id).where(ORDER_IS_OPEN, orders.c.state == OrderState.DUE)
    return [row.id for row in conn.execute(query.where(orders.c.accepted_ms < accepted_before_ms).limit(limit))]


def hold_on(conn: Connection, order_id: str, until_ms: int, switch: str) -> None:
    """A worker has the order until then, for this switch."""
    change(conn, orders, {"id": order_id}, {"taken_until_ms": until_ms, "switch": switch})
