"""Messages: taken by one handler at a time, closed once, set aside and put back."""

import pytest
from sqlalchemy import Connection, Row, select

from orders import messages
from orders.messages import MAX_TRIES, TAKE_MS, NewMessage
from orders.states import MessageState
from orders.tables import messages as table
from tests.unit.factory import NOW
from tests.unit.orders.conftest import Desk


def stored(conn: Connection, at_ms: int = NOW) -> str:
    return messages.store(conn, [NewMessage("email", b"sealed", "a@b.example", ("x", "y"), "192.0.2.1")], at_ms)[0]


def row_of(conn: Connection, message_id: str) -> Row[tuple[object, ...]]:
    return conn.execute(select(table).where(table.c.id == message_id)).one()


def close(conn: Connection, message_id: str) -> bool:
    return messages.handled(conn, message_id, kept="k", evidence="{}", verdict="[]", answer="a", now_ms=NOW + 5)


def test_stored_as_it_came(desk: Desk) -> None:
    row = row_of(desk.conn, stored(desk.conn))
    assert (row.state, row.door, row.raw, row.recipients) == (MessageState.STORED, "email", b"sealed", "x\ny")
    assert (row.stored_ms, row.taken_until_ms, row.tries, row.kept) == (NOW, 0, 0, "")


def test_taken_once_until_its_time_is_over(desk: Desk) -> None:
    message_id = stored(desk.conn)
    taken = messages.take(desk.conn, message_id, NOW)
    assert taken is not None
    assert (taken.taken_until_ms, taken.tries) == (NOW + TAKE_MS, 1)
    assert messages.take(desk.conn, message_id, NOW + TAKE_MS - 1) is None
    again = messages.take(desk.conn, message_id, NOW + TAKE_MS)
    assert again is not None
    assert again.tries == 2


def test_handled_once_and_the_raw_bytes_dropped(desk: Desk) -> None:
    message_id = stored(desk.conn)
    assert close(desk.conn, message_id)
    row = row_of(desk.conn, message_id)
    assert (row.state, row.raw, row.kept, row.answer, row.handled_ms) == ("handled", None, "k", "a", NOW + 5)
    assert not close(desk.conn, message_id)
    assert messages.take(desk.conn, message_id, NOW + TAKE_MS) is None
    assert not messages.shunt(desk.conn, message_id, "late", NOW)
    assert not messages.replay(desk.conn, message_id)


def test_shunted_with_its_raw_bytes_and_replayed(desk: Desk) -> None:
    message_id = stored(desk.conn)
    for _ in range(MAX_TRIES):
        assert messages.take(desk.conn, message_id, NOW)
        desk.conn.execute(table.update().values(taken_until_ms=0))
    assert messages.shunt(desk.conn, message_id, "x" * 600, NOW + 1)
    row = row_of(desk.conn, message_id)
    assert (row.state, row.raw, row.error, row.handled_ms) == ("shunted", b"sealed", "x" * 500, NOW + 1)
    assert messages.take(desk.conn, message_id, NOW + TAKE_MS) is None
    assert not close(desk.conn, message_id)
    assert messages.replay(desk.conn, message_id)
    row = row_of(desk.conn, message_id)
    assert (row.state, row.error, row.handled_ms, row.tries, row.taken_until_ms) == ("stored", "", None, 0, 0)
    assert not messages.replay(desk.conn, message_id)


def test_the_shunted_newest_first(desk: Desk) -> None:
    ids = [stored(desk.conn, NOW + at) for at in range(3)]
    stored(desk.conn)
    for message_id in ids:
        messages.shunt(desk.conn, message_id, "e", NOW)
    assert [row.id for row in messages.shunted(desk.conn)] == ids[::-1]
    assert [row.id for row in messages.shunted(desk.conn, 1)] == ids[-1:]


@pytest.mark.parametrize(("age", "there"), [(2_999, False), (3_000, True)])
def test_leftovers_are_of_a_certain_age(desk: Desk, age: int, there: bool) -> None:
    message_id = stored(desk.conn)
    assert messages.leftovers(desk.conn, NOW + age, 3_000, 10) == [message_id] * there


def test_leftovers_are_what_nobody_has_and_nobody_closed_oldest_first(desk: Desk) -> None:
    taken, handled, shunted, first, second = (stored(desk.conn, NOW + at) for at in range(5))
    messages.take(desk.conn, taken, NOW + 10)
    close(desk.conn, handled)
    messages.shunt(desk.conn, shunted, "e", NOW)
    later = NOW + TAKE_MS
    assert messages.leftovers(desk.conn, later, 3_000, 10) == [first, second]
    assert messages.leftovers(desk.conn, later, 3_000, 1) == [first]
    assert messages.leftovers(desk.conn, later + 10, 3_000, 10) == [taken, first, second]
