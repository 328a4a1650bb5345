"""Wishes: asked for once, read by the conductor of the order's switch, done once."""

from orders import wishes
from tests.unit.factory import NOW
from tests.unit.orders.conftest import Desk


def test_a_drop_is_asked_for_once_and_done_once(desk: Desk) -> None:
    order = desk.order()
    assert not wishes.is_dropped(desk.conn, order)
    assert wishes.drop(desk.conn, order, NOW)
    assert not wishes.drop(desk.conn, order, NOW + 1)
    assert wishes.is_dropped(desk.conn, order)
    (wish,) = wishes.waiting(desk.conn, "exchange")
    assert (wish.order_id, wish.kind) == (order, "drop")
    assert wishes.done(desk.conn, wish.id, "dropped", NOW + 2)
    assert not wishes.done(desk.conn, wish.id, "over", NOW + 3)
    assert wishes.waiting(desk.conn, "exchange") == []
    assert wishes.is_dropped(desk.conn, order)
    assert not wishes.drop(desk.conn, order, NOW + 4)


def test_a_conductor_reads_those_of_its_switch_and_of_none_the_oldest_first(desk: Desk) -> None:
    here, elsewhere, nowhere = desk.order(switch="here"), desk.order(switch="there"), desk.order(switch="")
    for late, order in enumerate((nowhere, here, elsewhere)):
        wishes.drop(desk.conn, order, NOW + late)
    assert [wish.order_id for wish in wishes.waiting(desk.conn, "here")] == [nowhere, here]
