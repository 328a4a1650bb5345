"""A balance for one call, wanted a hundred times at once from eight processes: one gets it."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import update

from accounts.tables import accounts
from billing import holds
from billing.check import check
from kernel.db import Database
from tests.unit import factory
from tests.unit.billing.world import DOLLAR, QUOTE, funded
from tests.unit.factory import NOW

PROCESSES, THREADS = 8, 13


def spend(db: Database, account: str, order: str) -> bool:
    """What the gate does: lock, sum, hold."""
    with db.write() as conn:
        conn.execute(
            update(accounts)
            .where(accounts.c.id == account, accounts.c.active)
            .values(orders_placed=accounts.c.orders_placed + 1)
        )
        if holds.available(conn, account) < DOLLAR:
            return False
        holds.open_hold(conn, order, account, DOLLAR, QUOTE, NOW)
        return True


def many(url: str, account: str, orders: list[str]) -> int:
    db = Database(url)
    with ThreadPoolExecutor(THREADS) as pool:
        won = sum(pool.map(lambda order: spend(db, account, order), orders))
    db.close()
    return won


def test_one_of_a_hundred_gets_the_last_dollar(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'money.db'}"
    db = factory.database(url)
    with db.write() as conn:
        account = funded(conn, DOLLAR)
        user = factory.user(conn, account)
        orders = [factory.order(conn, account, user) for _ in range(PROCESSES * THREADS)]
    shares = [orders[start::PROCESSES] for start in range(PROCESSES)]
    context = multiprocessing.get_context("forkserver")  # a fork of threads may hang, a spawn imports eight times
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        won = sum(pool.map(many, [url] * PROCESSES, [account] * PROCESSES, shares))
    assert won == 1
    with db.read() as conn:
        assert holds.available(conn, account) == 0
        assert check(conn) == []
    db.close()
