"""A leg whose record was absurd is billed by hand, once, and its order's money is free again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, update

from billing import byhand
from billing.check import check
from billing.holds import available
from billing.settle import Absurd, Leg, close_order, finalise
from kernel.errors import Refused
from orders.tables import attempts
from tests.unit import factory
from tests.unit.billing.world import held
from tests.unit.factory import NOW


@pytest.fixture
def conn() -> Iterator[Connection]:
    database = factory.database()
    with database.write() as connection:
        yield connection
    database.close()


@pytest.mark.parametrize("seconds", [0, 45])
def test_settled_once(conn: Connection, seconds: int) -> None:
    call = held(conn)
    odd = {"answered_ms": NOW, "ended_ms": NOW - 1}
    conn.execute(update(attempts).where(attempts.c.id == call.a).values(**odd))
    with pytest.raises(Absurd):
        finalise(conn, Leg(call.a, NOW, NOW - 1), NOW)
    assert not close_order(conn, call.order, NOW)
    before = available(conn, call.account)
    assert [row.id for row in byhand.unbilled(conn)] == [call.a]
    charge = byhand.settle(conn, call.a, seconds, NOW)
    assert (charge.billed_seconds >= seconds, charge.estimated, bool(charge.total)) == (True, True, seconds > 0)
    assert available(conn, call.account) > before
    assert byhand.unbilled(conn) == []
    with pytest.raises(Refused):
        byhand.settle(conn, call.a, seconds, NOW)
    assert check(conn) == []
