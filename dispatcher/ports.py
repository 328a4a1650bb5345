"""Ports and calls a second of carriers, counted in SQL: across all workers, all conductors and all switches.

A row of `ports` is one leg's port, from its order's admission to its end: whoever ends the order or leg lets it go in
the same transaction, so it can't outlive them. Who takes a port is alone while looking (`kernel.db.alone`). An order
that found a carrier full waits in `port_queue`, and is rung for when there is room (`dispatcher.due`).

The pace is kept twice, by the same arithmetic: orders are admitted no faster than their carriers take both their legs,
so that few who answered wait for a slot; and each dial has a slot of its own, since nobody knows when 1 is pressed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select

from dispatcher import pacing
from dispatcher.switches.ari_requests import Carrier
from dispatcher.tables import paces, port_queue, ports
from kernel.db import alone, change, once
from orders.states import OrderState
from orders.tables import orders

TAKING = 7_236_405
"""For `kernel.db.alone`: a number that nothing else in the database uses."""
MANY = 10**6
AHEAD_MS = 2_000
"""So long may an order that was admitted wait for its first dial: longer than a round of the sweeper."""

_TAKE = insert(ports)
_OF_LEG = select(ports).where(ports.c.order_id == bindparam("order"), ports.c.role == bindparam("leg"))
_FREE = delete(ports).where(ports.c.order_id == bindparam("order"))
_FREE_LEG = _FREE.where(ports.c.role == bindparam("leg"))
_IN_QUEUE = (
    select(port_queue)
    .join(orders, orders.c.id == port_queue.c.order_id)
    .where(port_queue.c.carrier == bindparam("name"), orders.c.rung_ms <= bindparam("rung_before"))
    .order_by(port_queue.c.since_ms, port_queue.c.order_id)
    .limit(bindparam("most"))
)
_LEAVE_QUEUE = delete(port_queue).where(port_queue.c.order_id == bindparam("order"))
_PACE = select(paces).where(paces.c.carrier == bindparam("name"))
_FIRST_PACE = once(paces)
_QUEUED_ONE = select(port_queue.c.carrier).where(port_queue.c.order_id == bindparam("order")).limit(1)
QUEUED = select(port_queue.c.order_id)
"""Orders to leave out where one asks for those that only want to be rung for."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A leg's port is written down: by whom it leaves. Its dial may be no earlier than this (ms; 0: at any time)."""

    carrier: str
    not_before_ms: int = 0


class Room:
    """What carriers have left at one moment. Be alone (`keep_others_from_taking`) while what it says must stay so."""

    def __init__(self, conn: Connection, carriers: Iterable[Carrier], now_ms: int) -> None:
        self._by_name = {each.name: each for each in carriers if each.ports or each.cps}
        self._now_us = now_ms * 1000
        self._used = in_use(conn, self._by_name) if self._by_name else {}
        paced = [name for name, each in self._by_name.items() if each.cps]
        self._due_us = _due_us(conn, paced) if paced else {}

    def left(self, carrier: Carrier) -> int:
        """How many further legs it takes now."""
        used, interval = self._used.get(carrier.name, 0), pacing.interval_us(carrier.cps)
        free = max(carrier.ports - used, 0) if carrier.ports else MANY
        due_us = self._due_us.get(carrier.name, 0)
        return min(free, pacing.calls_within(due_us, self._now_us, interval, AHEAD_MS * 1000)) if interval else free

    def fits(self, chosen: Sequence[Carrier]) -> bool:
        """Whether there is room for a leg on each of these, of which some may be the same.

        An order's own two legs need not both come in good time: a carrier may be slower than that.
        """
        legs = Counter(each.name for each in chosen)
        return all(self._has(each, legs[each.name]) for each in chosen)

    def _has(self, carrier: Carrier, legs: int) -> bool:
        ports_left = not carrier.ports or self._used.get(carrier.name, 0) + legs <= carrier.ports
        return ports_left and self.left(carrier) > 0


def keep_others_from_taking(conn: Connection) -> None:
    """Until this transaction ends, so that what `Room` counts can't grow between the count and the taking."""
    alone(conn, TAKING)


def in_use(conn: Connection, carriers: Collection[str]) -> dict[str, int]:
    """How many ports of these carriers are taken, where any are."""
    query = select(ports.c.carrier, func.count()).where(ports.c.carrier.in_(carriers)).group_by(ports.c.carrier)
    return dict(conn.execute(query).all())


def take(conn: Connection, order_id: str, legs: Sequence[tuple[str, Carrier]], now_ms: int) -> None:
    """Write down the ports of an order's legs (role, carrier)."""
    rows = [
        {"order_id": order_id, "role": role, "carrier": each.name, "taken_ms": now_ms, "attempt_id": "",
         "not_before_ms": 0}
        for role, each in legs
    ]  # fmt: skip
    conn.execute(_TAKE, rows)
    for each in [each for _, each in legs if each.cps]:
        due = _pace(conn, each.name)
        _move_on(conn, each, admit_us=pacing.after_us(due.admit_us, now_ms * 1000, pacing.interval_us(each.cps)))


def of_leg(conn: Connection, order_id: str, role: str) -> Taken | None:
    """The port that a leg has."""
    row = conn.execute(_OF_LEG, {"order": order_id, "leg": role}).one_or_none()
    return Taken(row.carrier, row.not_before_ms) if row else None


def slot(conn: Connection, order_id: str, role: str, attempt_id: str, carrier: Carrier, now_ms: int) -> int:
    """When (ms) this attempt of a leg may be dialled; the same however often it is asked. Now or before: at once.

    So it is for a leg that has no port: one of before there were any.
    """
    row = conn.execute(_OF_LEG, {"order": order_id, "leg": role}).one_or_none() if carrier.cps else None
    if row is None:
        return 0
    if row.attempt_id == attempt_id:
        return int(row.not_before_ms)
    keep_others_from_taking(conn)
    due, now_us = _pace(conn, carrier.name), now_ms * 1000
    at_ms = -(-pacing.slot_us(due.dial_us, now_us) // 1000)
    _move_on(conn, carrier, dial_us=pacing.after_us(due.dial_us, now_us, pacing.interval_us(carrier.cps)))
    change(conn, ports, {"order_id": order_id, "role": role}, {"attempt_id": attempt_id, "not_before_ms": at_ms})
    return at_ms


def release(conn: Connection, order_id: str, role: str = "") -> None:
    """Let a leg's port go; without a role all of an order's."""
    if role:
        conn.execute(_FREE_LEG, {"order": order_id, "leg": role})
    else:
        conn.execute(_FREE, {"order": order_id})


def queue(conn: Connection, order_id: str, full: Collection[str], now_ms: int) -> None:
    """An order that found these carriers full waits for them; as long as it has done already."""
    waits = select(func.min(port_queue.c.since_ms)).where(port_queue.c.order_id == order_id)
    since_ms = conn.execute(waits).scalar_one_or_none() or now_ms
    leave_queue(conn, order_id)
    if full:
        rows = [{"order_id": order_id, "carrier": name, "since_ms": since_ms} for name in sorted(full)]
        conn.execute(insert(port_queue), rows)


def is_queued(conn: Connection, order_id: str) -> bool:
    """Whether an order waits for a port."""
    return conn.execute(_QUEUED_ONE, {"order": order_id}).first() is not None


def leave_queue(conn: Connection, order_id: str) -> None:
    """An order waits for no port any more."""
    conn.execute(_LEAVE_QUEUE, {"order": order_id})


def queued(conn: Connection) -> dict[str, int]:
    """How many orders wait for each carrier that any wait for."""
    query = select(port_queue.c.carrier, func.count()).group_by(port_queue.c.carrier)
    return dict(conn.execute(query).all())


def next_in_queue(
    conn: Connection, carriers: Mapping[str, Carrier], now_ms: int, rung_before_ms: int, limit: int
) -> list[str]:
    """Orders that waited and for which there may be room now, longest first; for a carrier that is no more, all.

    Each carrier's queue is looked at by itself: a long one keeps nobody waiting who has another.
    """
    names = queued(conn)
    if not names:
        return []
    room = Room(conn, carriers.values(), now_ms)
    left = {name: room.left(carriers[name]) if name in carriers else MANY for name in names}
    waiting: list[Row[Any]] = []
    for name, many in left.items():
        bound = {"name": name, "rung_before": rung_before_ms, "most": min(many, limit)}
        waiting += conn.execute(_IN_QUEUE, bound).all() if many > 0 else []
    found: dict[str, None] = {}
    for row in sorted(waiting, key=lambda row: (row.since_ms, row.order_id)):
        if row.order_id not in found and left[row.carrier] > 0:
            left[row.carrier] -= 1
            found[row.order_id] = None
    return list(found)[:limit]


def leaked(conn: Connection) -> list[str]:
    """Every port that is taken for an order that is not being called, as a sentence. There is none."""
    lost = or_(orders.c.id.is_(None), orders.c.state.in_((OrderState.DUE, OrderState.ENDED)))
    query = select(ports.c.order_id, ports.c.role, ports.c.carrier).outerjoin(orders, orders.c.id == ports.c.order_id)
    waits = select(port_queue.c.order_id).join(orders, orders.c.id == port_queue.c.order_id)
    return [
        f"order {row.order_id} is not being called but has a port of {row.carrier} for leg {row.role}"
        for row in conn.execute(query.where(lost))
    ] + [
        f"order {row.order_id} is not due but waits for a port"
        for row in conn.execute(waits.where(orders.c.state != OrderState.DUE))
    ]


def _due_us(conn: Connection, names: Collection[str]) -> dict[str, int]:
    query = select(paces.c.carrier, paces.c.admit_us).where(paces.c.carrier.in_(names))
    return dict(conn.execute(query).all())


def _pace(conn: Connection, name: str) -> Row[Any]:
    conn.execute(_FIRST_PACE[conn.dialect.name], {"carrier": name, "admit_us": 0, "dial_us": 0})
    return conn.execute(_PACE, {"name": name}).one()


def _move_on(conn: Connection, carrier: Carrier, **due: int) -> None:
    change(conn, paces, {"carrier": carrier.name}, due)
