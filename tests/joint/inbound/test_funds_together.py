"""A hundred orders at once on a balance for one."""

from billing import ledger
from billing.check import check
from billing.tables import holds
from tests.crowd import together
from tests.unit.inbound.house import DOLLAR, NOW, House

LEFT = DOLLAR // 10


def test_113_a_hundred_orders_on_a_balance_for_one(house: House) -> None:
    with house.db.write() as conn:
        account = conn.exec_driver_sql("SELECT account_id FROM users WHERE id = ?", (house.user,)).scalar_one()
        ledger.correct(conn, account, LEFT - 20 * DOLLAR, "USD", "most of it", "", NOW)
    ids = [house.accept(house.mail(f"CALL +4420794600{number:02}"), to=house.alias) for number in range(100)]
    together(8, lambda first: house.handle(ids[first::8]))
    assert len(house.orders) == len(house.bell.rung) == 1
    assert sum(hold.amount for hold in house.rows(holds)) <= LEFT
    assert {house.message(message_id).state for message_id in ids} == {"handled"}
    answers = [text for _, text in house.said()]
    assert sum(text.startswith("A1 Ringing") for text in answers) == 1
    assert sum(text.startswith("Not called: your balance of $0.0") for text in answers) == 99
    with house.db.read() as conn:
        assert check(conn) == []
