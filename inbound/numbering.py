"""The next short reference of an account: an order has one, and a question keeps the one that its order would have."""

from sqlalchemy import Connection, bindparam

from accounts.tables import accounts
from kernel.ids import reference

_COUNT = (
    accounts.update()
    .where(accounts.c.id == bindparam("account"))
    .values(orders_placed=accounts.c.orders_placed + 1)
    .returning(accounts.c.orders_placed)
)


def next_reference(conn: Connection, account_id: str) -> str:
    """Counted on the account's row, which this transaction has locked."""
    return reference(int(conn.execute(_COUNT, {"account": account_id}).scalar_one()) - 1)
